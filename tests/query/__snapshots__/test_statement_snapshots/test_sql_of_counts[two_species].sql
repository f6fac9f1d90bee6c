with
-- Chemical systems that can match. A column placesN, if there is one, is for a set of elements in the query:
-- its bit i - 1 is set if element i of the system is in the set.
system as (
    select system_id, nelements, allowed_set_id,
        case when element1 = 'Fe'::element_symbol then 1 else 0 end + case when element2 = 'Fe'::element_symbol then 2 else 0 end + case when element3 = 'Fe'::element_symbol then 4 else 0 end + case when element4 = 'Fe'::element_symbol then 8 else 0 end as places0,
        case when element1 = 'O'::element_symbol then 1 else 0 end + case when element2 = 'O'::element_symbol then 2 else 0 end + case when element3 = 'O'::element_symbol then 4 else 0 end + case when element4 = 'O'::element_symbol then 8 else 0 end as places1
    from store.chemical_system
    where (((element1 = 'Fe'::element_symbol or element2 = 'Fe'::element_symbol or element3 = 'Fe'::element_symbol or element4 = 'Fe'::element_symbol) is true) and ((element1 = 'O'::element_symbol or element2 = 'O'::element_symbol or element3 = 'O'::element_symbol or element4 = 'O'::element_symbol) is true))
),
-- All stoichiometries; f1 to f4 are the factors, 0 for absent elements.
amount as materialized (
    select *, factors[1] as f1, factors[2] as f2,
        coalesce(factors[3], 0) as f3, coalesce(factors[4], 0) as f4
    from store.stoichiometry
),
-- Oxidation states of each element; for an element of the species term, only the state asked for.
species0_kind as materialized (
    select symbol, electronegativity, list(oxidation_state::integer order by oxidation_state) as states
    from species join element using (symbol)
    where used and electronegativity is not null and (
        not list_contains(['Fe', 'O'], symbol::varchar)
        or list_contains(['Fe 3', 'O -2'], concat(symbol, ' ', oxidation_state))
    )
    group by symbol, electronegativity
    union all
    select null, null, [0]
),
-- Oxidation states of the elements of each system; tieN is true if N and N + 1 are equally electronegative.
species0_signed as materialized (
    select s.system_id, s.nelements, k1.states as states1, k2.states as states2, k3.states as states3, k4.states as states4, coalesce(k1.electronegativity = k2.electronegativity, false) as tie1, coalesce(k2.electronegativity = k3.electronegativity, false) as tie2, coalesce(k3.electronegativity = k4.electronegativity, false) as tie3
    from store.chemical_system s
    semi join system using (system_id)
    join species0_kind k1 on k1.symbol is not distinct from s.element1
    join species0_kind k2 on k2.symbol is not distinct from s.element2
    join species0_kind k3 on k3.symbol is not distinct from s.element3
    join species0_kind k4 on k4.symbol is not distinct from s.element4
    where 'Fe'::element_symbol in (element1, element2, element3, element4) and 'O'::element_symbol in (element1, element2, element3, element4)
),
-- Systems with equal oxidation states and ties share a signature, and are decided once.
species0_signature as materialized (
    select *, row_number() over () as signature_id
    from (select distinct * exclude (system_id) from species0_signed)
),
-- Choices of one state per element, with every cation less electronegative than every anion.
species0_choice1 as (select *, unnest(states1) as state1 from species0_signature),
species0_choice2 as (
    select *, unnest(states2) as state2
    from species0_choice1
    where true
),
species0_choice3 as (
    select *, unnest(states3) as state3
    from species0_choice2
    where not (state1 < 0 and state2 > 0) and not (state1 > 0 and state2 < 0 and tie1)
),
species0_choice4 as (
    select *, unnest(states4) as state4
    from species0_choice3
    where not (state1 < 0 and state3 > 0) and not (state1 > 0 and state3 < 0 and tie1 and tie2) and not (state2 < 0 and state3 > 0) and not (state2 > 0 and state3 < 0 and tie2)
),
species0_choice as materialized (
    select signature_id, nelements, state1, state2, state3, state4
    from species0_choice4
    where not (state1 < 0 and state4 > 0) and not (state1 > 0 and state4 < 0 and tie1 and tie2 and tie3) and not (state2 < 0 and state4 > 0) and not (state2 > 0 and state4 < 0 and tie2 and tie3) and not (state3 < 0 and state4 > 0) and not (state3 > 0 and state4 < 0 and tie3)
),
-- Stoichiometries that are charge-neutral with each choice, as bits.
species0_neutral as materialized (
    select c.nelements, state1, state2, state3, state4,
        bit_or(set_bit(z.zero, t.stoichiometry_id, 1)) as stoichiometries
    from (select distinct nelements, state1, state2, state3, state4 from species0_choice) c
    join (
        select nelements, rpad('', ((count(*) + 7) // 8 * 8)::integer, '0')::bit as zero
        from amount group by nelements
    ) z using (nelements)
    join amount t on t.nelements = c.nelements and state1 * f1 + state2 * f2 + state3 * f3 + state4 * f4 = 0
    group by all
),
-- Stoichiometries of each signature: neutral with one of its choices.
species0_balanced as materialized (
    select signature_id, bit_or(stoichiometries) as stoichiometries
    from species0_choice join species0_neutral using (nelements, state1, state2, state3, state4)
    group by signature_id
),
-- Distinct sets of stoichiometries.
species0_set as materialized (
    select stoichiometries, row_number() over () as set_id
    from (select distinct stoichiometries from species0_balanced)
),
species0_answer as materialized (
    select signature_id, set_id from species0_balanced join species0_set using (stoichiometries)
),
-- The set of each system.
species0 as materialized (
    select g.system_id, b.set_id
    from species0_signed g
    join species0_signature using (nelements, states1, states2, states3, states4, tie1, tie2, tie3)
    join species0_answer b using (signature_id)
),
system_with_species as (
    select system.*, coalesce(species0.set_id, 0) as species0_set
    from system
    left join species0 using (system_id)
),
-- Known compositions that match, or would match if they were unknown.
known as materialized (
    select t.*,
        (bit_count(places0::integer) >= 1 and bit_count(places1::integer) >= 1 and coalesce(get_bit(species0_set.stoichiometries, t.stoichiometry_id) = 1, false)) as meets_known,
        (bit_count(places0::integer) >= 1 and bit_count(places1::integer) >= 1 and coalesce(get_bit(species0_set.stoichiometries, t.stoichiometry_id) = 1, false)) as meets_unknown
    from (
        select *, list_max(factors) as max_factor, factors[1] as f1, factors[2] as f2,
            coalesce(factors[3], 0) as f3, coalesce(factors[4], 0) as f4,
        case when elements[1] = 'Fe'::element_symbol then 1 else 0 end + case when elements[2] = 'Fe'::element_symbol then 2 else 0 end + case when elements[3] = 'Fe'::element_symbol then 4 else 0 end + case when elements[4] = 'Fe'::element_symbol then 8 else 0 end as places0,
        case when elements[1] = 'O'::element_symbol then 1 else 0 end + case when elements[2] = 'O'::element_symbol then 2 else 0 end + case when elements[3] = 'O'::element_symbol then 4 else 0 end + case when elements[4] = 'O'::element_symbol then 8 else 0 end as places1
        from known_composition
    ) t
    left join species0 using (system_id)
    left join species0_set on species0_set.set_id = species0.set_id
    where meets_known or meets_unknown
),
-- Stoichiometries that match, as bits: where the rule allows them, and where it forbids them.
mask as materialized (
    select c.nelements, c.places0, c.places1,
        rpad(string_agg(case when (bit_count(places0::integer) >= 1 and bit_count(places1::integer) >= 1 and true) then '1' else '0' end, '' order by t.stoichiometry_id), ((count(*) + 7) // 8 * 8)::integer, '0')::bit as allowed0,
        rpad(string_agg(case when (bit_count(places0::integer) >= 1 and bit_count(places1::integer) >= 1 and false) then '1' else '0' end, '' order by t.stoichiometry_id), ((count(*) + 7) // 8 * 8)::integer, '0')::bit as allowed1,
        rpad(string_agg(case when (bit_count(places0::integer) >= 1 and bit_count(places1::integer) >= 1 and false) then '1' else '0' end, '' order by t.stoichiometry_id), ((count(*) + 7) // 8 * 8)::integer, '0')::bit as forbidden
    from (select distinct nelements, places0, places1 from system_with_species) c
    join amount t on t.nelements = c.nelements
    group by all
),
-- The same for each kind of system, given its set of allowed stoichiometries.
answer as materialized (
    select c.nelements, c.places0, c.places1, c.allowed_set_id, c.species0_set, c.n_systems,
        ((m.allowed0) & (case when c.allowed_set_id = 0 then xor(m.forbidden, m.forbidden) else a.stoichiometries end) & (coalesce(species0_set.stoichiometries, xor(m.forbidden, m.forbidden)))) | ((m.allowed1) & (case when c.allowed_set_id = 0 then xor(m.forbidden, m.forbidden) else a.stoichiometries end) & (~(coalesce(species0_set.stoichiometries, xor(m.forbidden, m.forbidden))))) as when_allowed,
        ~(case when c.allowed_set_id = 0 then xor(m.forbidden, m.forbidden) else a.stoichiometries end) & m.forbidden as when_forbidden
    from (select nelements, places0, places1, allowed_set_id, species0_set, count(*) as n_systems from system_with_species group by nelements, places0, places1, allowed_set_id, species0_set) c
    join mask m using (nelements, places0, places1)
    -- The semi join lets DuckDB expect few sets, so it unpacks the bits of these only.
    join (
        from store.allowed_set semi join (select distinct allowed_set_id from system_with_species) using (allowed_set_id)
    ) a on a.allowed_set_id = c.allowed_set_id
    left join species0_set on species0_set.set_id = c.species0_set
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
