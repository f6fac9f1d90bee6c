-- Every combination of 2 to 5 elements. Reads `new_listed_system`, `new_system_head`, `new_system_tail` and
-- `new_signature_pair`, registered by the build.
--
-- Systems of up to four elements are rows, sorted by number of elements and chemsys, so zone maps find a system in
-- milliseconds without an index (a primary key would take more space than the elements). The 87.5 million systems of
-- five elements are not: a view makes them from their heads (three elements) and tails (two elements).

create table store.listed_system (
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
insert into store.listed_system
select
    *,
    -- Elements without one come last.
    coalesce(element4, element3, element2) not in (select symbol from element where electronegativity is null)
from new_listed_system;

comment on table store.listed_system is 'All chemical systems of two to four elements, each with its set of allowed stoichiometries.';

create table store.system_head (
    element1        element_symbol not null,
    element2        element_symbol not null,
    element3        element_symbol not null,
    head_signature  integer not null,
    first_system_id integer not null,
    n_systems       integer not null
);
insert into store.system_head
select element1, element2, element3, head_signature, first_system_id, n_systems from new_system_head;

comment on table store.system_head is
    'The first three elements, in order of electronegativity, of the chemical systems of five elements.';
comment on column store.system_head.head_signature is
    'Signature of the three elements: their oxidation states, and which neighbours have the same electronegativity. 0 if one of them is in no allowed composition.';
comment on column store.system_head.first_system_id is
    'system_id of the first system with this head: that of a system is first_system_id + store.system_tail.tail_number.';
comment on column store.system_head.n_systems is 'Number of systems with this head.';

create table store.system_tail (
    element3       element_symbol not null,
    element4       element_symbol not null,
    element5       element_symbol not null,
    tail_signature smallint not null,
    tail_number    smallint not null,
    has_electronegativity boolean not null
);
insert into store.system_tail
select
    element3, element4, element5, tail_signature, tail_number,
    element5 not in (select symbol from element where electronegativity is null)
from new_system_tail;

comment on table store.system_tail is
    'The last two elements, in order of electronegativity, of the chemical systems of five elements, after each third element.';
comment on column store.system_tail.tail_signature is
    'Signature of the last two elements: their oxidation states, and which of the last three elements have the same electronegativity. 0 if one of the two is in no allowed composition.';
comment on column store.system_tail.tail_number is 'Number of the tail among those after the same element3, from 0.';

create table store.signature_pair (
    head_signature integer not null,
    tail_signature smallint not null,
    allowed_set_id integer not null
);
insert into store.signature_pair
from new_signature_pair;

comment on table store.signature_pair is
    'Allowed set of the chemical systems of five elements, for each pair of signatures of a head and a tail.';
comment on column store.signature_pair.head_signature is 'Signature of the first three elements, see store.system_head.';
comment on column store.signature_pair.tail_signature is 'Signature of the last two elements, see store.system_tail.';

create view store.chemical_system as
select
    system_id, nelements, chemsys, element1, element2, element3, element4, null::element_symbol as element5,
    allowed_set_id, has_electronegativity
from store.listed_system
union all
select
    h.first_system_id + t.tail_number,
    5::utinyint,
    array_to_string(
        list_sort([h.element1::varchar, h.element2::varchar, h.element3::varchar, t.element4::varchar, t.element5::varchar]),
        '-'
    ),
    h.element1, h.element2, h.element3, t.element4, t.element5,
    p.allowed_set_id, t.has_electronegativity
from store.system_head h
join store.system_tail t using (element3)
join store.signature_pair p
    on p.head_signature = h.head_signature and p.tail_signature = t.tail_signature;
