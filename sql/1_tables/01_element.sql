-- The first 103 elements. Reads `new_element`, registered by the build.

-- The schema store has the internal tables; the views of the schema main, the public interface, expand
-- them to the whole space.
create schema store;

create type element_symbol as enum (select symbol from new_element order by atomic_number);
comment on type element_symbol is 'Symbols of the first 103 elements; sorts by atomic number.';

create table element (
    atomic_number       utinyint not null,
    symbol              element_symbol not null,
    name                varchar not null,
    electronegativity   double,
    periodic_group      utinyint not null,
    period              utinyint not null,
    block               varchar not null,
    smact_metal         boolean not null,
    smact_mixed_valence boolean not null,
    crustal_abundance   double,
    hhi_production      double,
    hhi_reserves        double
);
insert into element by name select * from new_element order by atomic_number;

comment on table element is
    'The first 103 chemical elements: names and electronegativities from SMACT, groups and periods from pymatgen.';
comment on column element.atomic_number is 'Atomic number Z, 1 to 103.';
comment on column element.symbol is 'Element symbol; an ENUM that sorts by atomic number.';
comment on column element.name is 'English name.';
comment on column element.electronegativity is
    'Pauling electronegativity (dimensionless), from SMACT; NULL for He, Ne, Ar, Pm, Rn and Lr, which are in no allowed composition.';
comment on column element.periodic_group is
    'Group of the periodic table, 1 to 18; lanthanoids and actinoids count as group 3.';
comment on column element.period is 'Period of the periodic table, 1 to 7.';
comment on column element.block is 'Block of the periodic table: s, p, d or f; Lu and Lr are in the d block.';
comment on column element.smact_metal is
    'Whether SMACT lists the element as a metal (smact.metals), which smact_validity accepts in alloys; Ge, Sb and Po are.';
comment on column element.smact_mixed_valence is
    'Whether SMACT lets atoms of the element have different oxidation states in one compound (smact.screening.MIXED_VALENCE_ELEMENTS).';
comment on column element.crustal_abundance is
    'Abundance in the crust of the Earth in mg/kg, from the CRC Handbook through SMACT; NULL if SMACT has none.';
comment on column element.hhi_production is
    'Herfindahl-Hirschman index of the countries that produce the element, 0 to 10,000 (one country), from Gaultois et al., Chem. Mater. 2013, 25, 2911, through SMACT; NULL if SMACT has none.';
comment on column element.hhi_reserves is
    'Herfindahl-Hirschman index of the countries that have reserves of the element, 0 to 10,000, from the same source.';

-- Named groups of elements, after the IUPAC Red Book (2005) where it names them.
create table element_group (
    element_group varchar not null,
    symbol        element_symbol not null
);
insert into element_group
with metalloid (symbol) as (values ('B'), ('Si'), ('Ge'), ('As'), ('Sb'), ('Te'), ('Po')),
metal (symbol) as (
    select symbol from element
    where block in ('d', 'f') or symbol in ('Al', 'Ga', 'In', 'Sn', 'Tl', 'Pb', 'Bi')
        or (periodic_group in (1, 2) and period > 1)
)
select member.element_group, e.symbol
from element e,
    lateral (
        values
            ('alkali', periodic_group = 1 and period > 1),
            ('alkaline_earth', periodic_group = 2),
            ('transition_metal', periodic_group between 3 and 12 and block = 'd' and symbol not in ('Lu', 'Lr')),
            ('platinum_group', periodic_group between 8 and 10 and period in (5, 6)),
            ('coinage_metal', periodic_group = 11),
            ('lanthanoid', atomic_number between 57 and 71),
            ('actinoid', atomic_number between 89 and 103),
            ('rare_earth', periodic_group = 3 and period < 7),
            ('post_transition_metal', block = 'p' and symbol in (select symbol from metal)),
            ('metalloid', symbol in (select symbol from metalloid)),
            ('triel', periodic_group = 13),
            ('tetrel', periodic_group = 14),
            ('pnictogen', periodic_group = 15),
            ('chalcogen', periodic_group = 16),
            ('halogen', periodic_group = 17),
            ('noble_gas', periodic_group = 18),
            (
                'nonmetal',
                symbol not in (select symbol from metal) and symbol not in (select symbol from metalloid)
            ),
            ('metal', symbol in (select symbol from metal)),
            ('f_block', block = 'f'),
            ('radioactive', symbol in ('Tc', 'Pm') or atomic_number >= 84),
            -- Whole classes of compounds that Annex VI, Table 3 of the EU's Regulation 1272/2008 (CLP) lists as
            -- fatal, toxic (Acute Tox. 1 to 3), carcinogenic or toxic to reproduction (1A, 1B); and cadmium,
            -- whose compounds are in Group 1 of the IARC (Monograph 100C). Not Cr and Ni, of which only some are.
            ('toxic', symbol in ('Be', 'As', 'Se', 'Cd', 'Hg', 'Tl', 'Pb', 'U')),
            -- An HHI above 2,500 is a highly concentrated market (US Department of Justice, 2010), the threshold
            -- of Gaultois et al. 2013. Elements without an abundance are Ru and those that hardly occur in nature.
            (
                'scarce',
                coalesce(crustal_abundance, 0) < 1
                    or (crustal_abundance < 10 and hhi_production > 2500 and hhi_reserves > 2500)
            )
    ) member (element_group, is_member)
where member.is_member
order by member.element_group, e.atomic_number;

comment on table element_group is
    'Named groups of elements, which `chemdb query` accepts wherever it accepts an element; an element may be in several.';
comment on column element_group.element_group is
    'Name of the group: alkali, halogen, transition_metal (groups 3 to 12 without the f block), rare_earth (Sc, Y, La to Lu) and so on; toxic (compounds classified as such by the EU, and Cd) and scarce (less than 1 mg/kg of the crust, or less than 10 mg/kg from few countries: both HHI above 2,500).';
comment on column element_group.symbol is 'Element symbol.';
