-- Table 2 of Park et al., Faraday Discuss. 2024 (d4fd00063c).

create view table2 as
select nelements, combinations, allowed, known, standard, missing, interesting, unlikely
from order_summary
order by nelements;

comment on view table2 is 'Table 2 of Park et al. 2024 for this file: number of compositions of each category, for each number of elements.';
