"""Texts and files that were not made to be read: one line at most, whatever they are."""

import gzip
import os
import string
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from helpers.cli import run
from helpers.sampled import examples
from hypothesis import given
from hypothesis import strategies as st

from chemdb.chemistry.composition import read_composition
from chemdb.chemistry.elements import elements
from chemdb.chemistry.formula import read_formulas
from chemdb.chemistry.species import read_oxidation_states
from chemdb.errors import MAX_MESSAGE, ChemdbError, FileError, FormulaError, SpeciesError
from chemdb.files.user_files import limit_size
from chemdb.known.user_file import file_source
from chemdb.query.statement.counts import count_statement

ESCAPES = "\x1b[31m\x1b]0;title\x07\x9b2J\u202e"
SYMBOLS = [element.symbol for element in elements()]


def check_line(error):
    """One line of a length that a screen takes, with nothing in it that a terminal obeys."""
    assert str(error).isprintable()
    assert 0 < len(str(error)) <= 10 * MAX_MESSAGE


pieces = st.one_of(
    st.sampled_from(SYMBOLS),
    st.sampled_from([*"()[]{}.*·•∙⋅ \t", "₂", "D", "T", "Xx", "H2O", ".0", "-", "+", "é", "\0"]),
    st.integers(0, 2**33).map(str),
    st.text(max_size=2),
)


@examples(200)
@given(st.lists(pieces, max_size=12).map("".join))
def test_both_readers_agree_on_every_text(text):
    found = read_formulas([text], elements())
    if found.reason(0) is None:
        assert read_composition(text, elements()).formula == found.formula()[0].as_py()
    else:
        with pytest.raises(FormulaError) as caught:
            read_composition(text, elements())
        assert str(caught.value).isprintable()


terms = st.lists(
    st.one_of(
        st.sampled_from(["elements", "x(O)", "species", "known_in", "formula", "AND", "OR", "NOT", "ZnO", "lab", "'", '"']),
        st.sampled_from(["=", "<", ">=", "(", ")", ",", ":", "-", ";", "--", "$x", "*", "2/3", "O2-", "missing"]),
        st.text(string.printable, max_size=3),
    ),
    max_size=8,
).map(" ".join)  # fmt: skip


@examples(200)
@given(terms, st.booleans())
def test_a_query_is_one_statement_or_one_line(small_db, text, optimade):
    try:
        asked = small_db.query(text, optimade=optimade).filter
    except ChemdbError as error:
        check_line(error)
        return
    statement = count_statement(asked, (2, 3, 4))
    with small_db.cursor() as con:
        assert len(con.extract_statements(statement.runnable())) == 1
        assert con.execute(f"explain {statement.text}", dict(statement.parameters)).fetchall()


@examples(200)
@given(content=st.one_of(st.binary(max_size=60), st.text("FeO0123+-# \n\t\0é", max_size=40).map(str.encode)))
def test_an_oxidation_state_file_of_any_content(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "states.txt"
    path.write_bytes(content)
    try:
        assert read_oxidation_states(path).n_species > 0
    except SpeciesError as error:
        check_line(error)


@examples(30)
@given(
    st.sampled_from(["csv", "tsv", "txt", "json", "jsonl", "parquet"]),
    st.sampled_from([b"", b"formula\n", b'[{"formula":', b"PAR1", b"\xef\xbb\xbfformula\n", b"\xff\xfe"]),
    st.binary(max_size=60),
)
def test_a_known_file_of_any_content(tmp_path_factory, kind, start, rest):
    path = tmp_path_factory.getbasetemp() / f"any.{kind}"
    path.write_bytes(start + rest)
    try:
        assert file_source(path).entries.num_columns == 4
    except ChemdbError as error:
        check_line(error)


def test_a_message_is_short_and_one_line():
    error = FormulaError("formula " + "NaCl\n" * 1_000_000 + ESCAPES + ": unexpected character")
    assert str(error).startswith("formula NaCl NaCl")
    assert str(error).endswith(r"\x1b[31m\x1b]0;title\x07\x9b2J\u202e: unexpected character")
    assert len(str(error)) < MAX_MESSAGE


@pytest.mark.parametrize(
    "name", ["a'\";--.csv", "a\nchemdb: fine\n.csv", "*[a-z]?{a,b}.csv", f"{ESCAPES}.csv", "[bold]x[red].csv"]
)
def test_a_file_of_any_name(small_path, tmp_path, name):
    path = tmp_path / name
    path.write_text("x\n1\n")
    done = run("label", path, "--db", small_path)
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.rstrip("\n").isprintable()
    path.write_text("formula\nZnO\n")
    done = run("label", path, "-o", tmp_path / f"out{name}", "--db", small_path)
    assert done.exit_code == 0
    assert done.stdout.replace("\n", "").isprintable()


@pytest.mark.skipif(sys.platform == "darwin", reason="its file systems take UTF-8 names only")
def test_file_names_that_are_not_utf8(small_path, tmp_path, monkeypatch):
    path = tmp_path / os.fsdecode(b"\xff.csv")
    path.write_text("formula\nZnO\n")
    for words in (
        ["label", path],
        ["known", "add", path],
        ["query", "ZnO", "-o", path],
        ["info", "--db", path],
    ):
        done = run(*words)
        assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
        assert r"\udcff.csv: not UTF-8 text; if it is a file, rename it" in done.stderr
    folder = tmp_path / os.fsdecode(b"\xff")
    folder.mkdir()
    monkeypatch.chdir(folder)
    done = run("query", "ZnO", "-o", "rows.csv", "--db", small_path)
    assert done.exit_code == 1
    assert done.stderr.endswith(
        r"\udcff/rows.csv: cannot be written (not UTF-8 text; choose another name)" + "\n"
    )
    assert not list(folder.iterdir())


def test_tables_escape_terminal_sequences(small_path):
    done = run("sql", f"select '{ESCAPES}' as \"[/bold]{ESCAPES}\"", "--db", small_path)
    assert done.exit_code == 0
    assert done.stdout.replace("\n", "").isprintable()
    assert r"\x1b[31m" in done.stdout
    assert "[/bold]" in done.stdout


def make(kind, path):
    match kind:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "loop":
            path.symlink_to(path)
        case device:
            path.symlink_to(device)


@pytest.mark.parametrize("kind", ["folder", "pipe", "loop", "/dev/zero", "/dev/full"])
def test_only_regular_files_are_read(tmp_path, kind):
    path = tmp_path / "a.csv"
    make(kind, path)
    with pytest.raises(ChemdbError):
        file_source(path)
    with pytest.raises(SpeciesError):
        read_oxidation_states(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("formula,id\nNaCl,é\n".encode("latin-1"), "line 2: not UTF-8 text"),
        ("formula,id\nNaCl,1\n".encode("utf-16")[:-1], "damaged UTF-16 text; save it as UTF-8"),
        (b"formula,id\n" + b"KCl,2\n" * 400_000 + b"N" * 5_000_000 + b",1\n", "a row is longer than 2 MB"),
        (
            b"x," * 10_000 + b"formula\n" + b"1," * 10_000 + b"NaCl\n",
            "10,001 columns; at most 10,000 are read",
        ),
        (b"formula,id\n" + b"N" * 17_000_000 + b",1\n", "a line is longer than 16 MB"),
    ],
)
def test_the_message_names_what_is_wrong_with_a_file(small_path, tmp_path, content, reason):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    for words in (["label", path], ["known", "add", path]):
        done = run(*words, "--db", small_path)
        assert done.exit_code == 1
        assert f"a.csv: {reason}" in done.stderr.splitlines()[-1]


def test_an_oxidation_state_file_that_is_too_large(tmp_path):
    (tmp_path / "large.txt").write_bytes(b"#" * 1_000_001)
    with pytest.raises(SpeciesError, match="larger than 1,000,000 bytes"):
        read_oxidation_states(tmp_path / "large.txt")


def test_a_file_that_unpacks_to_far_more(tmp_path):
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"formula\n" + b"NaCl\n" * 12_000_000, 6))
    with pytest.raises(ChemdbError, match="unpacks to more than 200 times its size"):
        file_source(path)


def test_a_list_that_is_packed_is_read(tmp_path):
    path = tmp_path / "fine.csv.gz"
    path.write_bytes(gzip.compress(b"formula\n" + b"NaCl\nZnO\n" * 1_000))
    assert len(file_source(path).entries) == 2_000


def test_rows_and_bytes_of_a_file_are_bounded(tmp_path, monkeypatch):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"formula": ["NaCl"] * 100_000}), path)
    batches = pq.read_table(path).to_batches(10_000)
    assert sum(map(len, limit_size(batches, path, 100_000))) == 100_000
    with pytest.raises(FileError, match="more than 99,999 rows"):
        list(limit_size(batches, path, 99_999))
    monkeypatch.setattr("chemdb.files.user_files.ALWAYS_ALLOWED", 0)
    with pytest.raises(FileError, match="200 times"):
        list(limit_size(batches, path))


def test_a_parquet_file_of_too_many_rows_for_its_size(tmp_path, monkeypatch):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"formula": ["NaCl"] * 1_000_000}), path)
    assert len(file_source(path).entries) == 1_000_000
    monkeypatch.setattr("chemdb.files.user_files.ALWAYS_ALLOWED", 0)
    with pytest.raises(ChemdbError, match="declares 1,000,000 rows"):
        file_source(path)
