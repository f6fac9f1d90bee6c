-- The chemical systems of a query by the stoichiometries that match in them, as if no composition were
-- known: one row for each kind. Slots: {systems} is the table to read, {key} decides a system's answer,
-- {element_join} has the elements e, {element5} the
-- fifth, if there is one.

select
    e.nelements,
    any_value(a.when_allowed | a.when_forbidden)::blob as stoichiometries,
    any_value(a.when_allowed)::blob as allowed,
    list(e.system_id) as systems,
    list(e.element1) as element1, list(e.element2) as element2,
    list(coalesce(e.element3, 'H'::element_symbol)) as element3, list(coalesce(e.element4, 'H'::element_symbol)) as element4{element5}
from {systems}
join answer a using ({key}){element_join}
group by {a_key}, e.nelements
