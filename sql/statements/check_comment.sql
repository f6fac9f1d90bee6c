-- Tables, views, macros and columns, and whether each one has a comment.

select concat(schema_name, '.', table_name) as name, coalesce(comment, '') <> '' as commented
from duckdb_tables() where not internal
union all
select concat(schema_name, '.', view_name), coalesce(comment, '') <> '' from duckdb_views() where not internal
union all
select concat(schema_name, '.', table_name, '.', column_name), coalesce(comment, '') <> ''
from duckdb_columns() where not internal
union all
select concat(schema_name, '.', function_name), coalesce(comment, '') <> ''
from duckdb_functions() where not internal
order by all;
