-- Counts of a query that does not ask for a stoichiometry: whole sets are counted, without their bits.
-- Slots: {systems} is the table to read; {if_allowed} and {if_forbidden} are the filter where the rule
-- allows a composition and where it does not.

select
        coalesce(sum(a.n_allowed) filter ({if_allowed}), 0)::bigint as allowed,
        coalesce(sum(n.n_stoichiometries - a.n_allowed) filter ({if_forbidden}), 0)::bigint as forbidden
    from {systems} t
    join store.allowed_set a using (allowed_set_id)
    join (
        select nelements, count(*) as n_stoichiometries from store.stoichiometry group by nelements
    ) n on n.nelements = t.nelements
