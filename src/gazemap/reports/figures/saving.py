"""Writing figures: their formats, checked before work starts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gazemap.errors import InputError
from gazemap.system.files import refuse_source, replacing
from gazemap.system.writing import check_writable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_OF_PIXELS = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp")
FORMATS = (*_OF_PIXELS, ".pdf", ".svg", ".eps")


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


def write_figure(figure: Figure, path: Path, icc_profile: bytes | None = None) -> None:
    """Write a figure, whole or not at all; the name's ending says the format.

    Args:
        figure: of matplotlib.
        path: the file.
        icc_profile: the color profile of the image that it shows, kept where the figure is of pixels.

    Raises:
        InputError: the ending is no format of figures.
        OutputError: it cannot be written.
    """
    check_figure(path)
    with replacing(path) as temporary:
        if icc_profile and path.suffix.lower() in _OF_PIXELS:
            figure.savefig(temporary, dpi=150, pil_kwargs={"icc_profile": icc_profile})
        else:
            figure.savefig(temporary, dpi=150)
