-- Checksums of all other tables, from which `chemdb verify` detects changes since chemdb wrote them. To
-- compare with any other client, run the statement of a row.

create table store.checksum (
    table_name varchar not null,
    n_rows     bigint not null,
    checksum   varchar not null,
    statement  varchar not null
);

comment on table store.checksum is
    'Number of rows and checksum of every other table as written by chemdb; `chemdb verify` recomputes them.';
comment on column store.checksum.table_name is 'Schema and name of the table.';
comment on column store.checksum.n_rows is 'Number of rows of the table.';
comment on column store.checksum.checksum is
    'Sum over all rows of the first 64 bits of the MD5 of the row as text; independent of the order of rows and the version of DuckDB.';
comment on column store.checksum.statement is 'Query that computes n_rows and checksum.';
