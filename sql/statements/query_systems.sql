-- First parts of every query: the chemical systems that can match, and all stoichiometries.
-- Slots: {columns} of a system that the filter reads; {where} a system must be, if anything.

-- Chemical systems that can match, and where in them the sets of elements stand.
system as (
    select system_id, nelements, allowed_set_id{columns}
    from store.chemical_system{where}
),
-- Stoichiometries, absent elements with an amount of 0.
amount as materialized (
    select *, factors[1] as f1, factors[2] as f2,
        coalesce(factors[3], 0) as f3, coalesce(factors[4], 0) as f4
    from store.stoichiometry
)
