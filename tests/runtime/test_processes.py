"""Work in processes of their own: results as they come, and an end whatever they do."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from chemdb.errors import ChemdbError, ProcessError
from chemdb.runtime.processes import in_processes


def test_each_result_comes_once():
    found = in_processes(pow, [(base, 2) for base in range(5)], at_a_time=2)
    assert sorted(found) == [0, 1, 4, 9, 16]


def test_arguments_are_taken_as_processes_become_free():
    taken = []

    def arguments():
        for number in range(5):
            taken.append(number)
            yield (number,)

    found = in_processes(abs, arguments(), at_a_time=1)
    next(found)
    assert taken == [0, 1]
    found.close()


def test_each_process_uses_one_thread():
    [threads] = in_processes(os.getenv, [("OMP_NUM_THREADS",)], at_a_time=1)
    assert threads == "1"


def test_an_error_of_the_work_is_raised():
    with pytest.raises(ZeroDivisionError):
        list(in_processes(divmod, [(1, 0)], at_a_time=1))


def test_a_killed_worker_is_an_error_of_one_line():
    with pytest.raises(
        ProcessError,
        match="a worker process was killed, probably because memory ran out; use fewer --threads",
    ):
        list(in_processes(signal.raise_signal, [(signal.SIGKILL,)], at_a_time=1))
    assert issubclass(ProcessError, ChemdbError)


def test_closing_the_iterator_ends_the_processes():
    found = in_processes(time.sleep, [(0,), (60,)], at_a_time=2)
    next(found)
    found.close()
    assert not [child for child in psutil.Process().children() if "popen_loky" in " ".join(child.cmdline())]


def test_ctrl_c_ends_the_processes_in_silence():
    program = (
        "import time; from chemdb.runtime.processes import in_processes\n"
        "try:\n    for _ in in_processes(time.sleep, [(0,), (60,)], 2): print(flush=True)\n"
        "except KeyboardInterrupt: print('ended')"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)
    assert process.communicate(timeout=30) == ("ended\n", "")
