-- First parts of every query: the chemical systems that can match, and all stoichiometries.
-- Slots: {columns} of a system that the filter reads; {where} a system must be, if anything.

-- Chemical systems that can match. A column placesN, if there is one, is for a set of elements in the query:
-- its bit i - 1 is set if element i of the system is in the set.
system as (
    select system_id, nelements, allowed_set_id{columns}
    from store.listed_system{where}
),
-- All stoichiometries; f1 to f5 are the factors, 0 for absent elements.
amount as materialized (
    select *, factors[1] as f1, factors[2] as f2,
        coalesce(factors[3], 0) as f3, coalesce(factors[4], 0) as f4, coalesce(factors[5], 0) as f5
    from store.stoichiometry
)
