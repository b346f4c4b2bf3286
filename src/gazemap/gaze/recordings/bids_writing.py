"""A recording -> the files of one BIDS run: every sample, trial and fixation, to the last bit.

Numbers are written by the shortest text that means the same float64. What BIDS has no column for (from when
on samples belong to a trial, where on the screen its image was) stands in columns that the sidecar describes.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gazemap.errors import DataError
from gazemap.gaze.detection import DetectedFixations
from gazemap.gaze.recordings.bids import BOX, DIGITS, EYES, NAMED
from gazemap.gaze.recordings.recording import Eye, Recording, Samples, Trial
from gazemap.types import Floats, Size

_RECORDED = {eye: name for name, eye in EYES.items()}
_PIXELS = "pixels of the screen from its {side} edge, 0 is the edge of the first pixel"
_X = {"LongName": "Gaze position (x)", "Description": _PIXELS.format(side="left"), "Units": "pixel"}
_Y = {"LongName": "Gaze position (y)", "Description": _PIXELS.format(side="upper"), "Units": "pixel"}
_PIECE = 2**18  # rows
_HZ = 3  # digits of a rate after the point

Shown = Mapping[str, tuple[str, Size]]  # image's name in the recording -> its file in stimuli/, and (H, W)


def write_bids_run(
    folder: Path, prefix: str, task: str, recording: Recording, shown: Shown, *, generated: str
) -> int:
    """Write events.tsv, and of each eye physio.tsv.gz and physioevents.tsv.gz, each with its JSON.

    Args:
        folder: for the files.
        prefix: of their names: "sub-01_task-viewing_run-1".
        task: its name.
        recording: with samples, and the screen's size in pixels and centimeters and its distance.
        shown: the images' files and sizes; a trial whose image is not among them keeps its name alone.
        generated: what made the files, for their descriptions.

    Returns:
        how many samples were written, of all eyes.

    Raises:
        DataError: the recording lacks something that BIDS requires; says which option states it. No file
            was made then.
        OSError: a file cannot be written.
    """
    presentation = _presentation(recording)
    eyes = _eyes(recording)
    first = min(float(samples.time[0]) for samples in eyes.values())
    names = sorted(eyes, key=lambda eye: eye != recording.eye)  # the one to take comes first
    _write_events(folder / f"{prefix}_events", recording, presentation, task, shown, first)
    for number, eye in enumerate(names, start=1):
        stem = f"{prefix}_recording-eye{number}"
        _write_samples(folder / f"{stem}_physio", eyes[eye], eye, first, task, generated)
        if eye in recording.fixations:
            _write_fixations(folder / f"{stem}_physioevents", recording.fixations[eye], task)
    return sum(map(len, eyes.values()))


def _presentation(recording: Recording) -> dict[str, Any]:
    if recording.screen is None:
        raise DataError(
            f"{recording.name} does not say the size of its screen in pixels. Say it: screen=1920x1080."
        )
    if recording.screen_cm is None or recording.distance_cm is None:
        raise DataError(
            f"{recording.name} does not say how large its screen was and how far the eyes were, which BIDS "
            "asks for. Say both: screen_cm=53x30 and distance_cm=60."
        )
    return {
        "ScreenDistance": round(recording.distance_cm / 100, DIGITS),
        "ScreenOrigin": ["top", "left"],
        "ScreenResolution": [round(side) for side in recording.screen],
        "ScreenSize": [round(side / 100, DIGITS) for side in recording.screen_cm],
    }


def _eyes(recording: Recording) -> dict[Eye, Samples]:
    """The samples that were recorded: not the mean of two eyes, which is made of them again."""
    eyes = {eye: samples for eye, samples in recording.samples().items() if len(samples)}
    if not eyes:
        raise DataError(
            f"{recording.name} has no raw samples, of which BIDS's eye tracking is made. Export them from "
            "the tracker, too."
        )
    if len(eyes) == 3 and "both" not in recording.fixations:
        both, left, right = eyes["both"], eyes["left"], eyes["right"]
        same = np.array_equal(left.time, right.time) and np.array_equal(left.time, both.time)
        means = ((left.x + right.x) / 2, both.x), ((left.y + right.y) / 2, both.y)
        if same and all(np.array_equal(mean, found, equal_nan=True) for mean, found in means):
            del eyes["both"]
    if lost := recording.fixations.keys() - eyes.keys():
        raise DataError(
            f"{recording.name} has fixations of the {', '.join(sorted(lost))} eye and no samples of it, "
            "which BIDS asks for. Export both from the tracker."
        )
    return eyes


def _write_events(
    stem: Path, recording: Recording, presentation: dict[str, Any], task: str, shown: Shown, first: float
) -> None:
    assert recording.screen is not None
    rows = [_event(trial, shown, recording.screen, first) for trial in recording.trials]
    columns = ("onset", "duration", "trial_type", "stim_file", NAMED, "begin", "onset_is_assumed", *BOX)
    lines = ["\t".join(columns), *("\t".join(row) for row in rows)]
    stem.with_name(f"{stem.name}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    place = "of the image on the screen, in pixels; n/a where it lay in the middle at its own size"
    about = {
        "TaskName": task,
        "onset": {"Description": "when the image appeared, from the first sample", "Units": "s"},
        "duration": {"Description": "until the image was gone", "Units": "s"},
        "trial_type": {"Description": "what happened", "Levels": {"image": "an image was shown"}},
        NAMED: {"Description": "the image's name in the recording"},
        "begin": {"Description": "from when on samples belong to the trial, as onset", "Units": "s"},
        "onset_is_assumed": {
            "Description": "whether the recording does not say when the image appeared",
            "Levels": {"true": "it does not", "false": "it does"},
        },
        **{name: {"Description": f"{name.removeprefix('image_')} {place}", "Units": "pixel"} for name in BOX},
        "StimulusPresentation": presentation,
    }
    _write_json(stem, about)


def _event(trial: Trial, shown: Shown, screen: tuple[float, float], first: float) -> list[str]:
    file, size = shown.get(trial.image, ("n/a", None))
    box = None
    if trial.place and (size or trial.place.size or trial.place.anchor == "fill"):
        box = trial.place.box(size or (0, 0), screen)
    times = (trial.start - first, trial.stop - trial.start, trial.begin - first)
    onset, duration, begin = (_text(round(float(time), DIGITS)) for time in times)
    name = " ".join(trial.image.split())
    place = [_text(float(value)) for value in box] if box else ["n/a"] * len(BOX)
    return [onset, duration, "image", file, name, begin, "true" if trial.is_assumed else "false", *place]


def _write_samples(stem: Path, samples: Samples, eye: Eye, first: float, task: str, generated: str) -> None:
    _write_rows(stem, [samples.time, samples.x, samples.y])
    steps = np.diff(samples.time)
    rate = round(1 / float(np.median(steps)), _HZ) if len(steps) and np.median(steps) > 0 else 1.0
    about = {
        "TaskName": task,
        "Description": f"gaze on the screen, written by {generated}; n/a where the eye was not seen",
        "SamplingFrequency": rate,
        "StartTime": round(float(samples.time[0]) - first, DIGITS),
        "Columns": ("timestamp", "x_coordinate", "y_coordinate"),
        "PhysioType": "eyetrack",
        "RecordedEye": _RECORDED[eye],
        "SampleCoordinateSystem": "gaze-on-screen",
        "timestamp": {"Description": "the tracker's clock", "Units": "s"},
        "x_coordinate": _X,
        "y_coordinate": _Y,
    }
    _write_json(stem, about)


def _write_fixations(stem: Path, found: DetectedFixations, task: str) -> None:
    _write_rows(stem, [found.onset, found.duration, "fixation", found.x, found.y])
    about = {
        "TaskName": task,
        "Columns": ("onset", "duration", "trial_type", "x_coordinate", "y_coordinate"),
        "Description": "fixations that the tracker's own software found",
        "OnsetSource": "timestamp",
        "onset": {"Description": "on the clock of timestamp", "Units": "s"},
        "duration": {"Description": "of the fixation", "Units": "s"},
        "trial_type": {"Description": "what the tracker found", "Levels": {"fixation": "a fixation"}},
        "x_coordinate": _X,
        "y_coordinate": _Y,
    }
    _write_json(stem, about)


def _write_rows(stem: Path, columns: Sequence[Floats | str]) -> None:
    """A packed table without a header; equal numbers make equal bytes."""
    with (
        stem.with_name(f"{stem.name}.tsv.gz").open("wb") as file,
        gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as packed,
    ):
        for text in _lines(columns):
            packed.write(text.encode())


def _lines(columns: Sequence[Floats | str]) -> Iterator[str]:
    count = next(len(column) for column in columns if not isinstance(column, str))
    for start in range(0, count, _PIECE):
        cells = [
            [column] * (min(start + _PIECE, count) - start)
            if isinstance(column, str)
            else [_text(value) for value in column[start : start + _PIECE].tolist()]
            for column in columns
        ]
        yield "".join("\t".join(row) + "\n" for row in zip(*cells, strict=True))


def _text(value: float) -> str:
    return "n/a" if value != value else repr(value)


def _write_json(stem: Path, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    stem.with_name(f"{stem.name}.json").write_text(text, encoding="utf-8")
