-- Statements that give a comment to columns without one: that of the column of the same name in a parent
-- table or view. Where several parents have the column, the first one counts.

with inheritance (priority, parent, children) as (
    values
        (1, 'composition', [
            'allowed', 'missing', 'unlikely', 'standard', 'interesting', 'known_composition', 'projection',
            'suggestion', 'store.composition'
        ]),
        (2, 'known_composition', ['projection']),
        (3, 'store.chemical_system', [
            'store.system_elements', 'store.listed_system', 'store.system_head', 'store.system_tail',
            'store.signature_pair', 'store.system_group', 'store.system_count', 'store.allowed_pair', 'store.composition',
            'chemical_system', 'known_system', 'known_entry', 'mp_entry', 'store.known_formula', 'order_summary', 'table2'
        ]),
        (4, 'store.system_elements', ['store.allowed_pair', 'known_system']),
        (4, 'store.signature_pair', ['store.system_group']),
        (5, 'store.stoichiometry', ['store.allowed_pair', 'stoichiometry', 'anonymous_formula']),
        (6, 'known_entry', ['known_reject', 'mp_entry', 'store.known_formula']),
        (7, 'order_summary', ['table2']),
        (7, 'store.known_formula', ['known_composition', 'standard', 'interesting']),
        (8, 'element_frequency', ['anonymous_formula', 'projection_run']),
        (9, 'element_group', ['species', 'element_embedding', 'element_frequency']),
        (10, 'store.build_info', ['build_info'])
),
pair as (
    select priority, parent, unnest(children) as child from inheritance
),
column_comment as (
    select concat_ws('.', nullif(schema_name, 'main'), table_name) as object, column_name, comment
    from duckdb_columns()
    where not internal and database_name = current_database()
)
select format(
    'comment on column {}.{} is ''{}''',
    c.object, c.column_name, replace(first(p.comment order by pair.priority), '''', '''''')
)
from pair
join column_comment c on c.object = pair.child
join column_comment p on p.object = pair.parent and p.column_name = c.column_name
where c.comment is null and p.comment is not null
group by c.object, c.column_name
order by all;
