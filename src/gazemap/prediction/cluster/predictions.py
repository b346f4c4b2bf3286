"""The parts of a folder as one table, for whatever reads Arrow."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from gazemap.errors import DataError
from gazemap.prediction.cluster.parts import part_number

if TYPE_CHECKING:
    from pyarrow.dataset import Dataset


def read_predictions(out: str | os.PathLike[str]) -> Dataset:
    """What `predict_manifest` wrote, as a `pyarrow.dataset.Dataset`: nothing is read before it is asked for.

    Columns: image_id, width, height (pixels); density (density_height x density_width values row by row,
    which divided by their sum are probabilities), points (x, y in pixels of the image, share), thirds (the
    share of each ninth), notes, error (why an image failed, else null).

    Args:
        out: the folder of the parts.

    Raises:
        DataError: there are no parts.
    """
    from pyarrow import dataset

    folder = Path(out)
    names = sorted(entry.name for entry in os.scandir(folder)) if folder.is_dir() else []
    parts = [str(folder / name) for name in names if part_number(name) is not None]
    if not parts:
        raise DataError(f"{folder} holds no parts. Make them: gazemap predict manifest.parquet --out FOLDER.")
    return dataset.dataset(parts, format="parquet")
