-- Table 2 of Park et al., Faraday Discuss. 2024 (d4fd00063c).

create view table2 as
select nelements, combinations, allowed, known, standard, missing, interesting, unlikely
from order_summary
order by nelements;

comment on view table2 is 'Table 2 of Park et al. 2024 for this file: compositions of each order by category.';
comment on column table2.nelements is 'Number of elements.';
comment on column table2.combinations is 'Compositions: systems times reduced stoichiometries.';
comment on column table2.allowed is 'Allowed compositions.';
comment on column table2.known is 'Compositions that a known source of this file has.';
comment on column table2.standard is 'Allowed and known.';
comment on column table2.missing is 'Allowed, not known.';
comment on column table2.interesting is 'Known, not allowed.';
comment on column table2.unlikely is 'Neither allowed nor known.';
