"""Figures of matplotlib that a notebook shows as they are, without pyplot and what it keeps open."""

from __future__ import annotations

import io

from matplotlib.figure import Figure

_DPI = 100  # dots per inch of the picture in a notebook


class NotebookFigure(Figure):
    """A figure that a notebook shows when it is the value of a cell."""

    def _repr_png_(self) -> bytes:
        content = io.BytesIO()
        self.savefig(content, format="png", dpi=_DPI)
        return content.getvalue()
