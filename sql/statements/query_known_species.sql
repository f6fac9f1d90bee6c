-- The stoichiometries with which known compositions of five elements have the species of a term, as a part of
-- queries. Slots: {name} of the term; {present}, that a composition has its elements; {bits}; {joins} of the
-- oxidation states.

{name}_known as materialized (
    select c.elements, {bits} as stoichiometries
    from (select distinct elements from known_composition where nelements = 5 and {present}) c{joins}
)
