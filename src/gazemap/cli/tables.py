"""Tables that several commands print."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from gazemap.evaluation.scores import Scores


def print_scores(scores: Scores, part: str) -> None:
    """The scores of every row, and how they came about."""
    table = Table(title=f"{scores.dataset} {part}, {len(scores.image_ids)} images, {scores.protocol}")
    for heading in ("", *scores.metrics):
        table.add_column(heading)
    for row, intervals in scores.table():
        table.add_row(row, *(str(interval).replace(" [", "\n[") for interval in intervals))
    Console(width=None if sys.stdout.isatty() else 200).print(table)
