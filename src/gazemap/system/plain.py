"""Results as plain JSON values, for programs: what the `as_json` of every result is made of."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


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
