-- The rows of a query: first which compositions, then their columns. Slots: {matches} selects
-- matching compositions; {order} of the rows, {h_order} the same of h; {limit} and offset, if any;
-- {columns} to show; {score_join} where they have the score; {systems} of the rows.

-- The rows to return, by system and stoichiometry.
hit as materialized (
    {matches}
    order by {order}{limit}
)
-- Their columns.
select
    {columns}
from hit h
join {systems} s using (system_id)
join store.stoichiometry t on t.nelements = h.nelements and t.stoichiometry_id = h.stoichiometry_id
left join known_composition k on k.system_id = h.system_id and k.stoichiometry_id = h.stoichiometry_id{score_join}
order by {h_order}
