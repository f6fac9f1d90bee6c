-- The parts of a query for one species term: which stoichiometries of each system are neutral with
-- the oxidation states asked for. {name} has system_id and set_id, {name}_set the stoichiometries
-- of a set_id as bits. Slots: {name} of the term; {symbols} of its elements and {states}, such as
-- 'Fe 3', as lists; {present}, that a system has the elements.

-- Oxidation states of each element; for an element of the species term, only the state asked for.
{name}_kind as materialized (
    select symbol, electronegativity, list(oxidation_state::integer order by oxidation_state) as states
    from species join element using (symbol)
    where used and electronegativity is not null and (
        not list_contains({symbols}, symbol::varchar)
        or list_contains({states}, concat(symbol, ' ', oxidation_state))
    )
    group by symbol, electronegativity
    union all
    select null, null, [0]
),
-- Oxidation states of the elements of each system; tieN is true if N and N + 1 are equally electronegative.
{name}_signed as materialized (
    select s.system_id, s.nelements, k1.states as states1, k2.states as states2, k3.states as states3, k4.states as states4, coalesce(k1.electronegativity = k2.electronegativity, false) as tie1, coalesce(k2.electronegativity = k3.electronegativity, false) as tie2, coalesce(k3.electronegativity = k4.electronegativity, false) as tie3
    from store.chemical_system s
    semi join system using (system_id)
    join {name}_kind k1 on k1.symbol is not distinct from s.element1
    join {name}_kind k2 on k2.symbol is not distinct from s.element2
    join {name}_kind k3 on k3.symbol is not distinct from s.element3
    join {name}_kind k4 on k4.symbol is not distinct from s.element4
    where {present}
),
-- Systems with equal oxidation states and ties share a signature, and are decided once.
{name}_signature as materialized (
    select *, row_number() over () as signature_id
    from (select distinct * exclude (system_id) from {name}_signed)
),
-- Choices of one state per element, with every cation less electronegative than every anion.
{name}_choice1 as (select *, unnest(states1) as state1 from {name}_signature),
{name}_choice2 as (
    select *, unnest(states2) as state2
    from {name}_choice1
    where true
),
{name}_choice3 as (
    select *, unnest(states3) as state3
    from {name}_choice2
    where not (state1 < 0 and state2 > 0) and not (state1 > 0 and state2 < 0 and tie1)
),
{name}_choice4 as (
    select *, unnest(states4) as state4
    from {name}_choice3
    where not (state1 < 0 and state3 > 0) and not (state1 > 0 and state3 < 0 and tie1 and tie2) and not (state2 < 0 and state3 > 0) and not (state2 > 0 and state3 < 0 and tie2)
),
{name}_choice as materialized (
    select signature_id, nelements, state1, state2, state3, state4
    from {name}_choice4
    where not (state1 < 0 and state4 > 0) and not (state1 > 0 and state4 < 0 and tie1 and tie2 and tie3) and not (state2 < 0 and state4 > 0) and not (state2 > 0 and state4 < 0 and tie2 and tie3) and not (state3 < 0 and state4 > 0) and not (state3 > 0 and state4 < 0 and tie3)
),
-- Stoichiometries that are charge-neutral with each choice, as bits.
{name}_neutral as materialized (
    select c.nelements, state1, state2, state3, state4,
        bit_or(set_bit(z.zero, t.stoichiometry_id, 1)) as stoichiometries
    from (select distinct nelements, state1, state2, state3, state4 from {name}_choice) c
    join (
        select nelements, rpad('', ((count(*) + 7) // 8 * 8)::integer, '0')::bit as zero
        from amount group by nelements
    ) z using (nelements)
    join amount t on t.nelements = c.nelements and state1 * f1 + state2 * f2 + state3 * f3 + state4 * f4 = 0
    group by all
),
-- Stoichiometries of each signature: neutral with one of its choices.
{name}_balanced as materialized (
    select signature_id, bit_or(stoichiometries) as stoichiometries
    from {name}_choice join {name}_neutral using (nelements, state1, state2, state3, state4)
    group by signature_id
),
-- Distinct sets of stoichiometries.
{name}_set as materialized (
    select stoichiometries, row_number() over () as set_id
    from (select distinct stoichiometries from {name}_balanced)
),
{name}_answer as materialized (
    select signature_id, set_id from {name}_balanced join {name}_set using (stoichiometries)
),
-- The set of each system.
{name} as materialized (
    select g.system_id, b.set_id
    from {name}_signed g
    join {name}_signature using (nelements, states1, states2, states3, states4, tie1, tie2, tie3)
    join {name}_answer b using (signature_id)
)
