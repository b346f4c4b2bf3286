"""Tables of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; `|` in a cell is kept from ending it."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines)


def facts(values: Mapping[str, str]) -> str:
    """A table of two columns without a header; what is empty is left out."""
    return table(("", ""), [(f"**{name}**", value) for name, value in values.items() if value])


def sentence(text: str) -> str:
    """With a capital at its start, unless it starts with a file or a name of code, and a stop at its end."""
    stop = "" if text.endswith((".", "?", ":")) else "."
    first = text.partition(" ")[0].strip(",;:")
    is_word = first.isalpha() and (len(first) > 1 or first == "a")
    return f"{text[:1].upper() if is_word else text[:1]}{text[1:]}{stop}"
