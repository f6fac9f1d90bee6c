-- Reduced stoichiometries. Reads `new_stoichiometry`, registered by the build.

create table store.stoichiometry (
    nelements         utinyint not null,
    stoichiometry_id  integer not null,
    factors           utinyint[] not null,
    amount1           varchar not null,
    amount2           varchar not null,
    amount3           varchar,
    amount4           varchar,
    natoms            utinyint not null,
    max_factor        utinyint not null,
    formula_anonymous varchar not null,
    n_allowed         integer not null
);
insert into store.stoichiometry
select
    len(factors), stoichiometry_id, factors,
    amounts[1], amounts[2], amounts[3], amounts[4],
    list_sum(factors), list_max(factors), formula_anonymous, n_allowed
from (
    select *, list_transform(factors, lambda n: case when n = 1 then '' else n::varchar end) as amounts
    from new_stoichiometry
)
order by len(factors), stoichiometry_id;

comment on table store.stoichiometry is 'The view stoichiometry, with the amounts as text from which formulas are put together.';
comment on column store.stoichiometry.nelements is 'Number of elements.';
comment on column store.stoichiometry.stoichiometry_id is 'Number within its order, from 0: the place of its bit in store.allowed_set.stoichiometries.';
comment on column store.stoichiometry.factors is 'Stoichiometric factors.';
comment on column store.stoichiometry.amount1 is 'First factor as formulas show it: empty for 1.';
comment on column store.stoichiometry.amount2 is 'Second factor as formulas show it: empty for 1.';
comment on column store.stoichiometry.amount3 is 'Third factor as formulas show it: empty for 1, NULL for two elements.';
comment on column store.stoichiometry.amount4 is 'Fourth factor as formulas show it: empty for 1, NULL for fewer elements.';
comment on column store.stoichiometry.natoms is 'Atoms in the formula: the sum of the factors.';
comment on column store.stoichiometry.max_factor is 'Largest factor.';
comment on column store.stoichiometry.formula_anonymous is 'Anonymous formula.';
comment on column store.stoichiometry.n_allowed is 'In how many chemical systems this stoichiometry is allowed.';

create view stoichiometry as
select nelements, stoichiometry_id, factors, natoms, max_factor, formula_anonymous, n_allowed
from store.stoichiometry;

comment on view stoichiometry is
    'Reduced stoichiometries: tuples of factors without a common divisor, 43, 439 and 3,823 for two, three and four elements and factors up to 8.';
comment on column stoichiometry.nelements is 'Number of elements.';
comment on column stoichiometry.stoichiometry_id is 'Number within its order, from 0.';
comment on column stoichiometry.factors is 'Stoichiometric factors, for the elements of a composition in order of electronegativity.';
comment on column stoichiometry.natoms is 'Atoms in the formula: the sum of the factors.';
comment on column stoichiometry.max_factor is 'Largest factor.';
comment on column stoichiometry.formula_anonymous is 'Anonymous formula as the Materials Project writes it, factors ascending: ABC3, AB2.';
comment on column stoichiometry.n_allowed is 'In how many chemical systems this stoichiometry is allowed.';
