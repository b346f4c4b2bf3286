"""Writing figures: their formats, checked before work starts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gazemap.errors import InputError
from gazemap.system.files import refuse_source, replacing
from gazemap.system.writing import check_writable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = (".png", ".pdf", ".svg", ".eps", ".jpg", ".jpeg", ".tif", ".tiff", ".webp")


def check_figure(path: Path, *images: Path) -> None:
    """Refuse a name that no figure can have, an image that it is made from, and a closed or full place.

    Raises:
        InputError: the ending is no format of figures; lists those that are. Or the file is an image.
        OutputError: nothing can be written there.
    """
    refuse_source(path, *images)
    if path.suffix.lower() not in FORMATS:
        raise InputError(f"The name of a figure must end in {', '.join(FORMATS)}, got {path}.")
    check_writable(path)


def write_figure(figure: Figure, path: Path) -> None:
    """Write a figure, whole or not at all; the name's ending says the format.

    Raises:
        InputError: the ending is no format of figures.
        OutputError: it cannot be written.
    """
    check_figure(path)
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=150)
