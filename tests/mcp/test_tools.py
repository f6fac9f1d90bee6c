"""The Model Context Protocol server, asked by the client of the official SDK."""

import asyncio
import json
import signal
import subprocess
import sys
from contextlib import asynccontextmanager, contextmanager

import pytest
from helpers.process import python
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

import chemdb
from chemdb.mcp.tools import MAX_ROWS


@asynccontextmanager
async def client_of(path):
    command = StdioServerParameters(command=sys.executable, args=["-m", "chemdb", "mcp", "--db", str(path)])
    async with Client(stdio_client(command)) as client:
        yield client


def called(path, *calls):
    """Return the results of calls of tools, each a name and arguments."""

    async def run():
        async with client_of(path) as client:
            return [await client.call_tool(name, arguments) for name, arguments in calls]

    return asyncio.run(run())


def test_every_tool_says_what_it_does_with_an_example(small_path):
    async def run():
        async with client_of(small_path) as client:
            return (await client.list_tools()).tools

    tools = asyncio.run(run())
    assert [tool.name for tool in tools] == ["query", "explain", "label", "suggest", "sql"]
    for tool in tools:
        assert "xample" in tool.description or "as in" in tool.description
        assert tool.annotations.read_only_hint
        assert all("description" in about for about in tool.input_schema["properties"].values())
    limits = [
        tool.input_schema["properties"]["limit"]
        for tool in tools
        if "limit" in tool.input_schema["properties"]
    ]
    assert [limit["maximum"] for limit in limits] == [MAX_ROWS] * 3


def test_tools_answer_as_chemdb_does(small_path):
    query, explain, label, sql = called(
        small_path,
        ("query", {"query": "Zn-O", "limit": 2, "columns": "formula,category,species"}),
        ("explain", {"formula": "O2Zn2"}),
        ("label", {"formulas": ["ZnO", "Zn("]}),
        (
            "sql",
            {
                "statement": "select formula from composition where chemsys = 'O-Zn' and known order by 1",
                "limit": 2,
            },
        ),
    )
    with chemdb.open(small_path) as db:
        result = db.query("Zn-O", limit=2, columns=["formula", "category", "species"])
        content = query.structured_content
        assert content["known"] == db.known_sources()
        assert content["counts"] == {"total": 11, **result.counts}
        assert [tuple(row.values()) for row in content["rows"]] == list(result)
        explanation = db.explain("O2Zn2")[0].as_dict()
    assert explain.structured_content["explanation"] == json.loads(json.dumps(explanation))
    assert [row["category"] for row in label.structured_content["rows"]] == ["standard", None]
    assert sql.structured_content["rows"] == [{"formula": "Zn3O"}, {"formula": "ZnO"}]
    assert sql.structured_content["more"] is True
    assert json.loads(sql.content[0].text) == sql.structured_content


def test_suggestions(suggest_path):
    [found] = called(suggest_path, ("suggest", {"query": "elements=O", "limit": 2}))
    with chemdb.open(suggest_path) as db:
        assert [tuple(row.values()) for row in found.structured_content["rows"]] == list(
            db.suggest("elements=O", 2)
        )


ERRORS = [
    (
        "query",
        {"query": "Zn-"},
        "query: 'Zn-' at character 1 is not a key, category, formula, formula pattern",
    ),
    (
        "query",
        {"filter": "Zn-O"},
        "query: no argument 'filter'; there are query, limit, offset, sort, columns",
    ),
    ("query", {"limit": 201}, "limit: input should be less than or equal to 200"),
    ("explain", {"formula": "Xx"}, "formula 'Xx'"),
    ("label", {"formulas": []}, "formulas: list should have at least 1 item"),
    ("suggest", {"query": "Zn-O"}, "only 4 known compositions in the space of this file"),
    ("sql", {"statement": "selct 1"}, "sql: Parser Error"),
    ("sql", {"statement": "create table t (a integer)"}, "sql: "),
    ("sql", {"statement": "from read_csv('/etc/passwd')"}, "sql: Permission Error"),
    ("nothing", {}, "Unknown tool: nothing"),
]


def test_errors_are_one_line(small_path):
    results = called(small_path, *((name, arguments) for name, arguments, _ in ERRORS))
    for (name, _, problem), result in zip(ERRORS, results, strict=True):
        assert result.is_error, name
        [content] = result.content
        assert content.text.startswith(problem)
        assert "\n" not in content.text


def test_a_long_call_ends_and_another_is_answered(full_path):
    async def run():
        async with client_of(full_path) as client:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(2):
                    await client.call_tool("sql", {"statement": "select count(formula) from composition"})
            return await client.call_tool("query", {"query": "Li-O"})

    assert asyncio.run(run()).structured_content["counts"]["total"] == 43


@contextmanager
def process_of(path):
    """Give a server to which lines can be written."""
    command = [sys.executable, "-m", "chemdb", "mcp", "--db", str(path)]
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(command, **streams, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def answer_of(process, request):
    process.stdin.write(json.dumps({"jsonrpc": "2.0", **request}) + "\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


HELLO = {
    "id": 0,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "t", "version": "1"},
    },
}


def test_it_ends_when_stdin_ends_and_stdout_has_the_protocol_only(small_path):
    with process_of(small_path) as process:
        assert answer_of(process, HELLO)["result"]["serverInfo"]["name"] == "chemdb"
        assert len(answer_of(process, {"id": 1, "method": "tools/list"})["result"]["tools"]) == 5
        assert process.communicate(timeout=30) == ("", "")
        assert process.returncode == 0


def test_ctrl_c_ends_it(small_path):
    with process_of(small_path) as process:
        answer_of(process, HELLO)
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=30) == ("", "chemdb: interrupted; nothing was changed\n")
        assert process.returncode == 130


def test_without_the_package_one_line_says_what_to_install(small_path):
    hide = (
        "import sys; sys.modules['mcp'] = None; from chemdb.cli import app; app(['mcp', '--db', sys.argv[1]])"
    )
    done = python("-c", hide, small_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "chemdb: chemdb mcp needs mcp; pip install 'chemdb[mcp]'\n"
