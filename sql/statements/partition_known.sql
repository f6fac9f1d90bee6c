-- The known compositions of a query, and those that it would find if they were unknown: the last part of
-- a statement that has `known`.

select
    system_id, stoichiometry_id, nelements, elements, factors, allowed, meets_known, meets_unknown,
    array_to_string(sources, ' ') as known_in, material_id, energy_above_hull
from known
order by system_id, stoichiometry_id
