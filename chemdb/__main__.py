"""Run as ``chemdb`` or ``python -m chemdb``."""

import atexit
import gc
import os
import signal
import sys
from contextlib import suppress

from chemdb.runtime.interrupt import INTERRUPTED, interrupt_message
from chemdb.runtime.standard_streams import flush_stderr, prepare_standard_streams, write_stderr


def main() -> None:
    """Run the command line; Ctrl-C during the imports is reported like any other."""
    # Collecting garbage among the imported modules would take a tenth of a short command.
    gc.set_threshold(50_000)
    status: list[int] = []
    # The first function registered is the last to run.
    atexit.register(_end, status)
    prepare_standard_streams()
    try:
        from chemdb.cli import main as run
    except KeyboardInterrupt:
        write_stderr(f"chemdb: {interrupt_message()}")
        sys.exit(INTERRUPTED)
    try:
        run()
    except SystemExit as end:
        if end.code == INTERRUPTED:
            # Everything is cleaned up: do not wait for running kernels, or for libraries to shut down.
            with suppress(AttributeError, OSError):
                sys.stdout.flush()
            flush_stderr()
            os._exit(INTERRUPTED)
        # The result is final: ignore Ctrl-C from here on.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        flush_stderr()
        if isinstance(end.code, int):
            status.append(end.code)
        raise


def _end(status: list[int]) -> None:
    """End with a status, if there is one: to take the modules apart takes a tenth of a short command."""
    # Where stdout cannot be written, Python ends as it always does, and says so.
    with suppress(OSError):
        if status:
            if sys.stdout is not None:
                sys.stdout.flush()
            os._exit(status[0])


if __name__ == "__main__":
    main()
