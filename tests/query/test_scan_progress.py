"""SQL that takes seconds: one line that says what would make it quick, then a bar on a terminal."""

import io
import time

import pytest

import chemdb
from chemdb.query import scan_progress
from chemdb.query.scan_progress import _hint


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def impatient(monkeypatch):
    """A tenth of a second is long."""
    monkeypatch.setattr(scan_progress, "PATIENCE", 0.1)


SLOW = "select count(*) from range(30_000_000) a (i) where sqrt(i) + sin(i) + cos(i) + ln(i + 1) < 0 and 'missing' <> ''"


@pytest.mark.parametrize("read", [list, lambda rows: rows.arrow(), lambda rows: rows.df()])
def test_a_line_says_what_is_quick(small_path, impatient, capsys, read):
    with chemdb.open(small_path, threads=1) as db:
        read(db.sql(SLOW))
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(
        "chemdb: note: sql: reading missing, computed for each chemical system; filter by chemsys"
    )


def test_a_terminal_has_a_bar(small_path, impatient, monkeypatch):
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    with chemdb.open(small_path, threads=1) as db:
        list(db.sql(SLOW))
    shown = screen.getvalue()
    assert "%" in shown
    assert "0:00:0" in shown


def test_a_slow_reader_is_told_nothing(small_path, impatient, capsys):
    with chemdb.open(small_path) as db:
        for _ in db.sql("select formula from missing where chemsys = 'O-Zn'"):
            time.sleep(0.15)
    assert capsys.readouterr().err == ""


def test_other_statements_have_no_advice():
    assert _hint("select count(*) from known_entry a, known_entry b") == "sql: still running; Ctrl-C ends it"


def test_no_other_setting_can_be_changed(small_path):
    with chemdb.open(small_path) as db, db.cursor() as con:
        for setting in ("threads = 1", "allowed_configs = ['threads']", "enable_external_access = true"):
            with pytest.raises(Exception, match="has been locked"):
                con.execute(f"set {setting}")
