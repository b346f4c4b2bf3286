"""Numbers as texts: signs, decimal points and commas, and marks between thousands."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gazemap.errors import DataError
from gazemap.types import Floats

Decimal = Literal[".", ","]

_FORMS = {  # in which nothing can match in two ways, so that a text is read once
    ".": r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?",
    ",": r"[-+]?(?:[0-9]+(?:,[0-9]*)?|,[0-9]+)(?:[eE][-+]?[0-9]+)?",
}
_NUMBERS = {mark: re.compile(form) for mark, form in _FORMS.items()}
_LINES = {mark: re.compile(f"(?>{form}\n)*+") for mark, form in _FORMS.items()}
_GROUPED = {  # thousands are certain where both marks occur
    ".": re.compile(r"[-+]?[0-9]{1,3}(,[0-9]{3})+\.[0-9]+"),
    ",": re.compile(r"[-+]?[0-9]{1,3}(\.[0-9]{3})+,[0-9]+"),
}
_WHOLE_GROUPS = {  # or the decimal mark is stated
    ".": re.compile(r"[-+]?[0-9]{1,3}(,[0-9]{3})+"),
    ",": re.compile(r"[-+]?[0-9]{1,3}(\.[0-9]{3})+"),
}
_ODD = str.maketrans({"\u2212": "-", "\u00a0": "", "\u202f": "", "\u2009": ""})  # as word processors write
_THREE = re.compile(r"[-+]?[1-9][0-9]{0,2},[0-9]{3}")  # 1,234: a thousand, or a little over one


def numbers(
    values: Sequence[Any], decimal: Decimal = ".", *, stated: bool = False
) -> tuple[Floats, NDArray[np.bool_]]:
    """Numbers, NaN where a cell is empty (None); and which are neither empty nor a finite number.

    Args:
        values: numbers, texts or None.
        decimal: the decimal mark of texts.
        stated: a user has said so; then the other mark may stand between thousands.
    """
    plain = _all_plain(values, decimal)
    if plain is not None:
        return plain, np.isinf(plain)
    found = np.full(len(values), np.nan)
    faulty = np.zeros(len(values), dtype=bool)
    for row, value in enumerate(values):
        if isinstance(value, str):
            value = _plain(value.strip(), decimal, stated)
            if value is None:
                faulty[row] = True
                continue
        if value is not None:
            found[row] = float(value)
            faulty[row] = math.isinf(found[row])
    return found, faulty


def _all_plain(values: Sequence[Any], decimal: Decimal) -> Floats | None:
    """All numbers at once, where each is a text of the usual form or None; else None."""
    kinds = {*map(type, values)}
    if not kinds <= {str, type(None)} or str not in kinds:
        return None
    known = np.array([value is not None for value in values])
    texts = [value for value in values if value is not None]
    if not _LINES[decimal].fullmatch("\n".join([*texts, ""])):
        return None
    numbers = np.full(len(values), np.nan)
    numbers[known] = np.array([text.replace(",", ".") for text in texts]).astype(np.float64)
    return numbers


def _plain(text: str, decimal: Decimal, stated: bool) -> str | None:
    """The text as `float` takes it; None where it is no number."""
    text = text.translate(_ODD)
    if _NUMBERS[decimal].fullmatch(text):
        return text.replace(",", ".")
    if _GROUPED[decimal].fullmatch(text) or (stated and _WHOLE_GROUPS[decimal].fullmatch(text)):
        return text.replace("," if decimal == "." else ".", "").replace(",", ".")
    return None


def decimal_of(columns: Sequence[Sequence[Any]], where: str) -> Decimal:
    """The decimal mark of texts: a comma where more of them need it than need a point.

    Args:
        columns: the values of the columns of numbers.
        where: the table, for the message.

    Raises:
        DataError: all commas may as well stand between thousands.
    """
    commas: list[str] = []
    points, whole = 0, False
    for values in columns:
        texts = [value.strip() for value in values if isinstance(value, str)]
        found = [text for text in texts if "," in text and _plain(text, ",", stated=False)]
        commas += found
        points += sum("." in text and _plain(text, ".", stated=False) is not None for text in texts)
        whole |= bool(found) and any(text.lstrip("+-").isdigit() for text in texts)
    if len(commas) <= points:
        return "."
    if whole and all(map(_THREE.fullmatch, commas)):
        raise DataError(
            f"{where}: {commas[0]!r} may be {commas[0].replace(',', '')} or {commas[0].replace(',', '.')}. "
            "Say what the comma is: decimal=, (1,500 is one and a half) or decimal=. (it is over a thousand)."
        )
    return ","
