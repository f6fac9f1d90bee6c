"""Stdout as shells give it: files to append to, full disks, closed ends, other encodings."""

import subprocess
import sys
from pathlib import Path

import pytest

ROWS = "query 'Zn-O known' --columns formula --format csv"
FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")


def shell(line, db, folder, **environment):
    """Run a line of a shell in which `chemdb` is chemdb, on a database."""
    defined = f'chemdb() {{ "{sys.executable}" -m chemdb "$@"; }}; export CHEMDB_PATH="{db}"; '
    exported = "".join(f"export {name}={value}; " for name, value in environment.items())
    return subprocess.run(
        ["bash", "-c", defined + exported + line], capture_output=True, text=True, cwd=folder, check=False
    )


@pytest.mark.parametrize(
    ("command", "rows"),
    [
        (ROWS, ["formula", "ZnO", "ZnO3", "Zn3O"]),
        ('sql "select 1 as one" --format csv', ["one", "1"]),
        ("label formulas.txt", ["formula,chemdb_formula,chemsys", "ZnO,ZnO,O-Zn"]),
    ],
)
def test_appending_keeps_what_a_file_had(small_path, tmp_path, command, rows):
    (tmp_path / "formulas.txt").write_text("ZnO\n")
    done = shell(
        f"echo first > out.csv; chemdb {command} >> out.csv; {{ echo more; chemdb {command}; echo last; }} > new.csv",
        small_path,
        tmp_path,
    )
    assert done.returncode == 0, done.stderr
    for name, before, after in (("out.csv", "first", []), ("new.csv", "more", ["last"])):
        found = (tmp_path / name).read_text().splitlines()
        assert [found[0], *found[len(rows) + 1 :]] == [before, *after]
        assert all(line.startswith(row) for line, row in zip(found[1:], rows, strict=False))


@pytest.mark.parametrize("command", [ROWS, "info", 'sql "select 1" -f csv', "query Zn-O --count", "--help"])
@pytest.mark.parametrize(
    ("target", "problem"),
    [
        pytest.param("> /dev/full", "no space left on device", marks=FULL),
        (">&-", "stdout: is closed; name a file with --output"),
    ],
)
def test_a_stdout_that_takes_nothing_is_one_line(small_path, tmp_path, command, target, problem):
    done = shell(f"chemdb {command} {target}", small_path, tmp_path)
    # Help is lost without an error where there is no stdout.
    if done.returncode == 0:
        assert (target, command) == (">&-", "--help")
    else:
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.splitlines()[-1].startswith("chemdb: ")
        assert problem in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        "query nelements=3 -f csv --limit 0",
        "query nelements=3 --limit 9999",
        "sql 'from range(1000000)' -f csv",
        "sql 'from range(1000000)' -f json",
    ],
)
def test_a_closed_pipe_is_no_error(small_path, tmp_path, command):
    done = shell(f"chemdb {command} | head -n 1", small_path, tmp_path)
    assert len(done.stdout.splitlines()) == 1
    assert "chemdb: " not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_terminals_with_few_characters_get_others(small_path, tmp_path, encoding):
    done = shell("chemdb query Zn-O --limit 1", small_path, tmp_path, PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    assert "| ZnO     | standard | Zn2+ O2- | a1          |               0.0 |" in done.stdout.splitlines()
    done = shell("chemdb sql \"select 'Å' as a\" -f json", small_path, tmp_path, PYTHONIOENCODING=encoding)
    assert done.stdout == '[\n\t{"a":"Å"}\n]\n'


@pytest.mark.parametrize("stderr", ["2>&-", pytest.param("2> /dev/full", marks=FULL)])
def test_without_stderr_the_data_are_whole_and_errors_have_their_code(small_path, tmp_path, stderr):
    done = shell(f"chemdb {ROWS} --limit 1 {stderr}", small_path, tmp_path)
    assert (done.returncode, done.stdout) == (0, "formula\nZnO\n")
    done = shell(f"chemdb {ROWS} -o rows.csv {stderr}; cat rows.csv", small_path, tmp_path)
    assert done.stdout == "rows.csv: 3 rows\nformula\nZnO\nZnO3\nZn3O\n"
    done = shell(f"chemdb query Xx -f csv {stderr}", small_path, tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    done = shell(f"chemdb known add lab2=f.csv --db new.duckdb {stderr}", small_path, tmp_path)
    assert (done.returncode, done.stdout) == (1, "")


def test_closed_streams_do_not_give_their_descriptors_to_files(small_path, tmp_path):
    done = shell("chemdb query 'Zn-O known' -o rows.parquet <&- >&- 2>&-", small_path, tmp_path)
    assert done.returncode == 0
    assert (tmp_path / "rows.parquet").read_bytes()[:4] == b"PAR1"


@pytest.mark.parametrize("variable", ["FORCE_COLOR", "TTY_COMPATIBLE", "PY_COLORS", "CLICOLOR_FORCE"])
@pytest.mark.parametrize(
    "command",
    ["sql 'select 1 as one' -f table", "sql 'select 1 as one' -f markdown", "info", f"{ROWS} --limit 2"],
)
def test_files_and_pipes_have_no_escape_codes(small_path, tmp_path, variable, command):
    done = shell(f"chemdb {command}", small_path, tmp_path, **{variable: "1"})
    assert done.returncode == 0
    assert "\x1b" not in done.stdout + done.stderr
    done = shell(f"chemdb {command} -o out.csv; cat out.csv", small_path, tmp_path, **{variable: "1"})
    assert "\x1b" not in done.stdout
