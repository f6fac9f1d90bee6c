"""A small DuckDB file with the public views over a finished export, so that SQL has the same answers."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb

from chemdb.chemistry.category import ALLOWED_AND_KNOWN
from chemdb.database.connection import connect_to_write
from chemdb.database.execution import execute
from chemdb.database.sql_files import filled
from chemdb.dataset.export_plan import Plan
from chemdb.dataset.manifest import finished
from chemdb.dataset.part_columns import IN_FOLDERS, VIEWS, Column
from chemdb.dataset.storage.addresses import S3
from chemdb.dataset.storage.local_folder import LocalFolder
from chemdb.errors import DatasetError
from chemdb.runtime.atomic_write import atomic_write
from chemdb.runtime.limits import Limits

#: The view of all columns of the files.
EXPORTED = "exported"
#: Names of the types of columns that have a type of their own.
TYPES = {"elements": "element_symbol", "category": "category"}


def attach(place: str | Path, target: Path) -> list[str]:
    """Write a DuckDB file with views over the files of an export; return the names of the views.

    They are those of the database file for which the export has compositions of every category, with the
    columns that it has, and `EXPORTED`. The paths of the files in them are absolute.

    Parameters
    ----------
    place : str or Path
        A folder on a disk.
    target : Path
        Replaced if it is such a file.

    Raises
    ------
    ChemdbError
        The export is incomplete, or its files are not as large as they were; or the target is another file.
    """
    if str(place).startswith(S3):
        raise DatasetError(f"{place}: attach reads a folder on a disk; copy the export to one")
    folder = Path(place)
    plan, manifest = finished(LocalFolder(folder))
    for part in manifest.parts:
        file = folder / part.name
        if not file.is_file() or file.stat().st_size != part.n_bytes:
            raise DatasetError(f"{file}: missing or damaged; see 'chemdb verify {folder}', and export again")
    if {"*", "?", "[", "]"} & set(str(folder.absolute())):
        raise DatasetError(f"{folder.absolute()}: DuckDB reads *, ? and [] as patterns; rename the folder")
    _check_target(target)
    with atomic_write(target) as [partial], connect_to_write(partial, Limits(), reads_files=True) as con:
        names = []
        for name, statements in _views(plan, folder.absolute()):
            names.append(name)
            for statement in statements:
                execute(con, statement)
        [(n_rows,)] = execute(con, f"select count(*) from {EXPORTED}").fetchall()
        if n_rows != manifest.n_rows:
            raise DatasetError(
                f"{folder}: has {n_rows:,} rows instead of {manifest.n_rows:,}; export it again"
            )
    return names


def _check_target(target: Path) -> None:
    """Raise if a file exists that `attach` did not write."""
    if not target.is_file() or not target.stat().st_size:
        return
    try:
        # Of files of other kinds, DuckDB would download the reader.
        with duckdb.connect(
            str(target), read_only=True, config={"autoinstall_known_extensions": False}
        ) as con:
            is_ours = con.sql(f"from duckdb_views() where view_name = '{EXPORTED}'").fetchall()
    except duckdb.Error:
        is_ours = []
    if not is_ours:
        raise DatasetError(f"{target}: exists, and attach did not make it; choose another name")


def _views(plan: Plan, folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield views, each with the statements that make it."""
    columns = {column.name: column for column in plan.columns}
    types = [
        f"create type {TYPES[name]} as {column.type.removesuffix('[]')}"
        for name, column in columns.items()
        if name in TYPES
    ]
    files = _text(f"{folder.as_posix()}/{IN_FOLDERS}=*/part-*.parquet")
    shown = ", ".join(f"{_with_type(column)} as {column.name}" for column in plan.columns)
    comment = f"All columns of the export of the query {plan.query!r}."
    yield (
        EXPORTED,
        [
            *types,
            filled("statements/exported_view", columns=shown, files=files),
            *_comments(EXPORTED, comment, {name: column.comment for name, column in columns.items()}),
        ],
    )
    constant = _constants(plan)
    for name, view in plan.views.items():
        categories = VIEWS[name]
        # Of a category that the query leaves out there would be no rows, which is another answer.
        if not all(plan.counts[one] for one in categories if plan.file_counts[one]):
            continue
        where = f"where category in ({', '.join(map(_text, categories))})"
        if set(categories) >= {one for one, n in plan.counts.items() if n}:
            where = ""
        elif "category" not in columns:
            continue
        in_view = {one: constant.get(one, one) for one in view.columns if one in columns or one in constant}
        shown = ", ".join(sql if sql == one else f"{sql} as {one}" for one, sql in in_view.items())
        comment = view.comment
        if any(plan.counts[one] < plan.file_counts[one] for one in categories):
            comment += f" Only those of the query {plan.query!r}."
        comments = {one: text for one, text in view.columns.items() if one in in_view}
        yield (
            name,
            [
                f"create view {name} as select {shown} from {EXPORTED} {where}",
                *_comments(name, comment, comments),
            ],
        )


def _constants(plan: Plan) -> dict[str, str]:
    """Return the SQL of columns that are not in the files because all compositions have the same value."""
    columns = {column.name for column in plan.columns}
    found = [name for name, n in plan.counts.items() if n]
    if len(found) != 1:
        return {}
    allowed, known = ALLOWED_AND_KNOWN[found[0]]
    values = {"allowed": str(allowed).lower(), "known": str(known).lower(), "category": _text(found[0])}
    return {name: value for name, value in values.items() if name not in columns}


def _with_type(column: Column) -> str:
    """Return the SQL of a column with the type that it has in a database file."""
    if column.name not in TYPES:
        return column.name
    return f"{column.name}::{TYPES[column.name]}{'[]' if column.type.endswith('[]') else ''}"


def _comments(view: str, comment: str, columns: Mapping[str, str]) -> list[str]:
    return [
        f"comment on view {view} is {_text(comment)}",
        *(f"comment on column {view}.{name} is {_text(text)}" for name, text in columns.items()),
    ]


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
