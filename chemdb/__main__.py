"""Run as ``chemdb`` or ``python -m chemdb``."""

import gc
import os
import signal
import sys

from chemdb.runtime.interrupt import INTERRUPTED, interrupt_message


def main() -> None:
    """Run the command line; Ctrl-C during the imports is reported like any other."""
    # Collecting garbage among the imported modules would take a tenth of a short command.
    gc.set_threshold(50_000)
    try:
        from chemdb.cli import main as run
    except KeyboardInterrupt:
        print(f"chemdb: {interrupt_message()}", file=sys.stderr)
        sys.exit(INTERRUPTED)
    try:
        run()
    except SystemExit as end:
        if end.code == INTERRUPTED:
            # Everything is cleaned up: do not wait for running kernels, or for libraries to shut down.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(INTERRUPTED)
        # The result is final: ignore Ctrl-C from here on.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise


if __name__ == "__main__":
    main()
