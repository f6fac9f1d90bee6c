-- The distinct sets of allowed stoichiometries. Reads `new_allowed_set`, registered by the build.
--
-- Bits are the small form (11 MB for 131 million members). But a scan of all allowed
-- compositions tests every bit once for each system that has the set. So the sets that many
-- systems share for few members are listed out too: 3 million rows save 6 of
-- the 10 billion bit tests.

create table store.allowed_set (
    allowed_set_id  integer not null,
    nelements       utinyint,
    n_systems       integer not null,
    n_allowed       usmallint not null,
    listed          boolean not null,
    stoichiometries bit not null using compression zstd
);
insert into store.allowed_set
select
    allowed_set_id, nelements, n_systems, n_allowed,
    8 * n_systems > n_allowed and n_allowed > 0,
    stoichiometries::bit
from new_allowed_set
order by allowed_set_id;

comment on table store.allowed_set is
    'Distinct sets of allowed stoichiometries; every chemical system has one. Park et al.''s quaternary space has 75,272.';
comment on column store.allowed_set.allowed_set_id is 'Number of the set; 0 is the empty set, shared by all orders.';
comment on column store.allowed_set.nelements is 'Number of elements of its systems; NULL for the empty set.';
comment on column store.allowed_set.n_systems is 'Chemical systems that have this set.';
comment on column store.allowed_set.n_allowed is 'Stoichiometries in the set.';
comment on column store.allowed_set.listed is 'Whether store.allowed_stoichiometry lists the set too.';
comment on column store.allowed_set.stoichiometries is
    'Bit i, from the left, is set when stoichiometry_id i is allowed: get_bit(stoichiometries, i) = 1. Zeros fill the last byte.';

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
    'Members of the sets that many systems share (store.allowed_set.listed), so that full scans need not test their bits.';
comment on column store.allowed_stoichiometry.allowed_set_id is 'Number of the set.';
comment on column store.allowed_stoichiometry.stoichiometry_id is 'Number of an allowed stoichiometry within its order.';
