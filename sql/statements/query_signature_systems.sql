-- The chemical systems of five elements that can match, for the part `system` of a query. Slots: {source} of
-- heads h and tails t; {columns} that the filter reads; {where} a system must be, if anything.

select *
    from (
        select h.first_system_id + t.tail_number as system_id, 5::utinyint as nelements, p.allowed_set_id,
            h.element1, h.element2, h.element3, t.element4, t.element5{columns}
        from {source}
        join pair p on p.head_signature = h.head_signature and p.tail_signature = t.tail_signature
    ){where}
