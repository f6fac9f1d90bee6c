"""What `--help` says, kept as files: a change of an option or a sentence shows as a change of a file."""

import re

import pytest
from helpers.cli import COMMANDS, runner
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from chemdb.cli import app

PAGES = sorted({*COMMANDS, *(" ".join(name.split()[:-1]) for name in COMMANDS)})


class Text(SingleFileSnapshotExtension):
    """A `.txt` file for each command."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


@pytest.mark.parametrize("command", PAGES, ids=lambda name: name or "chemdb")
def test_help(command, snapshot, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "dumb")
    done = runner.invoke(app, [*command.split(), "--help"], prog_name="chemdb")
    assert done.exit_code == 0
    assert done.stdout == snapshot.use_extension(Text)


@pytest.mark.parametrize("width", [40, 60])
@pytest.mark.parametrize("command", PAGES, ids=lambda name: name or "chemdb")
def test_help_is_whole_on_a_narrow_terminal(command, width, monkeypatch):
    def words(columns):
        monkeypatch.setenv("COLUMNS", str(columns))
        text = runner.invoke(app, [*command.split(), "--help"], prog_name="chemdb").stdout
        return set(re.sub("[╭╮╰╯│─]", " ", text).split())

    monkeypatch.setenv("TERM", "dumb")
    assert {word for word in words(300) if len(word) < width - 12} <= words(width)
