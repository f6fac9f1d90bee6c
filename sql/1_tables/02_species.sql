-- Element and oxidation state. Reads `new_species`, registered by the build.

create table species (
    oxidation_state_set varchar not null,
    symbol              element_symbol not null,
    oxidation_state     tinyint not null,
    species             varchar not null,
    used                boolean not null,
    n_icsd              integer not null
);
insert into species select * from new_species order by used desc, oxidation_state_set, symbol, oxidation_state;

comment on table species is
    'Species (element and oxidation state) of every oxidation-state set; the rows with used = true decided what this file calls allowed.';
comment on column species.oxidation_state_set is
    'Oxidation-state set: a SMACT set (smact14 is the one of Park et al. 2024, 421 species), or the name of a user''s file.';
comment on column species.symbol is 'Element symbol.';
comment on column species.oxidation_state is 'Oxidation state in e.';
comment on column species.species is 'Species as text, such as Fe3+ or O2-.';
comment on column species.used is 'Whether this set decided the allowed compositions of this file.';
comment on column species.n_icsd is
    'Entries of the ICSD of 2024 that have the species, as SMACT counted them: how usual it is.';
