"""Imports go in one direction, as docs/architecture.md says."""

import ast
import re
from graphlib import TopologicalSorter
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def module_name(path):
    """Return a file's module without ``chemdb.``; a package is its ``__init__``."""
    return ".".join(path.relative_to(ROOT / "chemdb").with_suffix("").parts)


FILES = {module_name(path): path for path in (ROOT / "chemdb").rglob("*.py")}


def imported(name, attribute=None):
    """Return the module of chemdb that an import names, None where it is another library's."""
    package, *parts = name.split(".")
    if package != "chemdb":
        return None
    candidates = [[*parts, attribute], [*parts], [*parts, "__init__"]]
    return next(found for found in map(".".join, candidates[attribute is None :]) if found in FILES)


def imports_in(text):
    """Yield the modules of chemdb that a text imports, in functions too, but not for types only."""
    waiting = [ast.parse(text)]
    while waiting:
        match waiting.pop():
            case ast.If(test=ast.Name(id="TYPE_CHECKING"), orelse=otherwise):
                waiting += otherwise
            case ast.Import(names=names):
                yield from (imported(alias.name) for alias in names)
            case ast.ImportFrom(module=name, names=names, level=level):
                assert level == 0, f"a relative import, of {name}"
                yield from (imported(name, alias.name) for alias in names)
            case node:
                waiting += ast.iter_child_nodes(node)


IMPORTS = {name: set(imports_in(path.read_text())) - {None} for name, path in FILES.items()}


def rows():
    """Return the modules that each row of the table on the page names, from the top down."""
    page = (ROOT / "docs" / "architecture.md").read_text()
    table = page.partition("| module |")[2].partition("\n\n")[0]
    return [re.findall(r"`([^`]+)`", line.split("|")[1]) for line in table.splitlines()[2:]]


def rows_of(name):
    """Return the numbers of the rows that a module stands in: under its name, else under its package's."""
    own = [number for number, row in enumerate(rows()) if name.replace(".", "/") in row]
    package = name.rpartition(".")[0].replace(".", "/") + "/"
    return own or [number for number, row in enumerate(rows()) if package in row]


def test_what_counts_as_an_import():
    text = """
import chemdb, os
import chemdb.enumeration.kernel.bits
from typing import TYPE_CHECKING
from chemdb import errors, open
if TYPE_CHECKING:
    import chemdb.api
else:
    from chemdb.plot import embedding_map as maps
def late():
    from chemdb.query.filter import And
"""
    assert set(imports_in(text)) - {None} == {
        "__init__", "kernels.bits", "errors", "plot.maps", "query.filter",
    }  # fmt: skip


def test_no_modules_import_each_other():
    TopologicalSorter(IMPORTS).prepare()


def test_nothing_but_main_imports_the_commands():
    outside = {name for name in FILES if not name.startswith("cli.")}
    assert {name for name in outside for other in IMPORTS[name] if other.startswith("cli.")} == {"__main__"}


def test_kernels_import_kernels_only():
    kernels = [name for name in FILES if name.startswith("kernels.")]
    assert {other for name in kernels for other in IMPORTS[name] if not other.startswith("kernels.")} == set()


def test_the_page_names_what_there_is():
    for entry in chain.from_iterable(rows()):
        assert entry.endswith("/") == (ROOT / "chemdb" / entry).is_dir()
        assert entry.endswith("/") or entry.replace("/", ".") in FILES


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_module_stands_in_one_row_and_imports_only_from_it_and_above(name):
    [own] = rows_of(name)
    assert {other for other in IMPORTS[name] if rows_of(other)[0] > own} == set()
