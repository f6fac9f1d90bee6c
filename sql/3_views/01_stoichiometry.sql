-- The public columns of store.stoichiometry.

create view stoichiometry as
select nelements, stoichiometry_id, factors, natoms, max_factor, formula_anonymous, n_allowed
from store.stoichiometry;

comment on view stoichiometry is
    'Reduced stoichiometries: tuples of factors without a common divisor. With factors up to 8 there are 43, 439 and 3,823 of two, three and four elements.';
