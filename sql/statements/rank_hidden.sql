-- Scored compositions that are allowed and not known, and whether they were hidden. Reads `candidate`
-- (system_id, stoichiometry_id, score, nelements, allowed_set_id) and `known` (system_id, stoichiometry_id, hidden).

select c.nelements, c.score, k.system_id is not null as hidden
from candidate c
join store.allowed_set a using (allowed_set_id)
left join known k on k.system_id = c.system_id and k.stoichiometry_id = c.stoichiometry_id
where get_bit(a.stoichiometries, c.stoichiometry_id) = 1 and coalesce(k.hidden, true);
