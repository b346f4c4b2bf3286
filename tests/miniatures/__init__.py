"""Miniatures of every foreign format, by the names of IMPORTERS."""

from miniatures import authors, folders, pickles
from miniatures.miniature import POINTS, SIZE, Miniature, cell, picture

MINIATURES: dict[str, Miniature] = {
    **authors.MINIATURES,
    **folders.MINIATURES,
    **pickles.MINIATURES,
}

__all__ = ["MINIATURES", "POINTS", "SIZE", "cell", "picture"]
