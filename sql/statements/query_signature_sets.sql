-- How many chemical systems of five elements have each allowed set. Slots: {columns} that the filter reads, each
-- before a comma; {listed}, whether sets that are not empty are wanted; {with_empty}, whether the empty one is.

select 5::utinyint as nelements, {columns}allowed_set_id, n_systems::bigint as n_systems
    from store.allowed_set
    where nelements = 5 and {listed}
    union all
    -- The empty set is that of all numbers of elements.
    select 5, {columns}0, any_value(o.n_systems) - coalesce(sum(a.n_systems), 0)
    from order_summary o
    left join store.allowed_set a using (nelements)
    where nelements = 5 and {with_empty}
    having count(*) > 0
