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
    # What is only printed is lost without an error where there is no stdout.
    if done.returncode == 0:
        assert (target, command) in [(">&-", "query Zn-O --count"), (">&-", "--help")]
    else:
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.splitlines()[-1].startswith("chemdb: ")
        assert problem in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize("command", ["query nelements=3 -f csv --limit 0", "query nelements=3 --limit 9999"])
def test_a_closed_pipe_is_no_error(small_path, tmp_path, command):
    done = shell(f"chemdb {command} | head -n 1", small_path, tmp_path)
    assert len(done.stdout.splitlines()) == 1
    assert "chemdb: " not in done.stderr
    assert "Traceback" not in done.stderr


def test_an_encoding_without_a_character_is_named(small_path, tmp_path):
    done = shell("chemdb query Zn-O", small_path, tmp_path, PYTHONIOENCODING="latin-1")
    assert (done.returncode, done.stderr) == (
        1,
        "chemdb: stdout: latin-1 has no '\\u2500'; set PYTHONIOENCODING=utf-8\n",
    )
