-- Replaces the checksums of the tables in `new_checksum`.

delete from store.checksum where table_name in (select table_name from new_checksum);
insert into store.checksum by name select * from new_checksum order by table_name;
