"""Values that no file should have, and how bytes and trees of values are mutated; all by a seed."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np

VALUES: tuple[Any, ...] = (
    *(None, True, "", "text", "../../outside", "/absolute", "a\0b", "C:\\x", "x" * 5000, "\x1b[31mred"),
    *("<script>alert(1)</script>", "=1+1", "nan", "1e999", "NaN", "-1", 0, -1, 1, 2**31, 2**63, 10**18),
    *(-(10**18), 10**400, 0.0, -0.5, 1e-308, 1e308, -1e308, math.nan, math.inf, -math.inf),
    *([], {}, [[]], [1, [2, 3]], [None], {"a": {"b": [1]}}, [1, 2, 3, "x"], [[1, 2], [3]]),
)


def damaged(content: bytes, dice: random.Random) -> bytes:
    """Bytes flipped, cut off, taken out, put in, repeated or zeroed; one to three times."""
    data = bytearray(content)
    for _ in range(dice.randint(1, 3)):
        place = dice.randrange(len(data) + 1)
        if dice.random() < 0.3:
            place = min(place, dice.randrange(256))  # headers
        span = min(2 ** dice.randrange(12), max(len(data) // 2, 1))
        kind = dice.randrange(6)
        if kind == 0:
            for _ in range(dice.choice((1, 1, 2, 8, 64))):
                if data:
                    data[dice.randrange(len(data))] = dice.choice((0, 255, 127, dice.randrange(256)))
        elif kind == 1:
            del data[place:]
        elif kind == 2:
            del data[place : place + span]
        elif kind == 3:
            data[place:place] = dice.randbytes(span)
        elif kind == 4:
            data[place:place] = data[place : place + span]
        else:
            data[place : place + span] = dice.choice((b"\0", b"\xff")) * len(data[place : place + span])
    return bytes(data)


def other_value(value: Any, dice: random.Random) -> Any:  # noqa: ANN401
    """A tree of dictionaries, lists and arrays with one of its values replaced, taken out or doubled."""
    if dice.random() < 0.15:
        return dice.choice(VALUES)
    if isinstance(value, dict) and value:
        return _other_key(dict(value), dice)
    if isinstance(value, list | tuple) and value:
        items = list(value)
        place = dice.randrange(len(items))
        kind = dice.randrange(6)
        if kind == 0:
            del items[place]
        elif kind == 1:
            items.insert(place, dice.choice(VALUES))
        else:
            items[place] = other_value(items[place], dice)
        return type(value)(items) if type(value) in (list, tuple) else items
    if isinstance(value, np.ndarray):
        return other_array(value, dice)
    return dice.choice(VALUES)


def _other_key(value: dict[Any, Any], dice: random.Random) -> dict[Any, Any]:
    key = dice.choice(list(value))
    kind = dice.randrange(8)
    if kind == 0:
        del value[key]
    elif kind == 1:
        value[f"{key}x"] = value.pop(key)
    else:
        value[key] = other_value(value[key], dice)
    return value


def other_array(array: np.ndarray[Any, Any], dice: random.Random) -> Any:  # noqa: ANN401
    """An array with other numbers, another shape or another type."""
    if array.dtype.names and array.size and dice.random() < 0.7:
        return _other_record(array.copy(), dice)
    if array.dtype == object and array.size and dice.random() < 0.7:
        copy = array.copy()
        place = dice.randrange(copy.size)
        copy.flat[place] = matlab_cell(other_value(copy.flat[place], dice))
        return copy
    kind = dice.randrange(9)
    if kind == 0:
        return array[:0]
    if kind == 1:
        return array[: max(len(array) - 1, 0)] if array.ndim else array
    if kind == 2:
        return array.T if array.ndim > 1 else array[None]
    if kind == 3:
        return np.zeros((0, 0))
    if kind == 4:
        return np.array(["text", "more"])
    if kind == 5:
        return array.reshape(-1) if array.ndim != 1 else array.reshape(-1, 1, 1)
    if array.dtype.kind in "iuf" and array.size:
        copy = array.astype(np.float64)
        copy.flat[dice.randrange(copy.size)] = dice.choice(
            (np.nan, np.inf, -np.inf, 1e308, -1e9, 2.0**62, -1)
        )
        return copy if dice.random() < 0.7 else np.full_like(copy, dice.choice((np.nan, np.inf, -1, 1e300)))
    return np.array(dice.choice((np.nan, np.inf, -1.0, 1e300, 2.0**53)))


def _other_record(array: np.ndarray[Any, Any], dice: random.Random) -> np.ndarray[Any, Any]:
    name = dice.choice(array.dtype.names or ())
    if dice.random() < 0.25:
        rest = [own for own in (array.dtype.names or ()) if own != name]
        return np.zeros(array.shape, [(f"{name}x", object), *((own, array.dtype[own]) for own in rest)])
    place = dice.randrange(array.size)
    old = array.flat[place][name]
    if array.dtype[name].hasobject:
        array[name].flat[place] = matlab_cell(other_value(old, dice))
    return array


def matlab_cell(value: Any) -> Any:  # noqa: ANN401
    """As MATLAB keeps it: it has no None, and text and lists are arrays."""
    if value is None:
        return np.zeros((0, 0))
    if isinstance(value, int) and abs(value) > 2**62:
        return float(min(value, 10**300))
    return {} if isinstance(value, dict) else value
