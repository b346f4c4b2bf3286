"""Tables in a terminal of any width: no name and no number is ever cut."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table as RichTable

_UNBOUNDED = 100_000
_NAME = 30  # a name of up to so many columns, which one may have to type, is never folded
_PIPE = 200  # columns of a table that is written to a file or a pipe


@dataclass(frozen=True)
class Table:
    """What is printed as a table.

    Attributes:
        headings: one per column.
        rows: of texts, as many as there are headings.
        title: above it.
        lines: whether lines lie between the rows.
        turns: whether columns become rows where the terminal is too narrow for them; the first column
            and the headings are names.
    """

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str = ""
    lines: bool = False
    turns: bool = False

    def turned(self) -> Table:
        """The same with rows for columns."""
        headings, *rows = zip(self.headings, *self.rows, strict=True)
        return Table(headings, rows, self.title, self.lines)

    def listed(self) -> Table:
        """The same with one row per cell: of which row, of which column, its text."""
        cells = [
            (name, heading, " ".join(cell.split()))
            for heading, *column in zip(self.headings[1:], *(row[1:] for row in self.rows), strict=True)
            for name, cell in zip((row[0] for row in self.rows), column, strict=True)
        ]
        return Table((self.headings[0], "", ""), cells, self.title)


def print_table(table: Table) -> None:
    """Print a table, in the form that the terminal is wide enough for."""
    from rich.console import Console

    fixed = sys.stdout.isatty() or "COLUMNS" in os.environ
    console = Console(width=None if fixed else _PIPE)
    forms = [table, table.turned(), table.listed()] if table.turns else [table]
    made = [_made(form) for form in forms]
    unbounded = console.options.update(width=_UNBOUNDED)
    fits = [form for form in made if console.measure(form, options=unbounded).maximum <= console.width]
    console.print((fits or made[-1:])[0])


def _made(table: Table) -> RichTable:
    from rich.table import Column
    from rich.table import Table as RichTable
    from rich.text import Text

    columns = [Column(Text(heading), overflow="fold") for heading in table.headings]
    columns[0].no_wrap = max(len(row[0]) for row in table.rows) <= _NAME if table.rows else False
    made = RichTable(*columns, title=Text(table.title) if table.title else None, show_lines=table.lines)
    for row in table.rows:
        made.add_row(*map(Text, row))
    return made
