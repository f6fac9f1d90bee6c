"""What `--help` says, kept as files: a change of an option or a sentence shows as a change of a file."""

import os
import subprocess
import sys

import pytest
from helpers.cli import COMMANDS
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

PAGES = sorted({*COMMANDS, *(" ".join(name.split()[:-1]) for name in COMMANDS)})


class Text(SingleFileSnapshotExtension):
    """A `.txt` file for each command."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


@pytest.mark.parametrize("command", PAGES, ids=lambda name: name or "chemdb")
def test_help(command, snapshot):
    done = subprocess.run(
        [sys.executable, "-m", "chemdb", *command.split(), "--help"],
        env=os.environ | {"COLUMNS": "100", "TERM": "dumb"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == snapshot.use_extension(Text)
