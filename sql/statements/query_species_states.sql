-- What elements can be in one species term of a query. Slots: {name} of the term; {symbols} of its elements and
-- {states}, such as 'Fe 3', as lists.

-- Oxidation states of each element; for an element of the species term, only the state asked for.
{name}_kind as materialized (
    select symbol, electronegativity, list(oxidation_state::integer order by oxidation_state) as states
    from species join element using (symbol)
    where used and electronegativity is not null and (
        not list_contains({symbols}, symbol::varchar)
        or list_contains({states}, concat(symbol, ' ', oxidation_state))
    )
    group by symbol, electronegativity
    union all
    select null, null, [0]
)
