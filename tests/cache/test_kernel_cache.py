"""Compiled kernels are kept in the user's cache folder; whatever happens to it, they work."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numba
import pytest
from numba.core.caching import NullCache

import chemdb
from chemdb.cache.kernel_cache import KernelCache, kernel_cache

TWICE = """
import numba

@numba.njit(cache=True)
def twice(x):
    return 2 * x
"""
THRICE = """
import numba
import numpy as np
from {name} import twice

@numba.njit(cache=True)
def thrice(x):
    return twice(x) + x

@numba.vectorize(cache=True)
def half(x):
    return x / 2
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The cache folder of the user."""
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    numba.config.reload_config()
    monkeypatch.setenv("CHEMDB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "kernels"


def imported(path, text, monkeypatch):
    """Write a module of compiled functions and import it, as if in a new process."""
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, path.stem, module)
    with kernel_cache():
        spec.loader.exec_module(module)
    return module


def from_cache(function):
    return sum(function.stats.cache_hits.values())


def test_a_kernel_is_compiled_once(folder, tmp_path, monkeypatch):
    first = imported(tmp_path / "a.py", TWICE, monkeypatch).twice
    assert (first(4), from_cache(first)) == (8, 0)
    second = imported(tmp_path / "a.py", TWICE, monkeypatch).twice
    assert (second(4), from_cache(second)) == (8, 1)
    assert sorted(path.suffix for path in folder.rglob("*.nb?")) == [".nbc", ".nbi"]
    assert not list(tmp_path.glob("__pycache__/*.nb?"))


DAMAGE = {
    "empty": lambda content: b"",
    "cut": lambda content: content[: len(content) // 2],
    "garbage": lambda content: os.urandom(len(content)),
    "a byte changed": lambda content: content[:-99] + bytes([content[-99] ^ 1]) + content[-98:],
    "text": lambda content: b"hello\n",
}


@pytest.mark.parametrize("suffix", [".nbi", ".nbc"])
@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_compiled_anew(folder, tmp_path, monkeypatch, suffix, damage):
    assert imported(tmp_path / "a.py", TWICE, monkeypatch).twice(4) == 8
    [file] = folder.rglob(f"*{suffix}")
    file.write_bytes(damage(file.read_bytes()))
    assert imported(tmp_path / "a.py", TWICE, monkeypatch).twice(4) == 8
    third = imported(tmp_path / "a.py", TWICE, monkeypatch).twice
    assert (third(4), from_cache(third)) == (8, 1)


def test_files_that_two_processes_mixed_up_are_not_used(folder, tmp_path, monkeypatch):
    module = imported(tmp_path / "a.py", TWICE, monkeypatch)
    assert (module.twice(4), module.twice(0.25)) == (8, 0.5)
    one, other = folder.rglob("*.nbc")
    one.write_bytes(other.read_bytes())
    again = imported(tmp_path / "a.py", TWICE, monkeypatch)
    assert (again.twice(4), again.twice(0.25), from_cache(again.twice)) == (8, 0.5, 1)


def test_changed_sources_are_compiled_anew(folder, tmp_path, monkeypatch):
    imported(tmp_path / "a.py", TWICE, monkeypatch)
    assert imported(tmp_path / "b.py", THRICE.format(name="a"), monkeypatch).thrice(4) == 12
    # numba itself would keep the old `twice` inside `thrice`.
    imported(tmp_path / "a.py", TWICE.replace("2 * x", "20 * x"), monkeypatch)
    assert imported(tmp_path / "b.py", THRICE.format(name="a"), monkeypatch).thrice(4) == 84


@pytest.mark.parametrize("place", ["/proc/nowhere", "/dev/null", "/dev/full"])
def test_without_a_folder_to_write_to_kernels_work(folder, tmp_path, monkeypatch, place):
    monkeypatch.setenv("CHEMDB_CACHE", place)
    twice = imported(tmp_path / "a.py", TWICE, monkeypatch).twice
    assert isinstance(twice._cache, NullCache)
    assert twice(4) == 8
    assert imported(tmp_path / "b.py", THRICE.format(name="a"), monkeypatch).half(1) == 0.5


def test_without_a_home_folder_kernels_work(folder, tmp_path, monkeypatch):
    monkeypatch.delenv("CHEMDB_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    monkeypatch.chdir(tmp_path)
    assert imported(tmp_path / "a.py", TWICE, monkeypatch).twice(4) == 8
    assert not (tmp_path / "~").exists()


def test_a_full_disk_does_not_matter(folder, tmp_path, monkeypatch):
    def full(self, name, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("numba.core.caching.IndexDataCacheFile._save_data", full)
    assert imported(tmp_path / "a.py", TWICE, monkeypatch).twice(4) == 8
    monkeypatch.undo()
    monkeypatch.setenv("CHEMDB_CACHE", str(folder.parent))
    assert imported(tmp_path / "a.py", TWICE, monkeypatch).twice(4) == 8


def test_the_folder_that_a_user_chose_is_used(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "mine"))
    numba.config.reload_config()
    assert imported(tmp_path / "a.py", TWICE, monkeypatch).twice(4) == 8
    assert len(list((tmp_path / "mine").rglob("*.nb?"))) == 2
    assert not folder.exists()


def test_other_functions_keep_the_cache_of_numba(folder, tmp_path, monkeypatch):
    imported(tmp_path / "a.py", TWICE, monkeypatch)
    spec = importlib.util.spec_from_file_location("a", tmp_path / "a.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert not isinstance(module.twice._cache, KernelCache)


EVERY_KERNEL = """
import sys, chemdb, chemdb.builder.pipeline, chemdb.lookup.label, chemdb.maps.exact_pca.density, chemdb.query.sample
from numba.core.dispatcher import Dispatcher
from chemdb.cache.kernel_cache import KernelCache
with chemdb.open(sys.argv[1]) as db:
    db.suggest("nelements=2", limit=100_000).arrow()  # imports the kernel of its ranking
modules = [m for name, m in sys.modules.items() if name.startswith("chemdb.") and "kernel" in name.split(".")]
kernels = [value for module in modules for value in vars(module).values() if isinstance(value, Dispatcher)]
print(len(kernels) > 25, {type(kernel._cache) for kernel in kernels} == {KernelCache})
"""


def test_every_kernel_of_chemdb_has_this_cache(suggest_path):
    # Doctests of this process may have imported kernels on their own.
    done = subprocess.run([sys.executable, "-c", EVERY_KERNEL, suggest_path], capture_output=True, text=True)
    assert done.stdout == "True True\n", done.stderr


def test_commands_write_nothing_beside_the_sources(small_path, tmp_path):
    (tmp_path / "f.txt").write_text("LiZnO2\n")
    source = Path(chemdb.__file__).parent
    before = set(source.rglob("*.nb?"))
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    command = [sys.executable, "-m", "chemdb", "label", tmp_path / "f.txt", "--db", small_path]
    for variables in ({"CHEMDB_CACHE": str(tmp_path / "c")}, {"NUMBA_DISABLE_JIT": "1"}):
        done = subprocess.run(command, capture_output=True, text=True, env=environment | variables)
        assert (done.returncode, done.stdout.count("LiZnO2")) == (0, 2), done.stderr
        assert "Warning" not in done.stderr
    assert list((tmp_path / "c" / "kernels").rglob("*.nbi"))
    assert set(source.rglob("*.nb?")) == before
