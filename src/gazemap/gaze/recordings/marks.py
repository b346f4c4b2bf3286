"""Trials of a recording from marks in it: annotations, events, messages whose text is an image's name."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from gazemap.gaze.recordings.recording import Trial

Mark = tuple[float, float, str]  # seconds, how long it lasts (0 or NaN: until the next), and its text


def marked(marks: Sequence[Mark], end: float) -> list[Trial]:
    """A trial for each mark, whose text names an image: it lasts as long as the mark, or until the next.

    Args:
        marks: in any order.
        end: of the recording, in seconds, at which the last one ends.
    """
    ordered = sorted(marks, key=lambda mark: mark[0])
    times = [*(start for start, _, _ in ordered), max([end, *(start for start, _, _ in ordered)])]
    found = []
    for (start, lasts, text), (_, following) in zip(ordered, pairwise(times), strict=True):
        stop = start + lasts if lasts > 0 else following
        found.append(Trial(text, start, start, stop))
    return found
