-- Does the file agree with itself and with the closed forms? One row per check. Reads
-- `expected`, registered by the caller: counts of each order from combinatorics and from the
-- enumerator.

select concat(e.nelements, ' elements: ', c.name) as name, c.expected, c.found
from expected e
join order_summary o using (nelements),
    lateral (
        values
            ('systems, 103 choose k', e.n_systems, o.n_systems),
            ('reduced stoichiometries', e.n_stoichiometries, o.n_stoichiometries),
            ('combinations', e.combinations, o.combinations),
            ('allowed', e.allowed, o.allowed),
            ('known = standard + interesting', o.known, o.standard + o.interesting),
            (
                'four categories make all combinations', o.combinations,
                o.standard + o.missing + o.interesting + o.unlikely
            )
    ) c (name, expected, found)
union all
select concat(o.nelements, ' elements: allowed by stoichiometry'), o.allowed, sum(t.n_allowed)
from order_summary o join stoichiometry t using (nelements)
group by o.nelements, o.allowed
union all
select concat(o.nelements, ' elements: allowed by element, each counted k times'), o.allowed * o.nelements, sum(f.allowed)
from order_summary o join element_frequency f using (nelements)
group by o.nelements, o.allowed
union all
select concat(o.nelements, ' elements: allowed by anonymous formula'), o.allowed, sum(f.allowed)
from order_summary o join anonymous_formula f using (nelements)
group by o.nelements, o.allowed
union all
select 'members of the allowed sets', sum(n_allowed), sum(bit_count(stoichiometries)) from store.allowed_set
union all
select 'members of the listed sets', coalesce(sum(n_allowed), 0), (select count(*) from store.allowed_stoichiometry)
from store.allowed_set
where listed
union all
select 'systems of the allowed sets', sum(n_systems), (select count(*) from store.chemical_system)
from store.allowed_set
union all
select 'known formulas in the space', count(distinct formula), (select count(*) from known_composition)
from known_entry
where in_space
union all
select 'known entries of the sources', coalesce(sum(n_entries), 0), (select count(*) from known_entry) from known_source;
