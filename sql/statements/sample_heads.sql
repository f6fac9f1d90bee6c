-- Number of compositions of a category for each first three elements of chemical systems of five. Parameter:
-- category, missing or unlikely.

with of_signature as (
    select element3, head_signature, sum(n_tails) as n_systems, sum(n_tails * n_allowed) as n_allowed
    from store.system_group join store.allowed_set using (allowed_set_id)
    group by element3, head_signature
),
known as (
    select h.first_system_id, sum(k.n_standard) as n_standard, sum(k.n_interesting) as n_interesting
    from known_system k
    asof join store.system_head h on k.system_id >= h.first_system_id
    where k.nelements = 5
    group by h.first_system_id
)
select
    h.first_system_id,
    case
        when $category = 'missing' then s.n_allowed - coalesce(k.n_standard, 0)
        else s.n_systems * o.n_stoichiometries - s.n_allowed - coalesce(k.n_interesting, 0)
    end::bigint as n
from store.system_head h
join of_signature s using (element3, head_signature)
join order_summary o on o.nelements = 5
left join known k using (first_system_id)
order by h.first_system_id;
