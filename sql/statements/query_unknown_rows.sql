-- Matching compositions that are not known, as a part of query_rows. Slots: {keys} to sort by;
-- {systems} is the table to read, {key} decides a system's answer; {element_join} where keys read the
-- elements; {stoichiometry_join} the stoichiometries t to test; {score_join} where keys read the score.

select s.system_id, t.stoichiometry_id, s.nelements, false as known,
        get_bit(a.when_allowed, t.stoichiometry_id) = 1 as allowed{keys}
    from {systems} s
    join answer a using ({key}){element_join}
    {stoichiometry_join}
        and get_bit(a.when_allowed | a.when_forbidden, t.stoichiometry_id) = 1{score_join}
    anti join known_composition k
        on k.system_id = s.system_id and k.stoichiometry_id = t.stoichiometry_id
