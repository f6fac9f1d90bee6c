-- Labels for the formulas of a user table, as `chemdb label` does for files. If the file is attached under
-- another name, macros need `use NAME` first.

-- A formula is looked up by its factors; a join with the view composition would expand the space. DuckDB 1.4
-- cannot read WITH in a macro that is stored in a file.
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
    'label(table_name): the rows of a table or view with a column formula, in any spelling that reduced_formula reads, and the added columns chemdb_formula, chemsys, allowed, known and category. These are NULL if the text is not a formula; the last three are NULL outside the space (which ''chemdb label'' decides, too).';
