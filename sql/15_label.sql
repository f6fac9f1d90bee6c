-- Labels for a table of one's own, as `chemdb label` gives them to files. When the file is attached
-- under another name, macros need `use NAME` first.

create macro label(table_name) as table
with given as materialized (
    select row_number() over () as chemdb_row, *, reduced_formula(formula) as chemdb_formula, formula_chemsys(formula) as chemsys
    from query_table(table_name)
),
-- The factors lead to one stoichiometry; the view composition would be multiplied out.
decided as (
    select
        g.chemdb_row,
        get_bit(a.stoichiometries, t.stoichiometry_id) = 1 as allowed,
        k.system_id is not null as known
    from (
        select
            chemdb_row, chemsys,
            list_transform(
                regexp_extract_all(chemdb_formula, '[A-Z][a-z]?([0-9]*)', 1),
                lambda amount: case when amount = '' then 1 else amount::bigint end
            ) as factors
        from given
    ) g
    join store.chemical_system s using (chemsys)
    join store.allowed_set a using (allowed_set_id)
    join store.stoichiometry t on t.nelements = s.nelements and t.factors::bigint[] = g.factors
    left join known_composition k on k.system_id = s.system_id and k.stoichiometry_id = t.stoichiometry_id
)
select
    g.* exclude (chemdb_row),
    d.allowed, d.known,
    case
        when d.known and d.allowed then 'standard'
        when d.allowed then 'missing'
        when d.known then 'interesting'
        when not d.allowed then 'unlikely'
    end::category as category
from given g
left join decided d using (chemdb_row)
order by g.chemdb_row;
comment on macro table label is
    'label(table_name): the rows of a table or view that has a column formula, in any spelling, with chemdb_formula, chemsys, allowed, known and category; the last three are NULL outside the space, which ''chemdb label'' decides too.';
