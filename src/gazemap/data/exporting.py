"""A gaze data set -> the files of other programs. `EXPORTERS` lists the formats."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gazemap.data.dataset import DatasetLike, GazeDataset, as_dataset
from gazemap.data.sample import Sample
from gazemap.errors import DataError, lookup
from gazemap.images.reading import using
from gazemap.system.extras import require
from gazemap.system.files import new_folder
from gazemap.system.progress import bar
from gazemap.system.writing import check_room

if TYPE_CHECKING:
    import h5py

_UPRIGHT = 1  # the EXIF orientation of images that are stored as they are shown
_ORIENTATION = 0x0112


@dataclass(frozen=True)
class Exported:
    """What `export_dataset` has written.

    Attributes:
        folder: the new folder.
        format: a key of `EXPORTERS`.
        images: how many it holds.
        fixations: points of all images together.
    """

    folder: Path
    format: str
    images: int
    fixations: int

    def as_json(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {
            "folder": str(self.folder),
            "format": self.format,
            "images": self.images,
            "fixations": self.fixations,
        }


def export_dataset(dataset: DatasetLike, out: str | Path, *, format: str, progress: bool = False) -> Exported:
    """Write a data set in another program's format.

    Args:
        dataset: a data set, one split of it, or the path of its folder.
        out: a new folder.
        format: a key of `EXPORTERS`.
        progress: show a bar.

    Raises:
        InputError: an unknown format.
        DataError: the format cannot hold the set: images without files, no points, or an unreadable image.
        OutputError: `out` is in use or cannot be written; nothing is left under its name.
        MissingPackageError: h5py is not installed, which writes the files of pysaliency.
    """
    write = lookup("export format", format, EXPORTERS)
    dataset = as_dataset(dataset)
    with new_folder(Path(out)) as folder:
        write(dataset, folder, progress)
    return Exported(Path(out), format, len(dataset), dataset.summary().fixations)


def write_pysaliency(dataset: GazeDataset, folder: Path, progress: bool = False) -> None:
    """stimuli.hdf5 and fixations.hdf5 of pysaliency 0.2 and later, the images, and dataset.json.

    Attributes of the stimuli keep image_id, split, group, domain, sigma and pixels_per_degree; an
    attribute of the scanpaths keeps the observers' names. Dense maps are not kept, and the fixations
    of each observer on an image become one scanpath.

    Raises:
        DataError: images without files, no points, or an unreadable image.
        MissingPackageError: h5py is not installed.
    """
    require("h5py", "Writing pysaliency's files")
    import h5py

    without = [sample.image_id for sample in dataset if sample.file is None]
    if without:
        raise DataError(
            f"pysaliency needs image files, which {len(without)} images lack: {', '.join(without[:3])}. "
            "Import the set with its images."
        )
    points = _points(dataset)
    shown = bar(dataset.samples, f"Exporting {dataset.name}", progress=progress)
    files = [_image(sample, folder) for sample in shown]
    check_room(folder, 2 * sum(values.nbytes for values in points.values()))  # and the table of images
    with h5py.File(folder / "stimuli.hdf5", "w") as file:
        _write_stimuli(file, dataset, files)
    with h5py.File(folder / "fixations.hdf5", "w") as file:
        if "observer" in points:
            _write_scanpaths(file, points)
        else:
            _write_fixations(file, points)
    content = dataset.info.model_dump_json(indent=2) + "\n"
    (folder / "dataset.json").write_text(content, encoding="utf-8")


EXPORTERS: Mapping[str, Callable[[GazeDataset, Path, bool], None]] = {"pysaliency": write_pysaliency}


def _image(sample: Sample, folder: Path) -> tuple[str, tuple[int, ...]]:
    """Copy an image, upright; its name and its shape, which pysaliency takes from Pillow's mode."""
    assert sample.file is not None
    path = PurePosixPath("images") / f"{sample.image_id}{sample.file.suffix}"
    if ".." in path.parts or path.parts[0] != "images":
        raise DataError(f"An image's name must be a plain relative path, got {sample.image_id!r}.")
    mode, upright, profile = using(sample.file, _facts)
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    if upright:
        shutil.copyfile(sample.file, folder / path)
        channels = (len(mode),) if len(mode) > 1 else ()
        return path.as_posix(), (*sample.size, *channels)
    path = path.with_suffix(".png")
    Image.fromarray(sample.image).save(folder / path, icc_profile=profile)
    return path.as_posix(), (*sample.size, 3)


def _facts(image: Image.Image) -> tuple[str, bool, bytes | None]:
    """The mode, whether it is upright, and the color profile."""
    upright = image.getexif().get(_ORIENTATION, _UPRIGHT) == _UPRIGHT
    return image.mode, upright, image.info.get("icc_profile") if image.mode == "RGB" else None


def _points(dataset: GazeDataset) -> dict[str, NDArray[Any]]:
    """What is known of all points, (n,) each: n, the image's position, and the columns of `Fixations`."""
    fixated = [
        (index, sample.fixations) for index, sample in enumerate(dataset) if sample.fixations is not None
    ]
    counts = [len(fixations) for _, fixations in fixated]
    if not sum(counts):
        raise DataError(f"pysaliency needs fixation points, which data set {dataset.name!r} lacks.")
    points: dict[str, NDArray[Any]] = {"n": np.repeat([index for index, _ in fixated], counts)}
    for name, unknown in (
        ("x", np.nan),
        ("y", np.nan),
        ("onset", np.nan),
        ("duration", np.nan),
        ("observer", ""),
    ):
        columns = [getattr(fixations, name) for _, fixations in fixated]
        if any(column is not None for column in columns):
            filled = [
                np.full(count, unknown) if column is None else column
                for column, count in zip(columns, counts, strict=True)
            ]
            points[name] = np.concatenate(filled)
    wrong = np.count_nonzero(~np.isfinite(points["x"]) | ~np.isfinite(points["y"]))
    if wrong:
        raise DataError(f"{wrong:,} fixations of {dataset.name!r} have no finite x and y. Remove them first.")
    return points


def _write_stimuli(file: h5py.File, dataset: GazeDataset, files: list[tuple[str, tuple[int, ...]]]) -> None:
    """FileStimuli 2.1: file names, shapes (H, W) or (H, W, channels), and attributes."""
    import h5py

    text = h5py.string_dtype()
    file.create_dataset("filenames", data=[name for name, _ in files], dtype=text)
    shapes = file.create_dataset("shapes", (len(files),), dtype=h5py.vlen_dtype(np.int64))
    for index, (_, shape) in enumerate(files):
        shapes[index] = np.array(shape)
    info = dataset.info
    names = ["image_id", "split", "group", "domain"]
    for name in names:
        file.create_dataset(name, data=[getattr(sample, name) for sample in dataset], dtype=text)
    for name, usual in (("sigma", info.sigma), ("pixels_per_degree", info.pixels_per_degree)):
        own = [getattr(sample, name) for sample in dataset]
        if any(value != usual for value in own):
            names.append(name)
            file[name] = np.array([np.nan if value in (None, usual) else value for value in own])
    _mark(file, "FileStimuli", "2.1", names)
    file.attrs["size"] = len(files)


def _write_scanpaths(file: h5py.File, points: Mapping[str, NDArray[Any]]) -> None:
    """FixationTrains 1.2: one scanpath for each image and observer, (scanpaths, longest)."""
    import h5py

    observers, subject = np.unique(points["observer"], return_inverse=True)
    pair = points["n"] * len(observers) + subject
    _, first, inverse, counts = np.unique(pair, return_index=True, return_inverse=True, return_counts=True)
    order = np.argsort(
        np.argsort(np.argsort(first))[inverse], kind="stable"
    )  # scanpaths in the order of their first points
    lengths = counts[np.argsort(first)]
    starts = np.sort(first)
    filled = np.arange(lengths.max()) < lengths[:, None]

    def padded(values: NDArray[Any]) -> NDArray[np.float64]:
        rows = np.full(filled.shape, np.nan)
        rows[filled] = values[order]
        return rows

    unknown = np.full(len(order), np.nan)
    file["train_xs"] = padded(points["x"])
    file["train_ys"] = padded(points["y"])
    file["train_ts"] = padded(points.get("onset", unknown))
    file["train_ns"] = points["n"][starts]
    file["train_subjects"] = subject[starts]
    of_scanpath = file.create_group("scanpath_attributes")
    names = points["observer"][starts].astype(object)
    of_scanpath.create_dataset("observer", data=names, dtype=h5py.string_dtype())
    _list(of_scanpath, ["observer"])
    of_fixation = file.create_group("scanpath_fixation_attributes")
    durations = ["durations"] if "duration" in points else []
    for name in durations:
        of_fixation[name] = padded(points["duration"])
    _list(of_fixation, durations)
    _mark(file, "FixationTrains", "1.2", ["subjects", "scanpath_index"])
    mapping = {name: "duration" for name in durations}
    file.attrs["scanpath_attribute_mapping"] = np.bytes_(json.dumps(mapping))


def _write_fixations(file: h5py.File, points: Mapping[str, NDArray[Any]]) -> None:
    """Fixations 1.0: points of unknown observers, without a history."""
    count = len(points["n"])
    for name in ("x", "y", "n"):
        file[name] = points[name]
    file["t"] = points.get("onset", np.full(count, np.nan))
    for name in ("x_hist", "y_hist", "t_hist"):
        file[name] = np.full((count, 1), np.nan)
    file["subjects"] = np.ones(count)
    known = ["duration"] if "duration" in points else []
    for name in known:
        file[name] = points[name]
    _mark(file, "Fixations", "1.0", ["subjects", *known])


def _mark(file: h5py.File, kind: str, version: str, attributes: list[str]) -> None:
    file.attrs["type"] = np.bytes_(kind)
    file.attrs["version"] = np.bytes_(version)
    _list(file, attributes)


def _list(group: h5py.Group, attributes: list[str]) -> None:
    group.attrs["__attributes__"] = np.bytes_(json.dumps(attributes))
