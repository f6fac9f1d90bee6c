-- Adds a source of known materials. Reads `new_known_source` (one row) and `new_known_entry` (its rows, with
-- parsed formulas), registered by the caller.

insert into known_entry
select
    e.source, e.material_id, e.formula_given,
    coalesce(e.formula_pretty, e.formula), e.formula, e.chemsys, e.nelements, e.formula_anonymous,
    e.energy_above_hull,
    s.system_id is not null and t.stoichiometry_id is not null as in_space,
    e.outside_because,
    case when t.stoichiometry_id is not null then s.system_id end,
    t.stoichiometry_id
from new_known_entry e
left join store.chemical_system s using (chemsys)
left join store.stoichiometry t on t.nelements = e.nelements and t.factors::bigint[] = e.factors
where e.reason is null
order by e.row_number;

insert into known_reject
select source, row_number, material_id, formula_given, reason
from new_known_entry
where reason is not null
order by row_number;

insert into known_source
select
    n.source, n.description, n.version, n.retrieved, n.licence,
    count(e.source),
    count(distinct e.formula),
    count(distinct e.formula) filter (e.in_space),
    (select count(*) from known_reject r where r.source = n.source),
    now() at time zone 'utc'
from new_known_source n
left join known_entry e using (source)
group by all;
