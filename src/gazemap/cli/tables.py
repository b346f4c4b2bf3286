"""Tables in a terminal of any width: no name and no number is ever cut."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

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
        narrow: what is done where the terminal is too narrow: texts are folded; or columns become rows and,
            if that is not enough, cells do, in groups by column; or cells do at once, in groups by row.
        group: after how many rows a line lies between them; 0 for never.
    """

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str = ""
    lines: bool = False
    narrow: Literal["fold", "turn", "list"] = "fold"
    group: int = 0

    def turned(self) -> Table:
        """The same with rows for columns."""
        headings, *rows = zip(self.headings, *self.rows, strict=True)
        return Table(headings, rows, self.title, self.lines)

    def listed(self) -> Table:
        """The same with one row per cell, in groups by column: its heading, the name of the row, the text."""
        names = [row[0] for row in self.rows]
        cells = [
            (heading if first else "", name, " ".join(cell.split()))
            for heading, *column in zip(self.headings[1:], *(row[1:] for row in self.rows), strict=True)
            for first, name, cell in zip([True] + [False] * len(names), names, column, strict=False)
        ]
        return Table(("", self.headings[0], ""), cells, self.title, group=len(names))


def print_table(table: Table) -> None:
    """Print a table, in the form that the terminal is wide enough for."""
    from rich.console import Console

    fixed = sys.stdout.isatty() or "COLUMNS" in os.environ
    console = Console(width=None if fixed else _PIPE)
    forms = {
        "fold": [],
        "turn": [Table.turned, Table.listed],
        "list": [lambda table: table.turned().listed()],
    }
    made = [_made(form) for form in (table, *(form(table) for form in forms[table.narrow]))]
    unbounded = console.options.update(width=_UNBOUNDED)
    fits = [form for form in made if console.measure(form, options=unbounded).maximum <= console.width]
    console.print((fits or made[-1:])[0])


def _made(table: Table) -> RichTable:
    from rich.table import Column
    from rich.table import Table as RichTable
    from rich.text import Text

    from gazemap.system.plain import shown

    def text(cell: str) -> Text:
        return Text(shown(cell))

    columns = [Column(text(heading), overflow="fold") for heading in table.headings]
    columns[0].no_wrap = max(len(row[0]) for row in table.rows) <= _NAME if table.rows else False
    headed = any(table.headings)
    made = RichTable(
        *columns, show_header=headed, title=text(table.title) if table.title else None, show_lines=table.lines
    )
    for count, row in enumerate(table.rows, start=1):
        made.add_row(*map(text, row), end_section=bool(table.group) and count % table.group == 0)
    return made
