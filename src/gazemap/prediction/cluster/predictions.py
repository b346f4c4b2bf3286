"""The parts of a folder as one table, for whatever reads Arrow."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gazemap.errors import DataError
from gazemap.prediction.cluster.parts import part_number
from gazemap.prediction.cluster.results import open_out
from gazemap.prediction.cluster.stores import is_address

if TYPE_CHECKING:
    from pyarrow.dataset import Dataset


def read_predictions(out: str | os.PathLike[str]) -> Dataset:
    """What `predict_manifest` wrote, as a `pyarrow.dataset.Dataset`: nothing is read before it is asked for.

    Columns: image_id, width, height (pixels); density (density_height x density_width values row by row,
    which divided by their sum are probabilities), points (x, y in pixels of the image, share), thirds (the
    share of each ninth), notes, error (why an image failed, else null).

    Args:
        out: the folder of the parts, or its address.

    Raises:
        DataError: there are no parts.
    """
    from pyarrow import dataset
    from pyarrow.fs import FileSystem

    place = os.fspath(out)
    if not is_address(place) and not os.path.isdir(place):
        raise DataError(f"There is no folder {place}. Check the path.")
    files, root = FileSystem.from_uri(place if is_address(place) else os.path.abspath(place))
    names = sorted(name for name in open_out(place).names() if part_number(name) is not None)
    if not names:
        raise DataError(f"{place} holds no parts. Make them: gazemap predict manifest.parquet --out FOLDER.")
    return dataset.dataset([f"{root}/{name}" for name in names], format="parquet", filesystem=files)
