"""One pass over a video, part by part: pictures -> predictions, smoothed -> overlays and rows of areas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from itertools import count, islice
from pathlib import Path

import numpy as np

from gazemap.analysis.area_shares import area_shares
from gazemap.analysis.video.parts import Part, Parts
from gazemap.analysis.video.smoothing import smoothed, weight_of
from gazemap.gaze.shapes import Area
from gazemap.images.overlays import overlay
from gazemap.images.unlike import looks_of, unlike_notes
from gazemap.images.video.clip import Clip
from gazemap.images.video.sampling import Sampling, Shown
from gazemap.images.video.segments import Segment, even, new_segment
from gazemap.prediction.placing import place
from gazemap.prediction.predict import predict_frames
from gazemap.prediction.prediction import Prediction
from gazemap.prediction.predictor import Predictor
from gazemap.system.files import replacing
from gazemap.system.progress import bar
from gazemap.types import Floats, Size

_LONG_SIDE = 1280  # pixels of the overlay, and of what the network's frame is made from
_PART = 128  # pictures: a kill loses no more
_BATCH = 8  # pictures in memory


@dataclass(frozen=True, eq=False)
class Computation:
    """What is computed of a video.

    Attributes:
        clip: the video.
        predictor: the model.
        areas: of its pictures; none, if no table is made.
        rate: pictures per second.
        smoothing: the time constant, in seconds.
        draws: whether an overlay is made.
    """

    clip: Clip
    predictor: Predictor
    areas: Sequence[Area]
    rate: Fraction
    smoothing: float
    draws: bool

    @property
    def drawn_size(self) -> Size:
        """(h, w) of the overlay."""
        height, width = self.clip.size
        ratio = min(1.0, _LONG_SIDE / max(height, width))
        return even((round(height * ratio), round(width * ratio)))


@dataclass(eq=False)
class Totals:
    """What all parts say together.

    Attributes:
        pictures: of each part.
        unlike: of all, how many are unlike photographs.
        damaged: pieces of the file that could not be decoded.
        broke_off: whether it could not be read to its end.
        end: where it ended, in seconds.
        average: (h, w), what is predicted at its end, smoothed.
        is_whole: whether all parts are there.
    """

    pictures: list[int]
    unlike: int = 0
    damaged: int = 0
    broke_off: bool = False
    end: float = 0.0
    average: Floats | None = None
    is_whole: bool = False

    def add(self, part: Part) -> None:
        """Count a part."""
        self.pictures.append(part.pictures)
        self.unlike += part.unlike
        self.damaged += part.damaged
        self.broke_off, self.end, self.is_whole = part.broke_off, part.end, part.is_last
        if part.average is not None:
            self.average = part.average


def compute_parts(work: Computation, parts: Parts, *, progress: bool) -> Totals:
    """Compute the parts that are not there yet.

    Args:
        work: what is computed.
        parts: where they are kept.
        progress: show a bar.

    Raises:
        DataError: the video can no longer be read.
        OutputError: a part cannot be written.
    """
    totals = Totals([])
    for part in parts.whole():
        totals.add(part)
    if totals.is_whole:
        return totals
    start = sum(totals.pictures)
    sampling = Sampling(work.clip, work.rate, work.drawn_size, start)
    seconds = work.clip.seconds
    total = None if seconds is None else max(float(seconds * work.rate) - start, 1)
    pictures = bar(sampling, "Predicting", total, progress=progress)
    with work.predictor.computing():
        for number in count(len(totals.pictures)):
            before = sampling.damaged
            part = _part(work, islice(pictures, _PART), parts.overlay(number), totals.average)
            part.damaged = sampling.damaged - before
            part.broke_off, part.end = sampling.broke_off, sampling.end
            part.is_last = part.pictures < _PART
            parts.write(number, part)
            totals.add(part)
            if part.is_last:
                break
    return totals


def _part(work: Computation, pictures: Iterator[Shown], file: Path, average: Floats | None) -> Part:
    """The next part; its piece of the overlay is written.

    Args:
        work: what is computed.
        pictures: of the part.
        file: for the overlay.
        average: at the end of the part before.
    """
    part = Part(average=average)
    weight = weight_of(float(1 / work.rate), work.smoothing)
    places = {area.name: number for number, area in enumerate(work.areas)}
    segment: Segment | None = None
    with ExitStack() as opened:
        for shown, prediction, is_unlike in _predicted(work, pictures):
            if work.draws and segment is None:
                temporary = opened.enter_context(replacing(file))
                segment = opened.enter_context(new_segment(temporary, work.drawn_size, work.rate))
            calm, part.average = smoothed(prediction, part.average, weight)
            if work.areas:
                shares = area_shares(calm, work.areas)
                part.add_rows(shown.time, sorted(shares, key=lambda row: places.get(row.name, len(places))))
            if segment is not None:
                segment.add(overlay(shown.pixels, calm.at_size(work.drawn_size).saliency))
            part.pictures += 1
            part.unlike += is_unlike
    return part


def _predicted(work: Computation, pictures: Iterator[Shown]) -> Iterator[tuple[Shown, Prediction, bool]]:
    """Each picture with what is predicted for it alone, and whether it is unlike photographs.

    What is shown for longer is predicted once; but at the start of a part, which must not depend on whether
    the part before was computed in the same run.
    """
    known = work.predictor.conditions
    last: tuple[Prediction, bool] | None = None
    while batch := list(islice(pictures, _BATCH)):
        fresh = [(last is None and shown is batch[0]) or shown.is_new for shown in batch]
        placed = [
            place(work.predictor, shown.pixels, work.clip.size)
            for shown, is_fresh in zip(batch, fresh, strict=True)
            if is_fresh
        ]
        found: Iterator[tuple[Prediction, bool]] = iter(())
        if placed:
            predictions = predict_frames(
                work.predictor,
                np.stack([frame for _, frame in placed]),
                [placement for placement, _ in placed],
            )
            notes = (
                unlike_notes([looks_of(frame, placement)], work.clip.size, known.default, known.by_name)
                for placement, frame in placed
            )
            found = zip(predictions, map(bool, notes), strict=True)
        for shown, is_fresh in zip(batch, fresh, strict=True):
            last = next(found) if is_fresh or last is None else last
            yield shown, *last
