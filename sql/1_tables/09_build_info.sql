-- How this file was built. Reads `new_build_info`, registered by the build.

create table store.build_info (property varchar not null, value varchar);
insert into store.build_info select * from new_build_info;

comment on table store.build_info is 'How this file was built, without the known sources.';
comment on column store.build_info.property is 'Name of the property.';
comment on column store.build_info.value is 'Value of the property as text.';
