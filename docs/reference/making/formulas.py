"""Formulas: TeX between two lines or signs `$$` -> SVG in the page, which needs no script and no font."""

from __future__ import annotations

import html
import re

from matplotlib.path import Path
from matplotlib.textpath import TextPath

_SIZE = 20  # points, which become 1.2 em
_SMALL, _LARGE = r"\frac", r"\dfrac"  # as TeX sets them in a line of their own
_COMMANDS = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C", Path.CLOSEPOLY: "Z"}


def with_formulas(markdown: str) -> str:
    """The page's text with each `$$TeX$$` replaced.

    Raises:
        ValueError: TeX that matplotlib's mathtext cannot read; it says where.
    """
    return re.sub(
        r"^\$\$(.+?)\$\$$", lambda found: _svg(" ".join(found[1].split())), markdown, flags=re.S | re.M
    )


def _svg(tex: str) -> str:
    import matplotlib

    with matplotlib.rc_context({"mathtext.fontset": "stix"}):
        path = TextPath((0, 0), f"${tex.replace(_SMALL, _LARGE)}$", size=_SIZE)
    (left, bottom), (right, top) = path.vertices.min(axis=0), path.vertices.max(axis=0)
    steps = []
    for points, code in path.iter_segments(curves=True, simplify=False):
        pairs = [] if code == Path.CLOSEPOLY else points.reshape(-1, 2).tolist()
        steps.append(_COMMANDS[code] + " ".join(f"{x:.1f} {-y:.1f}" for x, y in pairs))
    width, height = right - left + 2, top - bottom + 2
    label, ems = html.escape(tex, quote=True), 1.2 * width / _SIZE
    return (
        f'<div class="formula"><svg role="img" aria-label="{label}" style="width:{ems:.2f}em" '
        f'viewBox="{left - 1:.1f} {-top - 1:.1f} {width:.1f} {height:.1f}">'
        f'<path fill="currentColor" d="{"".join(steps)}"/></svg></div>'
    )
