"""What a protocol may choose: a mistake in one of your own is said before anything is scored."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args

from gazemap.errors import InputError
from gazemap.images.resizing import Interpolation

EightBit = Literal["no", "wrap", "clip"]
FromSaliency = Literal["raw", "floor", "shift"]
Rule = tuple[Callable[[Any], bool], str]


def check_choices(choices: Mapping[str, Any]) -> None:
    """Refuse a protocol with a choice that there is not.

    Args:
        choices: the protocol's attributes.

    Raises:
        InputError: names the choice, what it must be and what it got.
    """
    name = choices["name"]
    for choice, (holds, must_be) in _RULES.items():
        value = choices[choice]
        if not holds(value):
            raise InputError(f"{choice} of the protocol {name!r} must be {must_be}, got {value!r}.")
    for contradicts, why in _CONTRADICTIONS:
        if contradicts(choices):
            raise InputError(f"The protocol {name!r} contradicts itself: {why}")


_CONTRADICTIONS: list[tuple[Callable[[Mapping[str, Any]], bool], str]] = [
    (
        lambda own: own["sigma"] is not None and own["cycles"] is not None,
        "sigma and cycles are two blurs of the ground truth. Set one of them to None.",
    ),
    (
        lambda own: own["sigma"] is not None and own["frame"] is None,
        "sigma counts pixels of a frame, and there is none. Set frame, or give sigma to `evaluate`.",
    ),
    (
        lambda own: own["blur"] > 0 and own["eight_bit"] == "no",
        "blur is that of the 8-bit step, which there is not. Set eight_bit to wrap or clip, or blur to 0.",
    ),
    (
        lambda own: own["others"] is not None and not own["others_at_own"],
        "others_at_own=False is for the fixations of all other images. Set others to None.",
    ),
]


def _is_number(value: object, low: float, high: float = math.inf) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _one_of(*names: str) -> Rule:
    return lambda value: value in names, f"one of {', '.join(names)}"


def _is_size(value: object) -> bool:
    sides = value if isinstance(value, tuple) else ()
    return len(sides) == 2 and all(isinstance(side, int) and side > 0 for side in sides)


_TINY = 5e-324  # the least number above 0
_SWITCH: Rule = (lambda value: isinstance(value, bool), "True or False")
_RULES: dict[str, Rule] = {
    "name": (
        lambda value: isinstance(value, str) and value.strip() == value != "",
        "a name without blanks at its ends",
    ),
    "metrics": (
        lambda value: isinstance(value, tuple) and all(isinstance(one, str) for one in value),
        "a tuple of names of metrics, such as ('nss', 'cc')",
    ),
    "frame": (
        lambda value: value is None or _is_size(value),
        "None or (height, width), whole numbers above 0",
    ),
    "interpolation": _one_of(*get_args(Interpolation)),
    "eight_bit": _one_of(*get_args(EightBit)),
    "blur": (lambda value: _is_number(value, 0), "a number of pixels, at least 0"),
    "from_saliency": _one_of(*get_args(FromSaliency)),
    "derives": _SWITCH,
    "repeats": _SWITCH,
    "sigma": (lambda value: value is None or _is_number(value, _TINY), "None or a number of pixels above 0"),
    "cycles": (lambda value: value is None or _is_number(value, _TINY), "None or a number above 0"),
    "others": (
        lambda value: value is None or (isinstance(value, int) and _is_number(value, 1)),
        "None, which means all, or a whole number of images above 0",
    ),
    "others_at_own": _SWITCH,
    "step": (lambda value: _is_number(value, _TINY, 1), "a number above 0 and at most 1"),
    "jitter": (lambda value: _is_number(value, 0), "a number, at least 0"),
    "ddof": (lambda value: isinstance(value, int) and value in (0, 1), "0 or 1"),
    "min_max": _SWITCH,
    "eps": (lambda value: _is_number(value, _TINY), "a number above 0"),
}
