-- Elements and amounts in SQL, for filters of compositions. When the file is attached under
-- another name, macros need `use NAME` first.

create macro group_elements(name) as (
    select coalesce(list(symbol), error(concat('group_elements: no group ''', name, '''; see the table element_group')))
    from element_group
    where element_group = name
);
comment on macro group_elements is
    'group_elements(name): list of the elements of a group of element_group: list_has_any(elements, group_elements(''halogen'')).';

create macro n_of_group(elements, name) as len(list_intersect(elements, group_elements(name)));
comment on macro n_of_group is
    'n_of_group(elements, name): how many of the elements belong to a group: n_of_group(elements, ''alkali'') = 2.';

create macro amount_of(elements, factors, symbol) as
    coalesce(factors[list_position(elements, symbol)], 0);
comment on macro amount_of is
    'amount_of(elements, factors, symbol): atoms of an element in a composition, 0 where it has none.';

create macro atomic_fraction(elements, factors, symbol) as
    amount_of(elements, factors, symbol) / list_sum(factors);
comment on macro atomic_fraction is
    'atomic_fraction(elements, factors, symbol): share of the atoms of a composition, 0 to 1.';
