"""Labels of the formulas of a file or a stream, written to another file in bounded memory."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TextIO

import duckdb
import pyarrow as pa

from chemdb.database.connection import connect_in_memory
from chemdb.errors import FileError
from chemdb.files.file_columns import Form, formula_column_of
from chemdb.files.line_files import line_batches
from chemdb.files.output.output_files import format_of, write_batches
from chemdb.files.user_files import limit_size, open_table, read_error
from chemdb.lookup.label import Labeller, label_batches
from chemdb.runtime.limits import Limits

#: Form of the values of JSON files, by the format that is written.
FORMS: Mapping[str, Form] = {
    "csv": "text",
    "tsv": "text",
    "json": "json",
    "jsonl": "json",
    "parquet": "typed",
}


def label_file(
    labeller: Labeller,
    source: Path,
    target: Path | None,
    limits: Limits,
    formula_column: str | None = None,
    overwrite: bool = False,
) -> int:
    """Write the rows of a file with their labels added; return the number of rows.

    Parameters
    ----------
    labeller : Labeller
    source : Path
        A file that `chemdb.files.user_files.open_table` can read.
    target : Path or None
        Its suffix, one of `chemdb.files.output.output_files.WRITERS`, is the format; None is CSV on stdout.
    limits : Limits
    formula_column : str, optional
        By default the first column with a usual name, such as formula.
    overwrite : bool
        Whether the target may be the file that is read.

    Raises
    ------
    ChemdbError
        Either file is invalid; the target is unchanged.
    """
    output_format = format_of(target) if target else "csv"
    if target and not overwrite and source.exists() and target.exists() and target.samefile(source):
        raise FileError(f"{target}: is the input file itself; add --overwrite to replace it")
    with connect_in_memory(limits) as con:
        table = open_table(con, source)
        column = formula_column_of(table, formula_column)
        try:
            reader = table.read(table.columns, texts=[column], form=FORMS[output_format])
            labelled = label_batches(labeller, limit_size(reader, source), reader.schema, column)
            return write_batches(labelled, target, output_format, limits)
        except (duckdb.Error, pa.ArrowInvalid, UnicodeDecodeError) as error:
            raise FileError(f"{source}: {read_error(error, source)}") from None


def label_lines(labeller: Labeller, lines: TextIO, target: Path | None, limits: Limits) -> int:
    """Write the formulas of a stream, one per line, with their labels; return the number of lines.

    Raises
    ------
    ChemdbError
        The stream is not UTF-8, or the target cannot be written; the target is unchanged.
    """
    output_format = format_of(target) if target else "csv"
    schema = pa.schema([("formula_given", pa.string())])

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            yield from line_batches(lines, "formula_given")
        except UnicodeError as error:
            raise FileError(f"stdin: not UTF-8 text ({error})") from None

    labelled = label_batches(labeller, batches(), schema, "formula_given")
    return write_batches(labelled, target, output_format, limits)
