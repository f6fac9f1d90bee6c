-- Labels for the formulas of a user table, as `chemdb label` does for files. If the file is attached under
-- another name, macros need `use NAME` first.

-- A formula is looked up by its factors; a join with the view composition would expand the space. DuckDB 1.4
-- cannot read WITH in a macro that is stored in a file.

-- All names get the suffix §, so that DuckDB appends _1 to the names of labels that the user's table has too:
-- these get the prefix chemdb_. The pattern must match a column: chemdb_unused always is there twice.
create macro label(table_name) as table
select * exclude (chemdb_row, chemdb_unused, chemdb_chemdb_unused)
from (
    select columns('^(.*)§$') as '\1', columns('^(.*)§_1$') as 'chemdb_\1'
    from (
        select
            * exclude (chemdb_formula, chemdb_chemsys, chemdb_symbols, chemdb_factors, chemdb_inside, chemdb_allowed, chemdb_known, chemdb_without),
            chemdb_formula as "chemdb_formula§",
            chemdb_chemsys as "chemsys§",
            len(chemdb_factors)::integer as "nelements§",
            chemdb_inside as "in_space§",
            case
                when chemdb_inside or chemdb_formula is null then null
                when len(chemdb_factors) not in (select distinct s.nelements from store.stoichiometry s)
                    then concat(len(chemdb_factors), case when len(chemdb_factors) = 1 then ' element' else ' elements' end)
                else concat('factor ', list_max(chemdb_factors))
            end as "outside_because§",
            chemdb_allowed as "allowed§",
            case
                when chemdb_allowed is distinct from false then null
                when len(chemdb_without) = 0 then 'no allowed oxidation states'
                when len(chemdb_without) = 1 then concat(chemdb_without[1], ' has no Pauling electronegativity')
                else concat(
                    array_to_string(chemdb_without[:-2], ', '), ' and ', chemdb_without[-1],
                    ' have no Pauling electronegativity'
                )
            end as "forbidden_because§",
            chemdb_known.known as "known§",
            chemdb_known.known_in as "known_in§",
            case
                when chemdb_known.known and chemdb_allowed then 'standard'
                when chemdb_allowed then 'missing'
                when chemdb_known.known and not chemdb_allowed then 'interesting'
                when not chemdb_allowed then 'unlikely'
            end::category as "category§",
            chemdb_known.material_id as "material_id§",
            chemdb_known.energy_above_hull as "energy_above_hull§",
            null as "chemdb_unused§",
            null as "chemdb_unused§"
        from (
            select
                g.*,
                case when g.chemdb_formula is not null then t.stoichiometry_id is not null end as chemdb_inside,
                get_bit(a.stoichiometries, t.stoichiometry_id) = 1 as chemdb_allowed,
                list_filter(
                    (select list(symbol order by atomic_number) from element where electronegativity is null),
                    lambda symbol: list_contains(string_split(g.chemdb_chemsys, '-'), symbol)
                ) as chemdb_without,
                {
                    known: case when g.chemdb_formula is not null then k.formula is not null end,
                    known_in: array_to_string(k.sources, ' '),
                    material_id: k.material_id,
                    energy_above_hull: k.energy_above_hull
                } as chemdb_known
            from (
                select
                    *,
                    formula_symbols(chemdb_formula) as chemdb_chemsys,
                    regexp_extract_all(chemdb_formula, '[A-Z][a-z]?')::element_symbol[] as chemdb_symbols,
                    list_transform(
                        regexp_extract_all(chemdb_formula, '[A-Z][a-z]?([0-9]*)', 1),
                        lambda amount: case when amount = '' then 1 else amount::bigint end
                    ) as chemdb_factors
                from (
                    select
                        columns('^(.*)$') as '\1§',
                        row_number() over () as "chemdb_row§",
                        reduced_formula(formula) as chemdb_formula
                    from query_table(table_name)
                )
            ) g
            -- Chemical systems of five elements are found by their elements, others by their text.
            left join store.listed_system s on s.chemsys = g.chemdb_chemsys
            left join store.system_head h
                on len(g.chemdb_symbols) = 5 and h.element1 = g.chemdb_symbols[1]
                and h.element2 = g.chemdb_symbols[2] and h.element3 = g.chemdb_symbols[3]
            left join store.system_tail e
                on e.element3 = h.element3
                and e.element4 = g.chemdb_symbols[4] and e.element5 = g.chemdb_symbols[5]
            left join store.signature_pair p
                on p.head_signature = h.head_signature and p.tail_signature = e.tail_signature
            left join store.allowed_set a
                on a.allowed_set_id = coalesce(s.allowed_set_id, p.allowed_set_id)
            left join store.stoichiometry t
                on t.nelements = len(g.chemdb_factors) and t.factors::bigint[] = g.chemdb_factors
            left join store.known_formula k on k.formula = g.chemdb_formula
        )
    )
)
order by chemdb_row;
comment on macro table label is
    'label(table_name): the rows of a table or view with a column formula, in any spelling that reduced_formula reads, with the added columns chemdb_formula, chemsys, nelements, in_space, outside_because, allowed, forbidden_because, known, known_in, category, material_id and energy_above_hull, as in ''chemdb label''. A column whose name the table already has comes last, with the prefix chemdb_. Added columns are NULL if the text is not a formula; allowed, forbidden_because and category are NULL outside the space, unlike in ''chemdb label''.';
