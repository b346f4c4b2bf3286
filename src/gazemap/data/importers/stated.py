"""What a user may state of any import: what the set is, and what its points count. Options of all formats."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Annotated, Any, get_args

from pydantic import BeforeValidator, PositiveFloat

from gazemap.data.importers.typed import Metavar
from gazemap.data.writing.conventions import STATED, Missing, Outside
from gazemap.data.writing.frames import Convention, Extent, Origin, Shown, TimeUnit, as_typed
from gazemap.data.writing.items import ImportedSet
from gazemap.data.writing.times import OnsetFrom

_BESIDE = 0.1  # of the looks of people in front of a screen larger than the image may go beside it


def _numbers(text: object, separator: str, form: str, least: float) -> Any:  # noqa: ANN401 - what a user wrote
    parts = text.lower().split(separator) if isinstance(text, str) else text
    try:
        found = tuple(float(part) for part in parts)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        found = ()
    if len(found) != 2 or not all(least < number < math.inf for number in found):
        raise ValueError(f"must be {form}")
    return found


def _extent(text: object) -> Any:  # noqa: ANN401
    return _numbers(text, "x", "WIDTHxHEIGHT, as in 1920x1080", 0)


def _offset(text: object) -> Any:  # noqa: ANN401
    return _numbers(text, ",", "LEFT,TOP, as in 320,180", -math.inf)


def _shown(text: object) -> Any:  # noqa: ANN401
    if text == "fit":
        return text
    try:
        factor = float(text)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return _numbers(text, "x", "WIDTHxHEIGHT, as in 1280x720, a factor above 0, or fit", 0)
    if not 0 < factor < math.inf:
        raise ValueError("must be WIDTHxHEIGHT, as in 1280x720, a factor above 0, or fit")
    return factor


def _convention(text: object) -> object:
    if text in get_args(Origin):
        raise ValueError(f"where x and y count from is origin={text}; convention says what they count")
    return text


ConventionOption = Annotated[Convention, BeforeValidator(_convention)]
ScreenOption = Annotated[Extent, BeforeValidator(_extent), Metavar("WIDTHxHEIGHT")]
OffsetOption = Annotated[tuple[float, float], BeforeValidator(_offset), Metavar("LEFT,TOP")]
ShownOption = Annotated[Shown, BeforeValidator(_shown), Metavar("WIDTHxHEIGHT|FACTOR|fit")]


def described(
    found: ImportedSet,
    *,
    name: str | None = None,
    sigma: PositiveFloat | None = None,
    pixels_per_degree: PositiveFloat | None = None,
    viewing_seconds: PositiveFloat | None = None,
    task: str | None = None,
    license: str | None = None,
    citation: str | None = None,
) -> ImportedSet:
    """What a set is, where a user says it.

    Args:
        found: what an importer has found.
        name: of the set, short.
        sigma: the blur of ground truth, in pixels of the images; or give pixels_per_degree.
        pixels_per_degree: pixels of the images in one degree of visual angle; or give sigma.
        viewing_seconds: for how long each image was seen; later onsets then stop the import.
        task: what the observers were asked to do.
        license: under which terms the set may be used.
        citation: of the paper to cite.
    """
    given = {
        "name": name,
        "sigma": sigma,
        "pixels_per_degree": pixels_per_degree,
        "viewing_seconds": viewing_seconds,
        "task": task,
        "license": license,
        "citation": citation,
    }
    update = {key: value for key, value in given.items() if value is not None}
    return replace(found, info=found.info.model_copy(update=update))


def placed(
    found: ImportedSet,
    *,
    convention: ConventionOption | None = None,
    origin: Origin | None = None,
    offset: OffsetOption | None = None,
    screen: ScreenOption | None = None,
    shown: ShownOption | None = None,
    outside: Outside | None = None,
    missing: Missing | None = None,
    time: TimeUnit | None = None,
    onset_from: OnsetFrom | None = None,
) -> ImportedSet:
    """What the points of a set count, where a user says it; what is published of a format holds else.

    Args:
        found: what an importer has found.
        convention: what x and y count: continuous, pixels from 0; pixel, indices from 0, taken at the
            pixels' centers; one-based, pixels from 1; normalized, shares of width and height, 0 to 1.
        origin: where they count from: top, the upper left corner with y down; bottom, the lower left
            with y up; center, the middle with y down; center-up, the middle with y up.
        offset: where the image's upper left corner was, in what x and y count; with a screen, by
            default where it lies with the image in the middle.
        screen: the size of the screen that x and y count on, rather than on the image. Up to a tenth of
            the looks may then lie beside the image, and are left out unless `outside` says otherwise.
        shown: the size at which each image was shown, in the same pixels; or a factor of its own size; or
            fit, as large as the screen allows. By default its own size.
        outside: what becomes of points outside their image, up to half of all: keep, drop, or clip, which
            moves them to its edge. Without it, over 1 % stop the import.
        missing: what becomes of missing samples, such as (0, 0), (-1, -1) or -32768: drop, or keep as
            points. Without it, over 1 % at one such place stop the import.
        time: the unit of onsets and durations.
        onset_from: what onsets count from: trial, the image's appearance; or recording, whose start is
            replaced by each observer's first onset in the image.
    """
    given = {"convention": convention, "origin": origin, "offset": offset, "screen": screen, "shown": shown}
    said: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if screen and not offset:
        said["offset"] = None  # that of the format is of another frame
    beside = screen is not None and outside is None
    found = replace(
        found,
        frame=replace(found.frame, **said),
        time=time or found.time,
        onset_from=onset_from or found.onset_from,
        outside=outside or ("drop" if beside else found.outside),
        tolerance=STATED if outside else max(found.tolerance, _BESIDE if beside else 0),
        missing=missing or found.missing,
    )
    others = {"outside": outside, "missing": missing, "time": time, "onset_from": onset_from}
    stated = {**given, **{key: value for key, value in others.items() if value}}
    texts = [f"{key}={as_typed(key, value)}" for key, value in stated.items() if value is not None]
    if not texts:
        return found
    source = f"{found.info.source}; stated: {', '.join(texts)}"
    notes = found.info.notes
    if screen and offset is None:
        notes = (*notes, taken_as_shown(screen, shown))
    return replace(found, info=found.info.model_copy(update={"source": source, "notes": notes}))


def taken_as_shown(screen: Extent, shown: Shown | None) -> str:
    """Where each image is taken to have been on its screen, where nothing says its offset, as a note."""
    sizes: dict[object, str] = {None: "at its own size", "fit": "as large as the screen allows"}
    size = sizes.get(shown) or f"at {as_typed('shown', shown)}"
    return f"each image is taken as shown {size}, in the middle of a screen of {screen[0]:g} x {screen[1]:g}"
