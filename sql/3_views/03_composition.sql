-- The whole space, computed on demand: systems x stoichiometries. Filters on chemsys, nelements or
-- elements are applied to the systems before the product. Known compositions are joined to the system,
-- not to each product, so they cost next to nothing.

-- Also with the columns by which single chemical systems of five elements are found.
create view store.composition as
select
    concat(s.element1, t.amount1, s.element2, t.amount2, s.element3, t.amount3, s.element4, t.amount4, s.element5, t.amount5)
        as formula,
    s.chemsys, s.nelements, s.elements, t.factors, t.natoms, t.formula_anonymous,
    get_bit(a.stoichiometries, t.stoichiometry_id) = 1 as allowed,
    k.known_stoichiometries is not null and get_bit(k.known_stoichiometries, t.stoichiometry_id) = 1 as known,
    case
        when known and allowed then 'standard'
        when allowed then 'missing'
        when known then 'interesting'
        else 'unlikely'
    end::category as category,
    s.has_electronegativity,
    s.element1, s.element2, s.element3, s.element4, s.element5
from store.system_elements s
join store.allowed_set a using (allowed_set_id)
left join main.known_system k using (system_id)
join store.stoichiometry t on t.nelements = s.nelements;

comment on view store.composition is 'The view composition, with the elements as columns element1 to element5.';

-- To list a single category, its own view is faster.
create view composition as
select
    formula, chemsys, nelements, elements, factors, natoms, formula_anonymous, allowed, known, category,
    has_electronegativity
from store.composition;

comment on view composition is
    'The whole space: every chemical system with every reduced stoichiometry, 16,980,397,793 rows by default. Filter by chemsys, nelements or elements; in a file with five elements also say nelements <= 4, or use composition_of. To find a formula, give its chemical system too: where chemsys = ''Fe-Li-O-P'' and formula = ''LiFePO4''; or use composition_of(''LiFePO4''). For a single category use its view, for counts order_summary.';
comment on column composition.formula is 'Reduced formula, elements in order of electronegativity: LiZnO2. Computed for each row, so a filter on it needs one on chemsys, which chemdb sql adds.';
comment on column composition.chemsys is 'Element symbols in alphabetical order, joined by hyphens: Li-O-Zn. The fastest filter to find a formula.';
comment on column composition.nelements is 'Number of elements.';
comment on column composition.elements is 'Elements in order of electronegativity (those without one last); list_contains(elements, ''Li'') is a fast filter.';
comment on column composition.factors is 'Stoichiometric factors of those elements, in the same order.';
comment on column composition.natoms is 'Atoms in the formula: the sum of the factors.';
comment on column composition.formula_anonymous is 'Anonymous formula as the Materials Project writes it, factors ascending: ABC2.';
comment on column composition.allowed is
    'Whether some choice of one oxidation state per element is charge-neutral with every cation less electronegative than every anion.';
comment on column composition.known is 'Whether the formula is in a known source of this file.';
comment on column composition.category is 'standard (allowed, known), missing (allowed), interesting (known) or unlikely.';
comment on column composition.has_electronegativity is
    'Whether every element has a Pauling electronegativity; if not, the rule cannot decide the composition, and does not allow it.';
