"""A video -> where people are predicted to look in its pictures, as an overlay and a table over time."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from gazemap.analysis.area_files import AreasLike, areas_of
from gazemap.analysis.video.computing import Computation, compute_parts
from gazemap.analysis.video.outcome import VideoOutcome
from gazemap.analysis.video.results import VIDEO_OUTPUTS, VideoResults
from gazemap.errors import InputError, check_name
from gazemap.gaze.shapes import check_areas
from gazemap.images.video.clip import open_clip
from gazemap.models.files import DEFAULT_MODEL
from gazemap.prediction.predictor import ModelLike, load_predictor
from gazemap.system.locks import only_one
from gazemap.system.writing import writing

FRAMES_PER_SECOND = 5.0  # about as often as people fixate anew, and half as often again
SMOOTHING = 0.5  # seconds; our choice, not fitted to anything
_MOST_PER_SECOND = 60.0
_MOST_PICTURES = 1_000_000


def predict_video(
    source: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    model: ModelLike = DEFAULT_MODEL,
    frames_per_second: float = FRAMES_PER_SECOND,
    smoothing: float = SMOOTHING,
    areas: AreasLike | None = None,
    write: Sequence[str] | None = None,
    condition: str | None = None,
    engine: str = "auto",
    device: str = "auto",
    center_bias: bool = True,
    progress: bool = False,
) -> VideoOutcome:
    """Predict the pictures that a video shows at regular times; of clip.mp4, write clip.mp4.overlay.mp4.

    The model is one of still images and **has not been validated on video**. Each picture is predicted on its
    own, and the densities are averaged over time, see `smoothed`.

    Memory does not grow with the video. What is computed is kept in parts of 128 pictures: after a kill, run
    this again, and it goes on with the same bits. `out`/clip.mp4.made_by.json keeps what made the results;
    those that something else made are not replaced.

    Args:
        source: an .mp4, .mov, .webm, .mkv or .gif file; needs the extra "video".
        out: the folder for the results.
        model: as for `predict`, like `condition`, `engine`, `device` and `center_bias`.
        frames_per_second: how many pictures per second, up to 60: at each of these times what is shown then,
            whatever the video's own rate.
        smoothing: the time constant of the exponential moving average, in seconds: what was seen so long
            ago counts 1 / e. 0: each picture alone.
        areas: of the pictures, in their upright pixels; see `read_areas`.
        write: "overlay", the video with the map on top, without sound, up to 1280 pixels long; "csv" and
            "parquet", the table of areas over time. By default the overlay, and csv where there are areas.
        condition: the viewing condition by name.
        engine: what computes the network.
        device: "auto", "cpu" or "cuda".
        center_bias: False leaves out where people look anyway.
        progress: show a bar.

    Raises:
        InputError: an argument out of its range, a table without areas; or as `areas_of`, `load_predictor`.
        DataError: the file is missing, no video, damaged at its start, too large or too long.
        MissingPackageError: the extra "video" is not installed.
        WeightsError: as `load_predictor`.
        OutputError: the results of something else are there, or they cannot be written.
    """
    path, folder = Path(source), Path(out)
    rate = _rate(frames_per_second)
    if not 0 <= smoothing < math.inf:
        raise InputError(f"The time constant of smoothing must be 0 seconds or more, got {smoothing}.")
    kinds = _chosen(write, has_areas=areas is not None)
    clip = open_clip(path)
    if clip.seconds is not None and clip.seconds * rate > _MOST_PICTURES:
        raise InputError(
            f"{path} has {clip.seconds * rate:,.0f} pictures at {frames_per_second:g} per second; up to "
            f"{_MOST_PICTURES:,} are accepted. Take fewer per second."
        )
    named = [] if areas is None else areas_of(path, areas)
    check_areas(named, clip.size)
    predictor = load_predictor(
        model, condition=condition, engine=engine, device=device, center_bias=center_bias
    )
    work = Computation(clip, predictor, named, rate, float(smoothing), "overlay" in kinds)
    with only_one(folder, "predicting"), writing(folder):
        results = VideoResults(folder, work, kinds)
        if kept := results.kept():
            return kept
        return results.write(compute_parts(work, results.parts, progress=progress))


def _rate(frames_per_second: float) -> Fraction:
    if not 0 < frames_per_second <= _MOST_PER_SECOND:
        raise InputError(
            f"Frames per second must be over 0, up to {_MOST_PER_SECOND:g}, got {frames_per_second}."
        )
    return Fraction(frames_per_second).limit_denominator(1000) or Fraction(1, 1000)


def _chosen(write: Sequence[str] | None, *, has_areas: bool) -> tuple[str, ...]:
    if write is None:
        return ("overlay", "csv") if has_areas else ("overlay",)
    if not write:
        raise InputError(f"Nothing is to be written. Name one or several of {', '.join(VIDEO_OUTPUTS)}.")
    for name in write:
        check_name("output of a video", name, VIDEO_OUTPUTS)
    if not has_areas and {"csv", "parquet"} & {*write}:
        raise InputError("csv and parquet are tables of areas over time: give the areas, as by --areas.")
    return tuple(name for name in VIDEO_OUTPUTS if name in write)
