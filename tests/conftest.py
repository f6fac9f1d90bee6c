import os

import pytest

from chemdb.builder.pipeline import BuildOptions, build
from chemdb.database.connection import connect_to_read


@pytest.fixture(autouse=True)
def own_environment(monkeypatch, tmp_path_factory):
    """No test sees the user's key, cache or default database."""
    for name in list(os.environ):
        if name.startswith(("CHEMDB_", "MP_", "PMG_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CHEMDB_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="session")
def full_path(tmp_path_factory):
    """The default database: all 16,980,397,793 compositions."""
    path = tmp_path_factory.mktemp("full") / "chemdb.duckdb"
    build(path, BuildOptions())
    return path


@pytest.fixture
def full(full_path):
    with connect_to_read(full_path) as con:
        yield con


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
    """Binaries and ternaries with factors up to 4, known from eight rows."""
    path = tmp_path_factory.mktemp("small") / "small.duckdb"
    build(path, BuildOptions(nelements=range(2, 4), max_stoichiometry=4, known=(str(known_csv),)))
    return path


@pytest.fixture
def small(small_path):
    with connect_to_read(small_path) as con:
        yield con
