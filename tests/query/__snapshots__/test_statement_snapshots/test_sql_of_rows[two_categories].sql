with
-- Chemical systems that can match. A column placesN, if there is one, is for a set of elements in the query:
-- its bit i - 1 is set if element i of the system is in the set.
system as (
    select system_id, nelements, allowed_set_id
    from store.listed_system
    where nelements = 3
),
-- All stoichiometries; f1 to f5 are the factors, 0 for absent elements.
amount as materialized (
    select *, factors[1] as f1, factors[2] as f2,
        coalesce(factors[3], 0) as f3, coalesce(factors[4], 0) as f4, coalesce(factors[5], 0) as f5
    from store.stoichiometry
),
-- Known compositions that match, or would match if they were unknown.
known as materialized (
    select t.*,
        (not t.allowed and t.nelements = 3) as meets_known,
        false as meets_unknown
    from (
        select *, list_max(factors) as max_factor, factors[1] as f1, factors[2] as f2,
            coalesce(factors[3], 0) as f3, coalesce(factors[4], 0) as f4, coalesce(factors[5], 0) as f5
        from known_composition
    ) t
    where meets_known or meets_unknown
),
-- The rows to return, by system and stoichiometry.
hit as materialized (
    select t.system_id, t.stoichiometry_id, t.nelements, true as known, t.allowed,
        true as key0,
        t.natoms as key1
    from known t
    where t.meets_known
    order by key0 desc nulls last, key1 nulls last, nelements, system_id, stoichiometry_id
    limit 20
)
-- Their columns.
select
    concat(s.element1, t.amount1, s.element2, t.amount2, s.element3, t.amount3, s.element4, t.amount4, s.element5, t.amount5) as "formula",
    s.chemsys as "chemsys",
    s.nelements as "nelements",
    t.natoms as "natoms",
    t.formula_anonymous as "formula_anonymous",
    h.allowed as "allowed",
    h.known as "known",
    case when h.allowed then case when h.known then 'standard' else 'missing' end when h.known then 'interesting' else 'unlikely' end as "category",
    array_to_string(k.sources, ' ') as "known_in",
    k.material_id as "material_id",
    k.energy_above_hull as "energy_above_hull"
from hit h
join store.system_elements s using (system_id)
join store.stoichiometry t on t.nelements = h.nelements and t.stoichiometry_id = h.stoichiometry_id
left join known_composition k on k.system_id = h.system_id and k.stoichiometry_id = h.stoichiometry_id
order by h.key0 desc nulls last, h.key1 nulls last, h.nelements, h.system_id, h.stoichiometry_id;
