-- How many chemical systems of five elements have each allowed set and places of elements. Slots: {columns}
-- that the filter reads, of heads or tails, each before a comma; {sums} of the columns of both; {tail_join} of h
-- with tails t.

select 5::utinyint as nelements, {sums}p.allowed_set_id, sum(h.n * t.n)::bigint as n_systems
    from (
        select element3, head_signature, {columns}count(*)::bigint as n from head group by all
    ) h{tail_join}
    join pair p on p.head_signature = h.head_signature and p.tail_signature = t.tail_signature
    group by all
