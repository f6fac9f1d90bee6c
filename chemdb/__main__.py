"""Run with ``python -m chemdb``."""

from chemdb.cli import main

main()
