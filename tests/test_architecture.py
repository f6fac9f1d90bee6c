"""The packages of chemdb, the order of their imports, and what may be imported at the top of a module."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "chemdb"
PAGE = (PACKAGE / "README.md").read_text()
CONTRACTS = {
    contract["id"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}
MODULES = sorted(PACKAGE.rglob("*.py"))
PACKAGES = sorted({path.parent for path in MODULES} - {PACKAGE})
SPECIAL = {"__init__", "__main__"}


def layers():
    """The layers of pyproject.toml, low to high, each a set of names."""
    return [set(re.split(r" [|:] ", row)) for row in reversed(CONTRACTS["layers"]["layers"])]


def existing():
    """The modules and packages at the top of chemdb."""
    folders = {path.name for path in PACKAGES if path.parent == PACKAGE}
    return folders | {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}


def test_the_layers_are_those_that_exist():
    assert set().union(*layers()) == existing()
    assert CONTRACTS["layers"]["exhaustive"] is True


def test_the_readme_has_the_order_of_the_layers():
    [line] = re.findall(r"```\n(.*?)```", PAGE, re.DOTALL)
    in_readme = [set(row.split(", ")) for row in " ".join(line.split()).split(" < ")]
    assert in_readme == layers()


def test_the_readme_has_one_line_for_each_package():
    rows = re.findall(r"^\| \[`?(\w+)`?\]\((\S+)\) \| (.+) \|$", PAGE, re.MULTILINE)
    assert sorted(name for name, _, _ in rows) == sorted(existing())
    for name, target, text in rows:
        assert (PACKAGE / target).exists(), target
        assert Path(target).stem == name
        assert len(text) < 100


def test_packages_are_small():
    most = defaultdict(lambda: 9, {"plot": 14, "cli/commands": 24})
    for folder in PACKAGES:
        name = folder.relative_to(PACKAGE).as_posix()
        n_modules = sum(path.stem != "__init__" for path in folder.glob("*.py"))
        assert n_modules <= most[name], name
    assert len(list(PACKAGE.glob("*.py"))) <= 6


def test_no_two_modules_have_the_same_name():
    folders = defaultdict(list)
    for path in MODULES:
        in_kernel, is_command = path.parent.name == "kernel", path.parent == PACKAGE / "cli" / "commands"
        # Commands are named after what they run, kernels after the module that calls them.
        if path.stem not in SPECIAL | {"kernel"} and not in_kernel and not is_command:
            folders[path.stem].append(path.parent)
    assert {name: places for name, places in folders.items() if len(places) > 1} == {}
    for path in MODULES:
        if path.parent.name == "kernel" and path.stem in folders:
            assert folders[path.stem] == [path.parent.parent], path


def test_no_package_is_ignored_by_tools():
    # Ignored by git, or passed over by ruff and pytest, where no one would notice.
    assert {folder.name for folder in PACKAGES} & {
        "build",
        "dist",
        "site",
        "venv",
        "env",
        "node_modules",
    } == set()


def imported_at_the_top(path):
    """The top names of packages that a module imports when it is imported, except for annotations."""
    names, waiting = set(), list(ast.parse(path.read_text()).body)
    while waiting:
        node = waiting.pop()
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                continue
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                waiting += node.orelse
                continue
            case ast.Import():
                names |= {alias.name.partition(".")[0] for alias in node.names}
            case ast.ImportFrom():
                assert node.level == 0, f"{path}: a relative import"
                names.add(node.module.partition(".")[0])
        waiting += ast.iter_child_nodes(node)
    return names


def kernels():
    return [path for path in MODULES if "kernel" in (path.stem, path.parent.name)]


@pytest.mark.parametrize("path", kernels(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_kernels_import_only_numpy_numba_and_kernels(path):
    # That of chemdb they import nothing but kernels is a contract in pyproject.toml.
    assert imported_at_the_top(path) <= {"numpy", "numba", "chemdb"}


STANDARD = set(sys.stdlib_module_names)
HELP = STANDARD | {"chemdb", "typer"}
QUESTION = HELP | {"duckdb", "lark"}
HEAVY = {
    "elementembeddings", "loky", "matplotlib", "mp_api", "numba", "numpy", "optimade", "pandas", "plotly", "polars",
    "pyarrow", "pymatgen", "requests", "scipy", "sklearn", "smact", "umap",
}  # fmt: skip

RUN = """
import json, sys
from chemdb.cli import app
try:
    app(sys.argv[1:])
except SystemExit as end:
    assert not end.code, end.code
print("\\n" + json.dumps(sorted(sys.modules)))
"""


def loaded_by(*words):
    """The modules that a command has loaded at its end."""
    done = subprocess.run([sys.executable, "-c", RUN, *words], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def top_imports(modules):
    """What the modules of chemdb among some import at their tops, by module."""
    paths = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in MODULES
    }
    return {name: imported_at_the_top(paths[name]) for name in modules if name.partition(".")[0] == "chemdb"}


def test_help_loads_only_typer_and_the_standard_library():
    modules = loaded_by("--help")
    assert "chemdb.cli.commands.query" in modules
    assert {name: names - HELP for name, names in top_imports(modules).items() if names - HELP} == {}
    assert modules & (HEAVY | {"duckdb", "lark"}) == set()
    # The command line, what is below everything, and the names that options list; what a command runs waits.
    packages = {name.split(".")[1] for name in modules if name.startswith("chemdb.")}
    assert packages <= {"cli", "errors", "runtime", "version", "chemistry", "files", "known"}


@pytest.mark.parametrize(
    "words",
    ["query chemsys=Zn-O", "explain ZnO", "info", "known list", "sql select+1"],
    ids=lambda words: words.split()[0],
)
def test_questions_load_only_duckdb_and_lark_besides(words, small_path):
    modules = loaded_by(*(word.replace("+", " ") for word in words.split()), "--db", str(small_path))
    assert "chemdb.api" in modules
    assert {name: names - QUESTION for name, names in top_imports(modules).items() if names - QUESTION} == {}
    assert modules & HEAVY == set()


def test_help_and_questions_load_no_kernel(small_path):
    modules = loaded_by("query", "chemsys=Zn-O", "--db", str(small_path))
    assert [name for name in modules if name.startswith("chemdb.") and "kernel" in name.split(".")] == []


def test_figures_without_kernels_do_not_import_numba(small_path, tmp_path):
    modules = loaded_by("plot", "composition", "Zn-O", "-o", str(tmp_path / "a.png"), "--db", str(small_path))
    assert "chemdb.plot.density_map" in modules
    assert modules & {"numba", "pandas", "plotly", "sklearn"} == set()
