"""Arrow tables that notebooks show as HTML, those of other programs left alone."""

import sys
from typing import TYPE_CHECKING, Any

from chemdb.notebook.html_table import first_rows_html

if TYPE_CHECKING:
    import pyarrow as pa

#: Key of the schema's metadata that marks a table of chemdb.
MARK = b"chemdb"
N_SHOWN = 20


def shown_in_notebooks(table: "pa.Table", title: str) -> "pa.Table":
    """Return a table, marked so that IPython, if it runs, shows it as HTML under a title.

    Parameters
    ----------
    table : pyarrow.Table
    title : str
    """
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython else None
    if shell is None:
        return table
    shell.display_formatter.formatters["text/html"].for_type_by_name("pyarrow.lib", "Table", html)
    return table.replace_schema_metadata({**(table.schema.metadata or {}), MARK: title})


def html(table: "pa.Table") -> str | None:
    """Return a marked table as HTML; None, by which IPython falls back to plain text, for any other."""
    title = (table.schema.metadata or {}).get(MARK)
    if title is None:
        return None
    first = table.slice(0, N_SHOWN + 1)
    rows = list(zip(*(column.to_pylist() for column in first.columns), strict=True))
    return first_rows_html(table.column_names, rows, N_SHOWN, title.decode())
