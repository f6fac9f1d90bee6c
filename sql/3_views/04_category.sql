-- Allowed compositions, and a view for each of the four categories.

-- Listed sets first, the others from their bitmaps.
create view store.allowed_pair as
select
    s.*, l.stoichiometry_id,
    t.factors, t.amount1, t.amount2, t.amount3, t.amount4, t.amount5, t.natoms, t.formula_anonymous
from store.system_elements s
join store.allowed_stoichiometry l using (allowed_set_id)
join store.stoichiometry t on t.nelements = s.nelements and t.stoichiometry_id = l.stoichiometry_id
-- No set of five elements is listed.
where s.nelements <= 4
union all
select
    s.*, t.stoichiometry_id,
    t.factors, t.amount1, t.amount2, t.amount3, t.amount4, t.amount5, t.natoms, t.formula_anonymous
from store.system_elements s
join store.allowed_set a using (allowed_set_id)
join store.stoichiometry t
    on t.nelements = s.nelements and get_bit(a.stoichiometries, t.stoichiometry_id) = 1
where s.allowed_set_id > 0 and not a.listed;
comment on view store.allowed_pair is 'All pairs of a chemical system and a stoichiometry allowed in it.';

create view allowed as
select
    concat(p.element1, p.amount1, p.element2, p.amount2, p.element3, p.amount3, p.element4, p.amount4, p.element5, p.amount5)
        as formula,
    p.chemsys, p.nelements, p.elements, p.factors, p.natoms, p.formula_anonymous
from store.allowed_pair p;

comment on view allowed is
    'Allowed compositions: charge-neutral with every cation less electronegative than every anion; 2,920,227,887 rows by default.';

create view missing as
select
    concat(p.element1, p.amount1, p.element2, p.amount2, p.element3, p.amount3, p.element4, p.amount4, p.element5, p.amount5)
        as formula,
    p.chemsys, p.nelements, p.elements, p.factors, p.natoms, p.formula_anonymous
from store.allowed_pair p
anti join known_composition k
    on k.system_id = p.system_id and k.stoichiometry_id = p.stoichiometry_id;

comment on view missing is 'Allowed compositions that are not known.';

create view standard as
select
    formula, chemsys, nelements, elements, factors, natoms, formula_anonymous,
    n_entries, material_id, energy_above_hull
from known_composition
where category = 'standard';

comment on view standard is 'Allowed compositions that are known.';

create view interesting as
select
    formula, chemsys, nelements, elements, factors, natoms, formula_anonymous,
    n_entries, material_id, energy_above_hull
from known_composition
where category = 'interesting';

comment on view interesting is 'Known compositions that are not allowed.';

create view unlikely as
select
    concat(s.element1, t.amount1, s.element2, t.amount2, s.element3, t.amount3, s.element4, t.amount4, s.element5, t.amount5)
        as formula,
    s.chemsys, s.nelements, s.elements, t.factors, t.natoms, t.formula_anonymous, s.has_electronegativity
from store.system_elements s
join store.allowed_set a using (allowed_set_id)
left join known_system k using (system_id)
join store.stoichiometry t on t.nelements = s.nelements
where get_bit(a.stoichiometries, t.stoichiometry_id) = 0
    and (k.known_stoichiometries is null or get_bit(k.known_stoichiometries, t.stoichiometry_id) = 0);

comment on view unlikely is 'Compositions that are neither allowed nor known. Those where has_electronegativity is false have an element without a Pauling electronegativity (He, Ne, Ar, Pm, Rn or Lr), which the rule cannot decide: it allows none.';
