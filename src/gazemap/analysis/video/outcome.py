"""How predicting a video went."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gazemap.system.plain import plain

WARNING = (
    "The model is one of still images and has not been validated on video: it sees no motion and hears no "
    "sound."
)


@dataclass(frozen=True)
class VideoOutcome:
    """What `predict_video` returns.

    Attributes:
        source: the video.
        pictures: at how many times it was predicted.
        skipped: whether the results were there already.
        seconds: how much of it was read.
        frames_per_second: how many times per second.
        smoothing: the time constant, in seconds.
        files: that were written, or were there.
        failures: why it could not be read to its end, or not all of it, in sentences.
        remarks: what is odd about it, in sentences.
    """

    source: Path
    pictures: int
    skipped: bool
    seconds: float
    frames_per_second: float
    smoothing: float
    files: tuple[Path, ...]
    failures: tuple[str, ...]
    remarks: tuple[str, ...]

    def notes(self) -> list[str]:
        """What was done, what it means, and the files that were written, in sentences."""
        if self.skipped:
            return [f"The results of {self.source} were there already.", WARNING, *map(str, self.files)]
        smoothing = f"smoothed over {self.smoothing:g} s" if self.smoothing else "not smoothed"
        return [
            f"{self.source}: {self.seconds:.1f} s predicted at {self.pictures:,} times, "
            f"{self.frames_per_second:g} per second, {smoothing}.",
            WARNING,
            *self.remarks,
            *map(str, self.files),
        ]

    def as_json(self) -> dict[str, Any]:
        """The same as plain JSON values, with the warning."""
        values: dict[str, Any] = plain(asdict(self))
        return values | {"warning": WARNING}
