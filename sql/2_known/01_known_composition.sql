-- Known compositions and their category. Run again whenever the known sources change.

create or replace table known_composition as
select
    k.formula, k.chemsys, s.nelements, s.elements, t.factors, t.natoms, k.formula_anonymous,
    get_bit(a.stoichiometries, k.stoichiometry_id) = 1 as allowed,
    case when allowed then 'standard' else 'interesting' end::category as category,
    k.n_entries, k.sources, k.material_id, k.energy_above_hull,
    k.system_id, k.stoichiometry_id
from (
    select
        system_id, stoichiometry_id,
        any_value(formula) as formula,
        any_value(chemsys) as chemsys,
        any_value(formula_anonymous) as formula_anonymous,
        count(*)::integer as n_entries,
        list_sort(list(distinct source)) as sources,
        -- The most stable entry; ties are broken by the identifier.
        first(material_id order by energy_above_hull nulls last, len(material_id), material_id) as material_id,
        min(energy_above_hull) as energy_above_hull
    from known_entry
    where in_space
    group by system_id, stoichiometry_id
) k
join store.system_elements s using (system_id)
join store.allowed_set a using (allowed_set_id)
join store.stoichiometry t on t.nelements = s.nelements and t.stoichiometry_id = k.stoichiometry_id
order by k.system_id, k.stoichiometry_id;

comment on table known_composition is 'All known compositions of the space, with their category.';
comment on column known_composition.allowed is 'Whether some choice of oxidation states allows the composition.';
comment on column known_composition.category is 'standard if allowed, else interesting.';
comment on column known_composition.n_entries is 'Number of entries with this formula in all sources.';
comment on column known_composition.sources is 'Sources that have the formula.';
comment on column known_composition.material_id is 'Identifier of the entry with the lowest energy above hull.';
comment on column known_composition.energy_above_hull is 'Lowest energy above the convex hull in eV/atom; NULL if no source has one.';
comment on column known_composition.system_id is 'Chemical system, see store.chemical_system.';
comment on column known_composition.stoichiometry_id is 'Stoichiometry, see store.stoichiometry.';

create or replace table known_system as
select
    any_value(k.chemsys) as chemsys,
    any_value(k.nelements) as nelements,
    any_value(k.elements) as elements,
    count(*)::integer as n_known,
    (count(*) filter (allowed))::integer as n_standard,
    (count(*) filter (not allowed))::integer as n_interesting,
    system_id,
    bit_or(set_bit(nothing.stoichiometries, k.stoichiometry_id, 1)) as known_stoichiometries
from known_composition k, store.allowed_set nothing
where nothing.allowed_set_id = 0
group by system_id
order by system_id;

comment on table known_system is 'Chemical systems with known compositions, and the number of these.';
comment on column known_system.n_known is 'Number of known compositions.';
comment on column known_system.n_standard is 'Number of known compositions that are allowed.';
comment on column known_system.n_interesting is 'Number of known compositions that are not allowed.';
comment on column known_system.system_id is 'Chemical system, see store.chemical_system.';
comment on column known_system.known_stoichiometries is 'Bitmap: bit i, from the left, is 1 if stoichiometry_id i is known.';
