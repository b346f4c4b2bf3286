"""Results for programs and people: plain JSON values, and text that a terminal shows as it is."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

# C0 without line ends and tabs, DEL, C1, signs that turn the direction of text, line separators, half pairs
_ACTS = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff]"
)


def shown(text: str) -> str:
    """Text from elsewhere, such as a file's name, as it may be printed: nothing in it acts on a terminal.

    Args:
        text: any; line ends and tabs stay.

    Returns:
        the same; what would move the cursor, color, clear or turn text around is written out as in Python.
    """
    return _ACTS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def plain(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Any value of a result as JSON takes it.

    Args:
        value: numbers, text, paths, arrays of any library, and mappings and sequences of these.

    Returns:
        the same as numbers, strings, lists and tables with text keys. None stands for a number that is not
        finite, since JSON has no NaN.

    Raises:
        TypeError: a value of another kind.
    """
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "tolist"):  # an array, or one number of an array
        return plain(value.tolist())
    if isinstance(value, Mapping):
        return {str(key): plain(own) for key, own in value.items()}
    if isinstance(value, Iterable):
        return [plain(own) for own in value]
    raise TypeError(f"{type(value).__name__} has no plain JSON form.")
