-- Maps: samples of compositions whose vectors were reduced to two or three coordinates. Empty
-- until `chemdb map` adds to them. A sample is drawn by category, so this file runs again, and
-- empties them, when the known sources change.

create or replace table projection_run (
    run_id           integer not null,
    embedding        varchar not null,
    method           varchar not null,
    n_components     utinyint not null,
    nelements        utinyint not null,
    per_category     integer not null,
    seed             bigint not null,
    standardize      boolean not null,
    parameters       varchar not null,
    n_standard       integer not null,
    n_missing        integer not null,
    n_interesting    integer not null,
    n_unlikely       integer not null,
    n_not_covered    integer not null,
    explained        float[],
    seconds          float not null,
    versions         varchar not null,
    created_at       timestamp with time zone not null
);

comment on table projection_run is
    'Maps kept in this file, one row each; their points are in projection. Emptied when the known sources change.';
comment on column projection_run.run_id is 'Number of the map.';
comment on column projection_run.embedding is 'Element representation whose vectors were averaged, see element_embedding.';
comment on column projection_run.method is 'Reduction: pca, tsne (scikit-learn) or umap (umap-learn).';
comment on column projection_run.n_components is 'Coordinates of a point: 2 or 3.';
comment on column projection_run.nelements is 'Number of elements of the compositions.';
comment on column projection_run.per_category is 'Compositions drawn of each category, all of them where there are fewer.';
comment on column projection_run.seed is 'Seed of the sample and of the reduction.';
comment on column projection_run.standardize is
    'Whether each dimension of the vectors was brought to mean 0 and variance 1 first; Park et al. 2024 did not.';
comment on column projection_run.parameters is 'Parameters of the method as JSON, the defaults of its library among them.';
comment on column projection_run.n_standard is 'Points of the category standard.';
comment on column projection_run.n_missing is 'Points of the category missing.';
comment on column projection_run.n_interesting is 'Points of the category interesting.';
comment on column projection_run.n_unlikely is 'Points of the category unlikely.';
comment on column projection_run.n_not_covered is
    'Compositions of the sample without a vector, as the representation lacks one of their elements.';
comment on column projection_run.explained is 'Share of the variance along each coordinate; NULL unless the method is pca.';
comment on column projection_run.seconds is 'Time the reduction took in s.';
comment on column projection_run.versions is 'Versions of the libraries that made it.';
comment on column projection_run.created_at is 'When it was made.';

create or replace table projection (
    run_id           integer not null,
    formula          varchar not null,
    category         category not null,
    x                float not null,
    y                float not null,
    z                float,
    system_id        integer not null,
    stoichiometry_id usmallint not null
);

comment on table projection is 'Points of the maps in projection_run: from projection join projection_run using (run_id).';
comment on column projection.run_id is 'Number of the map, see projection_run.';
comment on column projection.formula is 'Reduced formula, elements in order of electronegativity.';
comment on column projection.category is 'standard, missing, interesting or unlikely.';
comment on column projection.x is 'First coordinate, in units of the method.';
comment on column projection.y is 'Second coordinate.';
comment on column projection.z is 'Third coordinate; NULL in a map of two.';
comment on column projection.system_id is 'Chemical system of the composition, the key of known_composition together with stoichiometry_id.';
comment on column projection.stoichiometry_id is 'Its stoichiometry within its order.';
