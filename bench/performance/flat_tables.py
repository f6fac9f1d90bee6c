"""The ternaries as a chemdb file, as a flat DuckDB table and as flat Parquet: size, build, five questions."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
from measure import Cost, command, once, process, warm
from page import digits, duration, table

import chemdb
from chemdb.api import Database

#: A row for each composition, sorted by chemical system. Formulas take half the space that they take by default.
CREATE = """
create type element_symbol as enum (select symbol::varchar from space.element order by atomic_number);
create type category as enum ('standard', 'missing', 'interesting', 'unlikely');
create table flat (
    formula varchar using compression zstd, chemsys varchar,
    element1 element_symbol, element2 element_symbol, element3 element_symbol,
    factor1 utinyint, factor2 utinyint, factor3 utinyint, natoms utinyint,
    formula_anonymous varchar, category category
)
"""
FILL = """
insert into flat
select
    formula, chemsys, elements[1], elements[2], elements[3], factors[1], factors[2], factors[3], natoms,
    formula_anonymous, category
from space.composition where nelements = 3
order by chemsys, factors
"""
EXCLUDED = (
    "select symbol::varchar from space.element_group where element_group in ('radioactive', 'noble_gas')"
)


@dataclass(frozen=True)
class Question:
    """A question to a chemdb file and, as SQL with the places ``{flat}`` and ``{excluded}``, to a flat table.

    Sorted, the answers are equal.
    """

    text: str
    ask: Callable[[Database], list[tuple]]
    sql: str


@dataclass(frozen=True)
class Stored:
    """A store of all ternaries: how large it is, what it took to write, and the costs of the questions."""

    name: str
    megabytes: float
    build: Cost
    answers: list[Cost]


def _counts(text: str) -> Callable[[Database], list[tuple]]:
    return lambda db: [(name, n) for name, n in db.query(text).counts.items() if n]


def _li_zn_o(db: Database) -> list[tuple]:
    rows = db.query("Li-Zn-O", columns=["formula", "category"]).arrow()
    return list(zip(*rows.to_pydict().values(), strict=True))


def _with_each_element(db: Database) -> list[tuple]:
    return [(name, n) for name, n in db.query("missing nelements=3").element_frequency().items() if n]


def _allowed(db: Database) -> list[tuple]:
    [row] = db.sql("select count(*) as n from allowed where nelements = 3").arrow().to_pylist()
    return [(row["n"],)]


QUESTIONS = (
    Question(
        "all rows of Li-Zn-O", _li_zn_o, "select formula, category from {flat} where chemsys = 'Li-O-Zn'"
    ),
    Question(
        "`elements=Li,O` by category",
        _counts("elements=Li,O nelements=3"),
        "select category, count(*) from {flat} where (element1 = 'Li' or element2 = 'Li' or element3 = 'Li') "
        "and (element1 = 'O' or element2 = 'O' or element3 = 'O') group by category",
    ),
    Question(
        "`exclude=radioactive,noble_gas` by category",
        _counts("exclude=radioactive,noble_gas nelements=3"),
        "select category, count(*) from {flat} where element1 not in {excluded} and element2 not in {excluded} "
        "and element3 not in {excluded} group by category",
    ),
    Question(
        "missing compositions with each element",
        _with_each_element,
        "select unnest([element1, element2, element3]) as symbol, count(*) from {flat} "
        "where category = 'missing' group by symbol",
    ),
    Question(
        "rows of the view `allowed`, counted",
        _allowed,
        "select count(*) from {flat} where category in ('standard', 'missing')",
    ),
)


def flat_tables(folder: Path, max_factor: int = 8, times: int = 5) -> list[Stored]:
    """Build and ask the three stores; raise where they answer differently.

    Parameters
    ----------
    folder : Path
        For the files.
    max_factor : int
        Largest stoichiometric factor of the ternaries.
    times : int
        How often each question is asked.
    """
    source, flat, parquet = (folder / name for name in ("ternaries.duckdb", "flat.duckdb", "flat.parquet"))
    words = ("build", "--nelements", 3, "--max-stoichiometry", max_factor, "--db", source)
    build = process(command(*words))
    with chemdb.open(source) as db:
        asked = [warm(lambda question=question: question.ask(db), times) for question in QUESTIONS]
    expected = [sorted(answer) for _, answer in asked]
    stores = [Stored("chemdb", source.stat().st_size / 1e6, build, [cost for cost, _ in asked])]
    # The newest storage: the oldest that this DuckDB writes knows no zstd.
    with duckdb.connect(flat, config={"storage_compatibility_version": "latest"}) as con:
        con.execute(
            f"set enable_progress_bar = false; set memory_limit = '3GB'; set temp_directory = '{folder}'"
        )
        con.execute(f"attach '{source}' as space (read_only)")
        excluded = tuple(symbol for (symbol,) in con.execute(EXCLUDED).fetchall())

        def fill() -> None:
            con.execute(CREATE)
            con.execute(FILL)
            con.execute("checkpoint")

        filled, _ = once(fill)
        stores.append(
            Stored(
                "flat DuckDB table",
                flat.stat().st_size / 1e6,
                filled,
                ask(con, "flat", excluded, expected, times),
            )
        )
        copied, _ = once(lambda: con.execute(f"copy flat to '{parquet}' (format parquet, compression zstd)"))
        stores.append(
            Stored(
                "flat Parquet",
                parquet.stat().st_size / 1e6,
                copied,
                ask(con, f"'{parquet}'", excluded, expected, times),
            )
        )
    flat.unlink()
    parquet.unlink()
    return stores


def ask(
    con: duckdb.DuckDBPyConnection,
    flat: str,
    excluded: tuple[str, ...],
    expected: list[list[tuple]],
    times: int,
) -> list[Cost]:
    """Return what the questions cost where a flat table answers them, and check the answers."""
    costs = []
    for question, answer in zip(QUESTIONS, expected, strict=True):
        statement = question.sql.format(flat=flat, excluded=excluded)
        cost, found = warm(lambda statement=statement: con.execute(statement).fetchall(), times)
        assert sorted(found) == answer, question.text
        costs.append(cost)
    return costs


def comparison(stores: list[Stored]) -> str:
    """Return the table of stores, with the ratio of each to the first."""
    ours = stores[0]

    def ratio(value: float, first: float) -> str:
        return "" if value is first else f" ({digits(value / first)})"

    rows = [
        ["size", *(f"{s.megabytes:.1f} MB{ratio(s.megabytes, ours.megabytes)}" for s in stores)],
        ["build, CPU", *(f"{s.build.cpu:.1f} s{ratio(s.build.cpu, ours.build.cpu)}" for s in stores)],
        ["build, wall", *(f"{s.build.wall:.1f} s{ratio(s.build.wall, ours.build.wall)}" for s in stores)],
    ]
    for question, costs in zip(QUESTIONS, zip(*(s.answers for s in stores), strict=True), strict=True):
        rows.append([question.text, *(f"{duration(c.cpu)}{ratio(c.cpu, costs[0].cpu)}" for c in costs)])
    return table(["", *(f">{s.name}" for s in stores)], rows)
