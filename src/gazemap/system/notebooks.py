"""What objects show of themselves in a notebook: tables and pictures as HTML, every text escaped."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING

from gazemap.errors import GazemapError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DPI = 80  # of pictures: 720 pixels for a figure of 9 inches, and some 60 kB for a photo


def table(title: str, rows: Sequence[Sequence[str]], notes: Sequence[str] = ()) -> str:
    """A table: the first row is the heading, the first column the names; the notes stand below."""
    heading, *body = ([escape(cell) for cell in row] for row in rows)
    lines = [f"<table><caption>{escape(title)}</caption>"]
    if any(heading):
        lines.append(f"<thead><tr>{''.join(f'<th>{cell}</th>' for cell in heading)}</tr></thead>")
    lines.append("<tbody>")
    for name, *cells in body:
        lines.append(f"<tr><th>{name}</th>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
    lines.append("</tbody></table>")
    return "\n".join([*lines, *paragraphs(*notes)])


def paragraphs(*texts: str) -> list[str]:
    """A paragraph for each text."""
    return [f"<p>{escape(text)}</p>" for text in texts]


def picture(plot: Callable[[], Figure], description: str) -> str:
    """A small picture of a figure with its description below, or else why there is none.

    Args:
        plot: makes the figure; it may raise what gazemap raises, since showing an object must not fail.
        description: also read out where the picture cannot be seen.
    """
    try:
        content = io.BytesIO()
        plot().savefig(content, format="jpeg", dpi=_DPI, pil_kwargs={"quality": 80})
    except GazemapError as error:
        return "\n".join(paragraphs(description, f"No picture: {error}"))
    encoded = base64.b64encode(content.getvalue()).decode()
    shown = f'<img alt="{escape(description)}" src="data:image/jpeg;base64,{encoded}"/>'
    return "\n".join([shown, *paragraphs(description)])
