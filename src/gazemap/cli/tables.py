"""Tables that several commands print."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from gazemap.evaluation.scores import Scores


def print_scores(scores: Scores, title: str | None = None) -> None:
    """The scores of every row, how they came about, and which images they leave out.

    Args:
        scores: of any rows.
        title: in place of the scores' own.
    """
    table = Table(title=title or scores.title)
    for heading in ("", *map(scores.heading, scores.metrics)):
        table.add_column(heading.replace(" (", "\n("))
    for row, intervals in scores.table():
        table.add_row(scores.label(row), *(str(interval).replace(" [", "\n[") for interval in intervals))
    console = Console(width=None if sys.stdout.isatty() else 200)
    console.print(table)
    for line in scores.notes():
        console.print(line, markup=False, highlight=False, soft_wrap=True)
