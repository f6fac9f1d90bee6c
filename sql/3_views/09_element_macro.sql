-- Elements and amounts in SQL, for filters on compositions. If the file is attached under another name,
-- macros need `use NAME` first.

create macro group_elements(name) as (
    select coalesce(list(symbol), error(concat('group_elements: no group ''', name, '''; see the table element_group')))
    from element_group
    where element_group = name
);
comment on macro group_elements is
    'group_elements(name): list of the elements of a group of element_group: list_has_any(elements, group_elements(''halogen'')).';

-- list_intersect is a lambda in DuckDB 1.4, and a lambda must not contain a subquery.
create macro n_of_group(elements, name) as
    list_transform(
        [{elements: elements, members: group_elements(name)}],
        lambda pair: len(list_intersect(pair.elements, pair.members))
    )[1];
comment on macro n_of_group is
    'n_of_group(elements, name): number of the elements that belong to a group: n_of_group(elements, ''alkali'') = 2.';

create macro amount_of(elements, factors, symbol) as
    coalesce(factors[list_position(elements, symbol)], 0);
comment on macro amount_of is
    'amount_of(elements, factors, symbol): number of atoms of an element in a composition; 0 if absent.';

create macro atomic_fraction(elements, factors, symbol) as
    amount_of(elements, factors, symbol) / list_sum(factors);
comment on macro atomic_fraction is
    'atomic_fraction(elements, factors, symbol): share of the atoms in a composition that are of an element, 0 to 1.';
