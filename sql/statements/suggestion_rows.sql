-- Ranked compositions with their columns. Reads `ranked` (system_id, stoichiometry_id, score, by_score,
-- value), registered by Python; parameters: limit, offset.

with named as (
    select
        concat(s.element1, t.amount1, s.element2, t.amount2, s.element3, t.amount3, s.element4, t.amount4, s.element5, t.amount5)
            as formula,
        s.chemsys, s.nelements, s.elements, t.factors, t.natoms, t.formula_anonymous,
        get_bit(a.stoichiometries, r.stoichiometry_id) = 1 as allowed,
        r.score, r.by_score, r.value, r.system_id
    from ranked r
    join store.systems_in('ranked') s using (system_id)
    join store.allowed_set a using (allowed_set_id)
    join store.stoichiometry t on t.nelements = s.nelements and t.stoichiometry_id = r.stoichiometry_id
),
cut as (
    select *, row_number() over (order by by_score desc, value desc, formula) as rank
    from named
    qualify rank > $offset and rank <= $offset + $limit
)
select
    c.rank::integer as rank, c.formula, c.chemsys, c.nelements, c.natoms, c.formula_anonymous,
    case when c.allowed then 'missing' else 'unlikely' end as category,
    coalesce(c.score, 0) as score, case when c.allowed then b.share_found end as share_found, coalesce(k.n_known, 0) as n_known, c.elements, c.factors
from cut c
left join known_system k using (system_id)
asof left join (select * replace (coalesce(score_from, '-inf') as score_from) from score_band) b
    on b.nelements = c.nelements and c.score >= b.score_from
order by rank;
