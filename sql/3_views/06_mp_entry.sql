-- Known entries of the Materials Project alone.

create view mp_entry as
select
    material_id, formula_given, formula_pretty, formula, chemsys, nelements, formula_anonymous,
    energy_above_hull, in_space, outside_because, source
from known_entry
where source in ('mp', 'mp-snapshot');

comment on view mp_entry is 'Entries of the Materials Project: rows of known_entry from mp and mp-snapshot.';
comment on column mp_entry.material_id is 'Materials Project identifier, such as mp-2133.';
comment on column mp_entry.formula_pretty is 'Reduced formula as written by the Materials Project.';
comment on column mp_entry.source is 'mp or mp-snapshot.';
