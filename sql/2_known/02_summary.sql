-- Counts by number of elements, by element and by anonymous formula, so that Table 2, Figure 1 and the like
-- need no scan of the space. Run again whenever the known sources change.

create or replace table order_summary as
select
    s.nelements,
    s.n_systems::integer as n_systems,
    coalesce(a.n_systems_allowed, 0)::integer as n_systems_allowed,
    t.n_stoichiometries::integer as n_stoichiometries,
    (s.n_systems * t.n_stoichiometries)::bigint as combinations,
    coalesce(a.allowed, 0)::bigint as allowed,
    coalesce(k.known, 0)::bigint as known,
    coalesce(k.standard, 0)::bigint as standard,
    coalesce(a.allowed, 0)::bigint - coalesce(k.standard, 0) as missing,
    coalesce(k.interesting, 0)::bigint as interesting,
    (s.n_systems * t.n_stoichiometries)::bigint - coalesce(a.allowed, 0)::bigint - coalesce(k.interesting, 0) as unlikely
from (
    select nelements, count(*) as n_systems from store.listed_system group by nelements
    union all
    select 5, sum(n_systems) from store.system_head having count(*) > 0
) s
join (select nelements, count(*) as n_stoichiometries from store.stoichiometry group by nelements) t
    using (nelements)
left join (
    select nelements, sum(n_systems) as n_systems_allowed, sum(n_systems::bigint * n_allowed) as allowed
    from store.allowed_set
    group by nelements
) a using (nelements)
left join (
    select
        nelements,
        count(*) as known,
        count(*) filter (allowed) as standard,
        count(*) filter (not allowed) as interesting
    from known_composition
    group by nelements
) k using (nelements)
order by s.nelements;

comment on table order_summary is 'Counts of compositions for each number of elements.';
comment on column order_summary.n_systems is 'Number of chemical systems.';
comment on column order_summary.n_systems_allowed is 'Number of chemical systems with an allowed composition.';
comment on column order_summary.n_stoichiometries is 'Number of reduced stoichiometries.';
comment on column order_summary.combinations is 'Number of compositions: systems times reduced stoichiometries.';
comment on column order_summary.allowed is 'Number of allowed compositions.';
comment on column order_summary.known is 'Number of compositions in a known source of this file.';
comment on column order_summary.standard is 'Number of compositions that are allowed and known.';
comment on column order_summary.missing is 'Number of compositions that are allowed, not known.';
comment on column order_summary.interesting is 'Number of compositions that are known, not allowed.';
comment on column order_summary.unlikely is 'Number of compositions that are neither allowed nor known.';

create or replace table element_frequency as
with system_element as (
    select nelements, element1 as symbol, allowed_set_id from store.listed_system
    union all
    select nelements, element2, allowed_set_id from store.listed_system
    union all
    select nelements, element3, allowed_set_id from store.listed_system where nelements >= 3
    union all
    select nelements, element4, allowed_set_id from store.listed_system where nelements >= 4
),
five as (
    select g.*, a.n_allowed from store.system_group g join store.allowed_set a using (allowed_set_id)
),
head_count as (
    select element3, head_signature, sum(n_tails) as n_systems, sum(n_tails * n_allowed) as allowed
    from five
    group by element3, head_signature
),
tail_count as (
    select element3, tail_signature, sum(n_heads) as n_systems, sum(n_heads * n_allowed) as allowed
    from five
    group by element3, tail_signature
),
five_element as (
    select unnest([h.element1, h.element2, h.element3]) as symbol, c.n_systems, c.allowed
    from store.system_head h
    join head_count c using (element3, head_signature)
    union all
    select unnest([t.element4, t.element5]), c.n_systems, c.allowed
    from store.system_tail t
    join tail_count c using (element3, tail_signature)
),
counted as (
    select e.symbol, e.nelements, count(*) as n_systems, sum(a.n_allowed) as allowed
    from system_element e
    join store.allowed_set a using (allowed_set_id)
    group by e.symbol, e.nelements
    union all
    select symbol, 5, sum(n_systems), sum(allowed) from five_element group by symbol
),
seen as (
    select
        symbol, nelements,
        count(*) as known,
        count(*) filter (allowed) as standard
    from (select unnest(elements) as symbol, nelements, allowed from known_composition)
    group by symbol, nelements
)
select
    c.symbol, c.nelements,
    (c.n_systems * o.n_stoichiometries)::bigint as combinations,
    c.allowed::bigint as allowed,
    coalesce(k.known, 0)::bigint as known,
    coalesce(k.standard, 0)::bigint as standard,
    c.allowed::bigint - coalesce(k.standard, 0) as missing,
    coalesce(k.known - k.standard, 0)::bigint as interesting,
    (c.n_systems * o.n_stoichiometries)::bigint - c.allowed::bigint
        - coalesce(k.known - k.standard, 0) as unlikely
from counted c
join order_summary o using (nelements)
left join seen k using (symbol, nelements)
order by c.nelements, c.symbol;

comment on table element_frequency is
    'Counts of the compositions with each element, for each number of elements (Figure 1 of Park et al. 2024 shows the allowed binaries).';
comment on column element_frequency.nelements is 'Number of elements of the compositions.';
comment on column element_frequency.combinations is 'Number of compositions with the element.';
comment on column element_frequency.allowed is 'Number of those that are allowed.';
comment on column element_frequency.known is 'Number of those that are known.';
comment on column element_frequency.standard is 'Number of those that are allowed and known.';
comment on column element_frequency.missing is 'Number of those that are allowed, not known.';
comment on column element_frequency.interesting is 'Number of those that are known, not allowed.';
comment on column element_frequency.unlikely is 'Number of those that are neither allowed nor known.';

create or replace table anonymous_formula as
select
    t.formula_anonymous, t.nelements, t.natoms,
    t.n_stoichiometries::integer as n_stoichiometries,
    t.n_stoichiometries * o.n_systems::bigint as combinations,
    t.allowed::bigint as allowed,
    coalesce(k.known, 0)::bigint as known,
    coalesce(k.standard, 0)::bigint as standard,
    t.allowed::bigint - coalesce(k.standard, 0) as missing,
    coalesce(k.known - k.standard, 0)::bigint as interesting,
    t.n_stoichiometries * o.n_systems::bigint - t.allowed::bigint
        - coalesce(k.known - k.standard, 0) as unlikely
from (
    select
        formula_anonymous, nelements, any_value(natoms) as natoms,
        count(*) as n_stoichiometries, sum(n_allowed) as allowed
    from store.stoichiometry
    group by formula_anonymous, nelements
) t
join order_summary o using (nelements)
left join (
    select formula_anonymous, count(*) as known, count(*) filter (allowed) as standard
    from known_composition
    group by formula_anonymous
) k using (formula_anonymous)
order by t.nelements, t.natoms, t.formula_anonymous;

comment on table anonymous_formula is 'Counts of compositions for each anonymous formula.';
comment on column anonymous_formula.formula_anonymous is 'Anonymous formula, factors ascending: ABC3.';
comment on column anonymous_formula.n_stoichiometries is 'Number of stoichiometries with this anonymous formula: ways to assign its factors to elements in order of electronegativity.';
comment on column anonymous_formula.combinations is 'Number of compositions with the anonymous formula.';
