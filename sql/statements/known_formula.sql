-- Distinct known formulas, inside the space or not, with their sources and their most stable entry.

select
    formula,
    string_agg(distinct source, ' ' order by source) as known_in,
    first(material_id order by energy_above_hull nulls last, len(material_id), material_id) as material_id
from known_entry
group by formula
order by formula;
