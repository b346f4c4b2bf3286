"""A gaze data set: a folder of images, a table of them and a table of fixations.

    dataset.json         name, title, citation, license, blur, its source
    images.parquet       image_id, file, width, height, split, group, map, domain; fixations, how many,
                         null where they are not known; sigma and pixels_per_degree where an image's
                         differ from the set's
    fixations.parquet    image_id, observer, x, y, onset, duration; absent where no points are public
    images/  maps/       the original image files; dense maps where points are not public

Points are the truth; densities are derived from them, at any size and blur.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from arro3.core import Table
from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, ValidationError

from gazemap.data import selection
from gazemap.data.sample import Sample
from gazemap.data.schema import MAX_SECONDS, PixelsPerDegree, Sigma
from gazemap.data.selection import Range
from gazemap.data.showing import contact_figure, rows_as_table, spread_over
from gazemap.data.split_names import no_split, split_named
from gazemap.data.tables import read_fixations, read_images
from gazemap.errors import DataError
from gazemap.gaze.fixations import Fixations
from gazemap.gaze.recordings.quality import RecordingQuality
from gazemap.system.checking import mistakes
from gazemap.system.fingerprint import digest
from gazemap.system.json_text import parse_json
from gazemap.system.notebooks import picture, table
from gazemap.system.tables import as_frame
from gazemap.types import Size

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Rows = Literal["fixations", "images"]  # what a data set has a table of
_PREVIEWED = 3  # images that a notebook shows
_NOBODY_LOOKED = Fixations(np.empty(0), np.empty(0))


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
        recordings: how good each recording of an eye tracker is, where the set was made of some.
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
    pixels_per_degree: PixelsPerDegree | None = None
    viewing_seconds: Annotated[PositiveFloat, Field(le=MAX_SECONDS)] | None = None
    sigma: Sigma | None = None
    mirrored_copies: bool = False
    set_aside: tuple[SetAside, ...] = ()
    notes: tuple[str, ...] = ()
    recordings: tuple[RecordingQuality, ...] = ()


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
        """A sample by position or by image_id.

        Raises:
            DataError: there is no image of that name; gives the nearest name.
            IndexError: there is no image at that position.
        """
        if isinstance(index, str):
            selection.check_image_ids([index], self._positions)
            return self.samples[self._positions[index]]
        try:
            return self.samples[index]
        except IndexError as error:
            raise IndexError(
                f"Data set {self.name!r} has {len(self):,} images; there is none at position {index}."
            ) from error

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {sample.image_id: position for position, sample in enumerate(self.samples)}

    @property
    def image_ids(self) -> list[str]:
        """All images, in order."""
        return [sample.image_id for sample in self.samples]

    @property
    def image_names(self) -> list[Path]:
        """The images' files, also of images of which the set holds only the points."""
        return [sample.file or self.path / "images" / sample.image_id for sample in self.samples]

    @cached_property
    def splits(self) -> dict[str, int]:
        """The splits and how many images each holds."""
        return dict(Counter(sample.split for sample in self.samples))

    @cached_property
    def observers(self) -> list[str]:
        """The names of all observers with at least one fixation, sorted."""
        return selection.observers_of(self.samples)

    @property
    def has_observers(self) -> bool:
        """Whether the observer of any fixation is known."""
        return any(s.fixations is not None and s.fixations.observer is not None for s in self.samples)

    @property
    def fingerprint(self) -> str:
        """The name and a digest of the content: files, points, splits and order, but not the folder.

        Two data sets have the same fingerprint exactly if everything that is trained on or scored is the
        same. All files are read at every use, so that a replaced image is noticed.

        Raises:
            DataError: an image or map cannot be read.
        """
        with ThreadPoolExecutor(os.cpu_count()) as pool:  # hashing files is reading and C code
            # whether mirror images are there already decides how the set is trained on
            doubled = [b"mirrored copies"] if self.info.mirrored_copies else []
            return f"{self.name} {digest([*pool.map(Sample.content, self.samples), *doubled])}"

    def split(self, name: str) -> GazeDataset:
        """The images of one split, by any of its names: see `split_named`.

        Raises:
            DataError: no such split; lists those that there are.
        """
        name = split_named(name)
        if name not in self.splits:
            raise DataError(f"Data set {self.name!r} has {no_split(name, self.splits, self.path)}")
        return self.with_samples([s for s in self.samples if s.split == name])

    def with_samples(self, samples: Sequence[Sample], note: str = "") -> GazeDataset:
        """The same data set with other samples: a part, another order, or changed ones; in memory.

        Args:
            samples: of the new data set.
            note: what was done; it is added to `info.notes`.
        """
        notes = (*self.info.notes, note) if note else self.info.notes
        return GazeDataset(self.path, self.info.model_copy(update={"notes": notes}), [*samples])

    def select(
        self,
        *,
        split: str | None = None,
        images: Collection[str] | None = None,
        width: Range | None = None,
        height: Range | None = None,
        aspect: Range | None = None,
        observers: Collection[str] | None = None,
        durations: Range | None = None,
        window: Range | None = None,
        first: int | None = None,
    ) -> GazeDataset:
        """A part of the data set, in memory; each choice applies to what the previous ones left.

        A choice of fixations (the last four) leaves out the images of which no fixation is left, and all
        dense maps, since they were made from all fixations.

        Args:
            split: the images of this split.
            images: the images of these names, in the data set's order.
            width: (low, high) in pixels, both included.
            height: (low, high) in pixels, both included.
            aspect: (low, high) of width / height, both included.
            observers: the fixations of these observers.
            durations: (low, high) in seconds, low <= duration < high.
            window: (low, high) in seconds since the image appeared, low <= onset < high.
            first: how many fixations of each scanpath, in the order of their onsets.

        Raises:
            InputError: a range whose low end is above its high end, or `first` below 1.
            DataError: an unknown name, a choice by what the set does not know, or nothing is left.
        """
        choices: selection.Choices = {"images": images, "width": width, "height": height, "aspect": aspect}
        choices |= {"observers": observers, "durations": durations, "window": window, "first": first}
        part = self if split is None else self.split(split)
        for samples, described in selection.steps(part.samples, self.name, choices):
            part = part.with_samples(samples, f"a part of it: {described}")
        return part

    def summary(self) -> Summary:
        """What the data set holds, counted, and what is known of it."""
        return Summary(
            path=self.path,
            info=self.info,
            images=len(self),
            splits=self.splits,
            sizes=dict(Counter(sample.size for sample in self.samples).most_common()),
            fixations=sum(len(sample.fixations) for sample in self.samples if sample.fixations),
            observers=len(self.observers),
            maps=sum(sample.map_file is not None for sample in self.samples),
        )

    def __repr__(self) -> str:
        counts = f"images={len(self)}, splits={self.splits}, observers={len(self.observers)}"
        return f"GazeDataset({self.name!r}, {counts})"

    def plot(self, images: int = 6) -> Figure:
        """Some images with a dot for every fixation, as a figure of matplotlib.

        Args:
            images: how many, spread over the set; all where it has fewer.

        Raises:
            InputError: less than one image.
            DataError: an image cannot be read, or the set has none.
        """
        if not self.samples:
            raise DataError(f"{self.name!r} has no image that could be shown.")
        return contact_figure(spread_over(self.samples, images))

    def to_arrow(self, rows: Rows = "fixations") -> Table:
        """A row per fixation, or per image, with the columns of the set's own files; an arro3 table.

        Raises:
            InputError: other rows.
        """
        return rows_as_table(self.samples, rows)

    def to_pandas(self, rows: Rows = "fixations") -> Any:  # noqa: ANN401 - pandas is not needed otherwise
        """The table of `to_arrow` as a pandas.DataFrame.

        Raises:
            InputError: other rows.
            MissingPackageError: pandas is not installed.
        """
        return as_frame(self.to_arrow(rows))

    def _repr_html_(self) -> str:
        facts = self.summary().facts()
        shown = picture(lambda: self.plot(_PREVIEWED), f"{min(_PREVIEWED, len(self))} of {len(self)} images")
        return table(self.info.title, [("", ""), *facts]) + "\n" + shown


@dataclass(frozen=True)
class Summary:
    """What a data set holds, counted, and what is known of it.

    Attributes:
        path: the data set's folder.
        info: title, license, citation and what the import noticed.
        images: how many.
        splits: how many images each split has.
        sizes: how many images each size (H, W) has, the most common first.
        fixations: of all images together.
        observers: how many have at least one fixation; 0 where they are not known.
        maps: images with a dense map.
    """

    path: Path
    info: DatasetInfo
    images: int
    splits: dict[str, int]
    sizes: dict[Size, int]
    fixations: int
    observers: int
    maps: int

    def facts(self) -> list[tuple[str, str]]:
        """The same as texts, a name and a value each; what is not known is left out."""
        sizes = [f"{width} x {height} ({count})" for (height, width), count in self.sizes.items()]
        more = f", and {len(sizes) - 3} more" if len(sizes) > 3 else ""
        named = {
            "folder": str(self.path),
            "images": f"{self.images:,}",
            "splits": ", ".join(f"{split} {count:,}" for split, count in self.splits.items()),
            "sizes, in pixels": ", ".join(sizes[:3]) + more,
            "fixations": f"{self.fixations:,}" if self.fixations else "",
            "observers": f"{self.observers:,}" if self.observers else "",
            "dense maps": f"{self.maps:,}" if self.maps else "",
            "license": self.info.license,
            "please cite": self.info.citation,
        }
        return [(name, value) for name, value in named.items() if value]

    def as_json(self) -> dict[str, Any]:
        """The same as JSON values; what is not known is None."""
        return {
            "path": str(self.path),
            "images": self.images,
            "splits": dict(self.splits),
            "sizes": [
                {"height": height, "width": width, "images": count}
                for (height, width), count in self.sizes.items()
            ],
            "fixations": self.fixations,
            "observers": self.observers,
            "maps": self.maps,
            **self.info.model_dump(mode="json"),
        }


DatasetLike = GazeDataset | str | Path  # a data set, or the folder of one


def as_dataset(dataset: DatasetLike) -> GazeDataset:
    """The data set itself, or the one in a folder; raises what `load_dataset` raises."""
    return dataset if isinstance(dataset, GazeDataset) else load_dataset(dataset)


def load_dataset(path: str | Path) -> GazeDataset:
    """Open a gaze data set's folder.

    Raises:
        DataError: no such folder, a missing or damaged table, or a wrong column; names the file.
    """
    path = Path(path)
    about = path / "dataset.json"
    if not about.is_file():
        raise DataError(
            f"{path} is no gaze data set: it has no dataset.json. "
            "Make one with `gazemap data import` or `gazemap data popout`."
        )
    try:
        info = DatasetInfo.model_validate(parse_json(about.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise DataError(f"{about} cannot be used: {' '.join(mistakes(error, DatasetInfo))}") from error
    except (OSError, ValueError) as error:
        raise DataError(f"{about} cannot be used: {error}") from error
    rows = read_images(path / "images.parquet")
    points = read_fixations(path / "fixations.parquet")
    samples = [
        Sample(
            image_id=row.image_id,
            file=path / row.file if row.file else None,
            size=(row.height, row.width),
            split=split_named(row.split),
            group=row.group,
            fixations=None if row.fixations is None else points.get(row.image_id, _NOBODY_LOOKED),
            map_file=path / row.map if row.map else None,
            domain=row.domain,
            sigma=info.sigma if row.sigma is None else row.sigma,
            pixels_per_degree=row.pixels_per_degree or info.pixels_per_degree,
        )
        for row in rows
    ]
    return GazeDataset(path, info, samples)
