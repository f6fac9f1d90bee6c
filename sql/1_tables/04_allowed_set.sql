-- The distinct sets of allowed stoichiometries. Reads `new_allowed_set`, registered by the build.
--
-- Bitmaps are compact (11 MB for 131 million members), but a scan of all allowed compositions tests
-- every bit once for each system that has the set. Therefore sets with few members that many systems
-- share are also listed: 3 million rows save 6 of the 10 billion bit tests. Those of five elements are not: no
-- scan of 516 billion compositions would be worth it.

create table store.allowed_set (
    allowed_set_id  integer not null,
    nelements       utinyint,
    n_systems       integer not null,
    n_allowed       integer not null,
    listed          boolean not null,
    stoichiometries bit not null using compression zstd
);
insert into store.allowed_set
select
    allowed_set_id, nelements, n_systems, n_allowed,
    nelements <= 4 and 8 * n_systems > n_allowed and n_allowed > 0,
    stoichiometries::bit
from new_allowed_set;

comment on table store.allowed_set is
    'Distinct sets of allowed stoichiometries; each chemical system has one. The quaternary space of Park et al. 2024 has 75,272 sets.';
comment on column store.allowed_set.allowed_set_id is 'Number of the set; 0 is the empty set, whatever the number of elements.';
comment on column store.allowed_set.nelements is 'Number of elements of the systems with this set; NULL for the empty set.';
comment on column store.allowed_set.n_systems is 'Number of chemical systems with this set.';
comment on column store.allowed_set.n_allowed is 'Number of stoichiometries in the set.';
comment on column store.allowed_set.listed is 'Whether store.allowed_stoichiometry also lists the set.';
comment on column store.allowed_set.stoichiometries is
    'Bitmap: bit i, from the left, is 1 if stoichiometry_id i is allowed: get_bit(stoichiometries, i) = 1. The last byte is padded with zeros.';

create table store.allowed_stoichiometry (
    allowed_set_id   integer not null,
    stoichiometry_id usmallint not null
);
insert into store.allowed_stoichiometry
select a.allowed_set_id, t.stoichiometry_id
from store.allowed_set a
join store.stoichiometry t
    on t.nelements = a.nelements and get_bit(a.stoichiometries, t.stoichiometry_id) = 1
where a.listed
order by all;

comment on table store.allowed_stoichiometry is
    'Members of the sets that many systems share (store.allowed_set.listed), which saves full scans from testing their bits.';
comment on column store.allowed_stoichiometry.allowed_set_id is 'Number of the set.';
comment on column store.allowed_stoichiometry.stoichiometry_id is 'Number of an allowed stoichiometry, see store.stoichiometry.';
