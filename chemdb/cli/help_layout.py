"""The layout of help texts: paragraphs as wide as the terminal, options below each other if it is narrow."""

import re
from typing import Any

from typer.core import TyperGroup

#: Columns of a terminal in which the names and texts of options fit side by side.
SIDE_BY_SIDE = 80


def fit_help_to_terminal() -> None:
    """Let Typer put the text of an option below its name where side by side it would have to cut both."""
    from rich.console import Console, Group
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text
    from typer import rich_utils

    class OptionTable(Table):
        def add_row(self, *cells: Any, **options: Any) -> None:
            if len(cells) > 2:
                *names, text = cells
                line = Text(" ").join(
                    name if isinstance(name, Text) else Text(name) for name in names if name
                )
                cells = (Group(line, Padding(text, (0, 0, 0, 4))),)
            super().add_row(*cells, **options)

    narrow = Console().width < SIDE_BY_SIDE
    rich_utils.Table = OptionTable if narrow else Table  # type: ignore[attr-defined]


def join_lines_of_help(group: TyperGroup) -> None:
    """Join the lines of each paragraph in the help of all commands: the terminal decides where they break."""
    for command in group.commands.values():
        command.help = re.sub(r"(?<=\S) *\n *(?=\S)", " ", command.help or "")
        if isinstance(command, TyperGroup):
            join_lines_of_help(command)
