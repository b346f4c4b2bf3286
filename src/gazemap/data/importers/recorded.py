"""Recordings of eye trackers and a folder of images -> a set: what all formats of recordings share."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field, PositiveFloat

from gazemap.data.dataset import DatasetInfo, SetAside
from gazemap.data.importers.pairing import image_files, last_are_val, some, unpaired
from gazemap.data.importers.stated import OffsetOption, ScreenOption, ShownOption, taken_as_shown
from gazemap.data.writing.frames import Extent, Frame, Shown, as_typed
from gazemap.data.writing.items import ImportedSet, Item
from gazemap.errors import DataError, InputError
from gazemap.gaze.detection import Center, DetectedFixations, pixels_per_degree
from gazemap.gaze.fixations import Fixations
from gazemap.gaze.recordings.looking import Looking, Method
from gazemap.gaze.recordings.quality import RecordingQuality, measured
from gazemap.gaze.recordings.recording import Eye, Place, Recording
from gazemap.images.names import doubts, images_meant
from gazemap.images.reading import read_size
from gazemap.types import Size

_BESIDE = 0.1  # of the looks of people in front of a screen may go beside the image
_SHARES = Frame("normalized")
WITHOUT = {
    "convention": "a recording counts pixels of its screen",
    "origin": "a recording counts from the upper left corner of its screen",
    "time": "a recording says the unit of its times",
    "onset_from": "onsets count from the image's appearance, which the recording tells",
}


@dataclass(frozen=True)
class Recordings:
    """What the reader of a format found.

    Attributes:
        info: of the format.
        each: the recordings, read as they are asked for; in place of a damaged one, why it is set aside.
        images: the folder of images that is usual for the format, as the option `images`.
    """

    info: DatasetInfo
    each: Iterable[Recording | SetAside]
    images: Path | None = None


@dataclass(frozen=True, eq=False)
class _Look:
    """The fixations of one trial, their onsets counted from the image's appearance."""

    recording: str
    observer: str
    found: DetectedFixations
    place: Place | None


@dataclass(eq=False)
class _Gathered:
    """What the trials of all recordings hold.

    Attributes:
        looks: by the images' names in the recordings.
        screens: the sizes of their screens, each with a recording.
        degrees: pixels per degree of the screens, by their size and distance.
        told: how fixations were found and in which eye, counted.
        set_aside: what could not be used.
        assumed: how many trials do not say when their image appeared.
        quality: of each recording.
    """

    looks: dict[str, list[_Look]] = field(default_factory=lambda: defaultdict(list))
    screens: dict[Extent, str] = field(default_factory=dict)
    degrees: set[float] = field(default_factory=set)
    told: Counter[str] = field(default_factory=Counter)
    set_aside: list[SetAside] = field(default_factory=list)
    assumed: int = 0
    quality: list[RecordingQuality] = field(default_factory=list)

    def add(
        self,
        recording: Recording,
        looking: Looking,
        screen: Extent | None,
        screen_cm: Extent | None,
        distance_cm: float | None,
    ) -> None:
        """Take the trials of one recording."""
        recording = recording.on(screen)
        recording = replace(recording, samples=cache(recording.samples))  # read once
        assert recording.screen is not None
        screen_cm, distance_cm = screen_cm or recording.screen_cm, distance_cm or recording.distance_cm
        if screen_cm and distance_cm:
            degree = pixels_per_degree(recording.screen[0], screen_cm[0], distance_cm)
            looking = replace(looking, pixels_per_degree=degree)
            self.degrees.add(degree)
        fixations = looking.fixations(recording)
        for trial, found in zip(recording.trials, fixations, strict=True):
            since = replace(found, onset=found.onset - trial.start)
            self.looks[trial.image].append(_Look(recording.name, recording.observer, since, trial.place))
        of_screen = looking.pixels_per_degree or recording.pixels_per_degree
        try:
            samples = looking.samples(recording)
        except DataError as error:  # the tracker's fixations may be sound
            samples = None
            reason = f"its raw samples cannot be read, so that their quality is not known: {error}"
            self.set_aside.append(SetAside(item=recording.name, reason=reason))
        self.quality.append(measured(recording.name, samples, recording.trials, fixations, of_screen))
        self.assumed += sum(trial.is_assumed for trial in recording.trials)
        self.screens.setdefault(recording.screen, recording.name)
        self.told[looking.told(recording)] += 1
        eye = looking.eye or recording.eye
        self.told["taken are both eyes together" if eye == "both" else f"taken is the {eye} eye"] += 1
        self.set_aside += [SetAside(item=recording.name, reason=fault) for fault in recording.faults]


def recorded(
    source: Path,
    recordings: Recordings,
    *,
    images: Path | None = None,
    val: Annotated[float, Field(ge=0, le=1)] = 0.2,
    fixations: Method | None = None,
    eye: Eye | None = None,
    threshold: PositiveFloat | None = None,
    minimum_duration: PositiveFloat = 0.1,
    maximum_gap: PositiveFloat = 0.075,
    center: Center = "mean",
    screen: ScreenOption | None = None,
    offset: OffsetOption | None = None,
    shown: ShownOption | None = None,
    screen_cm: ScreenOption | None = None,
    distance_cm: PositiveFloat | None = None,
) -> ImportedSet:
    """The fixations of every trial, on the image that was shown in it; an image that nobody saw has none.

    Args:
        source: the recording, or the folder of recordings.
        recordings: that lie there.
        images: the folder of images, relative to the recordings' folder; by default the folder `images`
            there (`stimuli` in BIDS), or else the recordings' folder itself.
        val: the share of the images, the last by name, that is val.
        fixations: tracker, what its own software found; or velocity or dispersion, by which they are found in
            raw samples. By default the tracker's where there are some, else by dispersion.
        eye: left, right, or both, the mean of the two in raw samples; by default the one that the
            recording shows to be better.
        threshold: of velocity in degrees per second, by default 30; of dispersion in degrees, by default 1.
        minimum_duration: seconds; shorter fixations are not taken for such in raw samples.
        maximum_gap: seconds without samples over which a fixation goes on.
        center: where a fixation found in raw samples is: the mean of its samples, or their median.
        screen: the size of the screen in pixels; by default what the recording says.
        offset: where the image's upper left corner was on the screen; by default what the recording says, or
            else where it lies with the image in the middle.
        shown: the size at which each image was shown, in pixels of the screen; or a factor of its own size;
            or fit, as large as the screen allows. By default what the recording says, or else its own size.
        screen_cm: the size of the screen in centimeters; with distance_cm it gives pixels per degree. By
            default both are what the recording says.
        distance_cm: of the eyes from the screen.

    Raises:
        DataError: no recording can be used, none shows an image of the folder, or the screen is not known.
    """
    if (screen_cm is None) != (distance_cm is None):
        raise InputError("screen_cm and distance_cm belong together: give both, or neither.")
    files = image_files(source, images or recordings.images)
    looking = Looking(fixations, eye, threshold, minimum_duration, maximum_gap, center)
    gathered = _Gathered()
    for found in recordings.each:
        if isinstance(found, SetAside):
            gathered.set_aside.append(found)
            continue
        try:
            gathered.add(found, looking, screen, screen_cm, distance_cm)
        except DataError as error:
            gathered.set_aside.append(SetAside(item=found.name, reason=str(error)))
    own_screen = _one_screen(source, gathered)
    looks, strays = _by_image(source, gathered.looks, [*files])
    frame = _frame(looks, own_screen, offset, shown)
    degree = (
        gathered.degrees.pop() if len(gathered.degrees) == 1 and frame == Frame(screen=own_screen) else None
    )
    info = recordings.info.model_copy(
        update={
            "name": source.name.partition(".")[0],
            "pixels_per_degree": degree,
            "set_aside": (
                *gathered.set_aside,
                *unpaired(strays, source.name, "no image file of that name", files),
            ),
            "notes": (*_notes(gathered, looks), *_placement(looks, own_screen, offset, shown)),
            "recordings": tuple(_with_off_image(gathered.quality, files, looks, frame, own_screen)),
        }
    )
    by_name = last_are_val(len(files), val)
    items = _items(files, looks, by_name, frame, own_screen)
    return ImportedSet(
        info, items, len(files), frame=frame or _SHARES, onset_from="trial", outside="drop", tolerance=_BESIDE
    )


def _one_screen(source: Path, gathered: _Gathered) -> Extent:
    """The screen of all recordings; any of theirs, where each says the corner of every image on it."""
    if not gathered.screens:
        reasons = {entry.reason.removeprefix(entry.item): entry.reason for entry in gathered.set_aside}
        told = " ".join([*reasons.values()][:3])
        raise DataError(f"{source} has no recording that can be used. {told}")
    every = (look.place for own in gathered.looks.values() for look in own)
    if len(gathered.screens) > 1 and not all(place and place.anchor == "corner" for place in every):
        found = ", ".join(
            f"{as_typed('screen', screen)} ({name})" for screen, name in gathered.screens.items()
        )
        raise DataError(
            f"{source} holds recordings on screens of several sizes: {found}. Import them apart, and merge "
            "the sets."
        )
    return next(iter(gathered.screens))


def _by_image(
    source: Path, looks: Mapping[str, list[_Look]], image_ids: Sequence[str]
) -> tuple[dict[str, list[_Look]], set[str]]:
    """The looks at each image of the folder, and the names that mean none."""
    names = [*looks]
    belongs = images_meant(names, image_ids)
    strays = {name for name, index in zip(names, belongs, strict=True) if index < 0}
    if len(strays) == len(names):
        raise DataError(
            f"{source} shows no image of the folder: {some(names)}. It has {some(image_ids)}."
            f"{doubts(names, image_ids)}"
        )
    found: dict[str, list[_Look]] = defaultdict(list)
    for name, index in zip(names, belongs, strict=True):
        if index >= 0:
            found[image_ids[index]] += looks[name]
    return found, strays


def _frame(
    looks: Mapping[str, list[_Look]],
    screen: Extent,
    offset: tuple[float, float] | None,
    shown: Shown | None,
) -> Frame | None:
    """Where all images were shown; None where each trial says another place."""
    if offset or shown:
        return Frame(screen=screen, offset=offset, shown=shown)
    places = {_unless_usual(look.place, screen) for own in looks.values() for look in own}
    if len(places) > 1:
        return None
    place = next(iter(places), None)
    if place is None:
        return Frame(screen=screen)
    if place.anchor == "fill":
        return Frame(screen=screen, shown=screen)
    if place.anchor == "corner":
        return Frame(screen=screen, offset=(place.x, place.y), shown=place.size)
    if place.size is None:
        return None
    left, top, *_ = place.box((0, 0), screen)
    return Frame(screen=screen, offset=(left, top), shown=place.size)


def _placement(
    looks: Mapping[str, list[_Look]], screen: Extent, offset: tuple[float, float] | None, shown: Shown | None
) -> list[str]:
    """What was taken for the images' place, where neither the recordings nor the user say it."""
    unsaid = [look for own in looks.values() for look in own if look.place is None]
    if offset or not (shown or unsaid):
        return []
    told = taken_as_shown(screen, shown)
    some_say = not shown and len(unsaid) < sum(map(len, looks.values()))
    return [f"where no place is said, {told}" if some_say else told]


def _unless_usual(place: Place | None, screen: Extent) -> Place | None:
    """A place; None where it is that of an image of which nothing is said: its own size, in the middle."""
    if place is None or place.anchor != "center" or place.size:
        return place
    off = abs(place.x - screen[0] / 2), abs(place.y - screen[1] / 2)
    return None if max(off) <= 1 else place


def _items(
    files: Mapping[str, Path],
    looks: Mapping[str, list[_Look]],
    splits: Sequence[str],
    frame: Frame | None,
    screen: Extent,
) -> Iterator[Item]:
    for split, (image_id, path) in zip(splits, files.items(), strict=True):
        own = looks.get(image_id, [])
        fixations = _joined(own) if frame else partial(_in_shares, own, screen)
        yield Item(image_id=image_id, image=path, split=split, fixations=fixations)


def _joined(looks: Sequence[_Look]) -> Fixations:
    parts = [(look.found.x, look.found.y, look.found.onset, look.found.duration) for look in looks]
    x, y, onset, duration = np.concatenate([np.empty((4, 0)), *map(np.stack, parts)], axis=1)
    observer = np.repeat(
        np.array([look.observer for look in looks], dtype=str), [len(look.found) for look in looks]
    )
    return Fixations(x=x, y=y, observer=observer, onset=onset, duration=duration)


def _in_shares(looks: Sequence[_Look], screen: Extent, size: Size) -> Fixations:
    """In shares of the image's width and height, from where each trial showed it."""
    middle = Place("center", screen[0] / 2, screen[1] / 2)
    placed = []
    for look in looks:
        left, top, width, height = (look.place or middle).box(size, screen)
        found = replace(look.found, x=(look.found.x - left) / width, y=(look.found.y - top) / height)
        placed.append(replace(look, found=found))
    return _joined(placed)


def _with_off_image(
    quality: Sequence[RecordingQuality],
    files: Mapping[str, Path],
    looks: Mapping[str, list[_Look]],
    frame: Frame | None,
    screen: Extent,
) -> Iterator[RecordingQuality]:
    """The quality of each recording with the share of its fixations that lie beside their image."""
    beside: Counter[str] = Counter()
    all_of: Counter[str] = Counter()
    for image_id, own in looks.items():
        try:
            height, width = read_size(files[image_id])
        except DataError:
            continue  # the import sets the image aside, with its fixations
        for look in own:
            found = _joined([look]) if frame else _in_shares([look], screen, (height, width))
            x, y = (frame or _SHARES).place(found.x, found.y, height, width)
            beside[look.recording] += int(((x < 0) | (x > width) | (y < 0) | (y > height)).sum())
            all_of[look.recording] += len(x)
    for entry in quality:
        count = all_of[entry.recording]
        yield replace(entry, off_image=beside[entry.recording] / count if count else None)


def _notes(gathered: _Gathered, looks: Mapping[str, list[_Look]]) -> Iterator[str]:
    total = sum(gathered.told.values()) // 2
    for text, count in gathered.told.items():
        yield text if count == total else f"{text}, in {count:,} of {total:,} recordings"
    if gathered.assumed:
        yield (
            f"{gathered.assumed:,} trials do not say when their image appeared: it is taken to be there when "
            "it was named, or when recording started"
        )
    again = [image for image, own in looks.items() if len({look.observer for look in own}) < len(own)]
    if again:
        yield (
            f"{len(again):,} images were seen more than once by the same observer: {some(again)}; all looks "
            "are kept"
        )
