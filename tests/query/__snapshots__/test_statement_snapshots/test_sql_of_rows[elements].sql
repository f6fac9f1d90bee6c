with
-- Chemical systems that can match. A column placesN, if there is one, is for a set of elements in the query:
-- its bit i - 1 is set if element i of the system is in the set.
system as (
    select system_id, nelements, allowed_set_id,
        case when element1 = 'Li'::element_symbol then 1 else 0 end + case when element2 = 'Li'::element_symbol then 2 else 0 end + case when element3 = 'Li'::element_symbol then 4 else 0 end + case when element4 = 'Li'::element_symbol then 8 else 0 end as places0,
        case when element1 = 'O'::element_symbol then 1 else 0 end + case when element2 = 'O'::element_symbol then 2 else 0 end + case when element3 = 'O'::element_symbol then 4 else 0 end + case when element4 = 'O'::element_symbol then 8 else 0 end as places1,
        case when element1 = 'Zn'::element_symbol then 1 else 0 end + case when element2 = 'Zn'::element_symbol then 2 else 0 end + case when element3 = 'Zn'::element_symbol then 4 else 0 end + case when element4 = 'Zn'::element_symbol then 8 else 0 end as places2
    from store.chemical_system
    where (((element1 = 'Li'::element_symbol or element2 = 'Li'::element_symbol or element3 = 'Li'::element_symbol or element4 = 'Li'::element_symbol) is true) and ((element1 = 'O'::element_symbol or element2 = 'O'::element_symbol or element3 = 'O'::element_symbol or element4 = 'O'::element_symbol) is true) and ((element1 = 'Zn'::element_symbol or element2 = 'Zn'::element_symbol or element3 = 'Zn'::element_symbol or element4 = 'Zn'::element_symbol) is true))
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
        (bit_count(places0::integer) >= 1 and bit_count(places1::integer) >= 1 and bit_count(places2::integer) >= 1) as meets_known,
        (t.natoms between 2 and 5 and (bit_count(places0::integer) >= 1 and bit_count(places1::integer) >= 1 and bit_count(places2::integer) >= 1)) as meets_unknown
    from (
        select *, list_max(factors) as max_factor, factors[1] as f1, factors[2] as f2,
            coalesce(factors[3], 0) as f3, coalesce(factors[4], 0) as f4,
        case when elements[1] = 'Li'::element_symbol then 1 else 0 end + case when elements[2] = 'Li'::element_symbol then 2 else 0 end + case when elements[3] = 'Li'::element_symbol then 4 else 0 end + case when elements[4] = 'Li'::element_symbol then 8 else 0 end as places0,
        case when elements[1] = 'O'::element_symbol then 1 else 0 end + case when elements[2] = 'O'::element_symbol then 2 else 0 end + case when elements[3] = 'O'::element_symbol then 4 else 0 end + case when elements[4] = 'O'::element_symbol then 8 else 0 end as places1,
        case when elements[1] = 'Zn'::element_symbol then 1 else 0 end + case when elements[2] = 'Zn'::element_symbol then 2 else 0 end + case when elements[3] = 'Zn'::element_symbol then 4 else 0 end + case when elements[4] = 'Zn'::element_symbol then 8 else 0 end as places2
        from known_composition
    ) t
    where meets_known or meets_unknown
),
-- Stoichiometries that match, as bits: where the rule allows them, and where it forbids them.
mask as materialized (
    select c.nelements, c.places0, c.places1, c.places2,
        rpad(string_agg(case when (t.natoms between 2 and 5 and (bit_count(places0::integer) >= 1 and bit_count(places1::integer) >= 1 and bit_count(places2::integer) >= 1)) then '1' else '0' end, '' order by t.stoichiometry_id), ((count(*) + 7) // 8 * 8)::integer, '0')::bit as allowed0,
        rpad(string_agg(case when (t.natoms between 2 and 5 and (bit_count(places0::integer) >= 1 and bit_count(places1::integer) >= 1 and bit_count(places2::integer) >= 1)) then '1' else '0' end, '' order by t.stoichiometry_id), ((count(*) + 7) // 8 * 8)::integer, '0')::bit as forbidden
    from (select distinct nelements, places0, places1, places2 from system) c
    join amount t on t.nelements = c.nelements
    group by all
),
-- The same for each kind of system, given its set of allowed stoichiometries.
answer as materialized (
    select c.nelements, c.places0, c.places1, c.places2, c.allowed_set_id, c.n_systems,
        ((m.allowed0) & (case when c.allowed_set_id = 0 then xor(m.forbidden, m.forbidden) else a.stoichiometries end)) as when_allowed,
        ~(case when c.allowed_set_id = 0 then xor(m.forbidden, m.forbidden) else a.stoichiometries end) & m.forbidden as when_forbidden
    from (select nelements, places0, places1, places2, allowed_set_id, count(*) as n_systems from system group by nelements, places0, places1, places2, allowed_set_id) c
    join mask m using (nelements, places0, places1, places2)
    -- The semi join lets DuckDB expect few sets, so it unpacks the bits of these only.
    join (
        from store.allowed_set semi join (select distinct allowed_set_id from system) using (allowed_set_id)
    ) a on a.allowed_set_id = c.allowed_set_id
    where bit_count(when_allowed) + bit_count(when_forbidden) > 0
),
-- Stoichiometries that match in some system, a row each.
member as materialized (
    select m.places0, m.places1, m.places2, t.*
    from mask m
    join amount t on t.nelements = m.nelements and get_bit(m.allowed0 | m.forbidden, t.stoichiometry_id) = 1
),
-- The rows to return, by system and stoichiometry.
hit as materialized (
    select t.system_id, t.stoichiometry_id, t.nelements, true as known, t.allowed,
        true as key0,
        t.natoms as key1
    from known t
    where t.meets_known
    union all by name
    select s.system_id, t.stoichiometry_id, s.nelements, false as known,
        get_bit(a.when_allowed, t.stoichiometry_id) = 1 as allowed,
        false as key0,
        t.natoms as key1
    from system s
    join answer a using (nelements, places0, places1, places2, allowed_set_id)
    join member t on t.nelements = s.nelements and t.places0 = s.places0 and t.places1 = s.places1 and t.places2 = s.places2
        and get_bit(a.when_allowed | a.when_forbidden, t.stoichiometry_id) = 1
    anti join known_composition k
        on k.system_id = s.system_id and k.stoichiometry_id = t.stoichiometry_id
    order by key0 desc nulls last, key1 nulls last, nelements, system_id, stoichiometry_id
    limit 20
)
-- Their columns.
select
    concat(s.element1, t.amount1, s.element2, t.amount2, s.element3, t.amount3, s.element4, t.amount4) as "formula",
    s.chemsys as "chemsys",
    s.nelements as "nelements",
    t.natoms as "natoms",
    t.formula_anonymous as "formula_anonymous",
    h.allowed as "allowed",
    h.known as "known",
    case when h.allowed then case when h.known then 'standard' else 'missing' end when h.known then 'interesting' else 'unlikely' end as "category",
    array_to_string(k.sources, ' ') as "known_in",
    k.material_id as "material_id",
    k.energy_above_hull as "energy_above_hull"
from hit h
join store.system_elements s using (system_id)
join store.stoichiometry t on t.nelements = h.nelements and t.stoichiometry_id = h.stoichiometry_id
left join known_composition k on k.system_id = h.system_id and k.stoichiometry_id = h.stoichiometry_id
order by h.key0 desc nulls last, h.key1 nulls last, h.nelements, h.system_id, h.stoichiometry_id;
