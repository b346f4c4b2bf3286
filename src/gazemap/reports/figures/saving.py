"""Writing figures: their formats, checked before work starts."""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure

from gazemap.errors import InputError
from gazemap.system.files import replacing


def check_figure(path: Path) -> None:
    """Refuse a name that no figure can have.

    Raises:
        InputError: the ending is no format of figures; lists those that are.
    """
    known = Figure().canvas.get_supported_filetypes()
    if path.suffix[1:].lower() not in known:
        raise InputError(f"{path} cannot be a figure: its name must end in one of .{', .'.join(known)}.")


def write_figure(figure: Figure, path: Path) -> None:
    """Write a figure, whole or not at all; the name's ending says the format.

    Raises:
        OutputError: it cannot be written.
    """
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=150)
