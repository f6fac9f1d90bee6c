"""Executors by the names that ``--scheduler`` takes."""

import logging
import re
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

from chemdb.errors import ChemdbError, FileError, ProcessError, warn
from chemdb.executors.python_files import object_of, split
from chemdb.runtime.interrupt import blocked_interrupt
from chemdb.runtime.limits import limited_thread_pools

FORMS = "local:N, tcp://HOST:PORT or FILE.py:NAME"
MISSING = 'Dask is not installed; pip install "chemdb[distributed]"'
#: Seconds for a scheduler to answer.
PATIENCE = 5


@contextmanager
def open_executor(text: str | None) -> Iterator[Executor | None]:
    """Return a context with the executor of a name, or with None (this process) without a name.

    ``local:N`` starts N processes on this computer, ``tcp://HOST:PORT`` connects to a running Dask scheduler,
    and ``FILE.py:NAME`` is an executor defined in a file, or returned by a function of it.

    Raises
    ------
    ChemdbError
        The text has another form, or Dask is not installed.
    ProcessError
        The scheduler does not answer.
    FileError
        There is no such file, it cannot be run, or it does not define an executor.
    """
    if text is None:
        yield None
    elif re.fullmatch(r"local:[1-9]\d{0,3}", text):
        with _local(int(text.removeprefix("local:"))) as executor:
            yield executor
    elif re.match(r"(tcp|tls)://", text):
        with _attached(text) as executor:
            yield executor
    elif re.search(r"\.py:\w+$", text):
        with _from_file(text) as executor:
            yield executor
    else:
        raise ChemdbError(f"scheduler {text!r}: write {FORMS}")


@contextmanager
def _local(n: int) -> Iterator[Executor]:
    distributed = _dask()
    import dask

    # By default, Dask workers return freed memory at once; arrays then take half as long again.
    environment: dict[str, Any] = {"distributed.nanny.pre-spawn-environ": {}}
    with ExitStack() as stack:
        # Processes that Ctrl-C does not reach: this one ends them.
        with dask.config.set(environment), limited_thread_pools(1), blocked_interrupt():
            cluster = stack.enter_context(
                distributed.LocalCluster(
                    n_workers=n,
                    threads_per_worker=1,
                    processes=True,
                    dashboard_address="127.0.0.1:0",
                    scheduler_kwargs={"dashboard": False},
                    silence_logs=logging.CRITICAL,
                )
            )
            client = stack.enter_context(distributed.Client(cluster, set_as_default=False))
        yield client.get_executor(pure=False)


@contextmanager
def _attached(address: str) -> Iterator[Executor]:
    distributed = _dask()
    security = distributed.Security()
    if address.startswith("tls:") and security.get_connection_args("client")["ssl_context"] is None:
        raise ChemdbError(f"{address}: needs certificates; see distributed.comm.tls in Dask's configuration")
    try:
        with blocked_interrupt():
            client = distributed.Client(address, timeout=PATIENCE, security=security, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ProcessError(f"{address}: no Dask scheduler answers ({_reason(error)})") from None
    try:
        if not client.nthreads():
            warn(f"{address}: the scheduler has no workers yet; start some with 'dask worker {address}'")
        yield client.get_executor(pure=False)
    finally:
        client.close(timeout=PATIENCE)


@contextmanager
def _from_file(text: str) -> Iterator[Executor]:
    made = object_of(*split(text, "executor"))
    with ExitStack() as stack:
        try:
            if callable(made) and not hasattr(made, "submit"):
                made = made()
            if isinstance(made, AbstractContextManager):
                made = stack.enter_context(made)
        except (Exception, SystemExit) as error:
            raise FileError(f"scheduler {text!r}: {type(error).__name__}: {error}") from None
        if not hasattr(made, "submit"):
            kind = type(made).__name__
            raise ChemdbError(
                f"scheduler {text!r}: {kind} is not a concurrent.futures.Executor and does not return one"
            )
        yield made


def _dask() -> Any:
    try:
        import distributed
    except ImportError:
        raise ChemdbError(MISSING) from None
    # What goes wrong is said in one line.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    return distributed


def _reason(error: Exception) -> str:
    return f"no answer within {PATIENCE} s" if isinstance(error, TimeoutError | OSError) else str(error)
