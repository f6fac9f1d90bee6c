"""Tables in CSV and TSV files, by RFC 4180: nothing is guessed from a sample, nothing is skipped.

The header decides the delimiter. Every column is text, an empty value is null, and there are no
comments. The whole file is checked before it is read, because Arrow accepts stray quotes.
"""

import csv
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import pyarrow as pa
from pyarrow import csv as arrow_csv

from chemdb.errors import FileError, counted
from chemdb.files.file_columns import BATCH, FORMULA_COLUMNS, Form, distinct_names, first_column
from chemdb.files.text_input import MAX_LINE, open_bytes, open_text

DELIMITERS = ",;\t|"
#: Bytes that are read at a time; no row may be longer.
BLOCK = 2**21
#: Characters that are checked at a time.
CHUNK = 2**18

csv.field_size_limit(MAX_LINE)


@dataclass(frozen=True)
class CsvTable:
    """A CSV file that has been checked, see `chemdb.files.file_columns.UserTable`.

    Attributes
    ----------
    path : Path
    delimiter : str
    columns : list of str
    skip : int
        Records before the first row.
    n_rows : int
    """

    path: Path
    delimiter: str
    columns: list[str]
    skip: int
    n_rows: int

    def type_of(self, column: str) -> str | None:
        """Return None: every column is text."""
        return None

    def read(
        self, columns: Sequence[str], texts: Collection[str] = (), form: Form = "text"
    ) -> pa.RecordBatchReader:
        """Return columns, all as text."""
        schema = pa.schema([(name, pa.string()) for name in columns])
        return pa.RecordBatchReader.from_batches(schema, self._batches(schema))

    def place(self, row: int) -> str:
        """Return the line on which a row begins."""
        records = _first_lines(self.path, self.delimiter, len(self.columns))
        [line] = islice(records, self.skip + row, self.skip + row + 1)
        return f"line {line}"

    def _batches(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        read = arrow_csv.ReadOptions(use_threads=False, block_size=BLOCK, column_names=self.columns)
        parse = arrow_csv.ParseOptions(
            delimiter=self.delimiter, newlines_in_values=True, ignore_empty_lines=len(self.columns) > 1
        )
        convert = arrow_csv.ConvertOptions(
            null_values=[""], strings_can_be_null=True, column_types=schema, include_columns=schema.names
        )
        skip, n_rows = self.skip, 0
        with open_bytes(self.path) as stream:
            try:
                for batch in arrow_csv.open_csv(stream, read, parse, convert):
                    rows = batch.slice(skip)
                    skip -= len(batch) - len(rows)
                    n_rows += len(rows)
                    yield from (rows.slice(first, BATCH) for first in range(0, len(rows), BATCH))
            except pa.ArrowInvalid as error:
                if "straddl" not in str(error):
                    raise
                raise FileError(f"{self.path}: a row is longer than {BLOCK // 2**20} MB") from None
        if n_rows != self.n_rows:
            raise FileError(f"{self.path}: only {n_rows:,} of {self.n_rows:,} rows could be read")


def open_csv(path: Path, delimiter: str | None = None) -> CsvTable:
    """Return the table in a file.

    Parameters
    ----------
    path : Path
    delimiter : str, optional
        By default the one of `DELIMITERS` that splits the header best, see `_quality`.

    Raises
    ------
    FileError
        The file is empty or not UTF-8, a row has more or fewer values than the header, or a quote is
        neither doubled nor the end of a value.
    """
    headers = {each: _header(path, each) for each in delimiter or DELIMITERS}
    best = max(headers, key=lambda each: _quality(headers[each][0]))
    columns, empty_lines = headers[best]
    if not columns:
        raise FileError(f"{path}: no formula column; the file has no header")
    if columns[0].lower().startswith("sep="):
        raise FileError(f"{path}: line {empty_lines + 1}: {columns[0]} is a note to Excel; remove this line")
    # In a table of one column, an empty line is an empty value.
    skip = 1 + (empty_lines if len(columns) == 1 else 0)
    n_records = sum(1 for _ in _first_lines(path, best, len(columns)))
    return CsvTable(path, best, distinct_names(columns), skip, n_records - skip)


def _header(path: Path, delimiter: str) -> tuple[list[str], int]:
    """Return the first record, and the number of empty lines above it; no columns if it has stray quotes."""
    with open_text(path) as lines:
        try:
            for empty_lines, record in enumerate(csv.reader(lines, delimiter=delimiter, strict=True)):
                if record:
                    return record, empty_lines
        except csv.Error:
            pass
    return [], 0


def _quality(columns: Sequence[str]) -> tuple[bool, bool, int]:
    """Return how well a header is split: no quotes in names, a formula column, many columns."""
    whole = not any('"' in column for column in columns)
    return whole, first_column(columns, FORMULA_COLUMNS) is not None, len(columns)


def _first_lines(path: Path, delimiter: str, width: int) -> Iterator[int]:
    """Yield the line on which each record begins, and check the record."""
    with open_text(path) as lines:
        above = 0
        while chunk := lines.readlines(CHUNK):
            # Most files have neither quotes nor empty lines: five times as fast as csv.reader.
            if '"' in "".join(chunk) or {line.count(delimiter) for line in chunk} != {width - 1}:
                break
            yield from range(above + 1, above + len(chunk) + 1)
            above += len(chunk)
        reader = csv.reader(chain(chunk, lines), delimiter=delimiter, strict=True)
        first = above + 1
        try:
            for record in reader:
                if len(record) == width or (not record and width == 1):
                    yield first
                elif record:
                    raise _wrong_width(path, first, width, len(record))
                first = above + reader.line_num + 1
        except csv.Error as error:
            raise FileError(f"{path}: line {first}: {_quote_problem(error)}") from None


def _wrong_width(path: Path, line: int, width: int, found: int) -> FileError:
    return FileError(f"{path}: line {line}: {counted(found, 'value')}, but the header has {width:,}")


def _quote_problem(error: csv.Error) -> str:
    if "unexpected end" in str(error):
        return "the quote that opens a value is not closed"
    if "expected after" in str(error):
        return "text after a closing quote; quotes inside a value in quotes must be doubled"
    return str(error)
