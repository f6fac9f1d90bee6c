"""Parameters and answers of the API, as its OpenAPI document describes them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

#: Most rows of one answer; exports have no limit.
MAX_ROWS = 1_000
#: Most suggestions that are ranked for one answer.
MAX_RANKED = 100_000
#: Most formulas that are labelled at once.
MAX_FORMULAS = 10_000
#: Largest number that DuckDB takes as an offset.
MAX_OFFSET = 2**62

Query = Annotated[
    str,
    Field(
        description="In chemdb's query language, see docs/query.md; empty for everything.",
        examples=["elements=Li,O missing natoms<=6"],
    ),
]
Columns = Annotated[
    str,
    Field(
        description="Columns to return, separated by commas; a default choice if empty.",
        examples=["formula,category,species,x(O)"],
    ),
]
Sort = Annotated[
    str,
    Field(
        description="Columns to sort by, separated by commas, in descending order with a leading -; "
        "by default known compositions come first, then those with the fewest atoms.",
        examples=["natoms,-x(O)"],
    ),
]
Limit = Annotated[int, Field(ge=0, le=MAX_ROWS, description="Maximum number of rows.")]
Category = Literal["standard", "missing", "interesting", "unlikely"]
#: A row: values by column.
Row = dict[str, Any]


class _Parameters(BaseModel):
    # A mistyped name would otherwise answer another question.
    model_config = ConfigDict(extra="forbid")


class CountsQuery(_Parameters):
    """Parameters of counts."""

    q: Query = ""


class RowsQuery(_Parameters):
    """Parameters of rows."""

    q: Query = ""
    limit: Limit = 50
    offset: Annotated[int, Field(ge=0, le=MAX_OFFSET, description="Rows to skip.")] = 0
    sort: Sort = ""
    columns: Columns = ""


class ExportQuery(_Parameters):
    """Parameters of exports."""

    q: Query = ""
    sort: Sort = ""
    columns: Columns = ""


class SuggestQuery(_Parameters):
    """Parameters of suggest."""

    q: Query = ""
    limit: Limit = 20
    offset: Annotated[int, Field(ge=0, le=MAX_RANKED, description="Rows to skip.")] = 0
    category: Annotated[
        Literal["missing", "unlikely"] | None,
        Field(description="Missing by default, unless the query says what is allowed."),
    ] = None
    columns: Columns = ""


class Formulas(_Parameters):
    """Formulas to label."""

    formulas: list[Annotated[str, StringConstraints(max_length=1_000)] | None] = Field(
        max_length=MAX_FORMULAS,
        description="Formulas in any spelling.",
        examples=[["LiFePO4", "Ca(OH)2", "PmCl3"]],
    )


class Counts(BaseModel):
    """Exact numbers of compositions."""

    total: int
    standard: int = Field(description="Allowed and known.")
    missing: int = Field(description="Allowed, not known.")
    interesting: int = Field(description="Known, not allowed.")
    unlikely: int = Field(description="Neither allowed nor known.")


class Rows(BaseModel):
    """Rows of a query."""

    columns: list[str]
    rows: list[Row]
    sql: str | None = Field(
        description="The query as SQL for any DuckDB client, without the column species; null if the rows "
        "show or are sorted by the score, which SQL cannot compute."
    )


class Table(BaseModel):
    """Rows with the same columns."""

    columns: list[str]
    rows: list[Row]


class Suggestions(Table):
    """The unknown compositions of a query, ranked by their known analogues."""

    total: int = Field(description="Number of compositions that are ranked.")


class CategoryCounts(BaseModel):
    """Exact numbers of compositions by category."""

    standard: int
    missing: int
    interesting: int
    unlikely: int


class SystemCounts(CategoryCounts):
    """Exact numbers of compositions of one chemical system."""

    chemsys: str


class System(BaseModel):
    """A chemical system."""

    chemsys: str
    elements: list[str] = Field(description="In alphabetical order.")
    counts: CategoryCounts = Field(description="Of exactly this system.")
    subsystems: list[SystemCounts] = Field(description="Numbers of compositions of each of its subsystems.")
    columns: list[str]
    points: list[Row] = Field(description="All compositions of exactly this system but the unlikely ones.")


class ElementFacts(BaseModel):
    """An element of the file."""

    symbol: str
    name: str
    atomic_number: int
    electronegativity: float | None = Field(description="Pauling; the rule allows nothing without one.")
    periodic_group: int = Field(description="1 to 18; lanthanoids and actinoids count as 3.")
    period: int
    block: str
    smact_metal: bool
    smact_mixed_valence: bool


class StateSet(BaseModel):
    """An oxidation-state set."""

    name: str
    used: bool = Field(description="Whether the file was built with it.")
    states: dict[str, list[tuple[int, int]]] = Field(
        description="By symbol, oxidation states (in e) and how often each occurs in the ICSD."
    )


class Source(BaseModel):
    """A source of known materials."""

    name: str
    title: str
    version: str | None
    licence: str | None
    date: str | None
    entries: int
    formulas: int
    url: str | None = Field(description="Address of an entry, with {material_id}.")


class Limits(BaseModel):
    """The space of the file."""

    nelements: list[int]
    max_factor: int


class SizeCounts(CategoryCounts):
    """Exact numbers of compositions with one number of elements."""

    nelements: int


class StoredMap(BaseModel):
    """A map of the file: compositions as points in two or three dimensions."""

    id: str
    title: str
    embedding: str
    method: str
    nelements: int
    n_components: int


class Meta(BaseModel):
    """The file that is served."""

    version: str = Field(description="Version of chemdb that answers.")
    limits: Limits
    table_2: list[SizeCounts]
    elements: list[ElementFacts]
    groups: dict[str, list[str]] = Field(description="Symbols of each element group.")
    state_sets: list[StateSet] = Field(description="That of the file first.")
    sources: list[Source]
    known: str = Field(description="The known sources in one line.")
    has_energies: bool = Field(description="Whether any known entry has an energy above the hull.")
    has_suggestions: bool
    maps: list[StoredMap]
    build_info: dict[str, str] = Field(description="How the file was built.")
    checksum: str = Field(description="Of the tables of the file.")
    citation: str


class Maps(BaseModel):
    """The maps of the file."""

    maps: list[StoredMap]


class MapPoints(StoredMap):
    """A map with its points."""

    columns: list[str]
    points: list[Row]
