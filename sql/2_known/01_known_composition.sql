-- Known compositions and their category. Run again whenever the known sources change.

create or replace table known_composition as
select
    k.formula, k.chemsys, s.nelements, s.elements, t.factors, t.natoms, k.formula_anonymous,
    get_bit(a.stoichiometries, k.stoichiometry_id) = 1 as allowed,
    case when allowed then 'standard' else 'interesting' end::category as category,
    k.n_entries, k.sources, k.material_id, k.energy_above_hull,
    k.system_id, k.stoichiometry_id
from store.known_formula k
join store.systems_in('store.known_formula') s using (system_id)
join store.allowed_set a using (allowed_set_id)
join store.stoichiometry t on t.nelements = s.nelements and t.stoichiometry_id = k.stoichiometry_id
where k.in_space
order by k.system_id, k.stoichiometry_id;

comment on table known_composition is 'All known compositions of the space, with their category.';
comment on column known_composition.allowed is 'Whether some choice of oxidation states allows the composition.';
comment on column known_composition.category is 'standard if allowed, else interesting.';
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
    bit_or(set_bit(t.nothing, k.stoichiometry_id, 1)) as known_stoichiometries
from known_composition k
join (
    -- As many bytes as the sets of this number of elements.
    select nelements, bitstring('0', (8 * ceil(count(*) / 8))::integer) as nothing
    from store.stoichiometry
    group by nelements
) t using (nelements)
group by system_id
order by system_id;

comment on table known_system is 'Chemical systems with known compositions, and the number of these.';
comment on column known_system.n_known is 'Number of known compositions.';
comment on column known_system.n_standard is 'Number of known compositions that are allowed.';
comment on column known_system.n_interesting is 'Number of known compositions that are not allowed.';
comment on column known_system.system_id is 'Chemical system, see store.chemical_system.';
comment on column known_system.known_stoichiometries is 'Bitmap: bit i, from the left, is 1 if stoichiometry_id i is known.';
