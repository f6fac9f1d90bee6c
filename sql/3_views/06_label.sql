-- Labels for a table of one's own, as `chemdb label` gives them to files. When the file is attached
-- under another name, macros need `use NAME` first.

-- The factors lead to one stoichiometry; the view composition would be multiplied out. DuckDB 1.4
-- does not read WITH in a macro of a file.
create macro label(table_name) as table
select
    * exclude (chemdb_row, chemdb_chemsys, chemdb_factors, chemdb_allowed, chemdb_known),
    chemdb_chemsys as chemsys,
    chemdb_allowed as allowed,
    chemdb_known as known,
    case
        when chemdb_known and chemdb_allowed then 'standard'
        when chemdb_allowed then 'missing'
        when chemdb_known then 'interesting'
        when not chemdb_allowed then 'unlikely'
    end::category as category
from (
    select
        g.*,
        get_bit(a.stoichiometries, t.stoichiometry_id) = 1 as chemdb_allowed,
        case when t.stoichiometry_id is not null then k.system_id is not null end as chemdb_known
    from (
        select
            *,
            formula_symbols(chemdb_formula) as chemdb_chemsys,
            list_transform(
                regexp_extract_all(chemdb_formula, '[A-Z][a-z]?([0-9]*)', 1),
                lambda amount: case when amount = '' then 1 else amount::bigint end
            ) as chemdb_factors
        from (
            select
                row_number() over () as chemdb_row, *,
                reduced_formula(formula) as chemdb_formula
            from query_table(table_name)
        )
    ) g
    left join store.chemical_system s on s.chemsys = g.chemdb_chemsys
    left join store.allowed_set a using (allowed_set_id)
    left join store.stoichiometry t on t.nelements = s.nelements and t.factors::bigint[] = g.chemdb_factors
    left join known_composition k on k.system_id = s.system_id and k.stoichiometry_id = t.stoichiometry_id
)
order by chemdb_row;
comment on macro table label is
    'label(table_name): the rows of a table or view that has a column formula, in any spelling that reduced_formula reads, with chemdb_formula, chemsys, allowed, known and category: all NULL where it reads none, the last three outside the space, which ''chemdb label'' decides too.';
