"""What texts on the command line say: lists, ranges, and names with values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gazemap.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable


def names(text: str | None) -> list[str] | None:
    """The names in "a,b"; None where nothing is said.

    Raises:
        InputError: an empty name, as in "a," where a blank has cut the list in two.
    """
    if text is None:
        return None
    found = [name.strip() for name in text.split(",")]
    if not all(found):
        raise InputError(
            f"A list must have a name on each side of every comma, as in a,b, got {text!r}. Leave no blank "
            "after a comma, or put the list in quotes."
        )
    return found


def assignments(option: str, texts: Iterable[str] | None) -> dict[str, str]:
    """What texts of the form NAME=VALUE say; the values as they are typed.

    Args:
        option: on the command line, for the message.
        texts: one per name.

    Raises:
        InputError: a text without "=" or without a name.
    """
    result = {}
    for text in texts or ():
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise InputError(f"{option} must be NAME=VALUE, got {text!r}.")
        result[name.strip()] = value.strip()
    return result


def numbers(option: str, texts: Iterable[str]) -> dict[str, float]:
    """What texts of the form NAME=NUMBER say.

    Raises:
        InputError: a text of another form.
    """
    said = assignments(option, texts)
    try:
        return {name: float(value) for name, value in said.items()}
    except ValueError:
        raise InputError(f"{option} must be NAME=NUMBER, got {', '.join(texts)!r}.") from None


def bounds(option: str, text: str | None) -> tuple[float, float] | None:
    """What LOW:HIGH says; a missing LOW is 0, a missing HIGH infinity; None where nothing is said.

    Raises:
        InputError: a text of another form, or LOW over HIGH.
    """
    if text is None:
        return None
    low, separator, high = text.partition(":")
    try:
        found = float(low or 0), float(high or "inf")
    except ValueError:
        found = (1.0, 0.0)
    if not separator or not found[0] <= found[1]:
        raise InputError(
            f"{option} must be LOW:HIGH, two numbers, either of which may be left out, got {text!r}."
        )
    return found


def pixels_in_degree(text: str | None) -> float | None:
    """Pixels per degree of visual angle: a number, or by the "WIDTH,CM,DISTANCE" of a screen.

    Raises:
        InputError: a text of another form, or a number that is not above 0.
    """
    if text is None:
        return None
    try:
        found = [float(number) for number in text.split(",")]
    except ValueError:
        found = []
    if len(found) == 1:
        return found[0]
    if len(found) == 3:
        from gazemap.gaze.detection import pixels_per_degree

        return pixels_per_degree(*found)
    raise InputError(
        "--pixels-per-degree must be a number such as 35; or the screen's width in pixels, the same in "
        f"centimeters and the distance of the eyes in centimeters, such as 1920,53,60. It was {text!r}."
    )
