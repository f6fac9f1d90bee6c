-- Heads and tails of the chemical systems of five elements, as parts of a query. Slots: {head_columns} and
-- {tail_columns} that the filter reads; {where} a head must be, if anything; {pairs_where} a pair of signatures.

-- The first three elements of systems. A column placesN, if there is one, is as in `system`.
head as materialized (
    select first_system_id, element1, element2, element3, head_signature{head_columns}
    from store.system_head{where}
),
-- The last two elements, for each element that may come before them.
tail as materialized (
    select element3, element4, element5, tail_signature, tail_number{tail_columns}
    from store.system_tail
),
-- The allowed set of each pair of their signatures.
pair as (
    from store.signature_pair{pairs_where}
)
