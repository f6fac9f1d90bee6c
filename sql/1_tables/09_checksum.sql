-- Checksums of all other tables, by which `chemdb verify` sees whether something changed since
-- chemdb wrote them. Any client can compare: run a row's statement.

create table store.checksum (
    table_name varchar not null,
    n_rows     bigint not null,
    checksum   varchar not null,
    statement  varchar not null
);

comment on table store.checksum is
    'Number of rows and checksum of every other table, as chemdb wrote them; `chemdb verify` computes them again.';
comment on column store.checksum.table_name is 'Schema and name of the table.';
comment on column store.checksum.n_rows is 'Rows of the table.';
comment on column store.checksum.checksum is
    'Sum over all rows of the first 64 bits of the MD5 of the row as text: the same in any order of rows and any version of DuckDB.';
comment on column store.checksum.statement is 'Query that computes n_rows and checksum.';
