-- The matching unknown compositions with a positive score, at least the first {limit} of them. Reads
-- `candidate` (system_id, stoichiometry_id, score), registered by Python. Slots: {systems} is the table to
-- read, {key} decides a system's answer.

-- Candidates that match.
scored as materialized (
    select c.system_id, c.stoichiometry_id, c.score
    from candidate c
    join {systems} s on s.system_id = c.system_id
    join answer a using ({key})
    anti join known_composition k
        on k.system_id = c.system_id and k.stoichiometry_id = c.stoichiometry_id
    where c.score > 0 and get_bit(a.when_allowed | a.when_forbidden, c.stoichiometry_id) = 1
)
select system_id, stoichiometry_id, score
from scored
-- All that share the lowest score, as their formulas decide.
where score >= (select min(score) from (select score from scored order by score desc limit {limit}))
