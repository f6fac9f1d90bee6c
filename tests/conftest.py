"""Databases that all tests share, and an environment without the user's settings."""

import gc
import os
import shutil

import pytest
from helpers.five import build_quinaries
from helpers.shared import made_once
from helpers.six import build_six
from hypothesis import settings
from platformdirs import user_cache_path

import chemdb
from chemdb.builder.pipeline import BuildOptions, build
from chemdb.database.connection import connect_to_read

# `helpers.sampled.examples` takes its number from the profile; pytest --hypothesis-profile chooses another.
settings.register_profile("every run", max_examples=100, deadline=None)
settings.register_profile("long", max_examples=1_000, deadline=None)
settings.load_profile("every run")

#: Fixtures of databases that take long to make.
LARGE = {"full_path", "maps_path", "quaternaries_path", "screens_path", "six_path"}
#: Helpers that start processes or servers.
STARTERS = {
    "helpers.dask_cluster",
    "helpers.fault_server",
    "helpers.mp_server",
    "helpers.optimade_server",
    "helpers.process",
    "helpers.server",
}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark as `integration` what needs a large database, and every test of a file that starts processes or servers."""
    for item in items:
        if isinstance(item, pytest.Function) and (LARGE & set(item.fixturenames) or _starts(item.module)):
            item.add_marker("integration")


def _starts(module):
    """Say whether a module can start a process or a server."""
    origins = {getattr(value, "__module__", None) for value in vars(module).values()}
    return hasattr(module, "subprocess") or bool(STARTERS & origins)


@pytest.fixture(autouse=True)
def own_environment(monkeypatch, tmp_path_factory):
    """No test sees the user's key, cache or default database."""
    for name in list(os.environ):
        if name.startswith(("CHEMDB_", "MP_", "PMG_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CHEMDB_CACHE", str(tmp_path_factory.mktemp("cache")))
    # Processes that a test starts need not compile again.
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(user_cache_path("chemdb") / "tests"))


@pytest.fixture(autouse=True)
def quick_garbage_collection():
    """A command that fails collects garbage: imported libraries are alive, and need not be searched."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def complete_garbage_collection_at_the_end():
    yield
    gc.unfreeze()


@pytest.fixture(scope="session")
def full_path(tmp_path_factory):
    """The default database: all 16,980,397,793 compositions. It is built once, and never changed."""
    with made_once(tmp_path_factory, "full/chemdb.duckdb", lambda path: build(path, BuildOptions())) as path:
        yield path


@pytest.fixture
def full(full_path):
    with connect_to_read(full_path) as con:
        yield con


@pytest.fixture(scope="session")
def full_db(full_path):
    with chemdb.open(full_path) as db:
        yield db


KNOWN = """id,formula,energy_above_hull
a1,ZnO,0.0
a2,O2Zn2,0.2
a3,ZnO3,0.1
a4,Ca(OH)2,0
a5,Zn3O,
a6,LiZnSnO4Cl,0.3
a7,ZnO9,0.4
a8,Zn,0
a9,Zn0.5O,0
b1,Zm2O,0
b2,,0
"""


@pytest.fixture(scope="session")
def known_csv(tmp_path_factory):
    """Eight readable rows, five of them in a space of 2 and 3 elements and factors to 4."""
    path = tmp_path_factory.mktemp("known") / "lab.csv"
    path.write_text(KNOWN)
    return path


@pytest.fixture(scope="session")
def small_path(tmp_path_factory, known_csv):
    """Binaries and ternaries with factors up to 4, known from eight rows. It is built once, and never changed."""
    options = BuildOptions(nelements=range(2, 4), max_stoichiometry=4, known=(str(known_csv),))
    with made_once(tmp_path_factory, "small/small.duckdb", lambda path: build(path, options)) as path:
        yield path


@pytest.fixture
def small(small_path):
    with connect_to_read(small_path) as con:
        yield con


@pytest.fixture
def db(small_path):
    """The small database, opened for one test, which may close it."""
    with chemdb.open(small_path) as opened:
        yield opened


@pytest.fixture(scope="session")
def small_db(small_path):
    with chemdb.open(small_path) as opened:
        yield opened


@pytest.fixture
def copy(small_path, tmp_path):
    """A copy of the small database, alone in its folder, that a test may change."""
    return shutil.copyfile(small_path, tmp_path / "c.duckdb")


@pytest.fixture(scope="session")
def quinaries_path(tmp_path_factory):
    """Compositions of five elements with factors up to four, of which those of eight elements may be allowed."""
    with made_once(tmp_path_factory, "quinaries/quinaries.duckdb", build_quinaries) as path:
        yield path


@pytest.fixture(scope="session")
def six_path(tmp_path_factory):
    """All compositions of six elements with factors to three, two known sources."""
    with made_once(tmp_path_factory, "six/six.duckdb", build_six) as path:
        yield path


@pytest.fixture(scope="session")
def six(six_path):
    with chemdb.open(six_path) as db:
        yield db


COMPOUNDS = (
    "NaCl KCl LiCl NaBr KBr LiBr Na2O K2O Li2O Na2S K2S MgO CaO SrO MgS CaS BaO MgCl2 CaCl2 SrCl2 TiO2 ZrO2 SiO2 GeO2 "
    "NaAlO2 LiAlO2 NaGaO2 LiGaO2 KAlO2 CaTiO3 SrTiO3 BaTiO3 CaZrO3 SrZrO3 MgSiO3 CaSiO3 MgGeO3 NaMgF3 KMgF3 Fe3O2 FeAl"
)


@pytest.fixture(scope="session")
def suggest_path(tmp_path_factory):
    """Binaries and ternaries with factors up to 3, and 41 known compounds to learn substitutions from."""
    source = tmp_path_factory.mktemp("compounds") / "lab.csv"
    source.write_text("formula\n" + COMPOUNDS.replace(" ", "\n"))
    options = BuildOptions(nelements=range(2, 4), max_stoichiometry=3, known=(str(source),))
    with made_once(tmp_path_factory, "suggest/suggest.duckdb", lambda path: build(path, options)) as path:
        yield path
