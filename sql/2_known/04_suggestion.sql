-- What the known compositions suggest, see docs/suggest.md. Empty until statements/load_suggestion fills
-- it, from what Python learns, whenever the known sources change.

create or replace table substitution (
    element     element_symbol not null,
    replaced_by element_symbol not null,
    weight      double not null
);

comment on table substitution is
    'Weights of substitutions: how strongly a known compound suggests another with one element replaced. Learned by EASE (Steck 2019) from the known compositions; pairs that are not listed have weight 0.';
comment on column substitution.element is 'Element of the known compound.';
comment on column substitution.replaced_by is 'Element in its place, with the same factor.';
comment on column substitution.weight is
    'Weight, dimensionless, rounded to millionths; negative if the elements rarely replace each other. A score is a sum of weights.';

create or replace table suggestion (
    rank              integer not null,
    formula           varchar not null,
    chemsys           varchar not null,
    nelements         utinyint not null,
    natoms            utinyint not null,
    formula_anonymous varchar not null,
    score             double not null,
    share_found       double,
    species           varchar,
    n_analogues       integer not null,
    analogues         varchar not null,
    analogue_ids      varchar not null,
    n_known           integer not null,
    system_id         integer not null,
    stoichiometry_id  integer not null
);

comment on table suggestion is
    'The missing compositions with the highest scores, 10,000 for each number of elements. `chemdb suggest` ranks the matches of any query.';
comment on column suggestion.rank is 'Rank among the missing compositions with as many elements, from 1; equal scores are in order of the formula.';
comment on column suggestion.score is
    'Score: sum of the weights in substitution over all known compositions that differ by one element. Not a probability.';
comment on column suggestion.share_found is
    'Precision at such scores with a fifth of the known compositions hidden, 0 to 1, see score_band.';
comment on column suggestion.species is 'Most common oxidation states that allow the composition.';
comment on column suggestion.n_analogues is 'Number of known compositions that differ by one element, with the same factors.';
comment on column suggestion.analogues is 'The analogues with the largest weights, at most three: SrCuAs2O7 (P for As).';
comment on column suggestion.analogue_ids is 'Entries of these analogues with the lowest energy, in the same order; – for one without an identifier.';
comment on column suggestion.n_known is 'Number of known compositions in the chemical system.';
comment on column suggestion.system_id is 'Chemical system, see store.chemical_system.';
comment on column suggestion.stoichiometry_id is 'Stoichiometry, see store.stoichiometry.';

create or replace table score_band (
    nelements   utinyint not null,
    score_from  double,
    n_ranked    integer not null,
    n_found     integer not null,
    share_found double
);

comment on table score_band is
    'Precision of suggestions by score, with the known sources of this file: a random fifth of the known compositions was hidden, and weights were learned from the rest.';
comment on column score_band.nelements is 'Number of elements of the compositions.';
comment on column score_band.score_from is
    'Lowest score of the band, which ends below the next higher one; NULL for scores below the lowest.';
comment on column score_band.n_ranked is 'Number of allowed compositions in the band that were not known.';
comment on column score_band.n_found is 'Number of these that were hidden.';
comment on column score_band.share_found is 'Share of these, n_found / n_ranked, 0 to 1; NULL if the band is empty.';

create or replace table suggestion_quality (
    nelements   utinyint not null,
    n_hidden    integer not null,
    n_missing   bigint not null,
    n_ranked    integer not null,
    n_found     integer not null,
    found_100   integer not null,
    found_1000  integer not null,
    found_10000 integer not null
);

comment on table suggestion_quality is
    'Number of hidden known compositions that are suggested when a fifth is hidden, as `chemdb report --suggestions` prints it.';
comment on column suggestion_quality.nelements is 'Number of elements of the compositions.';
comment on column suggestion_quality.n_hidden is 'Number of hidden compositions that are allowed.';
comment on column suggestion_quality.n_missing is 'Number of allowed compositions that were not known when they were hidden.';
comment on column suggestion_quality.n_ranked is 'Number of these with an analogue: a known composition that differs by one element.';
comment on column suggestion_quality.n_found is 'Number of hidden compositions among the suggested ones.';
comment on column suggestion_quality.found_100 is 'Number of hidden compositions among the first 100.';
comment on column suggestion_quality.found_1000 is 'Number of hidden compositions among the first 1,000.';
comment on column suggestion_quality.found_10000 is 'Number of hidden compositions among the first 10,000.';
