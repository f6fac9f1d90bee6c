-- Adds a source of known materials. Reads `new_known_source` (one row) and `new_known_entry` (its rows, with
-- parsed formulas), registered by the caller.

insert into known_entry
with five as (
    select n.chemsys, list(e.symbol order by e.electronegativity nulls last, e.atomic_number) as elements
    from (
        select distinct chemsys, unnest(string_split(chemsys, '-')) as symbol from new_known_entry where nelements = 5
    ) n
    join element e on e.symbol::varchar = n.symbol
    group by n.chemsys
),
system as (
    select chemsys, system_id from store.listed_system
    union all
    select f.chemsys, h.first_system_id + t.tail_number
    from five f
    join store.system_head h
        on h.element1 = f.elements[1] and h.element2 = f.elements[2] and h.element3 = f.elements[3]
    join store.system_tail t
        on t.element3 = f.elements[3] and t.element4 = f.elements[4] and t.element5 = f.elements[5]
)
select
    e.source, e.material_id, e.formula_given,
    coalesce(e.formula_pretty, e.formula), e.formula, e.chemsys, e.nelements, e.formula_anonymous,
    e.energy_above_hull,
    s.system_id is not null and t.stoichiometry_id is not null as in_space,
    e.outside_because,
    case when t.stoichiometry_id is not null then s.system_id end,
    t.stoichiometry_id
from new_known_entry e
left join system s using (chemsys)
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
