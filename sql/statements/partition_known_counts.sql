-- By how many the compositions of a query in each {width} system_ids are more than those as if none were
-- known: the last part of a statement that has `known`.

select system_id // {width} as bucket,
    (count(*) filter (meets_known) - count(*) filter (meets_unknown))::bigint as n
from known
group by bucket
