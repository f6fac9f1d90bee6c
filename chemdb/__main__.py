"""Run as ``chemdb`` or ``python -m chemdb``."""

import os
import signal
import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command line; Ctrl-C while it is being loaded is one line too."""
    try:
        from chemdb.cli import main as run
    except KeyboardInterrupt:
        print("chemdb: interrupted; nothing was changed", file=sys.stderr)
        sys.exit(INTERRUPTED)
    try:
        run()
    except SystemExit as end:
        if end.code == INTERRUPTED:
            # All is tidy by now: do not wait for kernels at work, nor for the libraries to be taken down.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(INTERRUPTED)
        # All is done and said: Ctrl-C comes too late to change it.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise


if __name__ == "__main__":
    main()
