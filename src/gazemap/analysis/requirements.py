"""What is required of areas, as texts: "cta>=0.08", "logo seen 2s>=50%", "price rank<=2", "cta drop<=10%"."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from gazemap.analysis.area_shares import SECONDS
from gazemap.analysis.seen import check_seconds
from gazemap.errors import InputError

Quantity = Literal["share", "times chance", "seen", "rank", "drop"]
Comparison = Literal[">=", ">", "<=", "<"]

QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)
_COMPARED: Mapping[Comparison, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
}
_PERCENT = ("share", "seen", "drop")
_FORM = re.compile(
    r"""\s*(?:"(?P<quoted>[^"]+)"|(?P<name>[^<>="]+?))
    (?:\s+(?P<quantity>share|times\s+chance|rank|drop|seen(?:\s+(?:in\s+|within\s+)?(?P<seconds>\S+?)\s*s)?))?
    \s*(?P<comparison>[<>]=?)\s*(?P<value>[^\s%<>=]+)\s*(?P<percent>%)?\s*""",
    re.VERBOSE,
)
_EXAMPLES = '"cta>=0.08", "cta times chance>2", "logo seen 2s>=50%", "price rank<=2" or "cta drop<=10%"'


@dataclass(frozen=True)
class Requirement:
    """What must be true of an area.

    Attributes:
        area: the name of the area, or of a group.
        quantity: what of it, a key of `QUANTITIES`. "drop" is the part of its share that it has lost since a
            baseline was made; below 0 where it has gained.
        comparison: between the quantity and the value.
        value: a share, a probability and a drop as 0.08 for 8 %.
        seconds: within which it is seen; None of all other quantities.
    """

    area: str
    quantity: Quantity
    comparison: Comparison
    value: float
    seconds: float | None = None

    def is_met_by(self, found: float) -> bool:
        """Whether the quantity may be so much."""
        return _COMPARED[self.comparison](found, self.value)

    def margin(self, found: float) -> float:
        """How far the quantity is from the value, in its own unit: over 0 on the side that is required."""
        return found - self.value if self.comparison.startswith(">") else self.value - found

    def shown(self, found: float) -> str:
        """An amount of the quantity as text."""
        return f"{100 * found:.4g}%" if self.quantity in _PERCENT else f"{found:.4g}"

    def shown_margin(self, found: float) -> str:
        """How far an amount is from the value, as text, with its sign."""
        margin = self.margin(found)
        if self.quantity not in _PERCENT:
            return f"{margin:+.3g}"
        return f"{100 * margin:+.3g} points"

    @property
    def what(self) -> str:
        """What is required, without the area: "seen 2 s >= 50%"."""
        within = "" if self.seconds is None else f" {self.seconds:g} s"
        return f"{self.quantity}{within} {self.comparison} {self.shown(self.value)}"

    def __str__(self) -> str:
        return f"{self.area} {self.what}"


def parse_requirement(text: str) -> Requirement:
    """The requirement of a text: the area's name, what of it, a comparison and a number.

    - `share`, or nothing: its share of the attention, as 0.08 or 8%;
    - `times chance`: that share over its share of the image;
    - `seen 2s`: the probability that it is looked at within so many seconds; without a time, 2;
    - `rank`: 1 for the greatest share;
    - `drop`: the part of its share that it has lost since the baseline.

    A name that ends in one of these words, or has one of `<>=` in it, stands in double quotes.

    Raises:
        InputError: another form, or a number that the quantity cannot be.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        quotes = (
            "" if re.search("[<>=]", text) else " In a shell it needs quotes, since > and < are the shell's."
        )
        raise InputError(
            "A requirement must be an area's name, what of it (share, times chance, seen 2s, rank or drop), "
            f">=, >, <= or <, and a number, as in {_EXAMPLES}. Got {text!r}.{quotes}"
        )
    words = " ".join((found["quantity"] or "share").split())
    quantity = next(known for known in QUANTITIES if words.startswith(known))
    seconds = _seconds(found["seconds"], text) if quantity == "seen" else None
    comparison = next(known for known in _COMPARED if known == found["comparison"])
    value = _number(found["value"], text)
    if found["percent"]:
        if quantity not in _PERCENT:
            raise InputError(f"{text!r}: {quantity} is no part of anything; give it without %.")
        value /= 100
    _check_value(quantity, value, text)
    return Requirement((found["quoted"] or found["name"]).strip(), quantity, comparison, value, seconds)


def _number(text: str, whole: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(f"{whole!r}: {text!r} is no number. Write it as in {_EXAMPLES}.") from None


def _seconds(text: str | None, whole: str) -> float:
    if text is None:
        return SECONDS
    seconds = _number(text, whole)
    check_seconds(seconds)
    return seconds


def _check_value(quantity: Quantity, value: float, text: str) -> None:
    if quantity == "rank":
        allowed, is_right = "a whole number from 1", value >= 1 and value.is_integer()
    elif quantity == "times chance":
        allowed, is_right = "a number from 0", 0 <= value < math.inf
    elif quantity == "drop":
        allowed, is_right = "up to 1, or up to 100%; below 0 for a gain", -math.inf < value <= 1
    else:
        allowed, is_right = "from 0 to 1, or from 0% to 100%", 0 <= value <= 1
    if not is_right:
        raise InputError(f"{text!r}: the number must be {allowed}.")
