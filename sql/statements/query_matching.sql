-- The parts of a query that find the matching stoichiometries of each kind of system, as bits, as if
-- no composition were known. Slots: {columns} that the filter reads, of a system and of c,
-- {c_columns}; {masks}, one bitmap where allowed for each truth of the species terms, and `forbidden`;
-- {systems} is the table to read; {key} decides a system's answer, {c_key} of c; {allowed_set}, bits;
-- {when_allowed} joins the masks; {species_joins} for species terms.

-- Stoichiometries that match, as bits: where the rule allows them, and where it forbids them.
mask as materialized (
    select {c_columns},
        {masks}
    from (select distinct {columns} from {systems}) c
    join amount t on t.nelements = c.nelements
    group by all
),
-- The same for each kind of system, given its set of allowed stoichiometries.
answer as materialized (
    select {c_key}, c.n_systems,
        {when_allowed} as when_allowed,
        ~({allowed_set}) & m.forbidden as when_forbidden
    from (select {key}, count(*) as n_systems from {systems} group by {key}) c
    join mask m using ({columns})
    -- The semi join lets DuckDB expect few sets, so it unpacks the bits of these only.
    join (
        from store.allowed_set semi join (select distinct allowed_set_id from {systems}) using (allowed_set_id)
    ) a on a.allowed_set_id = c.allowed_set_id{species_joins}
    where bit_count(when_allowed) + bit_count(when_forbidden) > 0
)
