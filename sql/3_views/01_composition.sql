-- The whole space, multiplied out on demand: systems x stoichiometries. A filter on chemsys,
-- nelements or elements reaches the systems before anything is multiplied. Known compositions
-- hang on the system, not on each product, so that they cost next to nothing.

create view chemical_system as
select
    s.chemsys, s.elements, s.nelements,
    a.n_allowed,
    coalesce(k.n_known, 0) as n_known,
    coalesce(k.n_standard, 0) as n_standard,
    a.n_allowed - coalesce(k.n_standard, 0) as n_missing,
    coalesce(k.n_interesting, 0) as n_interesting,
    s.system_id
from store.system_elements s
join store.allowed_set a using (allowed_set_id)
left join known_system k using (system_id);

comment on view chemical_system is 'Every chemical system of the space, with the number of its allowed and known compositions.';
comment on column chemical_system.chemsys is 'Element symbols in alphabetical order, joined by hyphens.';
comment on column chemical_system.elements is 'Elements in order of electronegativity (those without one last), the order of formulas and factors.';
comment on column chemical_system.nelements is 'Number of elements.';
comment on column chemical_system.n_allowed is 'Allowed compositions.';
comment on column chemical_system.n_known is 'Known compositions.';
comment on column chemical_system.n_standard is 'Allowed and known compositions.';
comment on column chemical_system.n_missing is 'Allowed compositions that are not known.';
comment on column chemical_system.n_interesting is 'Known compositions that are not allowed.';
comment on column chemical_system.system_id is 'Number of the system, the key of known_system and known_composition.';

-- All compositions, whatever their category. To list one category, its own view is faster.
create view composition as
select
    concat(s.element1, t.amount1, s.element2, t.amount2, s.element3, t.amount3, s.element4, t.amount4)
        as formula,
    s.chemsys, s.nelements, s.elements, t.factors, t.natoms, t.formula_anonymous,
    get_bit(a.stoichiometries, t.stoichiometry_id) = 1 as allowed,
    k.known_stoichiometries is not null and get_bit(k.known_stoichiometries, t.stoichiometry_id) = 1 as known,
    case
        when known and allowed then 'standard'
        when allowed then 'missing'
        when known then 'interesting'
        else 'unlikely'
    end::category as category
from store.system_elements s
join store.allowed_set a using (allowed_set_id)
left join known_system k using (system_id)
join store.stoichiometry t on t.nelements = s.nelements;

comment on view composition is
    'The whole space: every system with every reduced stoichiometry, 16,980,397,793 rows by default. Filter by chemsys, nelements or elements; for one category use its view, for counts order_summary.';
comment on column composition.formula is 'Reduced formula, elements in order of electronegativity: LiZnO2.';
comment on column composition.chemsys is 'Element symbols in alphabetical order, joined by hyphens: Li-O-Zn. Filter by it to find a formula fast.';
comment on column composition.nelements is 'Number of elements.';
comment on column composition.elements is 'Elements in order of electronegativity (those without one last); list_contains(elements, ''Li'') is a fast filter.';
comment on column composition.factors is 'Stoichiometric factors of those elements, in the same order.';
comment on column composition.natoms is 'Atoms in the formula: the sum of the factors.';
comment on column composition.formula_anonymous is 'Anonymous formula as the Materials Project writes it, factors ascending: ABC2.';
comment on column composition.allowed is
    'Whether some choice of one oxidation state per element is charge-neutral with every cation less electronegative than every anion.';
comment on column composition.known is 'Whether a known source of this file has the formula.';
comment on column composition.category is 'standard (allowed, known), missing (allowed), interesting (known) or unlikely.';

-- Every pair of a system and a stoichiometry that it allows: listed sets first, the others by
-- their bits.
create view store.allowed_pair as
select
    s.*, l.stoichiometry_id,
    t.factors, t.amount1, t.amount2, t.amount3, t.amount4, t.natoms, t.formula_anonymous
from store.system_elements s
join store.allowed_stoichiometry l using (allowed_set_id)
join store.stoichiometry t on t.nelements = s.nelements and t.stoichiometry_id = l.stoichiometry_id
union all
select
    s.*, t.stoichiometry_id,
    t.factors, t.amount1, t.amount2, t.amount3, t.amount4, t.natoms, t.formula_anonymous
from store.system_elements s
join store.allowed_set a using (allowed_set_id)
join store.stoichiometry t
    on t.nelements = s.nelements and get_bit(a.stoichiometries, t.stoichiometry_id) = 1
where s.allowed_set_id > 0 and not a.listed;
comment on view store.allowed_pair is 'Every chemical system with every stoichiometry that it allows.';
comment on column store.allowed_pair.system_id is 'Number of the system.';
comment on column store.allowed_pair.nelements is 'Number of elements.';
comment on column store.allowed_pair.chemsys is 'Element symbols in alphabetical order, joined by hyphens.';
comment on column store.allowed_pair.elements is 'Elements in order of electronegativity.';
comment on column store.allowed_pair.element1 is 'Least electronegative element.';
comment on column store.allowed_pair.element2 is 'Second element.';
comment on column store.allowed_pair.element3 is 'Third element, or NULL.';
comment on column store.allowed_pair.element4 is 'Fourth element, or NULL.';
comment on column store.allowed_pair.allowed_set_id is 'Its set in store.allowed_set.';
comment on column store.allowed_pair.stoichiometry_id is 'Number of the stoichiometry within its order.';
comment on column store.allowed_pair.factors is 'Stoichiometric factors.';
comment on column store.allowed_pair.amount1 is 'First factor as formulas show it.';
comment on column store.allowed_pair.amount2 is 'Second factor as formulas show it.';
comment on column store.allowed_pair.amount3 is 'Third factor as formulas show it, or NULL.';
comment on column store.allowed_pair.amount4 is 'Fourth factor as formulas show it, or NULL.';
comment on column store.allowed_pair.natoms is 'Atoms in the formula.';
comment on column store.allowed_pair.formula_anonymous is 'Anonymous formula.';
