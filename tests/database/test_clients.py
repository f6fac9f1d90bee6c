"""Other DuckDB clients open the file: an older Python, Node and the command line."""

import json
import re
import shutil
import subprocess
import venv
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PAGE = (Path(__file__).parents[2] / "docs" / "sql.md").read_text()
MACROS = """
    select group_elements('coinage_metal')::varchar, n_of_group(elements, 'transition_metal'),
        atomic_fraction(elements, factors, 'O'), reduced_formula('Zn2(O)2'),
        reduced_formula('CuSO₄·5H2O'), reduced_formula('Li0.5CoO2'),
        (select category::varchar from label('mine'))
    from composition_of('ZnO')
"""
ANSWERS = [["[Cu, Ag, Au]", 1, 0.5, "ZnO", "CuH10SO9", None, "standard"]]
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
    con.execute("create temp table mine as select 'O2Zn2' as formula")
    found += [con.execute({MACROS!r}).fetchall()]
with duckdb.connect() as con:
    con.execute("attach {str(small_path)!r} as other (read_only)")
    found += [con.execute("select formula from other.standard where chemsys = 'O-Zn'").fetchall()]
print(json.dumps([duckdb.__version__, *found]))
"""
    found = json.loads(run(environment / "python", "-c", code))
    assert found == ["1.4.0", True, [[2]], [["standard"]], ANSWERS, [["ZnO"]]]


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


def block(language):
    """Return the only code block of a language in docs/sql.md, and the answer below it."""
    [[code, answer]] = re.findall(rf"```{language}\n(.*?)```\n\n```\w+\n(.*?)```", PAGE, re.DOTALL)
    return code, answer


def test_the_command_line_of_the_cookbook(environment, full_path, tmp_path):
    (tmp_path / "chemdb.duckdb").symlink_to(full_path)
    code, answer = block("sh")
    assert run("sh", "-c", f"PATH={environment}:$PATH; {code}", cwd=tmp_path) == answer


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
def test_the_node_script_of_the_cookbook(full_path, tmp_path):
    run("npm", "install", "--silent", "--prefix", tmp_path, "@duckdb/node-api@1.5.6-r.1")
    (tmp_path / "chemdb.duckdb").symlink_to(full_path)
    code, answer = block("js")
    (tmp_path / "ask.mjs").write_text(code)
    assert run("node", "ask.mjs", cwd=tmp_path) == answer
