-- Distinct known formulas, inside the space or not, with their sources and their most stable entry.

select formula, array_to_string(sources, ' ') as known_in, material_id, energy_above_hull
from store.known_formula
order by formula;
