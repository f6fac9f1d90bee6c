"""Tools of the Model Context Protocol over stdio: the methods of `chemdb.api.Database`, with limits."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp_types import CallToolResult, InputRequiredResult, TextContent, ToolAnnotations
from pydantic import Field, ValidationError

from chemdb.api import Database
from chemdb.database.execution import Cancellation
from chemdb.errors import ChemdbError, nearest, one_line
from chemdb.mcp.read_only_sql import sql_rows
from chemdb.serve import questions
from chemdb.serve.answers import CountsQuery, Formulas, RowsQuery, SuggestQuery
from chemdb.serve.lanes import Lane, TooLongError
from chemdb.version import __version__

#: Seconds that a call may take.
SECONDS = 30.0
#: Most rows of an answer: it goes into the context of a model.
MAX_ROWS = 200
MAX_FORMULAS = 1_000
#: Default columns of rows.
COLUMNS = "formula,category,species,known_in,material_id,energy_above_hull"

INSTRUCTIONS = """\
chemdb knows every inorganic composition of 2 to 4 elements with small whole-number amounts, 17 billion by
default; some files have those of 5 elements too. Each is allowed or not (one oxidation state per element,
charge-neutral, cations less electronegative than anions) and known or not (in a list of known materials, such
as the Materials Project). Categories: standard (allowed, known), missing (allowed, not known), interesting
(known, not allowed), unlikely (neither). Counts are exact. Allowed does not mean stable: use suggest for what
to try first. With any claim that something is missing, name the known list, which every answer has first.

Start with query for sets of compositions, explain for one formula, label for a list of formulas, suggest for
candidates to synthesise or compute, sql for what the query language cannot say."""

QUERY_HELP = """\
Terms separated by spaces must all match; OR, NOT and parentheses combine them.
elements=Li,O contains all; any=F,Cl one of; only=Li,Zn,O no others; exclude=Pb,Cd none of; groups such as
alkali, halogen, transition_metal, lanthanoid in place of elements. chemsys=Li-Zn-O, Ti-O-* (* any element);
within=Li-Zn-Sn-O with subsystems. formula=LiZnO2; anonymous=ABC3; ABO3 (A and B any elements). Words:
standard, missing, interesting, unlikely, allowed, known. Numbers: nelements=3, natoms<=10, max_factor<=4,
O>=2, 0.3<x(O)<0.6 (atomic fraction). species=Fe3+ or species=Fe3+,O2- (oxidation states). known_in=mp;
energy_above_hull<0.05 (eV/atom)."""

Query = Annotated[str, Field(description=QUERY_HELP, examples=["elements=Li,O missing natoms<=6"])]
Limit = Annotated[int, Field(ge=1, le=MAX_ROWS, description=f"Maximum number of rows, up to {MAX_ROWS}.")]
Offset = Annotated[int, Field(ge=0, le=10_000, description="Rows to skip.")]
Formula = Annotated[str, Field(max_length=1_000, description="In any spelling, such as LiFePO4 or Ca(OH)2.")]


class ToolServer(MCPServer):
    """A server whose tool errors are one line."""

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Any = None
    ) -> CallToolResult | InputRequiredResult:
        """Return the result of a tool, or a one-line tool error if its caller did something wrong."""
        try:
            self._check_names(name, arguments)
            return await super().call_tool(name, arguments, context)
        except UnexpectedToolError:
            raise
        except ToolError as error:
            text = one_line(_reason(error))
            return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)

    def _check_names(self, name: str, arguments: dict[str, Any]) -> None:
        """Raise if there is an argument that the tool would ignore."""
        tool = self._tool_manager.get_tool(name)
        known = list(tool.parameters["properties"]) if tool else []
        for argument in arguments if tool else ():
            if argument not in known:
                hint = nearest(argument, known) or f"; there are {', '.join(known)}"
                raise ToolError(f"{name}: no argument {argument!r}{hint}")


def make_server(db: Database) -> MCPServer:
    """Return the server of a database, with its tools."""
    lane = Lane("tool", 2)
    server = ToolServer("chemdb", version=__version__, instructions=INSTRUCTIONS, log_level="ERROR")
    reads = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)

    async def answer(question: Callable[[Cancellation], dict[str, Any]]) -> CallToolResult:
        def asked(cancellation: Cancellation) -> CallToolResult:
            data = {"known": db.known_sources(), **question(cancellation)}
            text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
            return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=data)

        try:
            return await lane.run(asked, asyncio.Event(), SECONDS)
        except TooLongError as error:
            raise ToolError(f"{error}; ask for less, such as fewer elements or no sort") from None
        except ChemdbError as error:
            raise ToolError(str(error)) from None

    @server.tool(annotations=reads)
    async def query(
        query: Query = "",
        limit: Limit = 20,
        offset: Offset = 0,
        sort: Annotated[
            str,
            Field(description="Columns, such as natoms,-x(O); a leading - sorts in descending order."),
        ] = "",
        columns: Annotated[
            str,
            Field(
                description="Of formula, chemsys, nelements, elements, factors, natoms, max_factor, "
                "formula_anonymous, allowed, known, category, species, known_in, material_id, "
                "energy_above_hull, score, and O or x(O) for any element."
            ),
        ] = COLUMNS,
    ) -> CallToolResult:
        """Count and list the compositions that match a query.

        Returns exact counts by category, whatever the limit, and the first rows: known compositions first,
        then those with the fewest atoms. Example: query="ABO3 missing elements=Ti", limit=5.
        """

        def ask(_: Cancellation) -> dict[str, Any]:
            asked = RowsQuery(q=query, limit=limit, offset=offset, sort=sort, columns=columns)
            found = questions.rows(db, asked)
            return {"counts": questions.counts(db, CountsQuery(q=query)), "rows": found["rows"]}

        return await answer(ask)

    @server.tool(annotations=reads)
    async def explain(formula: Formula) -> CallToolResult:
        """Explain why one composition is allowed or not: its oxidation states, or the rule that it breaks.

        Also returns the verdict of other oxidation-state sets, known entries with their identifiers, the
        nearest known formulas, and the score of suggest with its analogues. Takes any number of elements
        and any amounts. Example: formula="LiFePO4".
        """
        return await answer(lambda _: {"explanation": questions.composition(db, formula)})

    @server.tool(annotations=reads)
    async def label(
        formulas: Annotated[
            list[Formula], Field(min_length=1, max_length=MAX_FORMULAS, description="Up to 1,000 formulas.")
        ],
    ) -> CallToolResult:
        """Label many formulas at once: category, allowed, known, identifier, and why not.

        Rows come in the order of the formulas; unreadable ones have an error. Example:
        formulas=["NaCl", "Fe3O4", "PmCl3"].
        """
        asked = Formulas(formulas=list(formulas))
        return await answer(lambda _: {"rows": questions.labels(db, asked)["rows"]})

    @server.tool(annotations=reads)
    async def suggest(
        query: Query = "",
        limit: Limit = 20,
        offset: Offset = 0,
        category: Annotated[
            Literal["missing", "unlikely"] | None,
            Field(description="Missing by default; unlikely for intermetallics and mixed valence."),
        ] = None,
    ) -> CallToolResult:
        """Suggest which unknown compositions of a query to try first, by their known analogues.

        The score sums substitution weights over known compositions that differ by one element. It is not a
        probability and does not consider energies. share_found is the precision at such scores in a test with
        a fifth of the known list hidden. Example: query="elements=Li,S nelements=3-4", limit=10.
        """

        def ask(cancellation: Cancellation) -> dict[str, Any]:
            asked = SuggestQuery(q=query, limit=limit, offset=offset, category=category)
            found = questions.suggestions(db, asked, cancellation)
            return {"total": found["total"], "rows": found["rows"]}

        return await answer(ask)

    @server.tool(annotations=reads)
    async def sql(
        statement: Annotated[
            str,
            Field(
                max_length=20_000,
                description="One DuckDB SELECT. Views: from duckdb_views() select view_name, comment; "
                "tables: from duckdb_tables(); columns: describe composition.",
            ),
        ],
        limit: Limit = 20,
    ) -> CallToolResult:
        """Run a SQL query on the file, read-only, without access to other files or the network.

        The view composition has 17 billion rows: always filter it by chemsys, as in
        "select formula, category from composition where chemsys = 'Li-O-Zn' and natoms < 8"; count with
        order_summary, chemical_system and element_frequency. chemsys has its elements in alphabetical order.
        """
        return await answer(lambda _: sql_rows(db, statement, limit))

    return server


def serve_stdio(path: Path, threads: int, memory_limit: str, temp_directory: Path | None) -> None:
    """Serve a database on stdin and stdout until stdin ends.

    Raises
    ------
    DatabaseError
        The file cannot be opened.
    """
    with Database(path, threads, memory_limit, temp_directory) as db:
        make_server(db).run("stdio")


def _reason(error: ToolError) -> str:
    """Return what was wrong, without the words that the SDK puts before it."""
    cause = error.__cause__
    if isinstance(cause, ValidationError):
        return "; ".join(
            f"{'.'.join(map(str, one['loc']))}: {one['msg'][:1].lower()}{one['msg'][1:]}"
            for one in cause.errors(include_url=False)
        )
    return str(cause if isinstance(cause, ToolError) else error)
