-- Element vectors of every representation in elementembeddings. Reads
-- `new_embedding` and `new_element_embedding`, registered by the build.
--
-- A composition's vector is the mean of its elements' vectors, weighted by the stoichiometric
-- factors (Eq. 2 of Park et al. 2024). In SQL alone, for LiZnO2:
--
--   select list(value order by dimension) as vector
--   from (
--       select dimension, sum(factor * vector[dimension]) / sum(factor) as value
--       from (
--           select unnest(elements) as symbol, unnest(factors) as factor
--           from composition_of('LiZnO2')
--       )
--       join element_embedding using (symbol), unnest(range(1, len(vector) + 1)) as t(dimension)
--       where embedding = 'magpie'
--       group by dimension
--   );

create table embedding (
    embedding varchar not null,
    features  varchar[] not null
);
insert into embedding select * from new_embedding order by embedding;

comment on table embedding is
    'Element representations of elementembeddings (its version is in build_info); their vectors are in element_embedding.';
comment on column embedding.embedding is
    'Name of the representation in elementembeddings: magpie, mat2vec, megnet16, oliynyk, skipatom, random_200, and others.';
comment on column embedding.features is
    'Names of the dimensions; numbers from 0 if the representation has no names.';

create table element_embedding (
    embedding varchar not null,
    symbol    element_symbol not null,
    vector    float[] not null
);
insert into element_embedding select * from new_element_embedding order by embedding, symbol;

comment on table element_embedding is
    'Vectors of the elements in every representation of elementembeddings; elements without a vector have no row.';
comment on column element_embedding.embedding is
    'Name of the representation, see embedding.';
comment on column element_embedding.vector is
    'Vector of the element, rounded to single precision and not scaled, in the units of the representation (magpie: one property of the element per dimension).';
