"""Run as ``chemdb`` or ``python -m chemdb``."""

import sys


def main() -> None:
    """Run the command line; Ctrl-C while it is being loaded is one line too."""
    try:
        from chemdb.cli import main as run
    except KeyboardInterrupt:
        print("chemdb: interrupted; nothing was changed", file=sys.stderr)
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
