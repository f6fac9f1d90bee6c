-- The chemical systems of a query by the stoichiometries that match in them, as if no composition were
-- known: one row for each kind. Slots: {systems} is the table to read, {key} decides a system's answer,
-- {s_key} is the same of s; {element_lists} has a list for each place, {element_join} the table to read.

select
    g.* exclude ({key}), g.nelements,
    (a.when_allowed | a.when_forbidden)::blob as stoichiometries,
    a.when_allowed::blob as allowed
from (
    -- Grouped before the bits are joined, which an aggregate would copy for every system.
    select
        {s_key},
        list(s.system_id) as systems,
        {element_lists}
    from (from {systems} semi join answer using ({key})) s{element_join}
    group by {s_key}
) g
join answer a using ({key})
