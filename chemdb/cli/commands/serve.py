"""chemdb serve."""

import re
from typing import Annotated

import typer

from chemdb.cli.app import app
from chemdb.cli.options import Database, ServedMemoryLimit, TempDirectory, Threads
from chemdb.errors import ChemdbError


def _names(names: list[str] | None) -> list[str] | None:
    """Return the names of hosts, without ports."""
    for name in names or ():
        if not re.fullmatch(r"[a-z0-9._-]+|\[?[0-9a-f:]+\]?", name, re.IGNORECASE):
            raise typer.BadParameter(f"{name!r} is not the name of a host, such as lab.example.org")
    return names


@app.command()
def serve(
    db: Database,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 for any free one.")] = 8321,
    host: Annotated[
        str,
        typer.Option(metavar="ADDRESS", help="Address to listen on; others expose the server to a network."),
    ] = "127.0.0.1",
    open: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            callback=_names,
            metavar="NAME",
            show_default=False,
            help="Additional host name by which clients may call this server.",
        ),
    ] = None,
    threads: Threads = None,
    memory_limit: ServedMemoryLimit = None,
    temp_directory: TempDirectory = None,
) -> None:
    """Serve the explorer page and a JSON API on this computer, until Ctrl-C.

    The page is at http://127.0.0.1:8321/; programs use the API below api/v1/, which api/v1/openapi.json
    describes. The API is read-only, takes no SQL, and refuses requests from pages of other sites.

    Example: chemdb serve --open
    """
    import chemdb
    from chemdb.cli.screen import note, say
    from chemdb.serve import server

    # What is wrong with the file is said first.
    chemdb.open(db).close()
    listening = server.listen(host, port)
    url = server.url_of(listening)
    if not server.is_private(listening):
        note(f"chemdb: note: anyone who can reach {host} can query this server")

    def started() -> None:
        say(f"{url} (Ctrl-C to stop)")
        if open:
            import webbrowser

            webbrowser.open(url)

    try:
        server.serve(db, listening, allow_host or [], started, threads, memory_limit, temp_directory)
    except ModuleNotFoundError as error:
        package = (error.name or "fastapi").partition(".")[0]
        raise ChemdbError(f"chemdb serve needs {package}; pip install fastapi uvicorn") from None
