with
-- Chemical systems that can match. A column placesN, if there is one, is for a set of elements in the query:
-- its bit i - 1 is set if element i of the system is in the set.
system as (
    select system_id, nelements, allowed_set_id,
        case when element1 = 'Li'::element_symbol then 1 else 0 end + case when element2 = 'Li'::element_symbol then 2 else 0 end + case when element3 = 'Li'::element_symbol then 4 else 0 end + case when element4 = 'Li'::element_symbol then 8 else 0 end as places0,
        case when element1 = 'O'::element_symbol then 1 else 0 end + case when element2 = 'O'::element_symbol then 2 else 0 end + case when element3 = 'O'::element_symbol then 4 else 0 end + case when element4 = 'O'::element_symbol then 8 else 0 end as places1,
        case when element1 = 'Zn'::element_symbol then 1 else 0 end + case when element2 = 'Zn'::element_symbol then 2 else 0 end + case when element3 = 'Zn'::element_symbol then 4 else 0 end + case when element4 = 'Zn'::element_symbol then 8 else 0 end as places2
    from store.listed_system
    where (((element1 = 'Li'::element_symbol or element2 = 'Li'::element_symbol or element3 = 'Li'::element_symbol or element4 = 'Li'::element_symbol) is true) and ((element1 = 'O'::element_symbol or element2 = 'O'::element_symbol or element3 = 'O'::element_symbol or element4 = 'O'::element_symbol) is true) and ((element1 = 'Zn'::element_symbol or element2 = 'Zn'::element_symbol or element3 = 'Zn'::element_symbol or element4 = 'Zn'::element_symbol) is true))
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
        (bit_count(places0::integer) >= 1 and bit_count(places1::integer) >= 1 and bit_count(places2::integer) >= 1) as meets_known,
        (bit_count(places0::integer) >= 1 and bit_count(places1::integer) >= 1 and bit_count(places2::integer) >= 1) as meets_unknown
    from (
        select *, list_max(factors) as max_factor, factors[1] as f1, factors[2] as f2,
            coalesce(factors[3], 0) as f3, coalesce(factors[4], 0) as f4, coalesce(factors[5], 0) as f5,
        case when elements[1] = 'Li'::element_symbol then 1 else 0 end + case when elements[2] = 'Li'::element_symbol then 2 else 0 end + case when elements[3] = 'Li'::element_symbol then 4 else 0 end + case when elements[4] = 'Li'::element_symbol then 8 else 0 end + case when elements[5] = 'Li'::element_symbol then 16 else 0 end as places0,
        case when elements[1] = 'O'::element_symbol then 1 else 0 end + case when elements[2] = 'O'::element_symbol then 2 else 0 end + case when elements[3] = 'O'::element_symbol then 4 else 0 end + case when elements[4] = 'O'::element_symbol then 8 else 0 end + case when elements[5] = 'O'::element_symbol then 16 else 0 end as places1,
        case when elements[1] = 'Zn'::element_symbol then 1 else 0 end + case when elements[2] = 'Zn'::element_symbol then 2 else 0 end + case when elements[3] = 'Zn'::element_symbol then 4 else 0 end + case when elements[4] = 'Zn'::element_symbol then 8 else 0 end + case when elements[5] = 'Zn'::element_symbol then 16 else 0 end as places2
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
    select
        coalesce(sum(a.n_allowed) filter ((bit_count(places0::integer) >= 1 and bit_count(places1::integer) >= 1 and bit_count(places2::integer) >= 1)), 0)::bigint as allowed,
        coalesce(sum((n.n_stoichiometries - a.n_allowed)) filter ((bit_count(places0::integer) >= 1 and bit_count(places1::integer) >= 1 and bit_count(places2::integer) >= 1)), 0)::bigint as forbidden
    from system t
    join store.allowed_set a using (allowed_set_id)
    join (
        select nelements, count(*) as n_stoichiometries from store.stoichiometry group by nelements
    ) n on n.nelements = t.nelements
) u
left join known k on true;
