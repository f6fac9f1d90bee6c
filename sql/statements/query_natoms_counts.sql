-- Unknown compositions of a query by number of atoms. Slot: {natoms_mask} is the bitmap of the
-- stoichiometries with d.natoms atoms.

-- The bitmaps include known compositions, which are subtracted.
select natoms, sum(n)::bigint as n
from (
    select t.natoms, sum(a.n_systems * bit_count((a.when_allowed | a.when_forbidden) & t.stoichiometries)) as n
    from answer a
    join (
        select t.nelements, d.natoms, {natoms_mask} as stoichiometries
        from amount t join (select distinct nelements, natoms from amount) d using (nelements)
        group by t.nelements, d.natoms
    ) t using (nelements)
    group by t.natoms
    union all
    select natoms, -count(*) from known where meets_unknown group by natoms
)
group by natoms
having sum(n) > 0
order by natoms
