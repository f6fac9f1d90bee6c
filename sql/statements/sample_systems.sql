-- Number of compositions of a category in each chemical system of five elements with some first three elements.
-- Reads `drawn_head` (first_system_id). Parameter: category, missing or unlikely.

select
    h.first_system_id + t.tail_number as system_id,
    case
        when $category = 'missing' then a.n_allowed - coalesce(k.n_standard, 0)
        else o.n_stoichiometries - a.n_allowed - coalesce(k.n_interesting, 0)
    end::bigint as n
from drawn_head d
join store.system_head h using (first_system_id)
join store.system_tail t using (element3)
join store.signature_pair p
    on p.head_signature = h.head_signature and p.tail_signature = t.tail_signature
join store.allowed_set a using (allowed_set_id)
join order_summary o on o.nelements = 5
left join known_system k on k.system_id = h.first_system_id + t.tail_number
order by 1;
