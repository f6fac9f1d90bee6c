-- The macro composition_of for files with compositions of five elements, whose systems are found by their
-- elements. It takes 20 ms longer to plan, so other files keep that of 3_views/08_formula_macro.

create or replace macro composition_of(text) as table
select
    formula, chemsys, nelements, elements, factors, natoms, formula_anonymous, allowed, known, category,
    has_electronegativity
from store.composition c
where c.nelements <= 4
    and c.chemsys = case
        when formula_parts(text) is not null then formula_symbols(text)
        else error(concat(
            'composition_of: ''', text, ''' is not made of element symbols, whole numbers, brackets and hydrate dots'
        ))
    end
    -- If the text is not a formula, all rows pass this condition, and the first raises the error.
    and c.formula = coalesce(reduced_formula(text), c.formula)
union all
select
    formula, chemsys, nelements, elements, factors, natoms, formula_anonymous, allowed, known, category,
    has_electronegativity
from store.composition c
where c.nelements = 5
    and c.element1 = case
        when formula_parts(text) is not null then formula_symbol(text, 1)
        else error(concat(
            'composition_of: ''', text, ''' is not made of element symbols, whole numbers, brackets and hydrate dots'
        ))
    end
    and c.element2 = formula_symbol(text, 2) and c.element3 = formula_symbol(text, 3)
    and c.element4 = formula_symbol(text, 4) and c.element5 = formula_symbol(text, 5)
    and c.formula = reduced_formula(text);
comment on macro table composition_of is
    'composition_of(formula): the row of composition with the formula, in any order of elements, reduced or not, with brackets and hydrate dots: from composition_of(''O2ZnLi''); an error if the text is not a formula.';
