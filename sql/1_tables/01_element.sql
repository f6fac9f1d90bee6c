-- The first 103 elements. Reads `new_element`, registered by the build.

-- The schema store holds what keeps the space small: the tables that the views of the main
-- schema, the public interface, multiply out.
create schema store;

create type element_symbol as enum (select symbol from new_element order by atomic_number);
comment on type element_symbol is 'Symbols of the first 103 elements; sorts by atomic number.';

create table element (
    atomic_number     utinyint not null,
    symbol            element_symbol not null,
    name              varchar not null,
    electronegativity double
);
insert into element select * from new_element order by atomic_number;

comment on table element is 'The first 103 chemical elements, as SMACT tabulates them.';
comment on column element.atomic_number is 'Atomic number Z, 1 to 103.';
comment on column element.symbol is 'Element symbol; an ENUM that sorts by atomic number.';
comment on column element.name is 'English name.';
comment on column element.electronegativity is
    'Pauling electronegativity (dimensionless), from SMACT; NULL for He, Ne, Ar, Pm, Rn and Lr, which are in no allowed composition.';

-- Groups of elements by their names, after the IUPAC Red Book (2005) where it names them. Each
-- row is a range of atomic numbers.
create table element_group (
    element_group varchar not null,
    symbol        element_symbol not null
);
insert into element_group
with part (element_group, first, last) as (
    values
        ('alkali', 3, 3), ('alkali', 11, 11), ('alkali', 19, 19), ('alkali', 37, 37), ('alkali', 55, 55),
        ('alkali', 87, 87),
        ('alkaline_earth', 4, 4), ('alkaline_earth', 12, 12), ('alkaline_earth', 20, 20),
        ('alkaline_earth', 38, 38), ('alkaline_earth', 56, 56), ('alkaline_earth', 88, 88),
        ('transition_metal', 21, 30), ('transition_metal', 39, 48), ('transition_metal', 72, 80),
        ('platinum_group', 44, 46), ('platinum_group', 76, 78),
        ('coinage_metal', 29, 29), ('coinage_metal', 47, 47), ('coinage_metal', 79, 79),
        ('lanthanoid', 57, 71), ('actinoid', 89, 103),
        ('rare_earth', 21, 21), ('rare_earth', 39, 39), ('rare_earth', 57, 71),
        ('post_transition_metal', 13, 13), ('post_transition_metal', 31, 31),
        ('post_transition_metal', 49, 50), ('post_transition_metal', 81, 83),
        ('metalloid', 5, 5), ('metalloid', 14, 14), ('metalloid', 32, 33), ('metalloid', 51, 52),
        ('metalloid', 84, 84),
        ('triel', 5, 5), ('triel', 13, 13), ('triel', 31, 31), ('triel', 49, 49), ('triel', 81, 81),
        ('tetrel', 6, 6), ('tetrel', 14, 14), ('tetrel', 32, 32), ('tetrel', 50, 50), ('tetrel', 82, 82),
        ('pnictogen', 7, 7), ('pnictogen', 15, 15), ('pnictogen', 33, 33), ('pnictogen', 51, 51),
        ('pnictogen', 83, 83),
        ('chalcogen', 8, 8), ('chalcogen', 16, 16), ('chalcogen', 34, 34), ('chalcogen', 52, 52),
        ('chalcogen', 84, 84),
        ('halogen', 9, 9), ('halogen', 17, 17), ('halogen', 35, 35), ('halogen', 53, 53), ('halogen', 85, 85),
        ('noble_gas', 2, 2), ('noble_gas', 10, 10), ('noble_gas', 18, 18), ('noble_gas', 36, 36),
        ('noble_gas', 54, 54), ('noble_gas', 86, 86),
        ('nonmetal', 1, 2), ('nonmetal', 6, 10), ('nonmetal', 15, 18), ('nonmetal', 34, 36),
        ('nonmetal', 53, 54), ('nonmetal', 85, 86),
        ('metal', 3, 4), ('metal', 11, 13), ('metal', 19, 31), ('metal', 37, 50), ('metal', 55, 83),
        ('metal', 87, 103),
        ('f_block', 57, 70), ('f_block', 89, 102),
        ('radioactive', 43, 43), ('radioactive', 61, 61), ('radioactive', 84, 103)
)
select p.element_group, e.symbol
from part p
join element e on e.atomic_number between p.first and p.last
order by p.element_group, e.atomic_number;

comment on table element_group is
    'Named groups of elements, which `chemdb query` takes wherever it takes an element; an element is in several.';
comment on column element_group.element_group is
    'Name of the group: alkali, halogen, transition_metal (groups 3 to 12 without the f block), rare_earth (Sc, Y, La to Lu) and so on.';
comment on column element_group.symbol is 'Element symbol.';
