"""Miniatures of every foreign format, by the names of IMPORTERS."""

from support.miniatures import (
    authors,
    folders,
    hdf5,
    iohub,
    mit,
    others,
    pickles,
    recordings,
    salicon,
    scanpaths,
    tables,
    trackers,
)
from support.miniatures.miniature import POINTS, SIZE, Miniature, cell, picture

MINIATURES: dict[str, Miniature] = {
    **authors.MINIATURES,
    **folders.MINIATURES,
    **pickles.MINIATURES,
    **mit.MINIATURES,
    **others.MINIATURES,
    **salicon.MINIATURES,
    **scanpaths.MINIATURES,
    **tables.MINIATURES,
    **hdf5.MINIATURES,
    **recordings.MINIATURES,
    **trackers.MINIATURES,
    **iohub.MINIATURES,
}

__all__ = ["MINIATURES", "POINTS", "SIZE", "cell", "picture"]
