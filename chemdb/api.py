"""A database opened to be asked: what `chemdb.open` returns, and all that the commands call."""

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import duckdb

from chemdb.database.connection import connect_to_read, cursor_of, is_damage, threads_of, translate_errors
from chemdb.database.rows import Rows
from chemdb.errors import ChemdbError, QueryError
from chemdb.runtime.progress import Steps, no_steps

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow as pa

    from chemdb.embedding.export import Embedded
    from chemdb.lookup.explain import Explanation
    from chemdb.lookup.label import Labeller
    from chemdb.query.parse.vocabulary import Vocabulary
    from chemdb.query.result import Result
    from chemdb.report.separation import Separation
    from chemdb.report.tables_1_and_2 import Table1Cell, Table2
    from chemdb.verify import Check


class Database:
    """A database file, read-only; safe to share between threads and forked processes.

    Parameters
    ----------
    path : path-like
    threads : int, optional
        Threads to use; all processors if not given.
    memory_limit : str, optional
        Memory of DuckDB, such as 2GB; 80% of the machine's if not given.

    Raises
    ------
    DatabaseError
        No such file, not a chemdb file, of another format, damaged, or being written.

    Examples
    --------
    >>> import chemdb
    >>> with chemdb.open("chemdb.duckdb") as db:  # doctest: +SKIP
    ...     db.sql("select count(*) from known_composition")
    """

    def __init__(
        self, path: str | os.PathLike[str], threads: int | None = None, memory_limit: str | None = None
    ) -> None:
        self.path = Path(path)
        self._options = (threads, memory_limit)
        self._lock = threading.Lock()
        self._con: duckdb.DuckDBPyConnection | None = connect_to_read(self.path, *self._options)
        self._inherited: duckdb.DuckDBPyConnection | None = None
        self._process = os.getpid()
        self._labeller: Labeller | None = None
        self._vocabulary: Vocabulary | None = None

    def query(
        self,
        text: str = "",
        *,
        limit: int | None = None,
        offset: int = 0,
        sort: Sequence[str] = (),
        columns: Sequence[str] = (),
        optimade: bool = False,
    ) -> "Result":
        """Return the compositions that meet a query, read when asked for.

        Parameters
        ----------
        text : str
            In chemdb's query language, see docs/query.md; empty for everything.
        limit : int, optional
            Most rows; all if not given.
        offset : int
            Rows passed over.
        sort : sequence of str
            Columns to sort by, with ``-`` before those to sort downwards; by default known
            compositions come first, then those with the fewest atoms.
        columns : sequence of str
            Columns to show; besides those of the view ``composition``, ``max_factor``, ``known_in``,
            ``material_id`` and ``energy_above_hull`` of known compositions, ``species`` that balance
            a composition, ``O`` for the amount of oxygen, and ``x(O)`` for its atomic fraction.
        optimade : bool
            Whether `text` is an OPTIMADE filter.

        Raises
        ------
        QueryError
            The query is not understood, or asks for what cannot be.
        """
        from chemdb.query.parse.language import read_query
        from chemdb.query.result import Result
        from chemdb.query.statement.columns import DEFAULT_COLUMNS, DEFAULT_ORDER, read_columns, read_order

        if (limit is not None and limit < 0) or offset < 0:
            raise QueryError(f"query: limit {limit} and offset {offset}: neither may be below 0")
        words = self._own_vocabulary()
        if optimade:
            from chemdb.query.parse.optimade_filter import read_optimade as read_query
        return Result(
            self._cursor,
            words,
            read_query(text, words),
            read_columns(columns, words) or DEFAULT_COLUMNS,
            read_order(sort, words) or DEFAULT_ORDER,
            limit,
            offset,
        )

    def sql(self, statement: str, parameters: Mapping[str, Any] | None = None) -> Rows:
        """Return the rows of a SQL query, read when asked for.

        Parameters
        ----------
        statement : str
        parameters : mapping, optional
            Values of ``$name`` in the statement.

        Raises
        ------
        ChemdbError
            The statement fails, which shows when its rows are read.
        """
        return Rows(self._cursor, statement, parameters)

    def label(
        self, formulas: "Sequence[str | None] | pa.Table | pandas.DataFrame | polars.DataFrame"
    ) -> "pa.Table":
        """Return formulas with their labels: allowed, known, category, and why not.

        Parameters
        ----------
        formulas : sequence of str, or table
            A table, of Arrow, pandas or polars, has its formula column found by its name.

        Returns
        -------
        pyarrow.Table
            The columns of a table first, then those of `chemdb.lookup.label.LABEL_COLUMNS`; a row for
            each formula, in order. Unreadable formulas have an ``error``.

        Raises
        ------
        FileError
            The table has no formula column.
        """
        from chemdb.lookup.label import label_table

        return label_table(self._own_labeller(), formulas)

    def label_file(self, source: Path, target: Path | None, formula_column: str | None = None) -> int:
        """Label the formulas of a file into another, see `chemdb.lookup.label_file.label_file`.

        Raises
        ------
        ChemdbError
            Either file is bad; the target is as it was.
        """
        from chemdb.lookup.label_file import label_file

        return label_file(self._own_labeller(), source, target, formula_column)

    def label_lines(self, lines: TextIO, target: Path | None) -> int:
        """Label a stream of formulas, see `chemdb.lookup.label_file.label_lines`.

        Raises
        ------
        FileError
            The target has no known suffix, or cannot be written; it is as it was.
        """
        from chemdb.lookup.label_file import label_lines

        return label_lines(self._own_labeller(), lines, target)

    def explain(self, *formulas: str) -> "list[Explanation]":
        """Return why each composition is allowed or not, and what is known near it.

        Parameters
        ----------
        *formulas : str
            In any spelling, of any number of elements and any amounts.

        Raises
        ------
        FormulaError
            A text is no formula.
        UndecidedError
            There are too many choices of oxidation states to decide.
        """
        from chemdb.lookup.explain import explain

        with self._cursor() as con:
            return [explain(con, formula) for formula in formulas]

    def sample(
        self, category: str | Sequence[str], nelements: int | Sequence[int], n: int, seed: int = 0
    ) -> "pa.Table":
        """Return compositions drawn uniformly from categories of orders, see `chemdb.query.sample.sample`.

        Raises
        ------
        ChemdbError
            Unknown category, order outside the file, `n` below 1 or `seed` below 0.
        """
        from chemdb.query.sample import sample_categories

        categories = [category] if isinstance(category, str) else category
        orders = [nelements] if isinstance(nelements, int) else nelements
        with self._cursor() as con:
            return sample_categories(con, categories, orders, n, seed)

    def embed(self, compositions: "Result | pa.Table", embedding: str) -> "tuple[pa.Table, Embedded]":
        """Return formula, category and vector of compositions, and how many have no vector.

        Parameters
        ----------
        compositions : Result or pyarrow.Table
            Of `query`, or a table such as `sample` returns.
        embedding : str
            One of `chemdb.chemistry.element_vectors.embedding_names`.

        Raises
        ------
        EmbeddingError
            No such representation.
        """
        import pyarrow as pa

        from chemdb.chemistry.element_vectors import element_vectors
        from chemdb.embedding.export import COLUMNS, embed

        vectors = element_vectors(embedding)
        rows = compositions.select(COLUMNS)
        return embed(rows if isinstance(rows, pa.Table) else rows.arrow(), vectors)

    def info(self) -> dict[str, Any]:
        """Return how the file was made and what it offers, see `chemdb.report.info.describe`."""
        from chemdb.report.info import describe

        with self._cursor() as con:
            return describe(con)

    def table_1(self, systems: Sequence[str]) -> "list[Table1Cell]":
        """Return the categories of chemical systems, see `chemdb.report.tables_1_and_2.table_1`.

        Raises
        ------
        ChemdbError
            A text is not a chemical system, or not one of this file.
        """
        from chemdb.report.tables_1_and_2 import table_1

        with self._cursor() as con:
            return table_1(con, systems)

    def table_2(self) -> "Table2":
        """Return the counts by order and category, see `chemdb.report.tables_1_and_2.table_2`."""
        from chemdb.report.tables_1_and_2 import table_2

        with self._cursor() as con:
            return table_2(con)

    def separation(
        self,
        nelements: Sequence[int] | None = None,
        embeddings: Sequence[str] | None = None,
        per_category: int = 3000,
        seed: int = 0,
        steps: Steps = no_steps,
    ) -> "list[Separation]":
        """Return how well the categories separate, see `chemdb.report.separation.separation`.

        All orders of the file and the paper's representations, if not given.

        Raises
        ------
        ChemdbError
            Unknown embedding, an order that the file does not have, or too few points.
        """
        from threadpoolctl import threadpool_limits

        from chemdb.chemistry.element_vectors import PAPER_EMBEDDINGS
        from chemdb.database.metadata import nelements_of
        from chemdb.report.separation import separation

        with self._cursor() as con, threadpool_limits(threads_of(con)):
            return separation(
                con,
                nelements or nelements_of(con),
                embeddings or PAPER_EMBEDDINGS,
                per_category,
                seed,
                steps,
            )

    def verify(self, deep: bool = False, steps: Steps = no_steps) -> "list[Check]":
        """Return what was checked of the file and what was found, see `chemdb.verify.found_by`.

        The work is done by a process of its own, as some damage would end this one.

        Raises
        ------
        DatabaseError
            The file cannot be opened.
        """
        from chemdb.verify.process import verify_in_process

        with self._cursor():
            return verify_in_process(self.path, deep, steps, *self._options)

    def known_sources(self) -> str:
        """Return one line that names the known sources."""
        from chemdb.report.tables_1_and_2 import known_sources

        with self._cursor() as con:
            return known_sources(con)

    def close(self) -> None:
        """Close the file; whatever still reads it finishes."""
        if self._con is not None and self._process == os.getpid():
            self._con.close()
        self._con = None

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> tuple[type["Database"], tuple]:
        """Let another process open the same file."""
        return Database, (self.path, *self._options)

    def __repr__(self) -> str:
        return f"chemdb.open({str(self.path)!r})"

    def _repr_html_(self) -> str:
        counts = self.sql("from table2").df()
        about = f"<p><code>{escape(str(self.path))}</code>, known: {escape(self.known_sources())}</p>"
        return about + str(counts.to_html(index=False))

    def _own_vocabulary(self) -> "Vocabulary":
        from chemdb.query.parse.vocabulary import vocabulary

        with self._cursor() as con:
            if self._vocabulary is None:
                self._vocabulary = vocabulary(con)
            return self._vocabulary

    def _own_labeller(self) -> "Labeller":
        from chemdb.lookup.label import labeller

        with self._cursor() as con:
            if self._labeller is None:
                self._labeller = labeller(con)
            return self._labeller

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give a connection of one's own; DuckDB's errors become one line."""
        stack = ExitStack()
        with self._lock:
            if self._con is None:
                raise ChemdbError(f"{self.path}: closed; open it again with chemdb.open")
            if self._process != os.getpid():
                # A fork has none of DuckDB's threads: it opens the file for itself, and leaves
                # what it inherited alone.
                self._inherited = self._con
                self._con = connect_to_read(self.path, *self._options)
                self._process = os.getpid()
            own = stack.enter_context(cursor_of(self._con))
        with stack, translate_errors(self.path):
            try:
                yield own
            except (duckdb.IOException, duckdb.OutOfMemoryException):
                raise
            except duckdb.Error as error:
                if is_damage(error):
                    raise
                raise ChemdbError(f"sql: {error}") from None
