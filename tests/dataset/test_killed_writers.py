"""What is left of an export whose processes are killed, that lacks space, or that has two writers."""

import os
import signal
import subprocess
import sys

import pytest
from helpers.cli import run
from helpers.dask_cluster import dask_cluster
from helpers.exports import QUERY, ROWS, stamps
from helpers.files import content, names
from helpers.process import python

from chemdb.dataset.exporting import export, finish
from chemdb.dataset.storage.folder import AppearedError
from chemdb.dataset.storage.local_folder import LocalFolder
from chemdb.errors import ChemdbError, ProcessError
from chemdb.executors.by_name import open_executor

#: Exports, but after the first rows of the third file says so and waits.
STOPPED = """
import sys, time
import chemdb
from chemdb.dataset import part_file

tables_of = part_file.tables_of
files = []

def stopped(*arguments):
    files.append(1)
    for table in tables_of(*arguments):
        yield table
        if len(files) == 3:
            print("half", flush=True)
            time.sleep(600)

part_file.tables_of = stopped
with chemdb.open(sys.argv[1]) as db:
    from chemdb.dataset.exporting import export
    export(db.partitions(sys.argv[3], rows=int(sys.argv[4])), sys.argv[2])
"""


def stopped_writer(small_path, folder):
    """Return a process that has written two files of an export, and all but the end of the third."""
    process = subprocess.Popen(
        [sys.executable, "-c", STOPPED, small_path, folder, QUERY, str(ROWS)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "half\n"
    return process


def test_a_killed_writer_leaves_whole_files_only(pieces, small_path, tmp_path):
    export(pieces, tmp_path / "serial")
    folder = tmp_path / "d"
    writer = stopped_writer(small_path, folder)
    done = run("export", "compositions", QUERY, "-o", folder, "--rows-per-file", ROWS, "--db", small_path)
    assert done.exit_code == 1
    assert done.stderr.startswith(f"chemdb: {folder}: in use by process {writer.pid} (")
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    before = stamps(folder)
    assert len(before) == 2
    assert len(list(folder.rglob(".*.partial"))) == 1
    with pytest.raises(ChemdbError, match="3 of 5 files missing or damaged: nelements=3/part-00002"):
        finish(folder)
    assert export(pieces, folder).n_new == 3
    assert before.items() <= stamps(folder).items()
    assert content(folder) == content(tmp_path / "serial")


def test_ctrl_c_says_what_is_written(small_path, tmp_path):
    writer = stopped_writer(small_path, tmp_path / "d")
    writer.send_signal(signal.SIGINT)
    writer.wait()
    assert len(stamps(tmp_path / "d")) == 2
    assert not list((tmp_path / "d").rglob(".*.partial"))


def test_a_killed_worker_changes_nothing(pieces, tmp_path):
    export(pieces, tmp_path / "serial")
    killed = []
    with open_executor("local:2") as executor:
        workers = list(executor._client.run(os.getpid).values())

        def kill(done, figure=""):
            if not killed:
                killed.append(workers[0])
                os.kill(workers[0], signal.SIGKILL)

        export(pieces, tmp_path / "dask", executor=executor, progress=kill)
    assert killed
    assert content(tmp_path / "dask") == content(tmp_path / "serial")


def test_a_killed_scheduler_costs_no_finished_file(pieces, tmp_path):
    with dask_cluster(tmp_path, 1) as cluster, open_executor(cluster.address) as executor:

        def kill(done, figure=""):
            cluster.scheduler.send_signal(signal.SIGKILL)

        with pytest.raises(ProcessError, match="the scheduler is gone"):
            export(pieces, tmp_path / "d", executor=executor, progress=kill)
    before = stamps(tmp_path / "d")
    assert before
    assert export(pieces, tmp_path / "d").n_new == 5 - len(before)
    assert before.items() <= stamps(tmp_path / "d").items()


@pytest.mark.skipif(sys.platform != "linux", reason="limits file sizes with RLIMIT_FSIZE")
def test_no_space_left(small_path, tmp_path):
    limited = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (80_000, 80_000));"
        "sys.argv = ['chemdb', *sys.argv[1:]]; from chemdb.cli import main; main()"
    )
    words = ["export", "compositions", "elements=O", "-o", tmp_path / "d", "--rows-per-file", 100_000]
    words += ["--db", small_path]
    done = python("-c", limited, *words)
    assert done.returncode == 1
    *_, last = done.stderr.splitlines()
    assert last.startswith("chemdb: 3 of 4 files failed: ")
    assert "part-00001-of-00004.parquet: cannot be written (file too large); " in last
    assert names(tmp_path / "d") == ["_plan.json", "nelements=2", "nelements=3"]
    assert [path.name for path in (tmp_path / "d").rglob("*part*")] == ["part-00000-of-00004.parquet"]
    # With space it goes on.
    assert run(*words).exit_code == 0


def test_two_writers_of_one_file(tmp_path):
    folder = LocalFolder(tmp_path)
    with pytest.raises(AppearedError), folder.written("a") as second:  # noqa: PT012
        second.write_text("second")
        with folder.written("a") as first:
            first.write_text("first")
    assert names(tmp_path) == ["a"]
    assert (tmp_path / "a").read_text() == "first"
