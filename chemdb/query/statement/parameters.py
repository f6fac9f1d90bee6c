"""SQL text and the values bound to its parameters."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Statement:
    """A SQL query and the values of its ``$name`` parameters."""

    text: str
    parameters: Mapping[str, Any]

    def runnable(self) -> str:
        """Return the query with its values as literals, for any DuckDB client."""
        return re.sub(r"\$(\w+)", lambda name: _literal(self.parameters[name[1]]), self.text)


class Parameters:
    """The parameters of a statement, collected while its text is written.

    Attributes
    ----------
    values : dict of str to value
        By parameter name.
    """

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def bind(self, name: str, value: Any) -> str:
        """Return a parameter ``$name_0`` for a value; equal values share a parameter."""
        for parameter, bound in self.values.items():
            if parameter.rpartition("_")[0] == name and bound == value:
                return f"${parameter}"
        parameter = f"{name}_{len(self.values)}"
        self.values[parameter] = value
        return f"${parameter}"


def _literal(value: Any) -> str:
    """Return a value as a SQL literal."""
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)
