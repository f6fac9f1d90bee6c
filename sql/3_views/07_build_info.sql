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
)
union all
(
    select
        concat('suggestions of ', nelements, ' elements'),
        format(
            'with a random fifth of the known compositions hidden, {:,} of the first 100 are hidden ones, {:,} of the first 1,000, {:,} of the first 10,000; {:,} of {:,} have an analogue',
            found_100, found_1000, found_10000, n_found, n_hidden
        )
    from suggestion_quality
    where n_hidden > 0
    order by nelements
);

comment on view build_info is 'How this file was built: versions, limits, oxidation-state set and its checksum, known sources, time.';
