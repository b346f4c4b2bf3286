"""Tables of results as plain text, for a terminal, and as HTML, for a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """A line per row, its cells padded so that every column starts at the same place."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def as_html(title: str, rows: Sequence[Sequence[str]], notes: Sequence[str]) -> str:
    """The same as HTML, for notebooks: the first row is the heading, the first column the names."""
    heading, *body = ([escape(cell) for cell in row] for row in rows)
    lines = [f"<table><caption>{escape(title)}</caption>"]
    lines.append(f"<thead><tr>{''.join(f'<th>{cell}</th>' for cell in heading)}</tr></thead><tbody>")
    for name, *cells in body:
        lines.append(f"<tr><th>{name}</th>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
    lines.append("</tbody></table>")
    return "\n".join([*lines, *(f"<p>{escape(note)}</p>" for note in notes)])
