"""Which of several kinds of answers a request wants: its header Accept (RFC 9110)."""

from __future__ import annotations

from collections.abc import Collection

from gazemap.serving.problems import Problem


def chosen_kind(accept: str | None, offered: Collection[str]) -> str:
    """The media type that is wanted most; of those wanted alike, the first that is offered.

    Args:
        accept: the header, such as "image/png, application/json;q=0.5"; None stands for any type.
        offered: the media types that can be answered.

    Raises:
        Problem: none of them is wanted.
    """
    ranges = [_range(entry) for entry in (accept or "*/*").split(",") if entry.strip()]
    wanted = {kind: _wanted(kind, ranges) for kind in offered}
    best = max(wanted, key=lambda kind: wanted[kind])
    if wanted[best] == 0:
        raise Problem(406, f"Accept must name one of {', '.join(offered)}, got {accept!r}.")
    return best


def _range(entry: str) -> tuple[str, float]:
    """(media range, weight) of one entry; a weight that cannot be read is 1."""
    media, *parameters = (part.strip().lower() for part in entry.split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return media, min(max(float(value), 0.0), 1.0)
            except ValueError:
                break
    return media, 1.0


def _wanted(kind: str, ranges: list[tuple[str, float]]) -> float:
    """The weight that the most specific range gives a media type; 0 where none fits."""
    for fitting in (kind, f"{kind.partition('/')[0]}/*", "*/*"):
        weights = [weight for media, weight in ranges if media == fitting]
        if weights:
            return max(weights)
    return 0.0
