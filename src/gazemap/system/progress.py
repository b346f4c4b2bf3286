"""How work goes that takes more than a moment: the one progress bar, and lines."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from gazemap.system.plain import shown

_Step = TypeVar("_Step")


def bar(steps: Iterable[_Step], title: str, total: float | None = None, *, progress: bool) -> Iterator[_Step]:
    """The steps one by one, with a bar that disappears when all are done.

    Args:
        steps: what is worked on.
        title: what is done, e.g. "Predicting".
        total: how many steps, where `steps` does not know its length.
        progress: whether it is shown; it never is where the output is no terminal but a file or a pipe.
    """
    if progress:
        from rich import get_console
        from rich.progress import track

        if get_console().is_terminal:  # elsewhere a bar would leave an empty line behind
            steps = track(steps, shown(title), total, transient=True)
    yield from steps


def say(line: str, *, progress: bool) -> None:
    """Write a line on stderr at once, also where that is a file: how work goes that takes minutes or more.

    Args:
        line: without its end.
        progress: whether it is shown.
    """
    if progress:
        print(shown(line), file=sys.stderr, flush=True)
