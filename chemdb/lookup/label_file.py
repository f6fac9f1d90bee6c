"""Label the formulas of a file into another file, in bounded memory."""

from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import duckdb
import pyarrow as pa

from chemdb.database.connection import connect_in_memory
from chemdb.errors import FileError
from chemdb.files.output_files import format_of, write_batches
from chemdb.files.user_files import bounded, formula_column, rows_of, unreadable
from chemdb.lookup.label import BATCH, Labeller, label_batches
from chemdb.runtime.limits import Limits


def label_file(
    own: Labeller, source: Path, target: Path | None, limits: Limits, wanted: str | None = None
) -> int:
    """Write the rows of a file with their labels beside them; return how many.

    Parameters
    ----------
    own : Labeller
    source : Path
        As `chemdb.files.user_files.rows_of` reads it.
    target : Path or None
        Its suffix, one of `chemdb.files.output_files.WRITERS`, chooses the format; None is CSV on stdout.
    limits : Limits
    wanted : str, optional
        Column of the formula, else found by its name.

    Raises
    ------
    ChemdbError
        Either file is bad; the target is as it was.
    """
    kind = format_of(target) if target else "csv"
    with connect_in_memory(limits) as con:
        rows = rows_of(con, source)
        column = formula_column(rows.columns, source, wanted)
        try:
            reader = rows.to_arrow_reader(BATCH)
            batches = bounded(reader, source)
            return write_batches(label_batches(own, batches, reader.schema, column), target, kind, limits)
        except (duckdb.Error, pa.ArrowInvalid, UnicodeDecodeError) as error:
            raise FileError(f"{source}: {unreadable(error)}") from None


def label_lines(own: Labeller, lines: TextIO, target: Path | None, limits: Limits) -> int:
    """Write the formulas of a stream, one a line, with their labels; return how many.

    Raises
    ------
    ChemdbError
        The stream is not UTF-8, or the target cannot be written; it is as it was.
    """
    kind = format_of(target) if target else "csv"
    schema = pa.schema([("formula_given", pa.string())])

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            while texts := [line.rstrip("\r\n") for _, line in zip(range(BATCH), lines, strict=False)]:
                yield pa.record_batch([pa.array(texts, pa.string())], schema=schema)
        except UnicodeError as error:
            raise FileError(f"stdin: not UTF-8 text ({error})") from None

    return write_batches(label_batches(own, batches(), schema, "formula_given"), target, kind, limits)
