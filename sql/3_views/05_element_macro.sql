-- Elements and amounts in SQL, for filters of compositions. When the file is attached under
-- another name, macros need `use NAME` first.

create macro group_elements(name) as (
    select coalesce(list(symbol), error(concat('group_elements: no group ''', name, '''; see the table element_group')))
    from element_group
    where element_group = name
);
comment on macro group_elements is
    'group_elements(name): list of the elements of a group of element_group: list_has_any(elements, group_elements(''halogen'')).';

-- A subquery may not stand in a lambda, which list_intersect is in DuckDB 1.4.
create macro n_of_group(elements, name) as
    list_transform(
        [{own: elements, members: group_elements(name)}], lambda pair: len(list_intersect(pair.own, pair.members))
    )[1];
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
