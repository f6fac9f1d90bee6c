-- Kinds of systems with the stoichiometries that have the species of a query, as bits: a column {name}_five for each
-- species term, which is null in systems of fewer elements. Slots: {kinds} of systems, with the elements of one of
-- them; {bits} of each species term; {joins} of the oxidation states of its elements.

(
        select c.*{bits}
        -- The function decides equal heads together.
        from (from {kinds} order by head_signature, elements[1:3]) c{joins}
    )
