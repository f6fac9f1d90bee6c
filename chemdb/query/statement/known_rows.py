"""SQL of the known compositions of a query, and of those that it would find if they were unknown."""

from chemdb.database.sql_files import filled, sql_text
from chemdb.query.filter import Filter
from chemdb.query.statement.common_tables import CommonTables
from chemdb.query.statement.parameters import Statement
from chemdb.query.statement.windows import WHOLE_SPACE, Window


def known_rows_statement(condition: Filter, systems: tuple[int, int]) -> Statement:
    """Return the query of known compositions of a range of systems, see ``partition_known.sql``."""
    tables = CommonTables(condition, Window(systems=systems))
    parts = [*tables.system_parts(), tables.known_part()]
    return tables.statement(parts, "\n" + sql_text("statements/partition_known"))


def known_counts_statement(condition: Filter, width: int) -> Statement:
    """Return by how many known compositions change the counts of `system_counts_statement`: bucket, n."""
    tables = CommonTables(condition, WHOLE_SPACE)
    parts = [*tables.system_parts(), tables.known_part()]
    return tables.statement(parts, "\n" + filled("statements/partition_known_counts", width=width))
