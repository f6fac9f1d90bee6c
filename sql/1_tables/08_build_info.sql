-- How this file was made. Reads `new_build_info`, registered by the build.

create table store.build_info (property varchar not null, value varchar);
insert into store.build_info select * from new_build_info;

comment on table store.build_info is 'How this file was made, without the known sources.';
comment on column store.build_info.property is 'What is stated.';
comment on column store.build_info.value is 'Its value as text.';

create view build_info as
select property, value from store.build_info
union all
(
    select
        concat('known source ', source),
        concat_ws(
            '; ',
            description,
            'version ' || version,
            'of ' || retrieved,
            'licence ' || licence,
            format('{:,} entries, {:,} formulas, {:,} in this space, {:,} rejected', n_entries, n_formulas, n_in_space, n_rejected)
        )
    from known_source
    order by added_at
);

comment on view build_info is 'How this file was made: versions, limits, oxidation-state set and its checksum, known sources, time.';
comment on column build_info.property is 'What is stated.';
comment on column build_info.value is 'Its value as text.';
