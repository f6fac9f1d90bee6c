-- Chemical systems with the counts of their compositions.

create view chemical_system as
select
    s.chemsys, s.elements, s.nelements, s.has_electronegativity,
    a.n_allowed,
    coalesce(k.n_known, 0) as n_known,
    coalesce(k.n_standard, 0) as n_standard,
    a.n_allowed - coalesce(k.n_standard, 0) as n_missing,
    coalesce(k.n_interesting, 0) as n_interesting,
    s.system_id
from store.system_elements s
join store.allowed_set a using (allowed_set_id)
left join known_system k using (system_id);

comment on view chemical_system is 'All chemical systems of the space, with the numbers of their allowed and known compositions.';
comment on column chemical_system.elements is 'Elements in order of electronegativity (those without one last), as in formulas and factors.';
comment on column chemical_system.n_allowed is 'Number of allowed compositions.';
comment on column chemical_system.n_known is 'Number of known compositions.';
comment on column chemical_system.n_standard is 'Number of allowed and known compositions.';
comment on column chemical_system.n_missing is 'Number of allowed compositions that are not known.';
comment on column chemical_system.n_interesting is 'Number of known compositions that are not allowed.';
comment on column chemical_system.system_id is 'Number of the system, as in known_system and known_composition.';
