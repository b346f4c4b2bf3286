"""The 2021 replication's own data contract: train.pkl and val.pkl, lists of dicts of arrays."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazemap.data.dataset import DatasetInfo
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.pickles import read_pickle
from gazemap.data.writing.items import ImportedSet, Item
from gazemap.errors import DataError
from gazemap.gaze.fixations import Fixations

_INFO = DatasetInfo(
    name="bristol",
    title="SALICON as given to the 2021 replication (Bristol)",
    citation="Jiang, Huang, Duan, Zhao: SALICON: Saliency in Context. CVPR 2015.",
    license="as SALICON and the MS-COCO images",
    source=(
        "train.pkl: X (3, 96, 96), y (48, 48), file_name, mirrored copies included; val.pkl: also "
        "X_original, y_original, a binary fixation map, whose pixels' centers are the fixations"
    ),
    sigma=19.0,
    mirrored_copies=True,
)
_KEYS = {
    "train": ("X", "y", "file_name"),
    "val": ("X", "y", "X_original", "y_original", "file_name"),
}


def read_bristol_pickle(source: Path) -> ImportedSet:
    """A folder with train.pkl, val.pkl or both.

    Raises:
        DataError: neither is there; one is damaged, asks for more than arrays, or lacks a key.
    """
    files = {split: source / f"{split}.pkl" for split in _KEYS if (source / f"{split}.pkl").exists()}
    if not files:
        raise DataError(f"{source} holds neither train.pkl nor val.pkl.")
    records = {split: _records(path, split) for split, path in files.items()}
    items = chain.from_iterable(_items(split, found) for split, found in records.items())
    return ImportedSet(_INFO, items, sum(map(len, records.values())))


def _records(path: Path, split: str) -> list[dict[str, Any]]:
    records = read_pickle(path)
    if not isinstance(records, list | tuple):
        raise DataError(f"{path} must hold a list of dicts, got a {type(records).__name__}.")
    for number, record in enumerate(records):
        missing = [key for key in _KEYS[split] if not isinstance(record, dict) or key not in record]
        if missing:
            raise DataError(f"{path}, entry {number} lacks {', '.join(missing)}.")
        for key in _KEYS[split][:-1]:
            wanted = 3 if key.startswith("X") else 2
            if np.ndim(record[key]) != wanted:
                shape = "(3, H, W)" if wanted == 3 else "(H, W)"
                raise DataError(
                    f"{path}, entry {number}: {key} must have shape {shape}, got {np.shape(record[key])}."
                )
    return list(records)


def _items(split: str, records: list[dict[str, Any]]) -> Iterator[Item]:
    """Copies that mirror an earlier picture share its group, and so its split."""
    stems: dict[int, str] = {}
    taken: set[str] = set()
    for record in records:
        image = _pixels(np.asarray(record["X_original" if split == "val" else "X"]))
        stem = Path(str(record["file_name"])).stem
        group = stems.setdefault(hash(image[:, ::-1].tobytes()), stem)
        stems.setdefault(hash(image.tobytes()), group)
        mirrored = stem in taken or group != stem
        image_id = f"{group}-mirrored" if mirrored else stem
        number = 2
        while image_id in taken:
            image_id, number = f"{stem}-{number}", number + 1
        taken.add(image_id)
        fixations = Fixations.of_pixels(np.asarray(record["y_original"]) > 0) if split == "val" else None
        yield Item(
            image_id,
            image,
            split,
            f"{split}/{group}",
            fixations,
            np.asarray(record["y"], np.float32),
        )


def _pixels(channels_first: NDArray[Any]) -> NDArray[np.uint8]:
    """(3, H, W), floats in [0, 1] or uint8 -> (H, W, 3) uint8, rounded."""
    image = channels_first.transpose(1, 2, 0)
    if image.dtype == np.uint8:
        return np.ascontiguousarray(image)
    return np.asarray(np.rint(np.clip(image, 0, 1) * 255), dtype=np.uint8)


BRISTOL_PICKLE = Importer(
    read=read_bristol_pickle,
    info=_INFO,
    editions={},
    oddities="training pictures are 96 x 96, with dense maps only; mirror images are included",
    holds="pixels",
)
