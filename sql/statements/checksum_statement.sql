-- For each table, the query that counts its rows and sums their checksums. The text of a row is its
-- columns joined by |, each in a form that does not depend on the version of DuckDB; NULL is the
-- character 0, which does not occur in chemdb files.

select
    table_name,
    concat(
        'select count(*) as n_rows, coalesce(sum((md5_number(concat_ws(''|'', ',
        string_agg(column_text, ', ' order by column_index),
        ')) >> 64)::hugeint), 0)::varchar as checksum from ',
        table_name
    ) as statement
from (
    select
        table_name, column_index,
        case when is_nullable then concat('coalesce(', column_text, ', chr(0))') else column_text end
            as column_text
    from (
        select
            concat(schema_name, '.', table_name) as table_name, column_index, is_nullable,
            case
                when data_type = 'BIT' then format('md5({}::blob)', column_name)
                when data_type like '%[]' then format('array_to_string({}::varchar[], '','')', column_name)
                else concat(column_name, '::varchar')
            end as column_text
        from duckdb_columns()
        join duckdb_tables() using (database_name, schema_name, table_name)
        where not temporary and database_name = current_database()
    )
)
where table_name <> 'store.checksum'
group by table_name
order by table_name;
