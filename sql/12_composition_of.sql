-- Formulas in SQL. All of it folds to a constant before the scan, so one composition is found
-- through its chemical system. When the file is attached under another name, macros need
-- `use NAME` first.

-- Multiplies out the first innermost group: Al2(SO4)3 becomes Al2S3O12.
create macro expand_formula_group(text) as
    regexp_replace(
        text,
        '[(\[]([A-Za-z0-9]+)[)\]]([0-9]*)',
        -- DuckDB 1.4 makes NULL of an empty list.
        coalesce(
            array_to_string(
                list_transform(
                    regexp_extract_all(
                        regexp_extract(text, '[(\[]([A-Za-z0-9]+)[)\]]([0-9]*)', 1), '[A-Z][a-z]?[0-9]*'
                    ),
                    lambda part: concat(
                        regexp_extract(part, '[A-Za-z]+'),
                        coalesce(try_cast(regexp_extract(part, '[0-9]+') as bigint), 1)
                        * coalesce(
                            try_cast(regexp_extract(text, '[(\[]([A-Za-z0-9]+)[)\]]([0-9]*)', 2) as bigint), 1
                        )
                    )
                ),
                ''
            ),
            ''
        )
    );
comment on macro expand_formula_group is
    'expand_formula_group(formula): the formula with its first innermost group multiplied out, Al2S3O12 for Al2(SO4)3.';

-- Six groups at most, nested or not.
create macro formula_parts(text) as
    list_transform(
        regexp_extract_all(
            list_reduce(
                [text, '', '', '', '', '', ''],
                lambda formula, step: expand_formula_group(formula)
            ),
            '[A-Z][a-z]?[0-9]*'
        ),
        lambda part: {
            symbol: regexp_extract(part, '[A-Za-z]+'),
            amount: coalesce(try_cast(regexp_extract(part, '[0-9]+') as bigint), 1)
        }
    );
comment on macro formula_parts is
    'formula_parts(formula): list of {symbol, amount}, groups multiplied out; an element may come more than once.';

-- `list_transform([x], lambda name: ...)[1]` stands for `let name = x`: x is written once.
create macro formula_amounts(text) as
    list_transform(
        [formula_parts(text)],
        lambda parts: list_transform(
            list_sort(list_distinct(list_transform(parts, lambda part: part.symbol))),
            lambda symbol: {
                symbol: symbol,
                amount: list_sum(
                    list_transform(
                        list_filter(parts, lambda part: part.symbol = symbol), lambda part: part.amount
                    )
                )::bigint
            }
        )
    )[1];
comment on macro formula_amounts is
    'formula_amounts(formula): list of {symbol, amount}, each element once, in alphabetical order.';

create macro formula_chemsys(text) as
    array_to_string(list_sort(list_distinct(regexp_extract_all(text, '[A-Z][a-z]?'))), '-');
comment on macro formula_chemsys is 'formula_chemsys(formula): its element symbols in alphabetical order, joined by hyphens.';

create macro composition_of(text) as table
select c.*
from composition c
where c.chemsys = case
        when regexp_full_match(text, '[][()A-Za-z0-9]+') then formula_chemsys(text)
        else error(concat('composition_of: ''', text, ''' is not made of element symbols, whole numbers and brackets'))
    end
    -- Proportional amounts: the formula need not be reduced.
    and list_transform(
        [list_transform(formula_amounts(text), lambda part: part.amount)],
        lambda amounts: list_transform(amounts, lambda amount: amount // nullif(list_reduce(amounts, lambda a, b: gcd(a, b)), 0))
    )[1] = list_transform(
        list_sort(list_zip(c.elements::varchar[], c.factors)), lambda pair: pair[2]::bigint
    );
comment on macro table composition_of is
    'composition_of(formula): the row of composition with that formula, written in any order, unreduced, with brackets: from composition_of(''O2ZnLi'').';

-- Any spelling becomes the formula of the views, so that tables of one's own can be joined. An
-- ENUM has the order of symbols: a subquery would make a join on the macro a cross product.
create type symbol_by_electronegativity as enum (
    select symbol::varchar from element order by electronegativity nulls last, atomic_number
);
comment on type symbol_by_electronegativity is
    'Symbols of the first 103 elements; sorts by electronegativity, those without one last: the order of formulas.';

create macro reduced_formula(text) as
    list_transform(
        -- An unknown symbol leaves no formula.
        [case when len(list_filter(formula_amounts(text), lambda part: try_cast(part.symbol as element_symbol) is null)) = 0 then formula_amounts(text) end],
        lambda parts: list_transform(
            [nullif(list_reduce(list_concat([0::bigint], list_transform(parts, lambda part: part.amount)), lambda a, b: gcd(a, b)), 0)],
            lambda divisor: nullif(array_to_string(
                list_transform(
                    list_sort(
                        list_transform(
                            parts,
                            lambda part: {
                                symbol: try_cast(part.symbol as symbol_by_electronegativity),
                                amount: part.amount // divisor
                            }
                        )
                    ),
                    lambda part: concat(part.symbol, case when part.amount > 1 then part.amount end)
                ),
                ''
            ), '')
        )[1]
    )[1];
comment on macro reduced_formula is
    'reduced_formula(formula): the formula in the form of the views, reduced and in order of electronegativity: LiZnO2 for O4Zn2Li2; NULL where there is none.';
