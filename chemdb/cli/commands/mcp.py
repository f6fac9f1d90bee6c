"""chemdb mcp."""

from chemdb.cli.app import app
from chemdb.cli.options import Database, ServedMemoryLimit, TempDirectory, Threads
from chemdb.errors import ChemdbError


@app.command()
def mcp(
    db: Database,
    threads: Threads = None,
    memory_limit: ServedMemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    r"""Serve tools for language models over stdio, by the Model Context Protocol.

    Needs pip install 'chemdb\[mcp]'. The tools query, explain, label, suggest and sql only read the file. Add
    this to the settings of your MCP client:

    {"mcpServers": {"chemdb": {"command": "chemdb", "args": ["mcp", "--db", "/path/to/chemdb.duckdb"]}}}

    Example: chemdb mcp
    """
    try:
        from chemdb.mcp.tools import serve_stdio
    except ModuleNotFoundError as error:
        package = (error.name or "mcp").partition(".")[0]
        raise ChemdbError(f"chemdb mcp needs {package}; pip install 'chemdb[mcp]'") from None
    from chemdb.serve.server import MEMORY_LIMIT, served_threads

    serve_stdio(db, threads or served_threads(), memory_limit or MEMORY_LIMIT, temp_directory)
