"""SQL in every text that a command takes: nothing is written, nothing is read, nothing leaks."""

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from helpers.cli import COMMANDS, run

import chemdb
from chemdb.builder import change_known as manage
from chemdb.chemistry.species import read_oxidation_states
from chemdb.database.connection import connect_to_read
from chemdb.errors import ChemdbError
from chemdb.files.file_columns import FileColumns

pytestmark = pytest.mark.integration

SECRET = "s3cr3t-of-a-file"
ATTACKS = (
    "'; copy (select 1) to 'out.csv'; --",
    "\"; copy (select 1) to 'out.csv'; --",
    "x' union all select content from read_text('secret.csv') --",
    "(select content from read_text('secret.csv'))",
    "$elements; drop view composition",
    "ZnO'); copy (select 1) to 'out.csv'; --.csv",
)
#: What makes a command get as far as its SQL; the option that is attacked takes its place.
NEEDED = {
    "query": {"text": "ZnO"},
    "sql": {"query": "select 1"},
    "explain": {"formulas": "ZnO"},
    "label": {"file": "mine.csv"},
    "known add": {"source": "x=mine.csv"},
    "known remove": {"name": "lab"},
    "report": {"chemsys": "Zn-O"},
    "export embeddings": {"query": "ZnO", "embedding": "magpie", "output": "e.parquet"},
    "sample": {"per_category": "2", "nelements": "2"},
    "build": {"nelements": "2-2", "max_stoichiometry": "2", "known": "none"},
    "count": {"nelements": "2-2", "max_stoichiometry": "2"},
}
#: Every option and argument that takes a value, of every command there is.
TEXTS = [
    (name, param.name)
    for name, command in COMMANDS.items()
    for param in command.params
    if not getattr(param, "is_flag", False)
]
#: They take seconds where an attack is accepted, as the name of a file: one attack is enough.
SLOW = ("build", "count", "known", "map", "plot")
WRITES = ("build", "known add", "known remove", "map")


def line(name, attacked, attack, folder):
    """Return the words of a command with an attack in one place."""
    given = NEEDED.get(name, {}) | {"db": str(folder / "c.duckdb")} | {attacked: attack}
    if name == "report" and attacked != "chemsys":
        given.pop("chemsys")
    words, arguments = name.split(), []
    if name == "report":
        words.append("--table1" if "chemsys" in given else "--table2")
    for param in COMMANDS[name].params:
        if param.name in given:
            if param.param_type_name == "argument":
                arguments.append(given[param.name])
            else:
                words += [param.opts[0], given[param.name]]
    return [*words, "--", *arguments] if arguments else words


@pytest.fixture
def folder(small_path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHEMDB_TEST_SECRET", SECRET)
    shutil.copyfile(small_path, "c.duckdb")
    Path("secret.csv").write_text(f"secret\n{SECRET}\n")
    Path("mine.csv").write_text("formula\nZnO\n")
    return tmp_path


def test_every_text_of_every_command_is_here():
    assert {("query", "text"), ("query", "columns"), ("query", "sort"), ("query", "optimade"), ("query", "output"),
            ("label", "formula_column"), ("known add", "source"), ("known remove", "source"), ("explain", "formulas"),
            ("report", "chemsys"), ("export embeddings", "embedding"), ("build", "oxidation_states"), ("sql", "query"),
            ("map", "method"), ("plot map", "palette")} <= set(TEXTS)  # fmt: skip


@pytest.mark.parametrize(("name", "attacked"), TEXTS)
def test_an_attack_in_any_text(folder, name, attacked):
    before = (folder / "c.duckdb").read_bytes()
    for attack in ATTACKS[:1] if name.split()[0] in SLOW else ATTACKS:
        done = run(*line(name, attacked, attack, folder))
        assert done.exception is None or isinstance(done.exception, SystemExit), (attack, done.exception)
        assert SECRET not in done.output
        assert not (folder / "out.csv").exists()
        if done.exit_code:
            assert done.stderr.splitlines()[-1].startswith("chemdb: ")
            assert (folder / "c.duckdb").read_bytes() == before
        elif name not in WRITES:
            assert (folder / "c.duckdb").read_bytes() == before
        for path in folder.iterdir():
            # A file that was asked for by that name, and nothing else, may be there.
            if path.name not in ("c.duckdb", "secret.csv", "mine.csv"):
                assert path.name in (attack, Path(attack).with_suffix(".txt").name, "e.parquet"), path
                for file in path.rglob("*") if path.is_dir() else (path,):
                    assert file.is_dir() or SECRET.encode() not in file.read_bytes()
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        (folder / "c.duckdb").write_bytes(before)


@pytest.mark.parametrize("attack", ATTACKS)
def test_names_and_cells_of_known_files_are_only_text(folder, attack):
    table = pa.table({attack: ["ZnO2"], "material_id": [attack], "formula_pretty": [attack]})
    path = folder / "known.parquet"
    pq.write_table(table, path)
    loaded = manage.add(folder / "c.duckdb", str(path), FileColumns(attack))
    assert loaded.n_entries == 1
    with connect_to_read(folder / "c.duckdb") as con:
        assert con.execute(
            "select material_id, formula_pretty from known_entry where source = 'known'"
        ).fetchall() == [(attack, attack)]
    with chemdb.open(folder / "c.duckdb") as db:
        assert attack in {row[0] for row in db.query("known_in=known", columns=["material_id"])}
    assert not (folder / "out.csv").exists()


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_through_the_python_api(folder, attack):
    before = (folder / "c.duckdb").read_bytes()
    with chemdb.open(folder / "c.duckdb") as db:
        for ask in (
            lambda: db.query(attack).arrow(),
            lambda: db.query(f"formula='{attack}'").arrow(),
            lambda: db.query(f'elements HAS "{attack}"', optimade=True).arrow(),
            lambda: db.query("ZnO", columns=[attack]).arrow(),
            lambda: db.query("ZnO", sort=[attack]).arrow(),
            lambda: db.explain(attack),
            lambda: db.table_1([attack]),
            lambda: db.sample(attack, 2, 3),
            lambda: db.embed(db.query("ZnO"), attack),
        ):
            with pytest.raises(ChemdbError):
                ask()
        labelled = db.label(pa.table({"formula": [attack, "ZnO"], attack: [attack, attack]}))
        assert labelled[attack].to_pylist() == [attack, attack]
        assert labelled["category"].to_pylist() == [None, "standard"]
        assert list(db.sql("select $x", {"x": attack})) == [(attack,)]
    assert (folder / "c.duckdb").read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == ["c.duckdb", "mine.csv", "secret.csv"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_oxidation_states_are_only_numbers(tmp_path, attack):
    (tmp_path / "states.txt").write_text(f"Fe {attack}\n")
    with pytest.raises(ChemdbError, match="whole numbers"):
        read_oxidation_states(tmp_path / "states.txt")


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_database_named_like_an_attack(folder, attack):
    path = folder / attack.replace("/", "")
    shutil.copyfile(folder / "c.duckdb", path)
    with chemdb.open(path) as db:
        assert db.query("ZnO").count() == 1
