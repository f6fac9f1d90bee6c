"""One function for many items, on executors of the standard library, loky, and a cluster of Dask."""

from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import loky
import pytest
from helpers.dask_cluster import dask_cluster
from helpers.models import AlwaysDies, DiesOnce, wait_for

from chemdb.errors import PartitionError, ProcessError
from chemdb.executors.by_name import open_executor
from chemdb.executors.run import Failure, check_failures, run


def half(n):
    if n % 2:
        raise ValueError(f"{n} is odd")
    return n // 2


def results(function, items, executor=None):
    return {done.item: done.result for done in run(function, items, executor)}


HALVES = {0: 0, 1: Failure("ValueError: 1 is odd"), 2: 1, 3: Failure("ValueError: 3 is odd"), 4: 2}


def test_an_item_that_fails_does_not_stop_the_others():
    assert results(half, range(5)) == HALVES
    with ThreadPoolExecutor(2) as pool:
        assert results(half, range(5), pool) == HALVES


def test_failures_are_named():
    with pytest.raises(PartitionError) as error:
        check_failures({f"piece {i}": Failure("no luck") for i in range(5)}, 49)
    assert str(error.value) == (
        "5 of 49 pieces failed: piece 0 (no luck); piece 1 (no luck); piece 2 (no luck); and 2 more"
    )
    assert error.value.failures["piece 4"] == "no luck"
    check_failures({}, 49)


class Counting(Executor):
    """Knows how many calls were outstanding at most."""

    _max_workers = 3

    def __init__(self):
        self.waiting, self.most = [], 0

    def submit(self, function, /, *arguments):
        future = Future()
        self.waiting.append((future, function, arguments))
        self.most = max(self.most, len(self.waiting))
        if len(self.waiting) == 12 or arguments[1] == 99:
            for future_, function_, arguments_ in self.waiting:
                future_.set_result(function_(*arguments_))
            self.waiting = []
        return future


def test_four_calls_wait_for_each_worker():
    executor = Counting()
    assert len(results(half, range(100), executor)) == 100
    assert executor.most == 12


def test_what_waits_is_cancelled_at_the_end(tmp_path):
    with ThreadPoolExecutor(1) as pool:
        read = run(wait_for, [tmp_path, tmp_path / "never", *[tmp_path / "later"] * 5], pool)
        assert next(read).result == tmp_path
        read.close()
        assert pool._work_queue.qsize() <= 5
        (tmp_path / "never").touch()


def test_a_process_pool_ends_with_its_worker():
    with ProcessPoolExecutor(1, get_context("spawn")) as pool, pytest.raises(ProcessError) as error:
        results(AlwaysDies(0), range(3), pool)
    assert str(error.value).startswith("a worker was killed, which ended the executor")
    assert str(error.value).endswith("; 0 of 3 pieces done")


def test_loky_ends_with_its_worker():
    with pytest.raises(ProcessError, match="a worker was killed, which ended the executor"):
        results(AlwaysDies(0), range(3), loky.get_reusable_executor(1))


def test_an_executor_that_is_shut_down():
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with pytest.raises(ProcessError, match=r"accepts no more calls .*; 0 of 3 pieces done"):
        results(half, range(3), pool)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with dask_cluster(tmp_path_factory.mktemp("cluster"), 2) as cluster:
        yield cluster


def test_a_worker_that_is_killed_changes_nothing(cluster, tmp_path):
    with open_executor(cluster.address) as executor:
        found = results(DiesOnce(7, tmp_path), range(20), executor)
    assert found == {i: i * i for i in range(20)}
    assert (tmp_path / "died").exists()


def test_an_item_that_kills_every_worker_is_named_and_the_others_finish(cluster):
    with open_executor(cluster.address) as executor:
        found = results(AlwaysDies(7), range(49), executor)
    assert found.pop(7) == Failure("every worker that tried it was killed, as when memory runs out")
    assert found == {i: i * i for i in range(49) if i != 7}


def test_a_scheduler_that_is_killed_ends_the_work(tmp_path):
    done, never = tmp_path / "done", tmp_path / "never"
    done.touch()
    with dask_cluster(tmp_path, 1) as cluster, open_executor(cluster.address) as executor:
        read = run(wait_for, [done, never, *(tmp_path / str(i) for i in range(100))], executor)
        assert next(read).result == done
        cluster.scheduler.kill()
        with pytest.raises(ProcessError) as error:
            next(read)
    assert str(error.value) == "the scheduler is gone, or cancelled the work; 1 of 102 pieces done"


EXECUTORS = """
from concurrent.futures import ThreadPoolExecutor
def two(): return ThreadPoolExecutor(2)
one = ThreadPoolExecutor(1)
number = 3
def fails(): raise OSError("no node is free")
def ends(): raise SystemExit("no queue")
@__import__("contextlib").contextmanager
def cluster():
    raise ValueError("no image")
    yield
"""


@pytest.mark.parametrize("name", ["two", "one"])
def test_an_executor_of_a_file(name, tmp_path):
    (tmp_path / "my.py").write_text(EXECUTORS)
    with open_executor(f"{tmp_path}/my.py:{name}") as executor:
        assert results(half, range(5), executor) == HALVES


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("local:0", "scheduler 'local:0': write local:N, tcp://HOST:PORT or FILE.py:NAME"),
        ("slurm", "scheduler 'slurm': write local:N, tcp://HOST:PORT or FILE.py:NAME"),
        ("none.py:two", "none.py: no such file"),
        ("my.py:tow", "my.py: defines no tow; did you mean two?"),
        (
            "my.py:number",
            "scheduler 'my.py:number': int is not a concurrent.futures.Executor and does not return one",
        ),
        ("my.py:fails", "scheduler 'my.py:fails': OSError: no node is free"),
        ("my.py:ends", "scheduler 'my.py:ends': SystemExit: no queue"),
        ("my.py:cluster", "scheduler 'my.py:cluster': ValueError: no image"),
        ("broken.py:two", "broken.py: cannot be run (ZeroDivisionError: division by zero)"),
        ("exits.py:two", "exits.py: cannot be run (SystemExit: 3)"),
        ("text.py:two", "text.py: cannot be run (SyntaxError: invalid syntax (text.py, line 1))"),
        ("tcp://127.0.0.1:9", "tcp://127.0.0.1:9: no Dask scheduler answers (no answer within 5 s)"),
        (
            "tls://127.0.0.1:9",
            "tls://127.0.0.1:9: needs certificates; see distributed.comm.tls in Dask's configuration",
        ),
        (
            "ucx://127.0.0.1:9",
            "scheduler 'ucx://127.0.0.1:9': write local:N, tcp://HOST:PORT or FILE.py:NAME",
        ),
    ],
)
def test_what_is_no_executor(text, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my.py").write_text(EXECUTORS)
    (tmp_path / "broken.py").write_text("1 / 0")
    (tmp_path / "exits.py").write_text("raise SystemExit(3)")
    (tmp_path / "text.py").write_text("two words")
    with pytest.raises(Exception) as error, open_executor(text):  # noqa: PT011
        pass
    assert str(error.value) == message


def test_without_dask(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with (
        pytest.raises(Exception, match=r'Dask is not installed; pip install "chemdb\[distributed\]"'),
        open_executor("local:2"),
    ):
        pass
