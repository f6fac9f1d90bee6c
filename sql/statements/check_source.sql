-- Counts of each known source when it was added, and counts of what is in the file.

select
    s.source,
    s.version,
    {
        entries: s.n_entries, formulas: s.n_formulas, in_space: s.n_in_space, rejected: s.n_rejected
    } as expected,
    {
        entries: coalesce(e.entries, 0), formulas: coalesce(e.formulas, 0),
        in_space: coalesce(e.in_space, 0), rejected: coalesce(r.rejected, 0)
    } as found
from known_source s
left join (
    select
        source, count(*) as entries, count(distinct formula) as formulas,
        count(distinct formula) filter (in_space) as in_space
    from known_entry
    group by source
) e using (source)
left join (select source, count(*) as rejected from known_reject group by source) r using (source)
order by s.added_at, s.source;
