-- Counts of a query that does not ask for a stoichiometry: whole sets are counted, without their bits.
-- Slots: {kinds} is the table to read; {times} the number of systems of a row, if it has several; {if_allowed} and {if_forbidden} are the filter where the rule
-- allows a composition and where it does not.

select
        coalesce(sum({times}a.n_allowed) filter ({if_allowed}), 0)::bigint as allowed,
        coalesce(sum({times}(n.n_stoichiometries - a.n_allowed)) filter ({if_forbidden}), 0)::bigint as forbidden
    from {kinds} t
    join store.allowed_set a using (allowed_set_id)
    join (
        select nelements, count(*) as n_stoichiometries from store.stoichiometry group by nelements
    ) n on n.nelements = t.nelements
