"""Other DuckDB clients open the file: an older Python, Node and the command line."""

import json
import shutil
import subprocess
import venv

import pytest

pytestmark = pytest.mark.slow

COUNT = "select count(*) as n from standard where list_contains(elements, 'O')"
FIND = "select category::varchar as category from composition_of('ZnO')"


def run(*command, cwd=None):
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """An environment with the oldest supported DuckDB and the DuckDB command line."""
    folder = tmp_path_factory.mktemp("clients")
    venv.create(folder, with_pip=True)
    run(folder / "bin" / "pip", "install", "--quiet", "duckdb==1.4.0", "duckdb-cli==1.5.6")
    return folder / "bin"


def test_python_with_duckdb_1_4(environment, small_path):
    code = f"""
import duckdb, json
with duckdb.connect({str(small_path)!r}, read_only=True) as con:
    views = con.execute(
        "select view_name from duckdb_views() where not internal and schema_name = 'main'"
    ).fetchall()
    for (view,) in views:
        con.execute(f"from {{view}} limit 5").fetchall()
    found = [len(views) > 8, con.execute({COUNT!r}).fetchall(), con.execute({FIND!r}).fetchall()]
with duckdb.connect() as con:
    con.execute("attach {str(small_path)!r} as other (read_only)")
    found += [con.execute("select formula from other.standard where chemsys = 'O-Zn'").fetchall()]
print(json.dumps([duckdb.__version__, *found]))
"""
    found = json.loads(run(environment / "python", "-c", code))
    assert found == ["1.4.0", True, [[2]], [["standard"]], [["ZnO"]]]


def test_duckdb_command_line(environment, small_path):
    found = run(environment / "duckdb", "-readonly", "-csv", small_path, f"{COUNT}; {FIND}")
    assert found.split() == ["n", "2", "category", "standard"]


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
def test_node(tmp_path, small_path):
    run("npm", "install", "--silent", "--prefix", tmp_path, "@duckdb/node-api@1.5.6-r.1")
    (tmp_path / "ask.mjs").write_text(f"""
        import {{ DuckDBInstance }} from '@duckdb/node-api';
        const instance = await DuckDBInstance.create({json.dumps(str(small_path))}, {{ access_mode: 'READ_ONLY' }});
        const con = await instance.connect();
        const rows = async (sql) => (await con.runAndReadAll(sql)).getRowObjectsJson();
        console.log(JSON.stringify([await rows({json.dumps(COUNT)}), await rows({json.dumps(FIND)})]));
    """)
    assert json.loads(run("node", "ask.mjs", cwd=tmp_path)) == [[{"n": "2"}], [{"category": "standard"}]]
