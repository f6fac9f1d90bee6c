-- Sources of known materials and their entries, empty; the build and `chemdb known add` load them with
-- statements/load_known.

create type category as enum ('standard', 'missing', 'interesting', 'unlikely');
comment on type category is
    'standard: allowed and known; missing: allowed, not known; interesting: known, not allowed; unlikely: neither allowed nor known.';

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
    -- Not with time zone: Python clients could read that with pytz only.
    added_at    timestamp not null
);
comment on table known_source is 'Sources of known materials in this file.';
comment on column known_source.source is 'Short name of the source: mp, mp-snapshot, optimade-PROVIDER or a user-defined name.';
comment on column known_source.description is 'What the source is and where it is published.';
comment on column known_source.version is 'Version of the source; NULL if it states none.';
comment on column known_source.retrieved is 'Date on which the data were downloaded or published.';
comment on column known_source.licence is 'Licence of the data; NULL if not stated.';
comment on column known_source.n_entries is 'Number of entries with a readable formula.';
comment on column known_source.n_formulas is 'Number of distinct formulas among the entries.';
comment on column known_source.n_in_space is 'Number of distinct formulas within the limits of this file.';
comment on column known_source.n_rejected is 'Number of entries without a readable whole-number formula, see known_reject.';
comment on column known_source.added_at is 'Time at which the source was added to this file, in UTC.';

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
    'Entries of the known sources, one per material, whether within the limits of this file or not.';
comment on column known_entry.source is 'Source, see known_source.';
comment on column known_entry.material_id is 'Identifier in the source, such as mp-2133; NULL if it has none.';
comment on column known_entry.formula_given is 'Formula as given by the source.';
comment on column known_entry.formula_pretty is 'Reduced formula as written by the source; same as formula if it has none.';
comment on column known_entry.formula is 'Reduced formula, elements in order of electronegativity, as in composition.';
comment on column known_entry.formula_anonymous is 'Anonymous formula, factors ascending: ABC3, AB2.';
comment on column known_entry.energy_above_hull is 'Energy above the convex hull in eV/atom; NULL if the source has none.';
comment on column known_entry.in_space is 'Whether the formula is within the limits of this file.';
comment on column known_entry.outside_because is 'Why the formula is not in the space of this file: its number of elements or a factor; NULL if it is.';
comment on column known_entry.system_id is 'Chemical system, see store.chemical_system; NULL outside the space.';
comment on column known_entry.stoichiometry_id is 'Stoichiometry, see store.stoichiometry; NULL outside the space.';

create table known_reject (
    source        varchar not null,
    row_number    bigint not null,
    material_id   varchar,
    formula_given varchar,
    reason        varchar not null
);
comment on table known_reject is 'Rejected entries of known sources: the formula is missing, unreadable or fractional.';
comment on column known_reject.row_number is 'Row in the source, from 1.';
comment on column known_reject.material_id is 'Identifier in the source.';
comment on column known_reject.formula_given is 'Text given as the formula.';
comment on column known_reject.reason is 'Why the entry was rejected.';

-- The one place that says which entry stands for a formula.
create view store.known_formula as
select
    formula, chemsys, nelements, formula_anonymous, in_space, system_id, stoichiometry_id,
    count(*)::integer as n_entries,
    list_sort(list(distinct source)) as sources,
    -- Of the most stable entry that has one; ties are broken by the identifier.
    first(material_id order by energy_above_hull nulls last, len(material_id), material_id)
        filter (material_id is not null) as material_id,
    min(energy_above_hull) as energy_above_hull
from known_entry
group by all;

comment on view store.known_formula is 'Distinct formulas of known_entry, in the space or not, with their most stable entry.';
comment on column store.known_formula.n_entries is 'Number of entries with this formula in all sources.';
comment on column store.known_formula.sources is 'Sources that have the formula.';
comment on column store.known_formula.material_id is 'Identifier of the entry with the lowest energy above the hull among those that have an identifier.';
comment on column store.known_formula.energy_above_hull is 'Lowest energy above the convex hull in eV/atom; NULL if no source has one.';
