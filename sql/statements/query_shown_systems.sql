-- The chemical systems of the rows of a query, in files with systems of five elements: these are found by their
-- numbers, for the view store.system_elements would make all of them.

shown_system as (
    select * from store.system_elements where nelements <= 4
    union all by name
    select
        i.system_id, 5::utinyint as nelements, t.has_electronegativity,
        [h.element1, h.element2, h.element3, t.element4, t.element5] as elements,
        array_to_string(list_sort(list_transform(elements, lambda symbol: symbol::varchar)), '-') as chemsys,
        h.element1, h.element2, h.element3, t.element4, t.element5
    from (select distinct system_id from hit where nelements = 5) i
    asof join store.system_head h on i.system_id >= h.first_system_id
    join store.system_tail t
        on t.element3 = h.element3 and t.tail_number = i.system_id - h.first_system_id
)
