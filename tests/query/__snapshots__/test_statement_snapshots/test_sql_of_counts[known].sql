with
-- Chemical systems that can match. A column placesN, if there is one, is for a set of elements in the query:
-- its bit i - 1 is set if element i of the system is in the set.
system as (
    select system_id, nelements, allowed_set_id
    from store.listed_system
),
-- All stoichiometries; f1 to f5 are the factors, 0 for absent elements.
amount as materialized (
    select *, factors[1] as f1, factors[2] as f2,
        coalesce(factors[3], 0) as f3, coalesce(factors[4], 0) as f4, coalesce(factors[5], 0) as f5
    from store.stoichiometry
),
-- Known compositions that match, or would match if they were unknown.
known as materialized (
    select t.*,
        true as meets_known,
        false as meets_unknown
    from (
        select *, list_max(factors) as max_factor, factors[1] as f1, factors[2] as f2,
            coalesce(factors[3], 0) as f3, coalesce(factors[4], 0) as f4, coalesce(factors[5], 0) as f5
        from known_composition
    ) t
    where meets_known or meets_unknown
)
-- The bitmaps include known compositions, which are subtracted from missing and unlikely.
select
    count(*) filter (k.allowed and k.meets_known) as standard,
    any_value(u.allowed) - count(*) filter (k.allowed and k.meets_unknown) as missing,
    count(*) filter (not k.allowed and k.meets_known) as interesting,
    any_value(u.forbidden) - count(*) filter (not k.allowed and k.meets_unknown) as unlikely
from (
    select 0 as allowed, 0 as forbidden
) u
left join known k on true;
