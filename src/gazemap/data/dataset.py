"""A gaze data set: a folder of images, a table of them and a table of fixations.

    dataset.json         name, title, citation, license, blur, where it came from
    images.parquet       image_id, file, width, height, split, group, map, domain; fixations, how many,
                         null where they are not known; sigma and pixels_per_degree where an image's
                         differ from the set's
    fixations.parquet    image_id, observer, x, y, onset, duration; absent where no points are public
    images/  maps/       the original image files; dense maps where points are not public

Points are the truth; densities are derived from them, at any size and blur.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pyarrow.types import is_dictionary
from pydantic import BaseModel, ConfigDict, ValidationError

from gazemap.data.sample import Sample
from gazemap.errors import DataError
from gazemap.gaze.fixations import Fixations
from gazemap.system.fingerprint import digest

IMAGES_SCHEMA = pa.schema(
    [
        ("image_id", pa.string()),
        ("file", pa.string()),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("split", pa.string()),
        ("group", pa.string()),
        ("map", pa.string()),
        ("fixations", pa.int64()),
        ("domain", pa.string()),
        ("sigma", pa.float64()),
        ("pixels_per_degree", pa.float64()),
    ]
)
FIXATIONS_SCHEMA = pa.schema(
    [
        ("image_id", pa.string()),
        ("observer", pa.string()),
        ("x", pa.float64()),
        ("y", pa.float64()),
        ("onset", pa.float64()),
        ("duration", pa.float64()),
    ]
)


_CODED = pa.dictionary(pa.int32(), pa.string())


class SetAside(BaseModel):
    """Something that an import could not use, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    item: str
    reason: str


class DatasetInfo(BaseModel):
    """What dataset.json says.

    Attributes:
        name: short, as in recipes' names.
        title: in full.
        citation: of the paper to cite.
        license: under which terms it may be used.
        source: what the import read, and its convention of coordinates.
        homepage: where its authors give it out.
        edition: which release, where there are several.
        task: what the observers were asked to do.
        pixels_per_degree: of visual angle, where known and the same for all images.
        viewing_seconds: for how long an image was seen, where known.
        sigma: the authors' blur of ground truth, in pixels of the original image, where known and
            the same for all images.
        mirrored_copies: whether the images include their mirror images.
        set_aside: what the import could not use.
        notes: what the import noticed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str
    citation: str
    license: str
    source: str
    homepage: str = ""
    edition: str = ""
    task: str = "free viewing"
    pixels_per_degree: float | None = None
    viewing_seconds: float | None = None
    sigma: float | None = None
    mirrored_copies: bool = False
    set_aside: tuple[SetAside, ...] = ()
    notes: tuple[str, ...] = ()


class GazeDataset:
    """A gaze data set, or some of its images; everything but the pixels is in memory."""

    def __init__(self, path: Path, info: DatasetInfo, samples: list[Sample]) -> None:
        self.path = path
        self.info = info
        self.samples = samples

    @property
    def name(self) -> str:
        """The data set's short name."""
        return self.info.name

    def __len__(self) -> int:
        return len(self.samples)

    def __iter__(self) -> Iterator[Sample]:
        return iter(self.samples)

    def __getitem__(self, index: int | str) -> Sample:
        """A sample by position or by image_id."""
        if isinstance(index, str):
            if index not in self._positions:
                raise DataError(f"Data set {self.name!r} has no image {index!r}.")
            return self.samples[self._positions[index]]
        return self.samples[index]

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {sample.image_id: position for position, sample in enumerate(self.samples)}

    @property
    def image_ids(self) -> list[str]:
        """All images, in order."""
        return [sample.image_id for sample in self.samples]

    @property
    def image_names(self) -> list[Path]:
        """The images' files, also of images of which the set holds the points alone."""
        return [sample.file or self.path / "images" / sample.image_id for sample in self.samples]

    @cached_property
    def splits(self) -> dict[str, int]:
        """The splits and how many images each holds."""
        return dict(Counter(sample.split for sample in self.samples))

    @property
    def has_observers(self) -> bool:
        """Whether it is known who looked where."""
        return any(s.fixations is not None and s.fixations.observer is not None for s in self.samples)

    @cached_property
    def fingerprint(self) -> str:
        """The name with a digest of the content: images, points, maps, splits; not of where it lies.

        Two data sets have the same one exactly where all that is trained on or scored is the same.

        Raises:
            DataError: an image or map cannot be read.
        """
        with ThreadPoolExecutor(os.cpu_count()) as pool:  # hashing files is reading and C code
            return f"{self.name} {digest(pool.map(Sample.content, self.samples))}"

    def split(self, name: str) -> GazeDataset:
        """The images of one split.

        Raises:
            DataError: no such split; lists those that there are.
        """
        if name not in self.splits:
            known = ", ".join(f"{split} ({count})" for split, count in self.splits.items())
            raise DataError(f"Data set {self.name!r} has no split {name!r}. It has: {known}.")
        return GazeDataset(self.path, self.info, [s for s in self.samples if s.split == name])

    def __str__(self) -> str:
        """What `gazemap data info` prints."""
        fixations = sum(len(sample.fixations) for sample in self.samples if sample.fixations)
        observers = {name for s in self.samples if s.fixations for name in s.fixations.observers}
        sizes = Counter(sample.size for sample in self.samples).most_common()
        (height, width), _ = sizes[0]
        more = f" and {len(sizes) - 1} other sizes" if len(sizes) > 1 else ""
        splits = ", ".join(f"{name} {count}" for name, count in self.splits.items())
        maps = sum(sample.map_file is not None for sample in self.samples)
        lines = [
            f"{self.name}: {self.info.title}" + (f", {self.info.edition}" if self.info.edition else ""),
            f"  images     {len(self)} ({splits}), {width} x {height}{more}",
            f"  fixations  {fixations:,}" + (f" of {len(observers)} observers" if observers else ""),
            f"  maps       {maps}",
            f"  blur       {self.info.sigma} px" if self.info.sigma else "  blur       not stated",
            f"  source     {self.info.source}",
            f"  license    {self.info.license}",
            f"  cite       {self.info.citation}",
        ]
        lines += [f"  note       {note}" for note in self.info.notes]
        lines += [f"  set aside  {entry.item}: {entry.reason}" for entry in self.info.set_aside]
        return "\n".join(lines)


def load_dataset(path: str | Path) -> GazeDataset:
    """Open a gaze data set's folder.

    Raises:
        DataError: no such folder, a missing or damaged table, or a wrong column; names the file.
    """
    path = Path(path)
    if not (path / "dataset.json").is_file():
        raise DataError(
            f"{path} is no gaze data set: it has no dataset.json. "
            "Make one with `gazemap data import` or `gazemap data popout`."
        )
    try:
        content = json.loads((path / "dataset.json").read_text(encoding="utf-8"))
        info = DatasetInfo.model_validate(content)
    except (json.JSONDecodeError, UnicodeDecodeError, ValidationError) as error:
        raise DataError(f"{path / 'dataset.json'} cannot be used: {error}") from error
    images = _read_table(path / "images.parquet", IMAGES_SCHEMA)
    if not len(images):
        raise DataError(f"{path / 'images.parquet'} lists no image. Import the data set again.")
    grouped = _fixations_by_image(path / "fixations.parquet")
    samples = [
        Sample(
            image_id=row["image_id"],
            file=path / row["file"] if row["file"] else None,
            size=(row["height"], row["width"]),
            split=row["split"],
            group=row["group"],
            fixations=None if row["fixations"] is None else grouped.get(row["image_id"], _NOBODY_LOOKED),
            map_file=path / row["map"] if row["map"] else None,
            domain=row["domain"],
            sigma=info.sigma if row["sigma"] is None else row["sigma"],
            pixels_per_degree=row["pixels_per_degree"] or info.pixels_per_degree,
        )
        for row in images.to_pylist()
    ]
    return GazeDataset(path, info, samples)


_NOBODY_LOOKED = Fixations(np.empty(0), np.empty(0))


def _read_table(path: Path, schema: pa.Schema, coded: tuple[str, ...] = ()) -> pa.Table:
    """A table of this schema; texts of the columns `coded` stay dictionaries where they are stored so."""
    try:
        table = pq.read_table(path, read_dictionary=[*coded])
    except (OSError, pa.ArrowInvalid) as error:
        raise DataError(f"{path} cannot be read ({error}). Import the data set again.") from error
    try:
        table = table.select(schema.names)
        kept = [is_dictionary(found.type) and found.name in coded for found in table.schema]
        types = [_CODED if keep else field.type for keep, field in zip(kept, schema, strict=True)]
        return table.cast(pa.schema(list(zip(schema.names, types, strict=True))))
    except (KeyError, pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        wanted = ", ".join(f"{field.name} ({field.type})" for field in schema)
        raise DataError(f"{path} needs the columns {wanted}: {error}") from error


def _fixations_by_image(path: Path) -> dict[str, Fixations]:
    if not path.exists():
        return {}
    table = _read_table(path, FIXATIONS_SCHEMA, ("image_id", "observer")).unify_dictionaries()
    names, codes = _decoded(table["image_id"])
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(len(names) + 1)).tolist()
    columns: dict[str, Any] = {}
    for name in ("x", "y", "onset", "duration"):
        if table[name].null_count < len(table):  # a column of nulls alone is not known
            columns[name] = table[name].to_numpy()[order]
    if table["observer"].null_count < len(table):
        observers, coded = _decoded(table["observer"])
        columns["observer"] = observers[coded[order]]
    # nor is what an image's rows leave null, in a merged set of which other parts know it
    known = {name: table[name].is_valid().to_numpy()[order] for name in columns}
    return {
        name: Fixations(**{key: v[start:end] for key, v in columns.items() if known[key][start:end].any()})
        for name, (start, end) in zip(names.tolist(), pairwise(starts), strict=True)
        if end > start
    }


def _decoded(column: pa.ChunkedArray) -> tuple[NDArray[np.str_], NDArray[np.int32]]:
    """The texts of a dictionary's column, and the place of each row's text among them; null is "None"."""
    array = column.dictionary_encode().combine_chunks()
    texts = np.array([*array.dictionary.to_pylist(), "None"], dtype=str)
    return texts, array.indices.fill_null(len(texts) - 1).to_numpy()


def fixation_image_ids(path: Path) -> set[str]:
    """The images that a data set's fixations.parquet speaks of."""
    grouped = _fixations_by_image(path / "fixations.parquet")
    return set(grouped)
