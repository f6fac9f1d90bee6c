-- The missing compositions with the highest scores for each number of elements. Reads `candidate`
-- (system_id, stoichiometry_id, score, nelements, allowed_set_id); parameter: n_best.

with missing as materialized (
    select c.*
    from candidate c
    join store.allowed_set a using (allowed_set_id)
    anti join known_composition k
        on k.system_id = c.system_id and k.stoichiometry_id = c.stoichiometry_id
    where get_bit(a.stoichiometries, c.stoichiometry_id) = 1
),
-- The lowest score that is needed; all with this score are kept, as their formulas decide.
lowest as (
    select nelements, min(score) as score
    from (select nelements, unnest(max(score, $n_best)) as score from missing group by nelements)
    group by nelements
),
best as materialized (
    select m.* from missing m join lowest l on l.nelements = m.nelements and m.score >= l.score
),
named as (
    select
        concat(s.element1, t.amount1, s.element2, t.amount2, s.element3, t.amount3, s.element4, t.amount4, s.element5, t.amount5)
            as formula,
        s.chemsys, s.nelements, s.elements, t.factors, t.natoms, t.formula_anonymous,
        m.score, m.system_id, m.stoichiometry_id
    from best m
    join store.systems_in('best') s using (system_id)
    join store.stoichiometry t on t.nelements = s.nelements and t.stoichiometry_id = m.stoichiometry_id
)
select
    (row_number() over (partition by n.nelements order by n.score desc, n.formula))::integer as rank,
    n.*, coalesce(k.n_known, 0) as n_known
from named n
left join known_system k using (system_id)
qualify rank <= $n_best
order by n.nelements, rank;
