with
-- Chemical systems that can match. A column placesN, if there is one, is for a set of elements in the query:
-- its bit i - 1 is set if element i of the system is in the set.
system as (
    select system_id, nelements, allowed_set_id,
        case when element1 = 'Fe'::element_symbol then 1 else 0 end + case when element2 = 'Fe'::element_symbol then 2 else 0 end + case when element3 = 'Fe'::element_symbol then 4 else 0 end + case when element4 = 'Fe'::element_symbol then 8 else 0 end as places0,
        case when element1 = 'O'::element_symbol then 1 else 0 end + case when element2 = 'O'::element_symbol then 2 else 0 end + case when element3 = 'O'::element_symbol then 4 else 0 end + case when element4 = 'O'::element_symbol then 8 else 0 end as places1
    from store.chemical_system
    where ((element1 = 'Fe'::element_symbol or element2 = 'Fe'::element_symbol or element3 = 'Fe'::element_symbol or element4 = 'Fe'::element_symbol) is true)
),
-- All stoichiometries; f1 to f4 are the factors, 0 for absent elements.
amount as materialized (
    select *, factors[1] as f1, factors[2] as f2,
        coalesce(factors[3], 0) as f3, coalesce(factors[4], 0) as f4
    from store.stoichiometry
),
-- Known compositions that match, or would match if they were unknown.
known as materialized (
    select t.*,
        (bit_count(places0::integer) >= 1 and not ((bit_count(places1::integer) >= 1 and (((places1 >> 0) & 1)::bigint * t.f1 + ((places1 >> 1) & 1)::bigint * t.f2 + ((places1 >> 2) & 1)::bigint * t.f3 + ((places1 >> 3) & 1)::bigint * t.f4) > 2) or t.natoms > 8)) as meets_known,
        (bit_count(places0::integer) >= 1 and not ((bit_count(places1::integer) >= 1 and (((places1 >> 0) & 1)::bigint * t.f1 + ((places1 >> 1) & 1)::bigint * t.f2 + ((places1 >> 2) & 1)::bigint * t.f3 + ((places1 >> 3) & 1)::bigint * t.f4) > 2) or t.natoms > 8)) as meets_unknown
    from (
        select *, list_max(factors) as max_factor, factors[1] as f1, factors[2] as f2,
            coalesce(factors[3], 0) as f3, coalesce(factors[4], 0) as f4,
        case when elements[1] = 'Fe'::element_symbol then 1 else 0 end + case when elements[2] = 'Fe'::element_symbol then 2 else 0 end + case when elements[3] = 'Fe'::element_symbol then 4 else 0 end + case when elements[4] = 'Fe'::element_symbol then 8 else 0 end as places0,
        case when elements[1] = 'O'::element_symbol then 1 else 0 end + case when elements[2] = 'O'::element_symbol then 2 else 0 end + case when elements[3] = 'O'::element_symbol then 4 else 0 end + case when elements[4] = 'O'::element_symbol then 8 else 0 end as places1
        from known_composition
    ) t
    where meets_known or meets_unknown
),
-- Stoichiometries that match, as bits: where the rule allows them, and where it forbids them.
mask as materialized (
    select c.nelements, c.places0, c.places1,
        rpad(string_agg(case when (bit_count(places0::integer) >= 1 and not ((bit_count(places1::integer) >= 1 and (((places1 >> 0) & 1)::bigint * t.f1 + ((places1 >> 1) & 1)::bigint * t.f2 + ((places1 >> 2) & 1)::bigint * t.f3 + ((places1 >> 3) & 1)::bigint * t.f4) > 2) or t.natoms > 8)) then '1' else '0' end, '' order by t.stoichiometry_id), ((count(*) + 7) // 8 * 8)::integer, '0')::bit as allowed0,
        rpad(string_agg(case when (bit_count(places0::integer) >= 1 and not ((bit_count(places1::integer) >= 1 and (((places1 >> 0) & 1)::bigint * t.f1 + ((places1 >> 1) & 1)::bigint * t.f2 + ((places1 >> 2) & 1)::bigint * t.f3 + ((places1 >> 3) & 1)::bigint * t.f4) > 2) or t.natoms > 8)) then '1' else '0' end, '' order by t.stoichiometry_id), ((count(*) + 7) // 8 * 8)::integer, '0')::bit as forbidden
    from (select distinct nelements, places0, places1 from system) c
    join amount t on t.nelements = c.nelements
    group by all
),
-- The same for each kind of system, given its set of allowed stoichiometries.
answer as materialized (
    select c.nelements, c.places0, c.places1, c.allowed_set_id, c.n_systems,
        ((m.allowed0) & (case when c.allowed_set_id = 0 then xor(m.forbidden, m.forbidden) else a.stoichiometries end)) as when_allowed,
        ~(case when c.allowed_set_id = 0 then xor(m.forbidden, m.forbidden) else a.stoichiometries end) & m.forbidden as when_forbidden
    from (select nelements, places0, places1, allowed_set_id, count(*) as n_systems from system group by nelements, places0, places1, allowed_set_id) c
    join mask m using (nelements, places0, places1)
    -- The semi join lets DuckDB expect few sets, so it unpacks the bits of these only.
    join (
        from store.allowed_set semi join (select distinct allowed_set_id from system) using (allowed_set_id)
    ) a on a.allowed_set_id = c.allowed_set_id
    where bit_count(when_allowed) + bit_count(when_forbidden) > 0
)
-- The bitmaps include known compositions, which are subtracted from missing and unlikely.
select
    count(*) filter (k.allowed and k.meets_known) as standard,
    any_value(u.allowed) - count(*) filter (k.allowed and k.meets_unknown) as missing,
    count(*) filter (not k.allowed and k.meets_known) as interesting,
    any_value(u.forbidden) - count(*) filter (not k.allowed and k.meets_unknown) as unlikely
from (
    select coalesce(sum(n_systems * bit_count(when_allowed)), 0)::bigint as allowed,
        coalesce(sum(n_systems * bit_count(when_forbidden)), 0)::bigint as forbidden
    from answer
) u
left join known k on true;
