-- The part of a query that looks at known compositions, one by one. Slots: {meets_known} is the
-- filter, {meets_unknown} the filter as if nothing were known; {columns} of a system that the filter
-- reads; {where} a system must be, if anything; {species_joins} for species terms.

-- Known compositions that match, or would match if they were unknown.
known as materialized (
    select t.*,
        {meets_known} as meets_known,
        {meets_unknown} as meets_unknown
    from (
        select *, list_max(factors) as max_factor, factors[1] as f1, factors[2] as f2,
            coalesce(factors[3], 0) as f3, coalesce(factors[4], 0) as f4, coalesce(factors[5], 0) as f5{columns}
        from known_composition{where}
    ) t{species_joins}
    where meets_known or meets_unknown
)
