-- All stoichiometries, as a part of queries that read chemical systems of five elements.

-- f1 to f5 are the factors, 0 for absent elements.
amount as materialized (
    select *, factors[1] as f1, factors[2] as f2,
        coalesce(factors[3], 0) as f3, coalesce(factors[4], 0) as f4, coalesce(factors[5], 0) as f5
    from store.stoichiometry
)
