"""Coverage-guided fuzzing of everything that reads user input.

Each target runs in its own process. `libFuzzer` stops it if it uses more than 2 GB of memory, if an
input takes more than 20 s, or on any exception other than a `ChemdbError` of one line.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from experiment import Outcome, largest

ABOUT = (
    "[atheris](https://github.com/google/atheris) mutates inputs, guided by the code that they reach, for one "
    "minute per target. An input may be accepted, or rejected with a `ChemdbError` of one printable line; the two "
    "formula parsers must agree. The numbers are inputs tried, code edges reached, time of the slowest input and "
    "peak memory of the process."
)
#: Seconds per target.
SECONDS = int(os.environ.get("CHEMDB_FUZZ_SECONDS", "60"))
#: Limits: megabytes of memory per target, seconds per input.
MEMORY, SLOWEST = 2048, 20

SEEDS = {
    "formulas": ["LiZnO2", "CuSO4·5H2O", "Fe4[Fe(CN)6]3", "K2{PtCl6}", "CaSO4.2H2O", "Fe2.0O3.00", "D₂O", "3Al2O3•2SiO2"],
    "query": [
        "elements=Li,O missing natoms<=10", "Ti-O-* OR ABO3", "NOT (known allowed)", "0.3<x(O)<0.6",
        "species=Fe3+,O2- energy_above_hull<0.05", "anonymous=ABC3 | formula='Ca(OH)2'", "known_in=mp-snapshot",
        "any=halogen only=alkali,O exclude=Pb", "within=Li-Zn-O category=missing,interesting", "O>=2 max_factor!=4",
    ],
    "optimade": [
        'elements HAS ALL "Li","O" AND nelements=3', 'elements:elements_ratios HAS "O":>0.5',
        'chemical_formula_reduced="LiZnO2" OR NOT _chemdb_category="missing"', "elements LENGTH >= 3",
        'chemical_formula_anonymous="AB2"', "_chemdb_energy_above_hull<0.1", 'elements HAS ONLY "Li","O"',
    ],
    "oxidation_states": ["Fe +2 +3\nO -2 # oxide\n", "Li 1\nF -1", "\ufeffLi +1"],
    "known_files": [
        "0formula,id\nNaCl,1\n", "1formula\tid\nNaCl\t1\n", "2NaCl\nZnO\n", '3[{"formula":"NaCl","e_above_hull":0.1}]',
        '4{"formula":"NaCl"}\n', "5PAR1",
    ],
}  # fmt: skip
SEEDS["label_files"] = SEEDS["known_files"]
SUFFIXES = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".parquet")
WORDS = (
    "AND", "OR", "NOT", "HAS", "ALL", "ANY", "ONLY", "LENGTH", "elements", "missing", "known", "species=", "x(O)",
    "natoms", "nelements", "chemsys=", "formula=", "Li", "Fe3+", "O2-", "\xc2\xb7", "\xe2\x82\x82", "formula,", "null",
    "4294967296", "99999999999999999999", "\xef\xbb\xbf", "PAR1", "1e999", "\\x00",
)  # fmt: skip


def run(db: Path, folder: Path) -> Iterator[Outcome]:
    for target in SEEDS:
        own = folder / target
        corpus = own / "corpus"
        corpus.mkdir(parents=True)
        for i, seed in enumerate(SEEDS[target]):
            (corpus / f"seed{i}").write_text(seed)
        words = (word for word in WORDS if word.isascii() and "\\" not in word)
        (own / "words").write_text("".join(f'"{word}"\n' for word in words))
        done = subprocess.run(
            [
                sys.executable, __file__, target, db, corpus, f"-max_total_time={SECONDS}", f"-timeout={SLOWEST}",
                f"-rss_limit_mb={MEMORY}", f"-malloc_limit_mb={MEMORY}", "-print_final_stats=1", "-max_len=4096",
                f"-dict={own / 'words'}", f"-artifact_prefix={own}/",
            ],
            cwd=own, capture_output=True, text=True, errors="backslashreplace", check=False,
            env=os.environ | {"TMPDIR": str(own)},
        )  # fmt: skip
        yield _outcome(target, done)


def summary(outcomes: list[Outcome]) -> str:
    """Return the number of targets and inputs, and the largest memory."""
    inputs = sum(outcome.times for outcome in outcomes)
    megabytes = largest(outcomes, r"([\d,]+) MB")
    return f"{len(outcomes)} fuzz targets, {inputs:,} inputs; peak memory {megabytes:,.0f} MB"


def _outcome(target: str, done: subprocess.CompletedProcess) -> Outcome:
    """Return the final statistics of libFuzzer as a row."""
    stats = dict(re.findall(r"stat::(\w+):\s+(\d+)", done.stderr))
    edges = re.findall(r"cov: (\d+)", done.stderr)
    accepted = re.findall(r"accepted: (\d+)", done.stderr)
    n, peak = int(stats.get("number_of_executed_units", 0)), int(stats.get("peak_rss_mb", 0))
    found = (
        f"{n:,} inputs, at least {int(accepted[-1]) if accepted else 0:,} accepted, "
        f"{int(edges[-1]) if edges else 0:,} edges, slowest "
        f"{stats.get('slowest_unit_time_sec', '?')} s, {peak:,} MB"
    )
    if done.returncode:
        error = re.search(
            r"(?m)^ *(\w*(?:Error|Exception)\b.*|ERROR: libFuzzer.*|==\d+== ERROR.*)$", done.stderr
        )
        what = error[1] if error else f"exit code {done.returncode}"
        kept = Path(tempfile.gettempdir()) / f"chemdb-fuzz-{target}.txt"
        kept.write_text(done.stderr[-20_000:])
        found += f"; failed: {what[:200].replace('|', '/')} ({kept})"
    ok = (
        done.returncode == 0
        and n > 100
        and bool(edges)
        and int(edges[-1]) > 20
        and bool(accepted)
        and 0 < peak < MEMORY
    )
    return Outcome(target.replace("_", " "), n, found, ok)


def fuzz(target: str, db: Path, arguments: list[str]) -> None:
    """Fuzz one target until libFuzzer stops."""
    import atheris

    # Compiled kernels cannot be instrumented, so they are imported first and do not guide the fuzzer.
    import chemdb.chemistry.kernel
    import chemdb.rule.kernel

    with atheris.instrument_imports(include=["chemdb"]):
        import chemdb
        import chemdb.chemistry.composition
        import chemdb.chemistry.species
        import chemdb.known.user_file
        import chemdb.lookup.label_file
        import chemdb.query.parse.language
        import chemdb.query.parse.optimade_filter
        import chemdb.query.statement.listing
    from chemdb.errors import MAX_MESSAGE, ChemdbError

    check = globals()[f"_{target}"](chemdb.open(db, threads=1, memory_limit="500MB"))
    accepted = 0

    def one(content: bytes) -> None:
        nonlocal accepted
        try:
            check(content)
            accepted += 1
            if accepted & (accepted - 1) == 0 or accepted % 100 == 0:
                print(f"accepted: {accepted}", file=sys.stderr)
        except ChemdbError as error:
            line = str(error)
            assert line.isprintable(), repr(line)
            assert 0 < len(line) <= 10 * MAX_MESSAGE, len(line)

    atheris.Setup([sys.argv[0], *arguments], one)
    atheris.Fuzz()


def _text(content: bytes) -> str:
    return content.decode(errors="replace")


def _formulas(db: object) -> Callable[[bytes], None]:
    from chemdb.chemistry.composition import read_composition
    from chemdb.chemistry.elements import elements
    from chemdb.chemistry.formula import read_formulas
    from chemdb.errors import FormulaError

    def check(content: bytes) -> None:
        text = _text(content)
        found = read_formulas([text], elements())
        bulk, reason = found.formula()[0].as_py(), found.reason(0)
        assert (bulk is None) == (reason is not None), (text, bulk, reason)
        try:
            single = read_composition(text, elements())
        except FormulaError:
            assert bulk is None, (text, bulk)
            raise
        assert single.formula == bulk, (text, single.formula, bulk)
        assert single.chemsys == found.chemsys()[0].as_py()
        assert single.formula_anonymous == found.formula_anonymous()[0].as_py()

    return check


def _asked(db: object, read: Callable) -> Callable[[bytes], None]:
    from chemdb.database.connection import connect_to_read
    from chemdb.query.parse.vocabulary import vocabulary
    from chemdb.query.statement.columns import DEFAULT_COLUMNS, DEFAULT_ORDER
    from chemdb.query.statement.counts import count_statement
    from chemdb.query.statement.listing import rows_statement

    words = db._file.remember(vocabulary)
    opened = ExitStack()
    con = opened.enter_context(connect_to_read(db.path, db.limits))

    def check(content: bytes) -> None:
        assert opened  # The connection is closed with it.
        asked = read(_text(content), words)
        for made in (
            count_statement(asked, (2, 3, 4)),
            rows_statement(asked, (2, 3, 4), DEFAULT_COLUMNS, DEFAULT_ORDER, 5),
        ):
            # Any text gives exactly one statement that DuckDB can plan, also in the form that --sql prints.
            assert len(con.extract_statements(made.runnable())) == 1
            con.execute(f"explain {made.text}", dict(made.parameters)).fetchall()

    return check


def _query(db: object) -> Callable[[bytes], None]:
    from chemdb.query.parse.language import read_query

    return _asked(db, read_query)


def _optimade(db: object) -> Callable[[bytes], None]:
    from chemdb.query.parse.optimade_filter import read_optimade

    return _asked(db, read_optimade)


def _oxidation_states(db: object) -> Callable[[bytes], None]:
    from chemdb.chemistry.species import read_oxidation_states

    path = Path("states.txt")

    def check(content: bytes) -> None:
        path.write_bytes(content)
        states = read_oxidation_states(path)
        assert states.n_species > 0

    return check


def _file(content: bytes) -> Path:
    """Write a file whose type is chosen by the first byte, and return its path."""
    path = Path(f"fuzzed{SUFFIXES[content[0] % 48 % len(SUFFIXES)] if content else '.csv'}")
    path.write_bytes(content[1:])
    return path


def _known_files(db: object) -> Callable[[bytes], None]:
    from chemdb.chemistry.elements import elements
    from chemdb.chemistry.formula import read_formulas
    from chemdb.known.user_file import file_source

    def check(content: bytes) -> None:
        source = file_source(_file(content))
        assert len(read_formulas(source.entries["formula_given"], elements())) == len(source.entries)

    return check


def _label_files(db: object) -> Callable[[bytes], None]:
    target = Path("labelled.jsonl")

    def check(content: bytes) -> None:
        target.unlink(missing_ok=True)
        try:
            db.label_file(_file(content), target)
        finally:
            assert not target.with_name(target.name + ".partial").exists()

    return check


if __name__ == "__main__":
    fuzz(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
