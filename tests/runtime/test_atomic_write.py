"""Files appear whole or not at all, whatever stops their writer."""

import errno
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.files import names

from chemdb.builder.change_known import add
from chemdb.builder.pipeline import BuildOptions, build
from chemdb.database.connection import connect_to_read
from chemdb.database.replacing import replacing
from chemdb.errors import DatabaseError, FileError, PlotError
from chemdb.runtime.atomic_write import atomic_write, file_lock
from chemdb.runtime.interrupt import replaced_files

TINY = BuildOptions(nelements=range(2, 3), max_stoichiometry=2, known=())

#: Takes the lock on a file, writes half of it, and waits.
HOLDER = """
import sys, time
from pathlib import Path
from chemdb.runtime.atomic_write import atomic_write
with atomic_write(Path(sys.argv[1])) as [partial]:
    partial.write_text("half")
    print("half", flush=True)
    time.sleep(60)
"""


def holder(path):
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "half\n"
    return process


def test_a_file_is_replaced_when_its_body_succeeds(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("old")
    path.chmod(0o640)
    with atomic_write(path) as [partial]:
        partial.write_text("new")
        assert path.read_text() == "old"
        assert names(tmp_path) == ["a.csv", "a.csv.lock", "a.csv.partial"]
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert names(tmp_path) == ["a.csv"]


@pytest.mark.parametrize("problem", [KeyboardInterrupt(), ValueError("no"), OSError(errno.ENOSPC, "full")])
def test_a_body_that_fails_changes_nothing(tmp_path, problem):
    (tmp_path / "a.csv").write_text("old")
    with pytest.raises((FileError, type(problem))) as raised, atomic_write(tmp_path / "a.csv") as [partial]:  # noqa: PT012
        partial.write_text("half")
        partial.with_name(partial.name + ".rows").write_text("beside")
        raise problem
    if isinstance(problem, OSError):
        assert str(raised.value) == f"{tmp_path / 'a.csv'}: cannot be written (no space left on device)"
    assert (tmp_path / "a.csv").read_text() == "old"
    assert names(tmp_path) == ["a.csv"]


def test_files_that_belong_together_are_replaced_together(tmp_path):
    for name in ("a.png", "a.txt"):
        (tmp_path / name).write_text("old")

    def write(last):
        with atomic_write(tmp_path / "a.png", tmp_path / "a.txt", error=PlotError) as [picture, caption]:
            picture.write_text("new")
            if last:
                caption.write_text("new")

    with pytest.raises(PlotError, match="no such file"):
        write(last=False)
    assert [(tmp_path / name).read_text() for name in names(tmp_path)] == ["old", "old"]
    write(last=True)
    assert [(tmp_path / name).read_text() for name in names(tmp_path)] == ["new", "new"]


def test_ctrl_c_does_not_come_between_them(tmp_path, monkeypatch):
    rename = Path.replace

    def interrupted(self, target):
        rename(self, target)
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(Path, "replace", interrupted)
    # A shell without job control starts background processes with SIGINT ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    replaced_files.clear()
    targets = [tmp_path / "a.png", tmp_path / "a.txt"]
    with pytest.raises(KeyboardInterrupt), atomic_write(*targets) as partials:  # noqa: PT012
        for partial in partials:
            partial.write_text("new")
    assert [target.read_text() for target in targets] == ["new", "new"]
    assert names(tmp_path) == ["a.png", "a.txt"]
    assert replaced_files == targets
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_link_stays_one(tmp_path):
    (tmp_path / "there").mkdir()
    link = tmp_path / "link.csv"
    link.symlink_to("there/a.csv")
    for text in ("first", "second"):
        with atomic_write(link) as [partial]:
            partial.write_text(text)
        assert link.is_symlink()
        assert (tmp_path / "there" / "a.csv").read_text() == text
        assert names(tmp_path / "there") == ["a.csv"]
    assert names(tmp_path) == ["link.csv", "there"]


def test_devices_and_pipes_are_written_to(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    with atomic_write(tmp_path / "pipe.csv") as [itself]:
        assert itself == tmp_path / "pipe.csv"
    assert names(tmp_path) == ["pipe.csv"]


def test_the_second_writer_is_told_who_writes(tmp_path):
    path = tmp_path / "a.csv"
    first = holder(path)
    with pytest.raises(FileError) as raised, atomic_write(path):
        pass
    assert str(raised.value) == f"{path}: in use by process {first.pid} (-c {path}); wait until it ends"
    assert (tmp_path / "a.csv.partial").read_text() == "half"
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert names(tmp_path) == ["a.csv.lock", "a.csv.partial"]
    # What it left neither stops the next run nor gets into its file.
    (tmp_path / "a.csv.partial.tmp").mkdir()
    (tmp_path / "a.csv.partially").write_text("the user's")
    with atomic_write(path) as [partial]:
        assert not partial.exists()
        partial.write_text("whole")
    assert path.read_text() == "whole"
    assert names(tmp_path) == ["a.csv", "a.csv.partially"]


def test_a_writer_can_wait(tmp_path):
    path = tmp_path / "a.csv"
    first = holder(path)
    subprocess.Popen(["sh", "-c", f"sleep 0.3; kill -9 {first.pid}"])
    with atomic_write(path, patience=20) as [partial]:
        partial.write_text("whole")
    assert path.read_text() == "whole"
    first.wait()


def test_keys_on_the_command_line_stay_there(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/x/chemdb", "known", "add", "mp", "--mp-api-key", "secret"])
    with file_lock(tmp_path / "a"):
        assert (tmp_path / "a.lock").read_text() == f"{os.getpid()} chemdb known add mp"
    assert names(tmp_path) == []


def test_two_writers_of_a_database_lose_nothing(copy, known_csv, tmp_path):
    with replacing(copy, edit=True) as con:
        con.execute("create table mine as select 1")
        for second in (lambda: build(copy, TINY), lambda: add(copy, f"lab2={known_csv}")):
            with pytest.raises(DatabaseError, match=f"in use by process {os.getpid()}"):
                second()
    with connect_to_read(copy) as con:
        assert con.execute("from mine").fetchall() == [(1,)]
    assert names(tmp_path) == ["c.duckdb"]


def test_another_program_that_writes_meanwhile_is_noticed(copy):
    code = f"import duckdb; duckdb.connect({str(copy)!r}).execute('create table mine as select 1')"

    def edit():
        with replacing(copy, edit=True):
            subprocess.run([sys.executable, "-c", code], check=True)

    with pytest.raises(DatabaseError, match="another program changed it meanwhile"):
        edit()
    with connect_to_read(copy) as con:
        assert con.execute("from mine").fetchall() == [(1,)]


def test_what_another_program_left_in_its_log_is_kept(copy, known_csv, tmp_path):
    code = f"import duckdb, os; con = duckdb.connect({str(copy)!r}); con.execute('create table mine as select 1'); os._exit(9)"
    subprocess.run([sys.executable, "-c", code], check=False)
    assert names(tmp_path) == ["c.duckdb", "c.duckdb.wal"]
    add(copy, f"lab2={known_csv}")
    with connect_to_read(copy) as con:
        assert con.execute("from mine").fetchall() == [(1,)]
    assert names(tmp_path) == ["c.duckdb"]


def test_a_log_without_its_database_is_no_part_of_the_next(tmp_path):
    (tmp_path / "c.duckdb.wal").write_bytes(b"of a file that was removed")
    build(tmp_path / "c.duckdb", TINY)
    with connect_to_read(tmp_path / "c.duckdb"):
        pass
    assert names(tmp_path) == ["c.duckdb"]


def test_a_licensed_list_stays_unreadable_for_others(copy, known_csv):
    copy.chmod(0o600)
    add(copy, f"lab2={known_csv}")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
