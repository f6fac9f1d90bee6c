-- Compositions of a query by element: symbol, n. Slots: {systems} is the table to read, {key} decides a
-- system's answer.

-- Compositions of each chemical system, as if none were known.
counted as materialized (
    select e.element1, e.element2, e.element3, e.element4,
        bit_count(a.when_allowed) + bit_count(a.when_forbidden) as n
    from {systems} s
    join answer a using ({key})
    join store.chemical_system e on e.system_id = s.system_id
)
select element::varchar as symbol, sum(n)::bigint as n
from (
    select element1 as element, sum(n) as n from counted group by element1
    union all
    select element2, sum(n) from counted group by element2
    union all
    select element3, sum(n) from counted group by element3
    union all
    select element4, sum(n) from counted group by element4
    union all
    -- The known ones among them are not counted as unknown, but as known if they match.
    select unnest(elements), meets_known::integer - meets_unknown::integer from known
)
where element is not null
group by element
having sum(n) > 0
order by element
