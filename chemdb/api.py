"""The Python interface: what `chemdb.open` returns.

Methods import what they need, and no other thread forks meanwhile: the child would wait forever for a module
that a thread of its parent was importing.
"""

import os
import threading
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import duckdb

from chemdb.database.open_file import OpenFile
from chemdb.database.rows import Rows, Values
from chemdb.errors import ChemdbError
from chemdb.runtime.forks import no_fork
from chemdb.runtime.limits import Limits
from chemdb.runtime.progress import Steps, no_steps

if TYPE_CHECKING:
    import pyarrow as pa

    from chemdb.accessors.exports import Exports
    from chemdb.accessors.known_sources import KnownSources
    from chemdb.accessors.plots import Plots
    from chemdb.compare.comparison import Comparison
    from chemdb.embedding.embedded import Embedded
    from chemdb.lookup.explanation import Explanation
    from chemdb.maps.exact_pca.pca import ExactPCA
    from chemdb.maps.stored import Map, MapSpec
    from chemdb.partition.piece import Partition
    from chemdb.query.result import Result
    from chemdb.report.claims.claim import Claim
    from chemdb.report.separation import Separation
    from chemdb.report.suggestion_quality import SuggestionQuality
    from chemdb.report.tables_1_and_2 import Table1Cell, Table2
    from chemdb.suggest.suggestions import Suggestions
    from chemdb.verify import Check


class Database:
    """A read-only handle of a database file: thread-safe, and usable in forked processes.

    Handles can be pickled: another process opens the same file.

    Parameters
    ----------
    path : path-like
    threads : int, optional
        Threads to use; all processors by default.
    memory_limit : str, optional
        Memory for DuckDB, such as 2GB; 80% of the machine's by default.
    temp_directory : path-like, optional
        Folder for what does not fit into that memory; by default ``TMPDIR``, or ``/tmp``.

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
        self,
        path: str | os.PathLike[str],
        threads: int | None = None,
        memory_limit: str | None = None,
        temp_directory: str | os.PathLike[str] | None = None,
    ) -> None:
        self._file = OpenFile(path, Limits.of(threads, memory_limit, temp_directory))

    @property
    def path(self) -> Path:
        """The file."""
        return self._file.path

    @property
    def limits(self) -> Limits:
        """Threads and memory of everything that this handle does."""
        return self._file.limits

    def cursor(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """Give a DuckDB cursor for one thread, closed at the end of the ``with`` block."""
        return self._file.cursor()

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
        """Return the compositions that match a query, read on demand.

        Parameters
        ----------
        text : str
            In chemdb's query language, see docs/query.md; empty for everything.
        limit : int, optional
            Maximum number of rows; all by default.
        offset : int
            Rows to skip.
        sort : sequence of str
            Columns to sort by, in descending order with a leading ``-``; by default known
            compositions come first, then those with the fewest atoms.
        columns : sequence of str
            Columns to return: those of the view ``composition``; ``max_factor``; ``known_in``,
            ``material_id`` and ``energy_above_hull`` of known compositions; ``species`` that balance
            it; ``score`` as in `suggest`; ``O`` for the amount of oxygen, ``x(O)`` for its atomic fraction.
        optimade : bool
            Whether `text` is an OPTIMADE filter.

        Raises
        ------
        QueryError
            The query cannot be parsed, or a value in it is impossible.
        """
        with no_fork():
            from chemdb.query.ask import ask

        return ask(self._file, text, limit, offset, sort, columns, optimade)

    def partitions(self, query: str = "", rows: int = 5_000_000) -> "list[Partition]":
        """Return a query cut into pieces of at most `rows` compositions, which any process can read.

        See docs/scaling.md and `chemdb.partition.piece.Partition`. They depend on the content of the file,
        the query and `rows` only. The compositions of a chemical system are all in one piece.

        Raises
        ------
        QueryError
            The query cannot be parsed, a value in it is impossible, or `rows` is below 1.
        """
        with no_fork():
            from chemdb.partition.plan import partitions

        return partitions(self._file, query, rows)

    @property
    def fingerprint(self) -> str:
        """What changes with any row of the file but those of its maps; partitions are of one fingerprint."""
        with no_fork():
            from chemdb.partition.piece import fingerprint_of

        return self._file.remember(fingerprint_of)

    def suggest(
        self,
        text: str = "",
        limit: int | None = 20,
        *,
        offset: int = 0,
        columns: Sequence[str] = (),
        category: str | None = None,
        steps: Steps = no_steps,
    ) -> "Suggestions":
        """Return which unknown compositions of a query to try first, see docs/suggest.md.

        Parameters
        ----------
        text : str
            In chemdb's query language; empty for everything.
        limit : int or None
            Maximum number of rows; None for all.
        offset : int
            Rows to skip.
        columns : sequence of str
            Columns to return, of `chemdb.suggest.suggestions.COLUMNS`.
        category : str, optional
            missing or unlikely; missing by default, unless the query says what is allowed.
        steps : callable, optional
            Shows the progress of long rankings.

        Raises
        ------
        QueryError
            The query cannot be parsed, a value in it is impossible, or too many rows are asked.
        ChemdbError
            The file has too few known compositions to learn from.
        """
        with no_fork():
            from chemdb.suggest.suggestions import suggest

        return suggest(self._file, text, limit, offset, columns, category, steps)

    def score_of(self, formulas: Any) -> list[float | None]:
        """Return the score of each formula, as in `suggest`; None where it is outside the space of the file.

        Parameters
        ----------
        formulas : str, mapping, iterable or table
            As in `label`.

        Raises
        ------
        ChemdbError
            A text is not a formula, or there is something else than formulas.
        """
        with no_fork():
            from chemdb.lookup.formula_input import formula_texts
            from chemdb.substitution.model import stored_model
            from chemdb.suggest.scores import scores

        with self.cursor() as con:
            return scores(con, self._file.remember(stored_model), formula_texts(formulas, "score_of"))

    def sql(self, statement: str, parameters: Values | None = None) -> Rows:
        """Return the rows of a SQL query, read on demand.

        Formulas in it, as in ``formula = 'LiFePO4'``, are looked up in their chemical systems, see
        `chemdb.query.point_query`.

        Parameters
        ----------
        statement : str
        parameters : mapping or sequence, optional
            Values of ``$name``, or of ``?`` and ``$1``, in the statement.

        Raises
        ------
        ChemdbError
            The statement fails; raised when rows are read.
        """
        with no_fork():
            from chemdb.query.point_query import with_chemical_systems
            from chemdb.query.scan_progress import scan_progress

        with self.cursor() as con:
            statement = with_chemical_systems(con, statement, parameters)
        return Rows(self._file, statement, parameters, partial(scan_progress, statement=statement))

    def label(self, formulas: Any) -> "pa.Table":
        """Return formulas with labels: allowed, known, category, and the reasons.

        Parameters
        ----------
        formulas : str, mapping, iterable or table
            Texts, pymatgen Compositions or amounts by element; a list, Series or other iterable of
            them; an Arrow, pandas or polars table, whose formula column is found by its name. None
            and NaN are missing formulas.

        Returns
        -------
        pyarrow.Table
            The columns of the input, then `chemdb.lookup.label.LABEL_COLUMNS`; a row per formula,
            in order. Unreadable formulas have an ``error``. Columns of a table for which Arrow has
            no type become texts.

        Raises
        ------
        ChemdbError
            The table has no formula column, or there is something else than formulas.
        """
        with no_fork():
            from chemdb.lookup.label import label_table, labeller_of
            from chemdb.notebook.arrow_tables import shown_in_notebooks

        return shown_in_notebooks(label_table(self._file.remember(labeller_of), formulas), "Labels")

    def label_file(
        self, source: Path, target: Path | None, formula_column: str | None = None, overwrite: bool = False
    ) -> int:
        """Label the formulas of a file into another, see `chemdb.lookup.label_file.label_file`.

        Raises
        ------
        ChemdbError
            Either file is invalid; the target is unchanged.
        """
        with no_fork():
            from chemdb.lookup.label import labeller_of
            from chemdb.lookup.label_file import label_file

        labeller = self._file.remember(labeller_of)
        return label_file(labeller, source, target, self.limits, formula_column, overwrite)

    def label_lines(self, lines: TextIO, target: Path | None) -> int:
        """Label a stream of formulas, see `chemdb.lookup.label_file.label_lines`.

        Raises
        ------
        FileError
            The target has an unknown suffix, or cannot be written; it is unchanged.
        """
        with no_fork():
            from chemdb.lookup.label import labeller_of
            from chemdb.lookup.label_file import label_lines

        return label_lines(self._file.remember(labeller_of), lines, target, self.limits)

    def explain(self, *formulas: Any) -> "list[Explanation]":
        """Return why compositions are allowed or not, and the known compounds nearest to them.

        Parameters
        ----------
        *formulas : str, mapping, iterable or table
            As in `label`; in any spelling, with any number of elements and any amounts.

        Raises
        ------
        FormulaError
            A text is not a formula, or there is something else than formulas.
        UndecidedError
            There are too many combinations of oxidation states to decide.
        """
        with no_fork():
            from chemdb.lookup.explain import explain
            from chemdb.lookup.formula_input import formula_texts

        with self.cursor() as con:
            return [explain(con, text or "") for each in formulas for text in formula_texts(each, "explain")]

    def sample(
        self, category: str | Sequence[str], nelements: int | Sequence[int], n: int, seed: int = 0
    ) -> "pa.Table":
        """Return compositions sampled uniformly from categories, see `chemdb.query.sample.sample`.

        Raises
        ------
        ChemdbError
            Unknown category, a number of elements that the file does not have, `n` below 1 or
            `seed` below 0.
        """
        with no_fork():
            from chemdb.notebook.arrow_tables import shown_in_notebooks
            from chemdb.query.sample import sample_categories

        categories = [category] if isinstance(category, str) else category
        sizes = [nelements] if isinstance(nelements, int) else nelements
        with self.cursor() as con:
            rows = sample_categories(con, categories, sizes, n, seed)
        return shown_in_notebooks(rows, "Sample")

    def embed(self, compositions: Any, embedding: str) -> "tuple[pa.Table, Embedded]":
        """Return formula, category and vector of compositions, and the account of what was left out.

        Parameters
        ----------
        compositions : Result, str, mapping, iterable or table
            What `query` or `sample` returns, or formulas as in `label`.
        embedding : str
            Element representation, such as magpie; the table ``embedding`` lists them.

        Raises
        ------
        ChemdbError
            The file has no such representation, or there is something else than formulas.
        """
        with no_fork():
            from chemdb.embedding.export import embed
            from chemdb.embedding.stored_vectors import element_vectors
            from chemdb.lookup.label import labeller_of

        with self.cursor() as con:
            vectors = element_vectors(con, embedding)
        return embed(compositions, vectors, self.limits.threads, lambda: self._file.remember(labeller_of))

    def info(self) -> dict[str, Any]:
        """Return how the file was built and what it contains, see `chemdb.report.info.describe`."""
        with no_fork():
            from chemdb.report.info import describe

        with self.cursor() as con:
            return describe(con)

    def table_1(self, systems: Sequence[str]) -> "list[Table1Cell]":
        """Return chemical systems by category, see `chemdb.report.tables_1_and_2.table_1`.

        Raises
        ------
        ChemdbError
            A text is not a chemical system of this file.
        """
        with no_fork():
            from chemdb.report.tables_1_and_2 import table_1

        with self.cursor() as con:
            return table_1(con, systems)

    def table_2(self) -> "Table2":
        """Return counts by number of elements and category, see `chemdb.report.tables_1_and_2.table_2`."""
        with no_fork():
            from chemdb.report.tables_1_and_2 import table_2

        with self.cursor() as con:
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

        By default for all numbers of elements of the file and the paper's representations.

        Raises
        ------
        ChemdbError
            Unknown embedding, a number of elements that the file does not have, or too few points.
        """
        with no_fork():
            from chemdb.report.separation import separation

        with self.cursor() as con:
            return separation(con, nelements, embeddings, per_category, seed, steps)

    def suggestion_quality(self, seed: int = 0, steps: Steps = no_steps) -> "list[SuggestionQuality]":
        """Return how well suggestions find a hidden fifth of the known compositions.

        See `chemdb.report.suggestion_quality.suggestion_quality`.

        Raises
        ------
        ChemdbError
            The file has too few known compositions to learn from.
        """
        with no_fork():
            from chemdb.report.suggestion_quality import suggestion_quality

        with self.cursor() as con:
            return suggestion_quality(con, seed, steps)

    def claims(self, per_category: int = 1000, seed: int = 0, steps: Steps = no_steps) -> "list[Claim]":
        """Return the claims of Park et al. 2024, judged by numbers, see `chemdb.report.claims.judge.claims`.

        Raises
        ------
        ChemdbError
            A sample that is too small, or a seed that scikit-learn does not accept.
        """
        with no_fork():
            from chemdb.report.claims.judge import claims

        with self.cursor() as con:
            return claims(con, per_category, seed, steps)

    def verify(self, deep: bool = False, steps: Steps = no_steps) -> "list[Check]":
        """Return what was checked in the file and the results, see `chemdb.verify.checks_of`.

        The checks run in a process of their own, as some kinds of damage crash DuckDB.

        Raises
        ------
        DatabaseError
            The file cannot be opened.
        """
        with no_fork():
            from chemdb.verify.process import verify_in_process

        with self.cursor():
            return verify_in_process(self.path, deep, self.limits, steps)

    def site(self, target: str | os.PathLike[str], fast: bool = False, steps: Steps = no_steps) -> int:
        """Write the explorer as one page or as a folder; return its size in bytes.

        See `chemdb.explorer.site.write_site`.

        Raises
        ------
        FileError
            It cannot be written; existing files are unchanged.
        """
        with no_fork():
            from chemdb.explorer.site import write_site

        with self.cursor() as con:
            return write_site(con, Path(target), self.limits, fast, steps)

    def pack(self, stopped: threading.Event) -> dict[str, bytes]:
        """Return the whole space as a server of the explorer sends it, by the names of its parts.

        See `chemdb.explorer.cached_pack.served_pack`.

        Raises
        ------
        ProcessError
            The process that packs failed, or was stopped.
        """
        with no_fork():
            from chemdb.explorer.cached_pack import served_pack

        return served_pack(self._file, stopped)

    @property
    def plot(self) -> "Plots":
        """The figures that ``chemdb plot`` draws, as matplotlib Figures."""
        with no_fork():
            from chemdb.accessors.plots import Plots

        return Plots(self)

    @property
    def known(self) -> "KnownSources":
        """The known sources, which ``add`` and ``remove`` change: ``db.known.add("icsd=my-icsd.csv")``."""
        with no_fork():
            from chemdb.accessors.known_sources import KnownSources

        return KnownSources(self)

    @property
    def export(self) -> "Exports":
        """What ``chemdb export`` writes."""
        with no_fork():
            from chemdb.accessors.exports import Exports

        return Exports(self)

    def map(
        self,
        embedding: str = "magpie",
        method: str = "umap",
        nelements: int = 2,
        *,
        per_category: int = 3000,
        seed: int = 0,
        components: int = 2,
        standardize: bool = False,
        settings: Mapping[str, Any] | None = None,
        steps: Steps = no_steps,
    ) -> "Map":
        """Return a map of a sample of each category, made and stored in the file if it is not there yet.

        A new map replaces the file; this handle reads the new one from then on, see `reopen`.

        Parameters
        ----------
        embedding : str
            Element representation, such as magpie; the table ``embedding`` lists them.
        method : str
            pca, tsne or umap.
        nelements : int
            Number of elements of the compositions.
        per_category : int
            Sample size per category; all compositions where there are fewer.
        seed : int
            Of the sample and of the reduction.
        components : int
            2 or 3.
        standardize : bool
            Whether to scale each dimension of the vectors to mean 0 and variance 1 first.
        settings : mapping, optional
            Parameters of the method, such as ``{"perplexity": 50}``.
        steps : callable, optional
            Shows the progress.

        Raises
        ------
        ChemdbError
            Unknown embedding, method or parameter, too few points, or the file cannot be replaced.
        """
        with no_fork():
            from dataclasses import replace

            from chemdb.maps.stored import map_spec, read_map

        spec = map_spec(embedding, method, nelements, per_category, seed, components, standardize, settings)
        made = self.add_maps([spec], steps)
        with self.cursor() as con:
            return replace(read_map(con, spec), is_new=bool(made))

    def map_all(
        self,
        embedding: str = "magpie",
        nelements: int = 2,
        *,
        category: str = "all",
        components: int = 2,
        steps: Steps = no_steps,
    ) -> "ExactPCA":
        """Return the exact principal components of all compositions, as ``chemdb map --all`` does.

        No composition is sampled, and nothing is stored; `ExactPCA.transform` gives coordinates of vectors.

        Parameters
        ----------
        embedding : str
            As in `map`.
        nelements : int
            Number of elements of the compositions.
        category : str
            all, allowed, known, or one of the four categories.
        components : int
            Number of components, at most that of the dimensions.
        steps : callable, optional
            Shows the progress.

        Raises
        ------
        ChemdbError
            Unknown embedding or category, or the file has no or too few such compositions.
        """
        with no_fork():
            from chemdb.maps.exact_pca.pca import exact_pca
            from chemdb.query.sample import check_nelements

        with self.cursor() as con:
            check_nelements(con, nelements)
            return exact_pca(con, embedding, [nelements], category, components, steps)

    def add_maps(self, specs: "Sequence[MapSpec]", steps: Steps = no_steps) -> "list[MapSpec]":
        """Make the maps that are not in the file yet and store them in it; return their parameters.

        Raises
        ------
        ChemdbError
            As `map`.
        """
        with no_fork():
            from chemdb.maps.stored import find_map

        with self.cursor() as con:
            missing = [spec for spec in specs if find_map(con, spec) is None]
            if not missing:
                return []
            with no_fork():
                from chemdb.maps.make import add_maps

            made = add_maps(self.path, missing, self.limits, steps)
        # Also for maps that another process made in the meantime.
        self.reopen()
        return made

    def compare(
        self,
        first: "Database | str | os.PathLike[str]",
        second: str | None = None,
        *,
        nelements: int | Sequence[int] | None = None,
        steps: Steps = no_steps,
    ) -> "Comparison":
        """Return what differs between this file and another, or between two sets or sources of this file.

        Parameters
        ----------
        first : Database or path-like, or str
            The other file; or, with `second`, an oxidation-state set or known source.
        second : str, optional
            Another oxidation-state set (smact14, icsd16, icsd24, wiki, pymatgen_sp, or a file of them),
            if the first is one; or another known source.
        nelements : int or sequence of int, optional
            Numbers of elements to compare; all of the file by default.
        steps : callable, optional
            Shows the progress.

        Raises
        ------
        ChemdbError
            The other file cannot be opened or has other limits, or there are no such sets or sources.
        """
        with no_fork():
            from chemdb.compare.comparison import compare_files, compare_names

        sizes = [nelements] if isinstance(nelements, int) else nelements
        if isinstance(first, Database):
            if second is not None:
                raise ChemdbError("compare: give one other database, or two oxidation-state sets or sources")
            return compare_files(self._file, first._file, sizes, steps)
        if second is not None:
            return compare_names(self._file, os.fspath(first), second, sizes, steps)
        return compare_files(self._file, OpenFile(first, self.limits), sizes, steps)

    def reopen(self) -> None:
        """Read the file that has this name now; another process may have replaced it.

        Until then, a handle reads the file that it opened. Results made before keep answering from that one.

        Raises
        ------
        DatabaseError
            As `chemdb.open`.
        """
        self._file = OpenFile(self.path, self.limits)

    def known_sources(self) -> str:
        """Return one line that names the known sources."""
        with no_fork():
            from chemdb.database.metadata import known_sources_with_advice

        with self.cursor() as con:
            return known_sources_with_advice(con)

    def close(self) -> None:
        """Close the file. Rows that are being read can be read to their end; nothing else can be asked."""
        self._file.close()

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> tuple[type["Database"], tuple]:
        """Let another process open the same file."""
        limits = self.limits
        return Database, (self.path, limits.threads, limits.memory_limit, limits.temp_directory)

    def __repr__(self) -> str:
        return f"chemdb.open({str(self.path)!r})"

    def _repr_html_(self) -> str:
        from chemdb.notebook.html_table import table_html

        columns, rows = self.sql("from table2").read()
        return table_html(columns, rows, f"{self.path}, known: {self.known_sources()}")
