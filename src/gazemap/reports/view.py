"""`gazemap data view`: one self-contained HTML page that shows what a gaze data set holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from threadpoolctl import threadpool_limits

from gazemap.data.check import Problem, check_dataset
from gazemap.data.dataset import DatasetLike, GazeDataset, as_dataset
from gazemap.data.sample import Sample
from gazemap.data.selection import spread
from gazemap.errors import DataError, InputError, OutputError
from gazemap.evaluation.baselines import relative_points
from gazemap.evaluation.blurs import blur_described, with_blur
from gazemap.reports.figures import gaze as gaze_figures
from gazemap.reports.observers import observers
from gazemap.reports.pages import png, render
from gazemap.reports.thumbnails import observer_colors, thumbnail
from gazemap.system.files import write_text
from gazemap.system.plain import plain
from gazemap.system.progress import bar
from gazemap.system.writing import check_writable
from gazemap.types import Floats

_COMPARED = 100  # images on which the observers' agreement and the mean of dense maps are computed
_LISTED = 30  # problems, and what was set aside
_OBSERVERS = 60  # rows of their table
_RECORDINGS = 60  # rows of their table
_SIZES = 8
_CELLS = 40  # of the spatial histogram, across


@dataclass(frozen=True)
class ContactSheet:
    """A page that was written.

    Attributes:
        out: the HTML file.
        images: how many images it shows.
        problems: how many items of the data set are unreadable, missing, unpaired or out of frame.
    """

    out: Path
    images: int
    problems: int

    def notes(self) -> list[str]:
        """What was written, in sentences."""
        found = f"The check found {self.problems} problems; the page names them." if self.problems else ""
        return [f"Page: {self.out}", *([found] if found else [])]

    def as_json(self) -> dict[str, Any]:
        """The file and the counts."""
        values: dict[str, Any] = plain(asdict(self))
        return values


def view(
    dataset: DatasetLike,
    out: str | Path | None = None,
    *,
    images: int = 48,
    seed: int = 0,
    progress: bool = False,
) -> ContactSheet:
    """Show a data set's images, counts, center bias, observers and problems on one page.

    Args:
        dataset: a whole one, as `load_dataset` opens it, or its folder; every file in it is read.
        out: the HTML file, not inside the data set's folder; by default the name of that folder with
            .html, in the current folder.
        images: how many to show, spread over the set; all, where it has fewer.
        seed: chooses them.
        progress: show bars.

    Raises:
        DataError: there is no data set.
        InputError: a file inside the data set, a name that does not end in .html, or less than one image.
        OutputError: `out` is a folder or cannot be written.
    """
    opened = as_dataset(dataset)
    path = Path(out) if out else Path(f"{opened.path.resolve().name}.html")
    _refuse(path, opened, images)
    with threadpool_limits(1, user_api="blas"):  # for products this small, threads only wait for each other
        problems = check_dataset(opened.path, progress=progress).problems
        page = _page(opened, problems, images, seed, progress)
    write_text(path, page)
    return ContactSheet(path, min(images, len(opened)), len(problems))


def _page(dataset: GazeDataset, problems: Sequence[Problem], images: int, seed: int, progress: bool) -> str:
    blurred = with_blur(dataset)
    people = observers(dataset, images=_COMPARED, seed=seed, progress=progress)
    colors = observer_colors(sorted(row.name for row in people.rows))
    shown = bar(spread(blurred.samples, images, seed), "Drawing", progress=progress)
    return render(
        "contact_sheet.html",
        dataset=dataset,
        blur=blur_described(dataset),
        counts=_counts(dataset),
        thumbnails=[thumbnail(sample, colors) for sample in shown],
        colors=colors,
        center=_center_bias(dataset, seed),
        histograms=list(_histograms(dataset)),
        sizes=Counter(sample.size for sample in dataset).most_common(),
        sizes_figure=_sizes_figure(dataset),
        observers=people.rows,
        observers_figure=png(people.plot())
        if sum(row.agreement is not None for row in people.rows) > 1
        else None,
        compared=min(_COMPARED, len(dataset)),
        recordings=dataset.info.recordings,
        problems=[(problem.item, problem.what) for problem in problems],
        set_aside=[(entry.item, entry.reason) for entry in dataset.info.set_aside],
        limits={"problems": _LISTED, "observers": _OBSERVERS, "recordings": _RECORDINGS, "sizes": _SIZES},
    )


def _refuse(path: Path, dataset: GazeDataset, images: int) -> None:
    if path.resolve().is_relative_to(dataset.path.resolve()):
        raise InputError(
            f"{path} lies inside the data set {dataset.path}, whose folder must hold nothing else. "
            "Choose a file outside of it."
        )
    if path.is_dir():
        raise OutputError(f"{path} is a folder. Give the name of an HTML file.")
    if path.suffix.lower() not in {".html", ".htm"}:
        raise InputError(f"The name of a page must end in .html, got {path}.")
    if images < 1:
        raise InputError(f"images must be at least 1, got {images}.")
    check_writable(path)


def _counts(dataset: GazeDataset) -> dict[str, tuple[int, int, int, int]]:
    """Images, images with fixations, fixations and dense maps: by split, and of all splits."""

    def count(samples: Sequence[Sample]) -> tuple[int, int, int, int]:
        points = [len(sample.fixations) for sample in samples if sample.fixations]
        maps = sum(sample.map_file is not None for sample in samples)
        return len(samples), len(points), sum(points), maps

    rows = {name: count(dataset.split(name).samples) for name in dataset.splits}
    return rows | ({"all": count(dataset.samples)} if len(rows) > 1 else {})


def _center_bias(dataset: GazeDataset, seed: int) -> dict[str, str]:
    """The spatial histogram of all fixations, or else the mean of some dense maps, with a sentence on it."""
    aspect = float(np.median([sample.size[1] / sample.size[0] for sample in dataset]))
    cells = (
        (max(round(_CELLS / aspect), 1), _CELLS) if aspect > 1 else (_CELLS, max(round(_CELLS * aspect), 1))
    )
    points = np.concatenate(relative_points(dataset))
    points = points[((points >= 0) & (points <= 1)).all(axis=1)]
    if len(points):
        shares, *_ = np.histogram2d(points[:, 1], points[:, 0], cells, ((0, 1), (0, 1)))
        (x, y), (dx, dy) = points.mean(axis=0), points.std(axis=0)
        words = (
            f"{len(points):,} fixations in relative coordinates, x / width and y / height: "
            f"mean ({x:.3f}, {y:.3f}), standard deviation ({dx:.3f}, {dy:.3f})."
        )
    else:
        maps = list(_stored_maps(dataset, seed, cells))
        if not maps:
            return {}
        shares, words = np.mean(maps, axis=0), f"The mean of {len(maps)} dense maps."
    return {"figure": png(gaze_figures.spatial_histogram(shares / shares.mean(), aspect)), "words": words}


def _stored_maps(dataset: GazeDataset, seed: int, cells: tuple[int, int]) -> Iterator[Floats]:
    """Dense maps spread over the set, averaged over cells, each with the sum 1; none of maps of zeros."""
    having = dataset.with_samples([s for s in dataset if s.map_file is not None])
    for sample in spread(having.samples, _COMPARED, seed):
        try:
            reduced = Image.fromarray(sample.stored_map()).resize(cells[::-1], Image.Resampling.BOX)
        except DataError:
            continue  # the check has named it
        values = np.asarray(reduced, dtype=np.float64)
        if values.sum() > 0:
            yield values / values.sum()


def _histograms(dataset: GazeDataset) -> Iterator[tuple[str, str]]:
    """Title and figure of each quantity of the fixations that is known."""
    known = [sample.fixations for sample in dataset if sample.fixations is not None]
    if not known:
        return
    numbers = np.array([len(fixations) for fixations in known])
    yield "Fixations per image", png(gaze_figures.histogram(numbers, "fixations", "images"))
    for title, columns in (
        ("Durations", [f.duration for f in known if f.duration is not None]),
        ("Onsets", [f.onset for f in known if f.onset is not None]),
    ):
        values = np.concatenate([*columns, np.empty(0)])
        values = values[np.isfinite(values)]
        if len(values):
            yield title, png(gaze_figures.histogram(values, "seconds", "fixations"))


def _sizes_figure(dataset: GazeDataset) -> str | None:
    heights, widths = np.array([sample.size for sample in dataset]).T
    several = len({sample.size for sample in dataset}) > _SIZES
    return png(gaze_figures.image_sizes(widths, heights)) if several else None
