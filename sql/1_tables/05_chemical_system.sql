-- Every combination of 2 to 4 elements. Reads `new_chemical_system`, registered by the build. Rows are
-- sorted by number of elements and chemsys, so zone maps find a system in milliseconds without an index
-- (a primary key would take more space than the elements).

create table store.chemical_system (
    system_id      integer not null,
    nelements      utinyint not null,
    chemsys        varchar not null,
    element1       element_symbol not null,
    element2       element_symbol not null,
    element3       element_symbol,
    element4       element_symbol,
    allowed_set_id integer not null,
    has_electronegativity boolean not null
);
insert into store.chemical_system
select
    *,
    -- Elements without one come last.
    coalesce(element4, element3, element2) not in (select symbol from element where electronegativity is null)
from new_chemical_system;

comment on table store.chemical_system is 'All chemical systems, each with its set of allowed stoichiometries.';
comment on column store.chemical_system.system_id is 'Number of the system; systems are sorted by nelements and chemsys.';
comment on column store.chemical_system.nelements is 'Number of elements.';
comment on column store.chemical_system.chemsys is 'Element symbols in alphabetical order, joined by hyphens.';
comment on column store.chemical_system.element1 is 'Least electronegative element; elements without an electronegativity come last.';
comment on column store.chemical_system.element2 is 'Second element in order of electronegativity.';
comment on column store.chemical_system.element3 is 'Third element in order of electronegativity; NULL for two elements.';
comment on column store.chemical_system.element4 is 'Fourth element in order of electronegativity; NULL for fewer elements.';
comment on column store.chemical_system.allowed_set_id is 'Set of allowed stoichiometries, see store.allowed_set; 0 if nothing is allowed.';
comment on column store.chemical_system.has_electronegativity is
    'Whether every element has a Pauling electronegativity; otherwise nothing is allowed in the system.';

-- Here rather than in 3_views because 2_known reads it.
create view store.system_elements as
select
    system_id, nelements, chemsys,
    case nelements
        when 2 then [element1, element2]
        when 3 then [element1, element2, element3]
        else [element1, element2, element3, element4]
    end as elements,
    element1, element2, element3, element4, allowed_set_id, has_electronegativity
from store.chemical_system;
comment on view store.system_elements is 'store.chemical_system with its elements as a list.';
comment on column store.system_elements.elements is 'Elements in order of electronegativity.';
