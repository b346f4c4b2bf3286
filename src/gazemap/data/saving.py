"""Writing a gaze data set that is in memory (a part, a merge, new splits), as a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from gazemap.data.dataset import GazeDataset
from gazemap.data.items import Item, Source
from gazemap.data.sample import Sample
from gazemap.data.writing import write_dataset
from gazemap.errors import DataError
from gazemap.files import replacing


def save_dataset(dataset: GazeDataset, out: str | Path, *, progress: bool = False) -> GazeDataset:
    """Write all that is known of a data set, its image files among it, to a new folder.

    Args:
        dataset: of one folder or several; they stay as they are.
        out: a folder that does not exist yet, or is empty.
        progress: show a bar.

    Raises:
        DataError: not one image can be read; single ones are set aside and listed in dataset.json.
        OutputError: `out` is in use or cannot be written; nothing is left under its name.
    """
    items = (_item(sample, dataset) for sample in dataset)
    # the import has judged the points; a part may have more of those that lie outside
    return write_dataset(Source(dataset.info, items, len(dataset), tolerance=1.0), out, progress=progress)


def save_splits(dataset: GazeDataset) -> None:
    """Write the groups and splits of a data set's images to its own images.parquet, whole or not at all.

    Args:
        dataset: the complete set, as it was loaded, but for its groups and splits.

    Raises:
        DataError: the file lists other images.
        OutputError: the file cannot be written; the old one is left.
    """
    path = dataset.path / "images.parquet"
    table = pq.read_table(path)
    if table["image_id"].to_pylist() != dataset.image_ids:
        raise DataError(
            f"{path} does not list these {len(dataset)} images alone; load the complete set again."
        )
    for name in ("split", "group"):
        values = pa.array([getattr(sample, name) for sample in dataset], pa.string())
        table = table.set_column(table.schema.get_field_index(name), name, values)
    with replacing(path) as beside:
        pq.write_table(table, beside)


def _item(sample: Sample, dataset: GazeDataset) -> Item:
    info = dataset.info
    return Item(
        image_id=sample.image_id,
        image=sample.file or sample.size,
        split=sample.split,
        group=sample.group,
        fixations=sample.fixations,
        map=sample.map_file,
        domain=sample.domain,
        sigma=None if sample.sigma == info.sigma else sample.sigma,
        pixels_per_degree=None
        if sample.pixels_per_degree == info.pixels_per_degree
        else sample.pixels_per_degree,
    )
