-- Entries of the sources of known materials, as `known add` and the build load them.

create type category as enum ('standard', 'missing', 'interesting', 'unlikely');
comment on type category is
    'standard: allowed and known; missing: allowed, not known; interesting: known, not allowed; unlikely: neither.';

create table known_source (
    source      varchar not null,
    description varchar not null,
    version     varchar,
    retrieved   date,
    licence     varchar,
    n_entries   integer not null,
    n_formulas  integer not null,
    n_in_space  integer not null,
    n_rejected  integer not null,
    added_at    timestamp with time zone not null
);
comment on table known_source is 'Sources of known materials in this file.';
comment on column known_source.source is 'Short name of the source: mp, mp-snapshot, optimade-PROVIDER, or a name of the user''s.';
comment on column known_source.description is 'What the source is and where it is published.';
comment on column known_source.version is 'Version of the source as it names itself; NULL when it does not.';
comment on column known_source.retrieved is 'Date of the data: when they were downloaded, or published.';
comment on column known_source.licence is 'Licence of the data; NULL when not stated.';
comment on column known_source.n_entries is 'Entries with a readable formula.';
comment on column known_source.n_formulas is 'Distinct formulas among them.';
comment on column known_source.n_in_space is 'Distinct formulas within the limits of this file.';
comment on column known_source.n_rejected is 'Entries without a readable whole-number formula, see known_reject.';
comment on column known_source.added_at is 'When the source was added to this file.';

create table known_entry (
    source            varchar not null,
    material_id       varchar,
    formula_given     varchar not null,
    formula_pretty    varchar not null,
    formula           varchar not null,
    chemsys           varchar not null,
    nelements         utinyint not null,
    formula_anonymous varchar not null,
    energy_above_hull double,
    in_space          boolean not null,
    outside_because   varchar,
    system_id         integer,
    stoichiometry_id  integer
);
comment on table known_entry is
    'One row per known material: what the sources say exists, inside the limits of this file or not.';
comment on column known_entry.source is 'Source, see known_source.';
comment on column known_entry.material_id is 'Identifier in the source, such as mp-2133; NULL when it has none.';
comment on column known_entry.formula_given is 'Formula as the source gives it.';
comment on column known_entry.formula_pretty is 'Reduced formula as the source writes it; chemdb''s formula when it has none.';
comment on column known_entry.formula is 'Reduced formula in order of electronegativity: the formula of composition.';
comment on column known_entry.chemsys is 'Element symbols in alphabetical order, joined by hyphens.';
comment on column known_entry.nelements is 'Number of elements.';
comment on column known_entry.formula_anonymous is 'Anonymous formula, amounts ascending: ABC3, AB2.';
comment on column known_entry.energy_above_hull is 'Energy above the convex hull in eV/atom; NULL when the source has none.';
comment on column known_entry.in_space is 'Whether the formula is one of this file''s compositions.';
comment on column known_entry.outside_because is 'Why it is not; NULL when it is.';
comment on column known_entry.system_id is 'Its row of store.chemical_system; NULL outside the space.';
comment on column known_entry.stoichiometry_id is 'Its stoichiometry within its order; NULL outside the space.';

create table known_reject (
    source        varchar not null,
    row_number    bigint not null,
    material_id   varchar,
    formula_given varchar,
    reason        varchar not null
);
comment on table known_reject is 'Entries of known sources whose formula is missing, unreadable or fractional.';
comment on column known_reject.source is 'Source, see known_source.';
comment on column known_reject.row_number is 'Row in the source, from 1.';
comment on column known_reject.material_id is 'Identifier in the source.';
comment on column known_reject.formula_given is 'Text that should be a formula.';
comment on column known_reject.reason is 'What is wrong with it.';

create view mp_entry as
select
    material_id, formula_given, formula_pretty, formula, chemsys, nelements, formula_anonymous,
    energy_above_hull, in_space, outside_because, source
from known_entry
where source in ('mp', 'mp-snapshot');

comment on view mp_entry is 'Entries of the Materials Project: rows of known_entry from mp and mp-snapshot.';
comment on column mp_entry.material_id is 'Materials Project identifier, such as mp-2133.';
comment on column mp_entry.formula_given is 'Formula as the source gives it.';
comment on column mp_entry.formula_pretty is 'Reduced formula as the Materials Project writes it.';
comment on column mp_entry.formula is 'Reduced formula in order of electronegativity: the formula of composition.';
comment on column mp_entry.chemsys is 'Element symbols in alphabetical order, joined by hyphens.';
comment on column mp_entry.nelements is 'Number of elements.';
comment on column mp_entry.formula_anonymous is 'Anonymous formula, amounts ascending: ABC3, AB2.';
comment on column mp_entry.energy_above_hull is 'Energy above the convex hull in eV/atom; NULL when the source has none.';
comment on column mp_entry.in_space is 'Whether the formula is one of this file''s compositions.';
comment on column mp_entry.outside_because is 'Why it is not; NULL when it is.';
comment on column mp_entry.source is 'mp or mp-snapshot.';
