-- Species: elements with an oxidation state. Reads `new_species`, registered by the build.

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
    'Species (element and oxidation state) of every oxidation-state set; those with used = true define the allowed compositions of this file.';
comment on column species.oxidation_state_set is
    'Oxidation-state set: a SMACT set (smact14, with 421 species, is that of Park et al. 2024) or the name of a user file.';
comment on column species.oxidation_state is 'Oxidation state in e.';
comment on column species.species is 'Species as text, such as Fe3+ or O2-.';
comment on column species.used is 'Whether this set defines the allowed compositions of this file.';
comment on column species.n_icsd is
    'Number of entries with the species in the ICSD of 2024, from SMACT: how common it is.';
