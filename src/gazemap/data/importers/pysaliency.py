"""pysaliency's HDF5 files: stimuli (as files or embedded) and the fixations on them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydantic import ValidationError

from gazemap.data.dataset import DatasetInfo, SetAside
from gazemap.data.importers.hdf5 import Hdf5, opened
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.pairing import last_are_val
from gazemap.data.importers.pysaliency_fixations import Looks, read_looks
from gazemap.data.writing.items import ImportedSet, Item
from gazemap.errors import DataError
from gazemap.images.names import minimal_names
from gazemap.images.opening import MAX_PIXELS
from gazemap.images.reading import read_image
from gazemap.system.checking import mistakes

_INFO = DatasetInfo(
    name="pysaliency",
    title="A data set of pysaliency",
    citation="of the data set, as pysaliency's documentation gives it",
    license="as its authors say",
    source=(
        "stimuli*.hdf5 and fixations*.hdf5; x and y in pixels of the image, continuous from 0, as pysaliency "
        "uses them: the pixel is int(x)"
    ),
)
_COLUMNS = ("image_id", "split", "group", "domain", "sigma", "pixels_per_degree")
_EXPORTED = "dataset.json"  # which `gazemap data export` has written
_VAL_SHARE = 0.2  # where no split is known: the last images in order
_SPLITS = {"validation": "val", "valid": "val"}


@dataclass(frozen=True)
class _Stimuli:
    """What one stimuli file says of its images.

    Attributes:
        path: of the stimuli file.
        files: the images, or None where they are embedded.
        image_ids: one per image.
        columns: pysaliency's attributes of the stimuli, one value per image.
    """

    path: Path
    files: Sequence[Path] | None
    image_ids: Sequence[str]
    columns: dict[str, Sequence[Any]]


def read_pysaliency(source: Path, *, onset_unit: Literal["s", "ms"] = "s") -> ImportedSet:
    """A folder with stimuli.hdf5 and fixations.hdf5, or several pairs: stimuli_train.hdf5, ...

    Splits are those of the files' names (train, validation, test), else those that `gazemap data
    export` wrote, else the last 20 % are val. Onsets that only count 0, 1, 2 are an order, not times, and
    are left out.

    Args:
        source: the folder; FileStimuli name their images relative to it.
        onset_unit: of pysaliency's ts. Durations are in seconds there.

    Raises:
        DataError: there is no such file, it is damaged or of another form, or an image's name
            leads out of the folder.
    """
    labels = [path.stem.removeprefix("stimuli") for path in sorted(source.glob("stimuli*.hdf5"))]
    if not labels:
        raise DataError(f"{source} holds no stimuli.hdf5. Give the folder that pysaliency's files lie in.")
    lonely = [path for path in source.glob("fixations*.hdf5") if path.stem[9:] not in labels]
    set_aside = [SetAside(item=path.name, reason="no stimuli file of that name") for path in sorted(lonely)]
    pairs = []
    for label in labels:
        stimuli = _stimuli(source / f"stimuli{label}.hdf5", label if len(labels) > 1 else "")
        looks = read_looks(
            source / f"fixations{label}.hdf5",
            len(stimuli.image_ids),
            "image_id" in stimuli.columns,
            onset_unit,
        )
        pairs.append((label.strip("_"), stimuli, looks))
    unusable = {i for _, stimuli, _ in pairs for i in _unusable(stimuli)}
    set_aside += [SetAside(item=item, reason=reason) for item, reason in sorted(unusable)]
    info = _info(source).model_copy(update={"set_aside": tuple(set_aside)})
    items = (item for pair in pairs for item in _items(*pair, without={item for item, _ in unusable}))
    count = sum(len(stimuli.image_ids) for _, stimuli, _ in pairs) - len(unusable)
    # what `gazemap data export` wrote was looked at when it was imported first
    return ImportedSet(info, items, count, trusted=(source / _EXPORTED).is_file())


def _info(source: Path) -> DatasetInfo:
    """What `gazemap data export` has written with the files, or else what holds for all such files."""
    path = source / _EXPORTED
    if not path.is_file():
        return _INFO.model_copy(update={"name": source.resolve().name})
    try:
        found = DatasetInfo.model_validate_json(path.read_bytes())
    except ValidationError as error:
        wrong = " ".join(mistakes(error, DatasetInfo))
        raise DataError(f"{path} cannot be used: {wrong} Remove it to import without it.") from error
    return found.model_copy(update={"source": _INFO.source})


def _stimuli(path: Path, label: str) -> _Stimuli:
    with opened(path) as file:
        if "filenames" in file.names:
            names = file.texts("filenames")
            files = [_below(path, name) for name in names]
            image_ids = [PurePosixPath(name).with_suffix("").as_posix() for name in minimal_names(files)]
        else:
            files = None
            count = sum(name.isdecimal() for name in file.names)
            image_ids = [f"{index:05}" for index in range(count)]
        if not image_ids:
            raise DataError(f"{path} ({file.kind() or 'of no type'}) holds no stimuli of pysaliency.")
        columns: dict[str, Sequence[Any]] = {
            name: file.texts(name) if file.is_text(name) else file.array(name).tolist()
            for name in _COLUMNS
            if name in file.names and file.shape(name) == (len(image_ids),)
        }
    prefix = f"{label.strip('_')}/" if label else ""
    known = columns.get("image_id", [prefix + image_id for image_id in image_ids])
    return _Stimuli(path, files, known, columns)


def _below(path: Path, name: str) -> Path:
    inside = PurePosixPath(name.replace("\\", "/"))
    if inside.is_absolute() or ".." in inside.parts or not inside.parts:
        raise DataError(
            f"{path}: the image {name!r} does not lie below {path.parent}. Move the images there and write "
            "the stimuli again."
        )
    return path.parent / inside


def _unusable(stimuli: _Stimuli) -> Iterator[tuple[str, str]]:
    """Embedded images whose shape or type is not that of an image, each with the reason."""
    if stimuli.files is not None:
        return
    with opened(stimuli.path) as file:
        for index, image_id in enumerate(stimuli.image_ids):
            shape, dtype = file.shape(str(index)), file.dtype(str(index))
            gray_or_color = len(shape) == 2 or (len(shape) == 3 and shape[2] in (1, 3, 4))
            if not gray_or_color or 0 in shape or dtype != np.uint8 or shape[0] * shape[1] > MAX_PIXELS:
                yield image_id, f"an image must be uint8 (H, W) or (H, W, 3), got {dtype} of shape {shape}"


def _items(label: str, stimuli: _Stimuli, looks: Looks | None, without: set[str]) -> Iterator[Item]:
    columns = stimuli.columns
    by_order = last_are_val(len(stimuli.image_ids), _VAL_SHARE)
    splits = columns.get("split", [_SPLITS.get(label, label)] * len(by_order) if label else by_order)
    for index, image in enumerate(_images(stimuli, without)):
        if image is not None:
            yield Item(
                image_id=stimuli.image_ids[index],
                image=image,
                split=str(splits[index]),
                group=columns["group"][index] if "group" in columns else None,
                fixations=None if looks is None else looks.of_stimulus(index),
                domain=columns["domain"][index] if "domain" in columns else None,
                sigma=_known(columns, "sigma", index),
                pixels_per_degree=_known(columns, "pixels_per_degree", index),
            )


def _known(columns: dict[str, Sequence[Any]], name: str, index: int) -> float | None:
    value = float(columns[name][index]) if name in columns else np.nan
    return value if np.isfinite(value) else None


def _images(stimuli: _Stimuli, without: set[str]) -> Iterator[Path | NDArray[np.uint8] | None]:
    if stimuli.files is not None:
        yield from stimuli.files
        return
    with opened(stimuli.path) as file:
        for index, image_id in enumerate(stimuli.image_ids):
            yield None if image_id in without else _embedded(file, str(index))


def _embedded(file: Hdf5, name: str) -> NDArray[np.uint8]:
    """(H, W, 3) of gray, RGB or RGBA."""
    pixels: NDArray[np.uint8] = file.array(name)
    if pixels.ndim == 3 and pixels.shape[2] == 3:
        return pixels
    png = io.BytesIO()
    Image.fromarray(pixels.squeeze(-1) if pixels.shape[2:] == (1,) else pixels).save(png, "PNG")
    return read_image(png.getvalue())


PYSALIENCY = Importer(
    read=read_pysaliency,
    info=_INFO,
    editions={},
    oddities=(
        "observers are numbers there; onsets are often 0, 1, 2 in place of times; only files that "
        "`gazemap data export` wrote have splits and groups"
    ),
    without={"time": "onset_unit=s or onset_unit=ms says it"},
)
