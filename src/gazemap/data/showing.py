"""Several images of a data set as tables and as a figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from arro3.core import Table

from gazemap.data.sample import Sample
from gazemap.data.tables import IMAGES_COLUMNS, fixations_table
from gazemap.errors import InputError, check_name
from gazemap.system.tables import table_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SIDE = 320  # pixels of an image in the figure
_ROWS = ("fixations", "images")


def rows_as_table(samples: Sequence[Sample], rows: str) -> Table:
    """The samples as a table: a row per fixation, as fixations.parquet has them, or per image.

    Raises:
        InputError: `rows` is neither "fixations" nor "images".
    """
    check_name("kind of rows", rows, _ROWS)
    if rows == "fixations":
        return fixations_table([(sample.image_id, sample.fixations) for sample in samples])
    columns: dict[str, list[Any]] = {
        "image_id": [s.image_id for s in samples],
        "file": [None if s.file is None else str(s.file) for s in samples],
        "width": [s.size[1] for s in samples],
        "height": [s.size[0] for s in samples],
        "split": [s.split for s in samples],
        "group": [s.group for s in samples],
        "map": [None if s.map_file is None else str(s.map_file) for s in samples],
        "fixations": [None if s.fixations is None else len(s.fixations) for s in samples],
        "domain": [s.domain for s in samples],
        "sigma": [s.sigma for s in samples],
        "pixels_per_degree": [s.pixels_per_degree for s in samples],
    }
    return table_of(columns, IMAGES_COLUMNS)


def spread_over(samples: Sequence[Sample], count: int) -> list[Sample]:
    """So many of the samples, at equal distances; all where there are fewer.

    Raises:
        InputError: less than one.
    """
    if count < 1:
        raise InputError(f"At least one image must be shown, got images={count}.")
    places = np.linspace(0, len(samples) - 1, min(count, len(samples))).astype(int)
    return [samples[place] for place in places]


def contact_figure(samples: Sequence[Sample]) -> Figure:
    """The images, each with a dot for every fixation.

    Raises:
        DataError: an image cannot be read.
    """
    from gazemap.data.figures import Panel, panels

    shown = []
    for sample in samples:
        image = sample.small_image(_SIDE)
        known = sample.fixations and sample.fixations.scaled(sample.size, (image.shape[0], image.shape[1]))
        count = "" if sample.fixations is None else f", {len(sample.fixations):,} fixations"
        shown.append(Panel(f"{sample.image_id}{count}", image, known))
    return panels(shown)
