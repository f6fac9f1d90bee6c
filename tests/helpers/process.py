"""Python in a process of its own."""

import subprocess
import sys


def python(*arguments, **options):
    """Run Python with arguments until it ends; return its exit code, stdout and stderr as text."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)], capture_output=True, text=True, check=False, **options
    )
