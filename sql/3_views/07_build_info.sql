-- How this file was built, including its known sources.

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

comment on view build_info is 'How this file was built: versions, limits, oxidation-state set and its checksum, known sources, time.';
