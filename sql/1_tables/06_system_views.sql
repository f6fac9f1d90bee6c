-- Comments on the view of all chemical systems, and what is made of it.

comment on view store.chemical_system is 'All chemical systems, each with its set of allowed stoichiometries. Those of five elements are made from store.system_head and store.system_tail: filters on their elements are fast, filters on chemsys or system_id are not.';
comment on column store.chemical_system.system_id is
    'Number of the system. Systems of two to four elements are sorted by nelements and chemsys, those of five come last, in lexicographic order of the places of their elements in order of electronegativity.';
comment on column store.chemical_system.nelements is 'Number of elements.';
comment on column store.chemical_system.chemsys is 'Element symbols in alphabetical order, joined by hyphens.';
comment on column store.chemical_system.element1 is 'Least electronegative element; elements without an electronegativity come last.';
comment on column store.chemical_system.element2 is 'Second element in order of electronegativity.';
comment on column store.chemical_system.element3 is 'Third element in order of electronegativity; NULL for two elements.';
comment on column store.chemical_system.element4 is 'Fourth element in order of electronegativity; NULL for fewer elements.';
comment on column store.chemical_system.element5 is 'Fifth element in order of electronegativity; NULL for fewer elements.';
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
        when 4 then [element1, element2, element3, element4]
        else [element1, element2, element3, element4, element5]
    end as elements,
    element1, element2, element3, element4, element5, allowed_set_id, has_electronegativity
from store.chemical_system;
comment on view store.system_elements is 'store.chemical_system with its elements as a list.';
comment on column store.system_elements.elements is 'Elements in order of electronegativity.';

create view store.system_group as
select h.element3, h.head_signature, t.tail_signature, h.n_heads, t.n_tails, p.allowed_set_id
from (
    select element3, head_signature, count(*) as n_heads from store.system_head group by element3, head_signature
) h
join (
    select element3, tail_signature, count(*) as n_tails from store.system_tail group by element3, tail_signature
) t using (element3)
join store.signature_pair p
    on p.head_signature = h.head_signature and p.tail_signature = t.tail_signature;
comment on view store.system_group is
    'Chemical systems of five elements in groups with the same third element and the same signatures, to count them without listing them: n_heads * n_tails systems each.';
comment on column store.system_group.element3 is 'Third element in order of electronegativity.';
comment on column store.system_group.n_heads is 'Number of heads with the element and the signature.';
comment on column store.system_group.n_tails is 'Number of tails with the signature after the element.';

create view store.system_count as
select nelements, allowed_set_id, count(*) as n_systems
from store.listed_system
group by nelements, allowed_set_id
union all
select 5::utinyint, allowed_set_id, sum(n_heads * n_tails)::bigint
from store.system_group
group by allowed_set_id;
comment on view store.system_count is
    'Number of chemical systems with each allowed set, for each number of elements, counted from the systems.';
comment on column store.system_count.n_systems is 'Number of chemical systems with the set.';

-- Joining system_elements itself would make all systems of five elements to find some.
create macro store.systems_in(table_name) as table
select *
from store.system_elements
where nelements <= 4 and system_id in (select system_id from query_table(table_name))
union all
select
    s.system_id, 5::utinyint,
    array_to_string(
        list_sort([h.element1::varchar, h.element2::varchar, h.element3::varchar, t.element4::varchar, t.element5::varchar]),
        '-'
    ),
    [h.element1, h.element2, h.element3, t.element4, t.element5],
    h.element1, h.element2, h.element3, t.element4, t.element5, p.allowed_set_id, t.has_electronegativity
from (select distinct system_id from query_table(table_name)) s
-- Every system of fewer elements comes before the first head.
asof join store.system_head h on s.system_id >= h.first_system_id
join store.system_tail t on t.element3 = h.element3 and t.tail_number = s.system_id - h.first_system_id
join store.signature_pair p
    on p.head_signature = h.head_signature and p.tail_signature = t.tail_signature;
comment on macro table store.systems_in is
    'systems_in(name): the rows of store.system_elements whose system_id is in the table, view or common table expression of that name.';
