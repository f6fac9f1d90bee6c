-- The parts of a query for one species term: which stoichiometries of each system are neutral with
-- the oxidation states asked for. {name} has system_id and set_id, {name}_set the stoichiometries
-- of a set_id as bits. {name}_kind is that of query_species_states. Slots: {name} of the term; {present}, that
-- a system has the elements; {source} of the systems; {signed}, {kinds}, {choices}, {in_order}, {state_list},
-- {charge} and {signature} have a part for each place of an element, of which {last} is the last.

-- Oxidation states of the elements of each system; tieN is true if N and N + 1 are equally electronegative.
{name}_signed as materialized (
    select s.system_id, s.nelements, {signed}
    from {source}
    {kinds}
    where {present}
),
-- Systems with equal oxidation states and ties share a signature, and are decided once.
{name}_signature as materialized (
    select *, row_number() over () as signature_id
    from (select distinct * exclude (system_id) from {name}_signed)
),
-- Choices of one state per element, with every cation less electronegative than every anion.
{choices}
{name}_choice as materialized (
    select signature_id, nelements, {state_list}
    from {name}_choice{last}
    where {in_order}
),
-- Stoichiometries that are charge-neutral with each choice, as bits.
{name}_neutral as materialized (
    select c.nelements, {state_list},
        bit_or(set_bit(z.zero, t.stoichiometry_id, 1)) as stoichiometries
    from (select distinct nelements, {state_list} from {name}_choice) c
    join (
        select nelements, rpad('', ((count(*) + 7) // 8 * 8)::integer, '0')::bit as zero
        from amount group by nelements
    ) z using (nelements)
    join amount t on t.nelements = c.nelements and {charge} = 0
    group by all
),
-- Stoichiometries of each signature: neutral with one of its choices.
{name}_balanced as materialized (
    select signature_id, bit_or(stoichiometries) as stoichiometries
    from {name}_choice join {name}_neutral using (nelements, {state_list})
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
    join {name}_signature using (nelements, {signature})
    join {name}_answer b using (signature_id)
)
