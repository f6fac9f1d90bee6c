"""A scheduler of Dask and its workers, each a process of its own, started as users start them."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parents[1]


@dataclass
class Cluster:
    address: str
    scheduler: subprocess.Popen


@contextmanager
def dask_cluster(folder, n_workers):
    """Give a cluster on loopback. A call that kills two workers is given up; killed workers start again."""
    file = Path(folder) / "scheduler.json"
    environment = os.environ | {
        "PYTHONPATH": str(TESTS),
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
        "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "5s",
    }

    def start(*words):
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *words, "--scheduler-file", str(file)],
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    started = [start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show")]
    try:
        options = ("--nthreads", "1", "--no-dashboard", "--local-directory", str(folder))
        started += [start("worker", *options) for _ in range(n_workers)]
        while not file.exists() or not file.read_text():
            assert started[0].poll() is None
            time.sleep(0.05)
        yield Cluster(json.loads(file.read_text())["address"], started[0])
    finally:
        for process in started:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
