"""Columns that inherit their comment: sql/statements/inherited_comments.sql."""

import re
from collections import defaultdict

import pytest

from chemdb.builder.column_comments import inherit_comments
from chemdb.database.replacing import replacing
from chemdb.database.sql_files import STAGES, files_in, sql_text


@pytest.fixture
def pairs(small):
    """Parent and child of every pair."""
    inheritance, query, _ = sql_text("statements/inherited_comments").partition("select format(")
    assert query
    return small.execute(f"{inheritance} select parent, child from pair").fetchall()


@pytest.fixture
def columns(small):
    """Columns of every table and view."""
    columns = defaultdict(set)
    for name, column in small.execute(
        "select concat_ws('.', nullif(schema_name, 'main'), table_name), column_name "
        "from duckdb_columns() where not internal"
    ).fetchall():
        columns[name].add(column)
    return columns


@pytest.fixture
def commented():
    """Columns of every table and view with a comment beside the definition."""
    commented = defaultdict(set)
    for stage in STAGES:
        for name in files_in(stage):
            for path in re.findall(r"^comment on column ([\w.]+) is", sql_text(name), re.MULTILINE):
                relation, _, column = path.rpartition(".")
                commented[relation].add(column)
    return commented


def test_every_pair_is_of_existing_objects_and_used(pairs, columns, commented):
    assert pairs
    for parent, child in pairs:
        assert parent in columns
        assert child in columns
        inherited = columns[child] - commented[child]
        assert inherited & commented[parent], f"{child} inherits nothing from {parent}"


def test_every_uncommented_column_has_a_parent_with_the_column(pairs, columns, commented):
    without = {
        (child, column)
        for child in columns
        for column in columns[child] - commented[child]
        if not any(column in commented[parent] for parent, name in pairs if name == child)
    }
    assert without == set()


def test_no_column_of_a_full_file_is_uncommented(full):
    assert full.execute(
        "select table_name, column_name from duckdb_columns() "
        "where not internal and coalesce(comment, '') = ''"
    ).fetchall() == []  # fmt: skip


def test_a_comment_of_its_own_is_kept_and_a_missing_one_inherited(small_path, tmp_path):
    path = tmp_path / "c.duckdb"
    path.write_bytes(small_path.read_bytes())
    with replacing(path, edit=True) as con:
        con.execute("comment on column composition.natoms is 'Atoms; the user''s own text.'")
        con.execute("comment on column missing.natoms is null")
        inherit_comments(con)
        comments = dict(
            con.execute(
                "select table_name, comment from duckdb_columns() where column_name = 'natoms'"
            ).fetchall()
        )
    assert comments["missing"] == "Atoms; the user's own text."
    assert comments["allowed"] == "Atoms in the formula: the sum of the factors."
