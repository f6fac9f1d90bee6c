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
