"""The wheel works where there is no checkout."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT], check=True, capture_output=True
    )
    [path] = folder.glob("*.whl")
    return path


def test_the_wheel_carries_sql_and_data(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {f"chemdb/sql/{path.name}" for path in (ROOT / "sql").glob("*.sql")} <= set(names)
    assert "chemdb/known/mp_snapshot.parquet" in names
    assert not [name for name in names if name.startswith(("tests/", "bench/"))]


@pytest.mark.slow
def test_the_wheel_has_the_same_bytes_each_time(tmp_path):
    wheels = []
    for name in ("one", "two"):
        subprocess.run(
            [sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path / name, ROOT],
            check=True,
            capture_output=True,
            env=os.environ | {"SOURCE_DATE_EPOCH": "1700000000"},
        )
        wheels.append(next((tmp_path / name).glob("*.whl")).read_bytes())
    assert wheels[0] == wheels[1]
    assert len(wheels[0]) < 1_000_000


@pytest.mark.slow
def test_an_installed_wheel_builds_a_database_elsewhere(wheel, tmp_path):
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", wheel], check=True)
    (tmp_path / "elsewhere").mkdir()

    def run(*command):
        done = subprocess.run(command, cwd=tmp_path / "elsewhere", capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    chemdb = tmp_path / "env" / "bin" / "chemdb"
    assert str(ROOT) not in run(python, "-c", "import chemdb; print(chemdb.__file__)")
    run(chemdb, "build", "--nelements", "2-3")
    assert "77,637,589" in run(chemdb, "report", "--table2")
    run(python, "-m", "pip", "check")


def test_heavy_libraries_wait_until_they_are_needed():
    code = (
        "import sys; from chemdb.cli import app; heavy = {'mp_api', 'smact', 'pymatgen', 'numba', 'numpy', 'pandas',"
        "'pyarrow', 'duckdb', 'matplotlib', 'sklearn', 'umap', 'elementembeddings', 'plotly', 'loky', 'scipy'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_kernels_import_only_kernels():
    for path in (ROOT / "chemdb" / "kernels").glob("*.py"):
        lines = [line for line in path.read_text().splitlines() if line.startswith(("import ", "from "))]
        allowed = ("import numpy", "from numba", "from chemdb.kernels")
        assert [line for line in lines if not line.startswith(allowed)] == []
