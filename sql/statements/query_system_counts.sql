-- Compositions of a query, as if none were known, in each {width} system_ids. Slots: {systems} is the
-- table to read, {key} decides a system's answer.

select s.system_id // {width} as bucket, sum(a.n)::bigint as n
from {systems} s
join (select {key}, bit_count(when_allowed) + bit_count(when_forbidden) as n from answer) a using ({key})
group by bucket
order by bucket
