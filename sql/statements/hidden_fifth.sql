-- Known compositions, and whether each is in a hidden fifth: those whose checksum with the seed comes first.

select
    system_id, stoichiometry_id, elements, factors, allowed,
    $one_in * row_number() over (order by md5(concat($seed::bigint, ' ', formula)), formula) <= count(*) over ()
        as hidden
from known_composition
order by system_id, stoichiometry_id;
