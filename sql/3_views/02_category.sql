-- One view per answer: allowed compositions, and the four categories.

create view allowed as
select
    concat(p.element1, p.amount1, p.element2, p.amount2, p.element3, p.amount3, p.element4, p.amount4)
        as formula,
    p.chemsys, p.nelements, p.elements, p.factors, p.natoms, p.formula_anonymous
from store.allowed_pair p;

comment on view allowed is
    'Allowed compositions: charge-neutral with every cation less electronegative than every anion; 2,920,227,887 rows by default.';
comment on column allowed.formula is 'Reduced formula, elements in order of electronegativity: LiZnO2.';
comment on column allowed.chemsys is 'Element symbols in alphabetical order, joined by hyphens: Li-O-Zn. Filter by it to find a formula fast.';
comment on column allowed.nelements is 'Number of elements.';
comment on column allowed.elements is 'Elements in order of electronegativity (those without one last); list_contains(elements, ''Li'') is a fast filter.';
comment on column allowed.factors is 'Stoichiometric factors of those elements, in the same order.';
comment on column allowed.natoms is 'Atoms in the formula: the sum of the factors.';
comment on column allowed.formula_anonymous is 'Anonymous formula as the Materials Project writes it, factors ascending: ABC2.';

create view missing as
select
    concat(p.element1, p.amount1, p.element2, p.amount2, p.element3, p.amount3, p.element4, p.amount4)
        as formula,
    p.chemsys, p.nelements, p.elements, p.factors, p.natoms, p.formula_anonymous
from store.allowed_pair p
anti join known_composition k
    on k.system_id = p.system_id and k.stoichiometry_id = p.stoichiometry_id;

comment on view missing is 'Allowed compositions that no known source has.';
comment on column missing.formula is 'Reduced formula, elements in order of electronegativity: LiZnO2.';
comment on column missing.chemsys is 'Element symbols in alphabetical order, joined by hyphens: Li-O-Zn. Filter by it to find a formula fast.';
comment on column missing.nelements is 'Number of elements.';
comment on column missing.elements is 'Elements in order of electronegativity (those without one last); list_contains(elements, ''Li'') is a fast filter.';
comment on column missing.factors is 'Stoichiometric factors of those elements, in the same order.';
comment on column missing.natoms is 'Atoms in the formula: the sum of the factors.';
comment on column missing.formula_anonymous is 'Anonymous formula as the Materials Project writes it, factors ascending: ABC2.';

create view standard as
select
    formula, chemsys, nelements, elements, factors, natoms, formula_anonymous,
    n_entries, material_id, energy_above_hull
from known_composition
where category = 'standard';

comment on view standard is 'Allowed compositions that are known.';
comment on column standard.formula is 'Reduced formula, elements in order of electronegativity: LiZnO2.';
comment on column standard.chemsys is 'Element symbols in alphabetical order, joined by hyphens: Li-O-Zn. Filter by it to find a formula fast.';
comment on column standard.nelements is 'Number of elements.';
comment on column standard.elements is 'Elements in order of electronegativity (those without one last); list_contains(elements, ''Li'') is a fast filter.';
comment on column standard.factors is 'Stoichiometric factors of those elements, in the same order.';
comment on column standard.natoms is 'Atoms in the formula: the sum of the factors.';
comment on column standard.formula_anonymous is 'Anonymous formula as the Materials Project writes it, factors ascending: ABC2.';
comment on column standard.n_entries is 'Entries of all sources with this formula.';
comment on column standard.material_id is 'Entry with the lowest energy above hull.';
comment on column standard.energy_above_hull is 'Lowest energy above the convex hull in eV/atom; NULL when no source has one.';

create view interesting as
select
    formula, chemsys, nelements, elements, factors, natoms, formula_anonymous,
    n_entries, material_id, energy_above_hull
from known_composition
where category = 'interesting';

comment on view interesting is 'Known compositions that are not allowed.';
comment on column interesting.formula is 'Reduced formula, elements in order of electronegativity: LiZnO2.';
comment on column interesting.chemsys is 'Element symbols in alphabetical order, joined by hyphens: Li-O-Zn. Filter by it to find a formula fast.';
comment on column interesting.nelements is 'Number of elements.';
comment on column interesting.elements is 'Elements in order of electronegativity (those without one last); list_contains(elements, ''Li'') is a fast filter.';
comment on column interesting.factors is 'Stoichiometric factors of those elements, in the same order.';
comment on column interesting.natoms is 'Atoms in the formula: the sum of the factors.';
comment on column interesting.formula_anonymous is 'Anonymous formula as the Materials Project writes it, factors ascending: ABC2.';
comment on column interesting.n_entries is 'Entries of all sources with this formula.';
comment on column interesting.material_id is 'Entry with the lowest energy above hull.';
comment on column interesting.energy_above_hull is 'Lowest energy above the convex hull in eV/atom; NULL when no source has one.';

create view unlikely as
select
    concat(s.element1, t.amount1, s.element2, t.amount2, s.element3, t.amount3, s.element4, t.amount4)
        as formula,
    s.chemsys, s.nelements, s.elements, t.factors, t.natoms, t.formula_anonymous
from store.system_elements s
join store.allowed_set a using (allowed_set_id)
left join known_system k using (system_id)
join store.stoichiometry t on t.nelements = s.nelements
where get_bit(a.stoichiometries, t.stoichiometry_id) = 0
    and (k.known_stoichiometries is null or get_bit(k.known_stoichiometries, t.stoichiometry_id) = 0);

comment on view unlikely is 'Compositions that are neither allowed nor known.';
comment on column unlikely.formula is 'Reduced formula, elements in order of electronegativity: LiZnO2.';
comment on column unlikely.chemsys is 'Element symbols in alphabetical order, joined by hyphens: Li-O-Zn. Filter by it to find a formula fast.';
comment on column unlikely.nelements is 'Number of elements.';
comment on column unlikely.elements is 'Elements in order of electronegativity (those without one last); list_contains(elements, ''Li'') is a fast filter.';
comment on column unlikely.factors is 'Stoichiometric factors of those elements, in the same order.';
comment on column unlikely.natoms is 'Atoms in the formula: the sum of the factors.';
comment on column unlikely.formula_anonymous is 'Anonymous formula as the Materials Project writes it, factors ascending: ABC2.';
