-- Columns of public relations with their types, and the comments of both, in order.

select r.name as relation, r.comment as relation_comment, c.column_name, c.data_type, c.comment
from (
    select view_name as name, comment from duckdb_views()
    where schema_name = 'main' and database_name = current_database()
    union all
    select table_name, comment from duckdb_tables()
    where schema_name = 'main' and database_name = current_database()
) r
join duckdb_columns() c on c.table_name = r.name
where c.schema_name = 'main' and c.database_name = current_database()
order by r.name, c.column_index;
