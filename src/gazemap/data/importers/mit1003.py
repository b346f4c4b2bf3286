"""MIT1003 (Judd et al. 2009): 1,003 photos, 15 observers, free viewing for 3 seconds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np

from gazemap.data.dataset import DatasetInfo, SetAside
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.matlab import field, only, read_mat, rows
from gazemap.data.importers.pairing import by_stem, last_are_val, unpaired
from gazemap.data.writing.frames import Frame
from gazemap.data.writing.items import Counts, ImportedSet, Item
from gazemap.errors import DataError, InputError
from gazemap.gaze.detection import fixations_by_velocity
from gazemap.gaze.fixations import Fixations
from gazemap.images.formats import ENDINGS
from gazemap.types import Floats, Size

_RATE = 240.0  # samples per second
_PIXELS_PER_DEGREE = 35.0  # a degree of visual angle was about 35 pixels
_SPEED = 30.0  # degrees per second; a faster eye is in a saccade: our choice
_LEAST = 0.1  # seconds of a fixation: our choice
_NAME_LENGTH = 63  # of a variable in MATLAB, to which the images' names were cut
_MARGINS = 0.1  # no image fills the screen, so some gaze is outside; how much is not published
_INFO = DatasetInfo(
    name="mit1003",
    title="MIT1003: Learning to predict where humans look",
    citation="Judd, Ehinger, Durand, Torralba: Learning to predict where humans look. ICCV 2009.",
    homepage="https://people.csail.mit.edu/tjudd/WherePeopleLook/",
    license="no license stated; please cite",
    source=(
        "DATA/USER/IMAGE.mat, raw samples at 240 Hz, negative where the eye was not seen; fixations are "
        "found here, slower than 30 degrees per second for 100 ms or more, at the median of their samples; "
        "the authors' code cuts coordinates to whole pixels and counts these from 1 (v - 1 here)"
    ),
    viewing_seconds=3.0,
    pixels_per_degree=_PIXELS_PER_DEGREE,
    sigma=35.0,
)
_FROM_1 = Frame(offset=(1.0, 1.0))  # cut to whole pixels, which count from 1
_MAPS_SOURCE = "FIXATIONLOCS/IMAGE.mat; a fixated pixel is one point, at its center (index + 0.5)"


def read_mit1003(source: Path, *, first_fixation: Literal["drop", "keep"] = "drop") -> ImportedSet:
    """ALLSTIMULI with DATA/USER/*.mat (raw samples by observer), or with FIXATIONLOCS (pixels).

    Args:
        source: the folder.
        first_fixation: of each observer; it is on the cross in the middle, and the authors leave it
            out. FIXATIONLOCS are without it already.

    Raises:
        DataError: neither form is there.
    """
    images = by_stem(source / "ALLSTIMULI", ENDINGS)
    users = sorted(folder for folder in (source / "DATA").glob("*") if folder.is_dir())
    if not images or not (users or (source / "FIXATIONLOCS").is_dir()):
        raise DataError(f"{source} needs ALLSTIMULI with images, and DATA/USER/*.mat or FIXATIONLOCS/*.mat.")
    if not users:
        return _from_maps(source, images)
    files = {user.name: by_stem(user, (".mat",)) for user in users}
    set_aside = [
        entry
        for user, known in files.items()
        for entry in unpaired({*images} - {*known}, f"DATA/{user}", "no recording of this image")
    ]
    recorded = {stem for known in files.values() for stem in known}
    set_aside += unpaired(recorded - {*images}, "DATA", "no image", images)
    info = _INFO.model_copy(update={"set_aside": tuple(set_aside)})
    items = _items(images, files, first_fixation)
    return ImportedSet(
        info, items, len(images), outside="drop", tolerance=_MARGINS, frame=_FROM_1, onset_from="trial"
    )


def _from_maps(source: Path, images: Mapping[str, Path]) -> ImportedSet:
    maps = by_stem(source / "FIXATIONLOCS", (".mat",))
    set_aside: list[SetAside] = unpaired({*images} - {*maps}, "ALLSTIMULI", "no fixations")
    set_aside += unpaired({*maps} - {*images}, "FIXATIONLOCS", "no image", images)
    stems = sorted({*images} & {*maps})
    update = {"source": _MAPS_SOURCE, "edition": "fixation maps", "set_aside": tuple(set_aside)}
    splits = _splits(stems)
    items = (Item(stem, images[stem], splits[stem], fixations=maps[stem]) for stem in stems)
    return ImportedSet(_INFO.model_copy(update=update), items, len(stems))


def _splits(stems: list[str]) -> dict[str, str]:
    """No official split: the last tenth in the order of names is val."""
    return dict(zip(stems, last_are_val(len(stems), 0.1), strict=True))


def _items(
    images: Mapping[str, Path], files: Mapping[str, Mapping[str, Path]], first_fixation: str
) -> Iterator[Item]:
    stems = sorted(images)
    splits = _splits(stems)
    for stem in stems:
        recordings = {user: known[stem] for user, known in files.items() if stem in known}
        truth = partial(_scanpaths, recordings, 1 if first_fixation == "drop" else 0)
        yield Item(stem, images[stem], splits[stem], fixations=truth)


def _scanpaths(recordings: Mapping[str, Path], skipped: int, size: Size) -> Fixations:
    """All observers' fixations of one image, without the first `skipped` of each."""
    parts: list[Floats] = [np.empty((4, 0))]
    names: list[str] = []
    for user, path in recordings.items():
        samples = _samples(path)
        try:
            found = fixations_by_velocity(
                samples[:, 0],
                samples[:, 1],
                np.arange(len(samples)) / _RATE,
                threshold=_SPEED,
                pixels_per_degree=_PIXELS_PER_DEGREE,
                minimum_duration=_LEAST,
                center="median",
            )
        except InputError as error:
            raise DataError(f"{path}: {error}") from error
        columns = np.stack([found.x, found.y, found.onset, found.duration])[:, skipped:]
        parts.append(columns)
        names += [user] * columns.shape[1]
    x, y, onset, duration = np.concatenate(parts, axis=1)
    return Fixations(x=x, y=y, observer=np.array(names, dtype=str), onset=onset, duration=duration)


def _samples(path: Path) -> Floats:
    """(n, 2) x, y; NaN where the eye was not seen."""
    variable = path.stem[:_NAME_LENGTH]
    record = only(read_mat(path, variable), f"{path}, {variable}")
    data = only(field(record, "DATA", f"{path}, {variable},"), f"{path}, {variable}.DATA")
    samples = field(data, "eyeData", f"{path}, {variable}.DATA,")
    points = rows(samples, f"{path}: eyeData", 2, more=True)
    points[(points < 0).any(axis=1)] = np.nan
    return points


MIT1003 = Importer(
    read=read_mit1003,
    info=_INFO,
    editions={"": Counts(1003, 15), "fixation maps": Counts(1003)},
    oddities=(
        "raw samples, in which fixations must be found: their number depends on the method; each observer's "
        "first fixation is at the center, and is left out unless first_fixation=keep; where DATA is missing, "
        "the maps of FIXATIONLOCS are read"
    ),
    without={
        "time": "its times are counted from samples",
        "onset_from": "its times are counted from samples",
    },
    stimuli="of many sizes, each seen by all observers",
)
