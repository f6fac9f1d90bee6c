-- Counts of a query by category, one row. A bitmap counts whole systems; the known ones among them
-- are taken off. Slot: {unknown} counts of compositions, allowed and forbidden.

-- The bitmaps include known compositions, which are subtracted from missing and unlikely.
select
    count(*) filter (k.allowed and k.meets_known) as standard,
    any_value(u.allowed) - count(*) filter (k.allowed and k.meets_unknown) as missing,
    count(*) filter (not k.allowed and k.meets_known) as interesting,
    any_value(u.forbidden) - count(*) filter (not k.allowed and k.meets_unknown) as unlikely
from (
    {unknown}
) u
left join known k on true
