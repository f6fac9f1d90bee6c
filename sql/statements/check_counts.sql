-- Compares counts in the file with each other and with closed forms, one row per check. Reads `expected`,
-- registered by the caller: counts for each number of elements, from combinatorics and the enumeration.

with set_count as materialized (
    select allowed_set_id, sum(n_systems) as n from store.system_count group by allowed_set_id
)
-- A number of elements that a summary lacks gives NULL, which equals no count.
select concat(e.nelements, ' elements: ', c.name) as name, c.expected, c.found
from expected e
left join order_summary o using (nelements),
    lateral (
        values
            ('systems, 103 choose k', e.n_systems, o.n_systems),
            ('reduced stoichiometries', e.n_stoichiometries, o.n_stoichiometries),
            ('combinations', e.combinations, o.combinations),
            ('allowed', e.allowed, o.allowed),
            ('known = standard + interesting', o.known, o.standard + o.interesting),
            (
                'sum of the four categories', o.combinations,
                o.standard + o.missing + o.interesting + o.unlikely
            )
    ) c (name, expected, found)
union all
select 'numbers of elements', (select count(*) from expected), count(*) from order_summary
union all
select concat(o.nelements, ' elements: allowed by stoichiometry'), o.allowed, sum(t.n_allowed)
from order_summary o left join stoichiometry t using (nelements)
group by o.nelements, o.allowed
union all
select concat(o.nelements, ' elements: allowed by element, each counted k times'), o.allowed * o.nelements, sum(f.allowed)
from order_summary o left join element_frequency f using (nelements)
group by o.nelements, o.allowed
union all
select concat(o.nelements, ' elements: allowed by anonymous formula'), o.allowed, sum(f.allowed)
from order_summary o left join anonymous_formula f using (nelements)
group by o.nelements, o.allowed
union all
select concat(o.nelements, ' elements: known by element, each counted k times'), o.known * o.nelements, sum(f.known)
from order_summary o left join element_frequency f using (nelements)
group by o.nelements, o.known
union all
select concat(o.nelements, ' elements: known by anonymous formula'), o.known, sum(f.known)
from order_summary o left join anonymous_formula f using (nelements)
group by o.nelements, o.known
union all
select concat(o.nelements, ' elements: known by system'), o.known, coalesce(sum(k.n_standard + k.n_interesting), 0)
from order_summary o left join known_system k using (nelements)
group by o.nelements, o.known
union all
select concat(o.nelements, ' elements: known compositions'), o.known, count(k.system_id)
from order_summary o left join known_composition k using (nelements)
group by o.nelements, o.known
union all
select 'members of the allowed sets', sum(n_allowed), sum(bit_count(stoichiometries)) from store.allowed_set
union all
select 'members of the listed sets', coalesce(sum(n_allowed), 0), (select count(*) from store.allowed_stoichiometry)
from store.allowed_set
where listed
union all
select 'systems of the allowed sets', sum(n_systems), (select sum(n) from set_count)
from store.allowed_set
union all
select 'allowed sets with the right number of systems', count(*), count(*) filter (a.n_systems = coalesce(s.n, 0))
from store.allowed_set a
left join set_count s using (allowed_set_id)
union all
select 'known formulas in the space', count(distinct formula), (select count(*) from known_composition)
from known_entry
where in_space
union all
select 'known entries in the space', count(*), (select coalesce(sum(n_entries), 0) from known_composition)
from known_entry
where in_space
union all
select
    'known compositions whose bits match their category', count(*),
    count(*) filter (
        k.allowed = (get_bit(a.stoichiometries, k.stoichiometry_id) = 1)
        and k.category = case when k.allowed then 'standard' else 'interesting' end
        and get_bit(n.known_stoichiometries, k.stoichiometry_id) = 1
    )
from known_composition k
left join store.systems_in('known_composition') s using (system_id)
left join store.allowed_set a using (allowed_set_id)
left join known_system n using (system_id)
union all
select 'known entries of the sources', coalesce(sum(n_entries), 0), (select count(*) from known_entry) from known_source
union all
select 'points of the maps', coalesce(sum(n_standard + n_missing + n_interesting + n_unlikely), 0), (select count(*) from projection)
from projection_run
order by name;
