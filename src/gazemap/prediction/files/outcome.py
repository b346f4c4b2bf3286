"""How predicting many files went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gazemap.prediction.files.outputs import OutputKind
from gazemap.prediction.files.result_folder import FAILED, NOTES, Failure
from gazemap.system.plain import plain

SHOWN = 10  # failures, and images of which something was assumed
_NAMED = 5  # files


@dataclass(frozen=True)
class Outcome:
    """What `predict_files` returns.

    Attributes:
        folder: where the results are.
        predicted: how many images are new.
        skipped: how many were there already.
        failed: how many could not be predicted; failed.jsonl lists them.
        failures: the first ten of these.
        noted: of how many new ones something was assumed, such as which gray is white; notes.jsonl lists it.
        noted_first: the first ten of these, each with what was assumed.
        besides: what else is in the folders, in sentences: images of kinds that are not read, which
            failed.jsonl lists, and other files.
        written: how many files are new.
        files: the first five of these.
    """

    folder: Path
    predicted: int
    skipped: int
    failed: int
    failures: tuple[Failure, ...]
    noted: int
    noted_first: tuple[str, ...]
    besides: tuple[str, ...]
    written: int
    files: tuple[Path, ...]

    def notes(self) -> list[str]:
        """What was done, and the files that were written, in sentences."""
        total = self.predicted + self.skipped + self.failed
        parts = [f"{self.predicted} of {total} images predicted, in {self.folder}"]
        if self.skipped:
            parts.append(f"{self.skipped} were there already")
        if self.failed:
            parts.append(f"{self.failed} failed, see {self.folder / FAILED}")
        more = self.written - len(self.files)
        rest = [f"and {more:,} more"] if more else []
        assumed = [*self.noted_first]
        if self.noted > len(assumed):
            assumed.append(f"... and of {self.noted - len(assumed):,} more, see {self.folder / NOTES}.")
        return ["; ".join(parts) + ".", *self.besides, *assumed, *map(str, self.files), *rest]

    def as_json(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        values: dict[str, Any] = plain(asdict(self))
        return values


def first_files(folder: Path, names: Sequence[str], kinds: Sequence[OutputKind]) -> tuple[Path, ...]:
    """The first files of the results of some images.

    Args:
        folder: where the results are.
        names: of the results, one per image.
        kinds: what was written for each image.
    """
    return tuple(Path(f"{folder / name}{kind.ending}") for name in names for kind in kinds)[:_NAMED]
