"""Checking a gaze data set: everything is read, and every fault is named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gazemap.data.dataset import GazeDataset, load_dataset
from gazemap.data.sample import Sample
from gazemap.data.tables import read_fixations
from gazemap.data.writing.conventions import ConventionCheck
from gazemap.data.writing.times import TimeCheck
from gazemap.errors import DataError
from gazemap.images.reading import read_image
from gazemap.system.progress import bar
from gazemap.types import Size


@dataclass(frozen=True)
class Problem:
    """One fault: which image or file has it, and what it is."""

    item: str
    what: str


@dataclass(frozen=True)
class DatasetCheck:
    """What reading all of a data set has shown.

    Attributes:
        path: the data set's folder.
        images: how many it lists.
        problems: every fault; empty where there is none.
    """

    path: Path
    images: int
    problems: tuple[Problem, ...]

    @property
    def is_sound(self) -> bool:
        """Whether there is no problem."""
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        """The same as JSON values."""
        problems = [asdict(problem) for problem in self.problems]
        return {"path": str(self.path), "images": self.images, "problems": problems}


def check_dataset(path: str | Path, *, progress: bool = False) -> DatasetCheck:
    """Read every image, map and fixation of a data set, and name each fault.

    Args:
        path: the data set's folder.
        progress: show a bar.

    Raises:
        DataError: the folder cannot be opened as a data set at all.
    """
    dataset = load_dataset(path)
    problems = [*_duplicates(dataset), *_split_groups(dataset), *_strays(dataset), *_suspicious(dataset)]
    description = f"Checking {dataset.name}"
    for sample in bar(dataset.samples, description, progress=progress):
        problems += [Problem(sample.image_id, what) for what in _faults(sample)]
    return DatasetCheck(Path(path), len(dataset), tuple(problems))


def _faults(sample: Sample) -> Iterator[str]:
    if sample.file is not None:
        yield from _image_faults(sample.file, sample.size)
    if sample.map_file is not None:
        try:
            sample.stored_map()
        except DataError as error:
            yield str(error)
    if sample.fixations is None:
        return
    height, width = sample.size
    x, y = sample.fixations.x, sample.fixations.y
    inside = sample.fixations.inside(sample.size)
    if not inside.all():
        i = int((~inside).argmax())
        yield (
            f"{int((~inside).sum())} of {len(x)} fixations outside {width} x {height}, "
            f"the first at ({x[i]:.1f}, {y[i]:.1f})"
        )
    if not len(x) and sample.map_file is None:
        yield "neither fixations nor a map"


def _suspicious(dataset: GazeDataset) -> Iterator[Problem]:
    """Points and times that fit and yet cannot be what they seem; see `gazemap.data.writing.conventions`."""
    places = ConventionCheck(tolerance=1.0)  # those outside are named by image
    times = TimeCheck(onset_from="trial")  # as the import has understood them
    for sample in dataset:
        if sample.fixations is not None:
            places.add(sample.fixations, sample.fixations, sample.size)
            times.add(sample.fixations)
    for what in (places.problem(final=True), times.problem()):
        if what:
            yield Problem("fixations.parquet", f"{what} Import the data set again, with what is right.")


def _image_faults(file: Path, size: Size) -> Iterator[str]:
    try:
        height, width = read_image(file).shape[:2]
    except DataError as error:
        yield str(error)
        return
    if (height, width) != size:
        yield f"{file.name} is {width} x {height}, images.parquet says {size[1]} x {size[0]}"


def _duplicates(dataset: GazeDataset) -> Iterator[Problem]:
    seen: set[str] = set()
    for image_id in dataset.image_ids:
        if image_id in seen:
            yield Problem(image_id, "listed twice in images.parquet")
        seen.add(image_id)


def _split_groups(dataset: GazeDataset) -> Iterator[Problem]:
    splits: dict[str, set[str]] = defaultdict(set)
    for sample in dataset:
        splits[sample.group].add(sample.split)
    for group, names in splits.items():
        if len(names) > 1:
            yield Problem(group, f"near-duplicates of this group lie in {', '.join(sorted(names))}")


def _strays(dataset: GazeDataset) -> Iterator[Problem]:
    """Fixations of images that are not listed, and files that no row names."""
    known = set(dataset.image_ids)
    for image_id in sorted({*read_fixations(dataset.path / "fixations.parquet")} - known):
        yield Problem(image_id, "has fixations but no row in images.parquet")
    named = {sample.file for sample in dataset} | {sample.map_file for sample in dataset}
    for folder in ("images", "maps"):
        for file in sorted((dataset.path / folder).rglob("*")):
            if file.is_file() and file not in named:
                yield Problem(file.relative_to(dataset.path).as_posix(), "no row of images.parquet names it")
