-- Fills the tables of 2_known/04_suggestion. Reads `new_substitution`, `new_suggestion`,
-- `new_suggestion_quality` and `new_score_band`, registered by Python.

insert into substitution by name
select * from new_substitution order by replaced_by, weight desc, element;

insert into score_band by name
select *, n_found / nullif(n_ranked, 0) as share_found from new_score_band;

insert into suggestion_quality by name select * from new_suggestion_quality;

insert into suggestion by name
select s.* exclude (elements, factors), b.share_found
from new_suggestion s
asof left join (select * replace (coalesce(score_from, '-inf') as score_from) from score_band) b
    on b.nelements = s.nelements and s.score >= b.score_from
order by s.nelements, s.rank;
