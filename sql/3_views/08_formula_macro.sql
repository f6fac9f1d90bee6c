-- Formulas in SQL. The macros are folded to constants before the scan, so a composition is found through
-- its chemical system. If the file is attached under another name, macros need `use NAME` first.

-- If any part of a text cannot be read, the result is NULL, never the formula of the rest. Readable are the
-- spellings that files may have (docs/known-materials.md): symbols of the first 103 elements, D and T for
-- H; amounts of 1 to 2147483647, also in subscript digits or as 2.0; groups in ( ), [ ] or { };
-- coefficients, 2NaCl; hydrate dots · • ∙ ⋅ *, and full stops before a letter, a bracket or waters; spaces,
-- except before an amount. There may be 32 groups and coefficients.

-- The characters ⟨ ⟩ for a part with a coefficient, and × for a product, are internal to the macros: in the
-- text they are replaced by ?, which cannot be read.
-- A full stop before a count of waters is a hydrate dot after a letter, a bracket, a space or an amount of
-- at least 2, and if the part ends with the waters: not in Mn1.5H2O4 or CaSO4.0.5H2O. The count and what
-- follows belong to one match, so that of two such parts in a row one is found at a time.
create macro with_hydrate_dots(text) as
    regexp_replace(
        text,
        '([A-Za-z)\]}](?:[0₀]*(?:[2-9₂-₉]|[1-9₁-₉][0-9₀-₉]+))?|[ \t])\.([1-9][0-9]*H2O)([ \t.·•∙⋅*]|$)',
        '\1·\2\3',
        'g'
    );
comment on macro with_hydrate_dots is
    'with_hydrate_dots(formula): the formula with · for full stops before a count of waters, in every second part: CuSO4·5H2O for CuSO4.5H2O.';

create macro plain_formula(text) as
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        translate(
            -- Full stops as hydrate dots, before subscripts: in CuSO4.5H₂O it is a decimal point.
            regexp_replace(
                with_hydrate_dots(with_hydrate_dots(text)),
                '\.([A-Z(\[{])', '·\1', 'g'
            ),
            '₀₁₂₃₄₅₆₇₈₉•∙⋅*⟨⟩×',
            '0123456789····???'
        ),
        -- Remove zero decimals, then insignificant spaces; then mark coefficients.
        '([0-9])\.0+([^0-9]|$)', '\1\2', 'g'),
        '(^|·)[ \t]+', '\1', 'g'),
        '[ \t]+([A-Z()\[\]{}·]|$)', '\1', 'g'),
        '(^|·)([0-9]+)([^0-9·][^·]*)', '\1⟨\3⟩\2', 'g');
comment on macro plain_formula is
    'plain_formula(formula): the formula without spaces and subscripts, with · for every dot and ⟨H2O⟩5 for 5H2O.';

-- A bracket must be closed by one of the same kind.
create macro formula_group_pattern() as
    '(?:\((?:[A-Z][a-z]?[0-9×]*)+\)|\[(?:[A-Z][a-z]?[0-9×]*)+\]|\{(?:[A-Z][a-z]?[0-9×]*)+\}|⟨(?:[A-Z][a-z]?[0-9×]*)+⟩)([0-9]*)';
comment on macro formula_group_pattern is
    'formula_group_pattern(): the regular expression for an innermost group and its amount.';

-- Amounts are not multiplied yet: regular expressions cannot do that.
create macro expand_formula_group(text) as
    regexp_replace(
        text,
        formula_group_pattern(),
        regexp_replace(
            regexp_extract(regexp_extract(text, formula_group_pattern()), '[A-Z][A-Za-z0-9×]*'),
            '([A-Z][a-z]?[0-9×]*)',
            concat('\1×', regexp_extract(text, formula_group_pattern(), 1)),
            'g'
        )
    );
comment on macro expand_formula_group is
    'expand_formula_group(formula): the formula with the amount of its first innermost group at each element of the group: Al2S×3O4×3 for Al2(SO4)3.';

-- `list_transform([x], lambda name: ...)[1]` means `let name = x`, so that x is evaluated once. Each group
-- of the formula takes one step.
create macro expanded_formula(text) as
    list_transform(
        [plain_formula(text)],
        lambda plain: list_reduce(
            list_concat([plain], regexp_extract_all(plain, '[)\]}⟩]')[1:32]),
            lambda formula, step: expand_formula_group(formula)
        )
    )[1];
comment on macro expanded_formula is
    'expanded_formula(formula): the formula without groups and coefficients: CuSO4·H2×5O×5 for CuSO4·5H2O; unreadable parts stay as they are.';

-- Amounts that are zero or too large become 0. Products are doubles, which do not overflow.
create macro formula_parts(text) as
    list_transform(
        [list_transform(
            [expanded_formula(text)],
            lambda expanded: case
                when regexp_full_match(expanded, '([A-Z][a-z]?[0-9×]*)+(·([A-Z][a-z]?[0-9×]*)+)*')
                then list_transform(
                    regexp_extract_all(expanded, '[A-Z][a-z]?[0-9×]*'),
                    lambda part: {
                        symbol: regexp_replace(regexp_extract(part, '[A-Z][a-z]?'), '^[DT]$', 'H'),
                        amount: list_transform(
                            [list_product(list_transform(
                                regexp_extract_all(part, '[0-9]+'),
                                lambda digits: coalesce(try_cast(digits as integer), 0)
                            ))],
                            lambda product: case
                                when product is null then 1
                                else coalesce(try_cast(product as integer), 0)
                            end
                        )[1]
                    }
                )
            end
        )[1]],
        lambda parts: case
            when len(list_filter(
                parts, lambda part: part.amount = 0 or try_cast(part.symbol as element_symbol) is null
            )) = 0
            then parts
        end
    )[1];
comment on macro formula_parts is
    'formula_parts(formula): list of {symbol, amount}, with groups expanded; an element may occur more than once; NULL if the text is not a formula.';

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
    'formula_amounts(formula): list of {symbol, amount}, each element once, in alphabetical order; NULL if the text is not a formula.';

-- Not array_to_string, a DuckDB macro that evaluates its list twice.
create macro formula_symbols(text) as
    list_aggregate(
        list_sort(list_distinct(list_transform(
            regexp_extract_all(text, '[A-Z][a-z]?'), lambda symbol: regexp_replace(symbol, '^[DT]$', 'H')
        ))),
        'string_agg', '-'
    );
comment on macro formula_symbols is
    'formula_symbols(text): everything that looks like an element symbol, in alphabetical order, joined by hyphens, even if the text is not a formula.';

create macro formula_chemsys(text) as
    case when formula_parts(text) is not null then formula_symbols(text) end;
comment on macro formula_chemsys is
    'formula_chemsys(formula): its element symbols in alphabetical order, joined by hyphens; NULL if the text is not a formula.';

-- Formulas in any spelling, such as those of user tables, can be joined with the views. The symbols are
-- sorted by an ENUM: with a subquery, a join on the macro would be a cross product.
create type symbol_by_electronegativity as enum (
    select symbol::varchar from element order by electronegativity nulls last, atomic_number
);
comment on type symbol_by_electronegativity is
    'Symbols of the first 103 elements; sorts by electronegativity, those without one last, as in formulas.';

create macro reduced_formula(text) as
    list_transform(
        [formula_amounts(text)],
        lambda parts: list_transform(
            [list_reduce(list_transform(parts, lambda part: part.amount), lambda a, b: gcd(a, b))],
            lambda divisor: list_aggregate(
                list_transform(
                    list_sort(
                        list_transform(
                            parts,
                            lambda part: {
                                symbol: part.symbol::symbol_by_electronegativity,
                                amount: part.amount // divisor
                            }
                        )
                    ),
                    lambda part: concat(part.symbol, case when part.amount > 1 then part.amount end)
                ),
                'string_agg', ''
            )
        )[1]
    )[1];
comment on macro reduced_formula is
    'reduced_formula(formula): the formula as in the views, reduced and in order of electronegativity: LiZnO2 for O4Zn2Li2, CuH10SO9 for CuSO4·5H2O; NULL if the text is not a formula with whole-number amounts, such as Li0.5CoO2.';

create macro formula_symbol(text, place) as
    nullif(regexp_extract_all(reduced_formula(text), '[A-Z][a-z]?')[place], '')::element_symbol;
comment on macro formula_symbol is
    'formula_symbol(formula, place): the element at a place of the reduced formula, from 1: O for formula_symbol(''ZnLiO2'', 3); NULL if there are fewer.';

-- Files with five elements have that of statements/composition_of_five.
create macro composition_of(text) as table
select c.*
from composition c
where c.chemsys = case
        when formula_parts(text) is not null then formula_symbols(text)
        else error(concat(
            'composition_of: ''', text, ''' is not made of element symbols, whole numbers, brackets and hydrate dots'
        ))
    end
    -- If the text is not a formula, all rows pass this condition, and the first raises the error.
    and c.formula = coalesce(reduced_formula(text), c.formula);
comment on macro table composition_of is
    'composition_of(formula): the row of composition with the formula, in any order of elements, reduced or not, with brackets and hydrate dots: from composition_of(''O2ZnLi''); an error if the text is not a formula.';
