-- Compositions of a query by element: symbol, n. Slots: {systems} is the table to read, {key} decides a
-- system's answer; {elements} of a system, joined by {element_join}; {element5}, the fifth.

-- Compositions of each kind of chemical system, as if none were known.
n_matching as materialized (
    select {key}, bit_count(when_allowed) + bit_count(when_forbidden) as n from answer
),
-- Those of the systems with each element at each place.
counted as materialized (
    select element1, element2, element3, element4, element5, sum(n) as n
    from (
        select {elements}.element1, {elements}.element2, {elements}.element3, {elements}.element4, {element5}, a.n
        from {systems} s
        join n_matching a using ({key}){element_join}
    )
    group by grouping sets ((element1), (element2), (element3), (element4), (element5))
)
select element::varchar as symbol, sum(n)::bigint as n
from (
    select coalesce(element1, element2, element3, element4, element5) as element, n from counted
    union all
    -- The known ones among them are not counted as unknown, but as known if they match.
    select unnest(elements), meets_known::integer - meets_unknown::integer from known
)
where element is not null
group by element
having sum(n) > 0
order by element
