-- Compositions of a query, as if none were known, in each {width} system_ids. Slots: {systems} is the
-- table to read, {key} decides a system's answer.

select s.system_id // {width} as bucket,
    sum(bit_count(a.when_allowed) + bit_count(a.when_forbidden))::bigint as n
from {systems} s
join answer a using ({key})
group by bucket
order by bucket
