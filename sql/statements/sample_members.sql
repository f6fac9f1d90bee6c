-- Allowed and known stoichiometries of drawn systems, as bitmaps. Reads `drawn_system` (system_id).

select
    d.system_id,
    a.stoichiometries::blob as allowed,
    k.known_stoichiometries::blob as known
from drawn_system d
join store.systems_in('drawn_system') s using (system_id)
join store.allowed_set a using (allowed_set_id)
left join known_system k using (system_id)
order by d.system_id;
