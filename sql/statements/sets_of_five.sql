-- The allowed set of some chemical systems of five elements. Reads `some_system` (system_id).

select s.system_id, p.allowed_set_id
from some_system s
asof join store.system_head h on s.system_id >= h.first_system_id
join store.system_tail t on t.element3 = h.element3 and t.tail_number = s.system_id - h.first_system_id
join store.signature_pair p on p.head_signature = h.head_signature and p.tail_signature = t.tail_signature
order by s.system_id;
