-- Reduced stoichiometries. Reads `new_stoichiometry`, registered by the build.

create table store.stoichiometry (
    nelements         utinyint not null,
    stoichiometry_id  integer not null,
    factors           utinyint[] not null,
    amount1           varchar not null,
    amount2           varchar not null,
    amount3           varchar,
    amount4           varchar,
    amount5           varchar,
    natoms            utinyint not null,
    max_factor        utinyint not null,
    formula_anonymous varchar not null,
    n_allowed         integer not null
);
insert into store.stoichiometry
select
    len(factors), stoichiometry_id, factors,
    amounts[1], amounts[2], amounts[3], amounts[4], amounts[5],
    list_sum(factors), list_max(factors), formula_anonymous, n_allowed
from (
    select *, list_transform(factors, lambda n: case when n = 1 then '' else n::varchar end) as amounts
    from new_stoichiometry
)
order by len(factors), stoichiometry_id;

comment on table store.stoichiometry is 'Reduced stoichiometries as in the view stoichiometry, with amounts as text to build formulas from.';
comment on column store.stoichiometry.nelements is 'Number of elements.';
comment on column store.stoichiometry.stoichiometry_id is 
    'Number of the stoichiometry among those with the same number of elements, from 0: its bit in store.allowed_set.stoichiometries.';
comment on column store.stoichiometry.factors is 'Stoichiometric factors, for the elements of a composition in order of electronegativity.';
comment on column store.stoichiometry.amount1 is 'First factor as written in formulas: empty for 1.';
comment on column store.stoichiometry.amount2 is 'Second factor as written in formulas: empty for 1.';
comment on column store.stoichiometry.amount3 is 'Third factor as written in formulas: empty for 1, NULL for two elements.';
comment on column store.stoichiometry.amount4 is 'Fourth factor as written in formulas: empty for 1, NULL for fewer elements.';
comment on column store.stoichiometry.amount5 is 'Fifth factor as written in formulas: empty for 1, NULL for fewer elements.';
comment on column store.stoichiometry.natoms is 'Atoms in the formula: the sum of the factors.';
comment on column store.stoichiometry.max_factor is 'Largest factor.';
comment on column store.stoichiometry.formula_anonymous is 'Anonymous formula as the Materials Project writes it, factors ascending: ABC3, AB2.';
comment on column store.stoichiometry.n_allowed is 'Number of chemical systems in which the stoichiometry is allowed.';
