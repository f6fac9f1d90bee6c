-- The columns of drawn compositions. Reads `drawn` (nelements, system_id, stoichiometry_id).

select
    concat(s.element1, t.amount1, s.element2, t.amount2, s.element3, t.amount3, s.element4, t.amount4, s.element5, t.amount5)
        as formula,
    s.chemsys, s.nelements, s.elements::varchar[] as elements, t.factors, t.natoms, t.formula_anonymous,
    $category as category, k.material_id, k.energy_above_hull,
    d.system_id, d.stoichiometry_id
from drawn d
join store.systems_in('drawn') s using (system_id)
join store.stoichiometry t on t.nelements = d.nelements and t.stoichiometry_id = d.stoichiometry_id
left join known_composition k
    on k.system_id = d.system_id and k.stoichiometry_id = d.stoichiometry_id
order by d.system_id, d.stoichiometry_id;
