"""Text files with one formula per line."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TextIO

import pyarrow as pa

from chemdb.files.file_columns import BATCH, Form
from chemdb.files.text_input import open_text


@dataclass(frozen=True)
class LineTable:
    """A text file, see `chemdb.files.file_columns.UserTable`; an empty line is a row too."""

    path: Path
    columns: list[str] = field(default_factory=lambda: ["formula"])

    def type_of(self, column: str) -> str | None:
        """Return None: lines are text."""
        return None

    def read(
        self, columns: Sequence[str], texts: Collection[str] = (), form: Form = "text"
    ) -> pa.RecordBatchReader:
        """Return the lines."""

        def batches() -> Iterator[pa.RecordBatch]:
            with open_text(self.path) as lines:
                yield from line_batches(lines, "formula")

        return pa.RecordBatchReader.from_batches(pa.schema([("formula", pa.string())]), batches())

    def place(self, row: int) -> str:
        """Return the line of a row."""
        return f"line {row + 1}"


def line_batches(lines: TextIO, column: str) -> Iterator[pa.RecordBatch]:
    """Yield the lines of a stream, without their ends, as batches of one column."""
    while batch := [line.rstrip("\r\n") for line in islice(lines, BATCH)]:
        yield pa.record_batch([pa.array(batch, pa.string())], [column])
