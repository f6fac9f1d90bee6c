"""The notebooks of docs run, show what is stored in them, and say nothing of the machine."""

import json
import re
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
NOTEBOOKS = sorted(DOCS.glob("*.ipynb"))


def tables(notebook):
    """The tables of chemdb that the cells show; figures and models may differ in the last digit."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [output.data["text/html"] for output in outputs if "text/html" in output.get("data", {})]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_is_fresh(path, full_path, monkeypatch):
    nbformat = pytest.importorskip("nbformat")
    monkeypatch.syspath_prepend(str(DOCS))
    monkeypatch.delitem(sys.modules, "notebooks", raising=False)
    from notebooks import executed

    stored = nbformat.read(path, as_version=4)
    shown = executed(path, full_path)
    assert tables(shown) == tables(stored), "stale, run make docs"
    for before, after in zip(stored.cells, shown.cells, strict=True):
        kinds = [
            [sorted(output.get("data", {"text": 0})) for output in cell.get("outputs", [])]
            for cell in (before, after)
        ]
        assert kinds[0] == kinds[1]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_small_and_says_nothing_of_the_machine(path):
    text = path.read_text()
    assert len(text) < 500_000
    assert re.findall(r"/(?:home|root|tmp|Users)/", text) == []
    assert set(json.loads(text)["metadata"]) == {"kernelspec", "language_info"}
