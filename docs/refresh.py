"""Run the commands shown in README.md and docs, and update the output below them.

    python docs/refresh.py [--check]

A ```console block starts with a line `$ chemdb ...`. A ```sql or ```python block followed by a ```text
block is run too: SQL with `chemdb sql`, Python in a temporary folder that contains chemdb.duckdb and
the data files of docs. docs/schema.md is generated from the comments in the database file, which is
$CHEMDB_PATH.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import notebooks
from typer.testing import CliRunner

from chemdb.cli import app
from chemdb.cli.options import default_path
from chemdb.database.connection import connect_to_read

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"```console\n\$ chemdb (?P<command>[^\n]+)\n.*?```\n", re.DOTALL)
ANSWER = re.compile(
    r"```(?P<language>sql|python)\n(?P<code>(?:(?!```).)*)```\n\n```text\n.*?```\n", re.DOTALL
)
FIELDS = re.compile(r"<!-- fields -->\n.*?<!-- end -->", re.DOTALL)
#: What README shows of the table "In short" in docs/performance.md.
README_ROWS = (
    "| compiling the kernels", "| deciding all", "with `smact_filter`", "| `chemdb build`", "| one formula,",
    '"elements=Li,Zn,O"', '"ABO3 missing"', "| `select count(*) from allowed`",
)  # fmt: skip
SHORT = re.compile(r"<!-- in short -->\n.*?<!-- end -->", re.DOTALL)


def refreshed(text: str) -> str:
    """Return a page with up-to-date command output and numbers from docs/performance.md."""

    def run(block: re.Match) -> str:
        done = CliRunner().invoke(app, shlex.split(block["command"]))
        if done.exit_code:
            raise SystemExit(f"chemdb {block['command']}: {done.output}")
        output = done.stdout.strip("\n")
        return f"```console\n$ chemdb {block['command']}\n{output}\n```\n"

    def answer(block: re.Match) -> str:
        if block["language"] == "sql":
            done = CliRunner().invoke(app, ["sql", block["code"]])
            if done.exit_code:
                raise SystemExit(f"{block['code']}: {done.output}")
            output = done.stdout
        else:
            output = run_python(block["code"])
        shown = output.strip("\n")
        return f"```{block['language']}\n{block['code']}```\n\n```text\n{shown}\n```\n"

    measured = (ROOT / "docs" / "performance.md").read_text()
    heading, line, *rows = measured.partition("## In short\n\n")[2].partition("\n\n")[0].splitlines()
    short = "\n".join([heading, line, *(row for row in rows if any(name in row for name in README_ROWS))])
    text = SHORT.sub(
        lambda _: f"<!-- in short -->\n{short}\n<!-- end -->", ANSWER.sub(answer, BLOCK.sub(run, text))
    )
    return FIELDS.sub(lambda _: f"<!-- fields -->\n{fields()}\n<!-- end -->", text)


def run_python(code: str) -> str:
    """Return the output of Python code, run in a folder with the database and the data files of docs.

    The interpreter is this one and is first on the PATH, as in an activated environment.
    """
    here = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with tempfile.TemporaryDirectory() as folder:
        for path in (ROOT / "docs").glob("*.csv"):
            shutil.copy(path, folder)
        (Path(folder) / "chemdb.duckdb").symlink_to(default_path().resolve())
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=folder,
            capture_output=True,
            text=True,
            env={**os.environ, "PATH": here},
        )
    if done.returncode:
        raise SystemExit(f"{code}: {done.stderr}")
    return done.stdout


def fields() -> str:
    """Return the fields of `chemdb explain --format json` as a Markdown table."""
    lines = ["| field | type | |", "| --- | --- | --- |"]

    def describe(properties: dict, before: str) -> None:
        for name, about in properties.items():
            types = about.get("type", "object or null")
            shown = types if isinstance(types, str) else " or ".join(types)
            lines.append(f"| {before}{name} | {shown} | {about['description']} |")
            inner = about.get("items") or next((o for o in about.get("oneOf", ()) if "properties" in o), {})
            describe(inner.get("properties", {}), f"{before}{name}{'[]' if 'items' in about else ''}.")

    schema = json.loads((ROOT / "chemdb" / "lookup" / "explain.schema.json").read_text())
    describe(schema["items"]["properties"], "")
    return "\n".join(lines)


def schema() -> str:
    """Return the text of docs/schema.md: every table, view and macro with its comments."""
    lines = ["# Schema", "", "Made by `make docs` from the comments in the file."]
    with connect_to_read(default_path()) as con:
        relations = con.execute("""
            select 'view', schema_name, view_name, comment from duckdb_views() where not internal
            union all
            select 'table', schema_name, table_name, comment from duckdb_tables() where not internal
            order by 2, 1 desc, 3
        """).fetchall()
        for kind, schema_name, name, comment in relations:
            shown = name if schema_name == "main" else f"{schema_name}.{name}"
            lines += [
                "",
                f"## {shown} ({kind})",
                "",
                comment,
                "",
                "| column | type | |",
                "| --- | --- | --- |",
            ]
            columns = con.execute(
                "select column_name, data_type, comment from duckdb_columns() "
                "where schema_name = ? and table_name = ? order by column_index",
                [schema_name, name],
            ).fetchall()
            for column, data_type, about in columns:
                short = re.sub(r"ENUM\('H', 'He'[^)]*\)", "element_symbol", data_type)
                lines.append(f"| {column} | {short} | {about} |")
        macros = con.execute(
            "select function_name, comment from duckdb_functions() where not internal order by all"
        ).fetchall()
        lines += ["", "## Macros", ""] + [f"- `{name}`: {comment}" for name, comment in macros]
    return "\n".join(lines) + "\n"


def pages() -> dict[Path, str]:
    """Return the up-to-date text of each page, by path."""
    found = {
        path: refreshed(path.read_text()) for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))
    }
    found[ROOT / "docs" / "schema.md"] = schema()
    return found


def main() -> None:
    """Write the pages, or with --check fail if any is stale."""
    stale = [path for path, text in pages().items() if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv:
        sys.exit(f"stale, run make docs: {', '.join(path.name for path in stale)}" if stale else 0)
    for path, text in pages().items():
        path.write_text(text)
    notebooks.main()


if __name__ == "__main__":
    main()
