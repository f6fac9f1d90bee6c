"""Only the commands that are meant to use the network use it."""

import re
import shlex
import subprocess
import sys

import pytest
from helpers.cli import COMMANDS, run

#: Audit events of Python before it resolves a host name or sends data to a host.
EVENTS = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")
#: Faster than the examples in the help texts.
FASTER_EXAMPLES = {
    "build": "build --nelements 2 --known my-icsd.csv",
    "count": "count --nelements 2",
    "map": "map --method pca --all --nelements 2",
    "plot map": "plot map --method pca --per-category 20 -o map.png",
    "plot composition": "plot composition Zn-O -o zn-o.svg",
    "explain": "explain ZnO",
    "suggest": "suggest elements=O --limit 10",
    "known remove": "known remove lab",
}
#: Make maps with every method and draw them, which takes a minute.
SLOW = {"plot map-grid", "plot anions", "plot paper"}
#: Code that ends its process at the first such event.
GUARD = f"""
import os, sys
def guard(event, arguments):
    if event in {EVENTS!r}:
        os.write(2, f"network: {{event}}".encode())
        os._exit(99)
sys.addaudithook(guard)
"""
IMPORTS = (
    "import chemdb.cli, chemdb.api, chemdb.builder.pipeline, chemdb.known.materials_project, chemdb.plot.map_page, "
    "chemdb.report.separation, chemdb.lookup.label_file, chemdb.query.parse.optimade_filter, chemdb.embedding.export; "
    "import umap, plotly.graph_objects, mp_api.client, matplotlib.pyplot, elementembeddings"
)

_attempts: list[str] = []
_watching = False


def _guard(event, arguments):
    if _watching and event in EVENTS:
        _attempts.append(event)
        raise OSError(f"no network: {event} {arguments!r}")


# An audit hook cannot be removed.
sys.addaudithook(_guard)


@pytest.fixture
def attempts(monkeypatch):
    """Return the list of attempts to use the network, all of which fail."""
    _attempts.clear()
    monkeypatch.setattr(sys.modules[__name__], "_watching", True)
    return _attempts


def guarded(code):
    return subprocess.run([sys.executable, "-c", GUARD + code], capture_output=True, text=True)


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import requests; requests.get('http://example.invalid')",
    ],
)
def test_the_guard_detects_a_connection(code):
    done = guarded(code)
    assert (done.returncode, done.stderr[:16]) == (99, "network: socket.")


def test_imports_do_not_use_the_network():
    assert guarded(IMPORTS).returncode == 0


@pytest.mark.parametrize(
    "name",
    # serve listens until it is stopped; tests/serve and tests/explorer ask it.
    [
        pytest.param(name, marks=pytest.mark.slow if name in SLOW else ())
        for name in COMMANDS
        if name != "serve"
    ],
)
def test_no_command_uses_the_network(name, attempts, suggest_path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHEMDB_PATH", "c.duckdb")
    (tmp_path / "c.duckdb").write_bytes(suggest_path.read_bytes())
    for file in ("my-icsd.csv", "my-formulas.csv"):
        (tmp_path / file).write_text("formula\nNaCl\n")
    (tmp_path / "model.py").write_text("class Model:\n    def predict(self, x):\n        return x[:, 0]\n")
    if name == "attach":
        run("export", "compositions", "missing nelements=2", "-o", "missing")
    line = FASTER_EXAMPLES.get(name) or re.search(r"Example: chemdb (.+)", COMMANDS[name].help)[1]
    done = run(*shlex.split(line))
    assert attempts == []
    # Some examples need quaternaries, which the small file does not have.
    assert done.exit_code == 0, done.output


def test_known_add_mp_uses_the_network(attempts, small_path, tmp_path, monkeypatch):
    monkeypatch.setenv("MP_API_ENDPOINT", "http://127.0.0.1:9")
    path = tmp_path / "c.duckdb"
    path.write_bytes(small_path.read_bytes())
    assert run("known", "add", "mp", "--mp-api-key", "x" * 32, "--db", path).exit_code == 1
    assert attempts
    assert path.read_bytes() == small_path.read_bytes()


def test_duckdb_does_not_load_extensions(small_path):
    done = run("sql", "select count(*) from 'https://example.invalid/x.parquet'", "--db", small_path)
    assert done.exit_code == 1
    assert "disabled" in done.stderr
