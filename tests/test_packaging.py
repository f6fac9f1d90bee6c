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


def files_below(folder):
    """The files of a folder, as paths that start with its name."""
    paths = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder.parent).as_posix() for path in paths}


def test_the_wheel_has_the_package_and_the_sql_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    expected = files_below(ROOT / "chemdb") | {f"chemdb/{name}" for name in files_below(ROOT / "sql")}
    assert {name for name in names if ".dist-info/" not in name} == expected
    assert {
        "chemdb/py.typed",
        "chemdb/known/mp_snapshot.parquet",
        "chemdb/lookup/explain.schema.json",
        "chemdb/query/parse/grammar.lark",
        "chemdb/sql/1_tables/01_element.sql",
    } <= expected


def test_the_wheel_publishes_no_tools_of_developers(wheel):
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = archive.read(name).decode()
    assert [line for line in metadata.splitlines() if line.startswith("Provides-Extra")] == [
        "Provides-Extra: distributed",
        "Provides-Extra: mcp",
    ]
    assert "Classifier: Typing :: Typed" in metadata
    for label in ("Homepage", "Documentation", "Issues", "Changelog"):
        assert f"Project-URL: {label}, https://" in metadata


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
    assert len(wheels[0]) < 1_200_000


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
