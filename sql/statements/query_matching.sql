-- The parts of a query that find the matching stoichiometries of each kind of system, as bits, as if
-- no composition were known. Slots: {columns} that the filter reads, of a system and of c,
-- {c_columns}; {masks}, one bitmap where allowed for each truth of the species terms, and `forbidden`;
-- {systems} is the table to read, {kinds} that with the number of systems of
-- each kind; {c_key} decides a system's answer; {materialized} or not; {allowed_set}, bits,
-- and {allowed_join}, where they are; {when_allowed} joins the masks; {species_joins} for species terms.

-- Stoichiometries that match, as bits: where the rule allows them, and where it forbids them.
mask as materialized (
    select {c_columns},
        {masks}
    from (select distinct {columns} from {systems}) c
    join amount t on t.nelements = c.nelements
    group by all
),
-- The same for each kind of system, given its set of allowed stoichiometries.
answer as {materialized}(
    select {c_key}, c.n_systems,
        {when_allowed} as when_allowed,
        ~({allowed_set}) & m.forbidden as when_forbidden
    from {kinds} c
    join mask m using ({columns}){allowed_join}{species_joins}
    where bit_count(when_allowed) + bit_count(when_forbidden) > 0
)
