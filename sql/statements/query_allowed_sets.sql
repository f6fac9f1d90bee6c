-- The allowed sets a of the kinds of systems c, as a part of query_matching. Slot: {systems} is the table to read.

-- The semi join lets DuckDB expect few sets, so it unpacks the bits of these only.
    join (
        from store.allowed_set semi join (select distinct allowed_set_id from {systems}) using (allowed_set_id)
    ) a on a.allowed_set_id = c.allowed_set_id
