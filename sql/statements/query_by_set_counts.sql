-- Counts of a query in which systems of five elements differ by their allowed sets only: a pass over the sets,
-- without a join that would hold them in memory. Slot: {kinds}, the same counts for all other kinds of systems.

select sum(allowed)::bigint as allowed, sum(forbidden)::bigint as forbidden
    from (
        {kinds}
        union all
        select
            sum(a.n_systems * bit_count(m.allowed0 & a.stoichiometries)),
            sum(a.n_systems * (m.n_forbidden - bit_count(m.forbidden & a.stoichiometries)))
        from store.allowed_set a
        join (
            select nelements, allowed0, forbidden, bit_count(forbidden) as n_forbidden from mask where nelements = 5
        ) m using (nelements)
    )
