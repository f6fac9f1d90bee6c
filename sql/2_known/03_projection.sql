-- Maps: samples of compositions whose vectors were reduced to two or three coordinates. Empty until
-- `chemdb map` adds maps. Samples are drawn by category, so this file runs again, and deletes the maps,
-- when the known sources change.

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
    created_at       timestamp not null
);

comment on table projection_run is
    'Maps in this file, one row each; their points are in projection. Deleted when the known sources change.';
comment on column projection_run.run_id is 'Number of the map.';
comment on column projection_run.embedding is 'Element representation of the averaged vectors, see element_embedding.';
comment on column projection_run.method is 'Reduction: pca, tsne (scikit-learn) or umap (umap-learn).';
comment on column projection_run.n_components is 'Number of coordinates: 2 or 3.';
comment on column projection_run.per_category is 'Number of compositions drawn from each category; all if it has fewer.';
comment on column projection_run.seed is 'Seed of the sample and of the reduction.';
comment on column projection_run.standardize is
    'Whether each dimension of the vectors was standardized to mean 0 and variance 1 first (Park et al. 2024 did not).';
comment on column projection_run.parameters is 'Parameters of the method as JSON, including defaults of its library.';
comment on column projection_run.n_standard is 'Number of points of the category standard.';
comment on column projection_run.n_missing is 'Number of points of the category missing.';
comment on column projection_run.n_interesting is 'Number of points of the category interesting.';
comment on column projection_run.n_unlikely is 'Number of points of the category unlikely.';
comment on column projection_run.n_not_covered is
    'Number of compositions of the sample without a vector because the representation lacks an element.';
comment on column projection_run.explained is 'Share of the variance explained by each coordinate, 0 to 1; NULL unless the method is pca.';
comment on column projection_run.seconds is 'Duration of the reduction in s.';
comment on column projection_run.versions is 'Versions of the libraries used.';
comment on column projection_run.created_at is 'Time at which the map was made, in UTC.';

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
comment on column projection.category is 'standard, missing, interesting or unlikely.';
comment on column projection.x is 'First coordinate, in units of the method.';
comment on column projection.y is 'Second coordinate.';
comment on column projection.z is 'Third coordinate; NULL in a map with two.';
comment on column projection.system_id is 'Chemical system; with stoichiometry_id, the key of known_composition.';
