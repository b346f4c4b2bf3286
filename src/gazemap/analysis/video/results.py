"""The files that are made of a video, and what is kept of what made them."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gazemap.analysis.video.computing import Computation, Totals
from gazemap.analysis.video.outcome import VideoOutcome
from gazemap.analysis.video.parts import KINDS, Parts
from gazemap.errors import DataError
from gazemap.gaze.shapes import overlapping
from gazemap.images.video.segments import join_segments
from gazemap.prediction.files.result_folder import made_by_table, made_by_text, refuse_other
from gazemap.system.files import replacing, write_text
from gazemap.system.fingerprint import digest
from gazemap.system.json_text import parse_json
from gazemap.system.tables import as_cell, write_batches

VIDEO_OUTPUTS = ("overlay", "csv", "parquet")
_ENDINGS = {"overlay": ".overlay.mp4", "csv": ".areas.csv", "parquet": ".areas.parquet"}
_LOST = 1.0, 0.02  # seconds, and share, that a video may be shorter than its header says: sound may be longer
_TOLD = 10  # areas that overlap


class VideoResults:
    """The results of one video in a folder."""

    def __init__(self, folder: Path, work: Computation, kinds: Sequence[str]) -> None:
        """Look what is there; parts that something else made are removed.

        Raises:
            OutputError: results are there that something else made; or the folder cannot be written.
        """
        self._work = work
        self._base = folder / work.clip.path.name
        self._files = {kind: self._file(_ENDINGS[kind]) for kind in kinds}
        self._made_by = self._file(".made_by.json")
        self.parts = Parts(self._file(".parts"))
        self._asked = made_by_text(work.predictor, self._table(kinds))
        if self._made_by.exists():
            self._saved = self._made_by.read_bytes().decode("utf-8", "replace")
            refuse_other(self._made_by, self._saved, self._asked)
        else:
            shutil.rmtree(self.parts.folder, ignore_errors=True)
            self._saved = self._asked
            write_text(self._made_by, self._asked)

    def kept(self) -> VideoOutcome | None:
        """The results of an earlier run; None where they are not whole."""
        try:
            found = parse_json(self._saved).get("found")
        except ValueError:
            return None
        if found is None or not all(file.exists() for file in self._files.values()):
            return None
        return self._outcome(found, skipped=True)

    def write(self, totals: Totals) -> VideoOutcome:
        """Make the files of all parts, and remove these.

        Raises:
            DataError: no picture could be read.
            OutputError: a file cannot be written.
        """
        pictures = sum(totals.pictures)
        if not pictures:
            shutil.rmtree(self.parts.folder, ignore_errors=True)
            raise DataError(f"{self._work.clip.path} has no picture that can be decoded. Copy it again.")
        for kind, file in self._files.items():
            with replacing(file) as temporary:
                if kind == "overlay":
                    pieces = [(self.parts.overlay(n), size) for n, size in enumerate(totals.pictures) if size]
                    join_segments(pieces, temporary, self._work.rate)
                elif kind == "csv":
                    self._write_csv(temporary)
                else:
                    write_batches(
                        (part.rows for part in self.parts.whole() if part.pictures), KINDS, temporary
                    )
        found = {
            "pictures": pictures,
            "seconds": totals.end,
            "failures": self._failures(totals),
            "remarks": self._remarks(totals, pictures),
        }
        write_text(self._made_by, json.dumps(parse_json(self._asked) | {"found": found}, indent=1) + "\n")
        shutil.rmtree(self.parts.folder, ignore_errors=True)
        return self._outcome(found, skipped=False)

    def _file(self, ending: str) -> Path:
        return Path(f"{self._base}{ending}")

    def _table(self, kinds: Sequence[str]) -> dict[str, Any]:
        """What made the results."""
        work = self._work
        state = work.clip.path.stat()
        shapes = [
            part
            for area in work.areas
            for part in (
                f"{area.name}\0{area.group}".encode(),
                *(polygon.tobytes() for polygon in area.polygons),
                b"" if area.pixels is None else area.pixels.tobytes(),
            )
        ]
        return made_by_table(
            work.predictor,
            "whole",
            video=f"{state.st_size} bytes of {state.st_mtime_ns}",
            frames_per_second=str(work.rate),
            smoothing=f"{work.smoothing:g} s",
            areas=digest(shapes) if shapes else "none",
            write=",".join(kinds),
        )

    def _write_csv(self, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(KINDS)
            for part in self.parts.whole():
                writer.writerows(map(as_cell, row) for row in zip(*part.rows.values(), strict=True))

    def _failures(self, totals: Totals) -> list[str]:
        path, promised, end = self._work.clip.path, self._work.clip.seconds, totals.end
        failures = []
        is_short = promised is not None and end < promised - _LOST[0] - _LOST[1] * promised
        if totals.broke_off or is_short:
            of = "" if promised is None else f" of {promised:.1f} s"
            failures.append(
                f"{path} can be read for {end:.1f} s{of}: it is cut off or damaged. What was read is kept."
            )
        if totals.damaged:
            failures.append(
                f"{path}: {totals.damaged:,} of its pieces are damaged. What could be decoded is kept."
            )
        return failures

    def _remarks(self, totals: Totals, pictures: int) -> list[str]:
        remarks = [
            f"{a} and {b} overlap: attention on both of them counts for each."
            for a, b in overlapping(self._work.areas, self._work.clip.size)[:_TOLD]
        ]
        if totals.unlike:
            remarks.append(
                f"{totals.unlike:,} of {pictures:,} pictures are unlike photographs, as flat ones and noise "
                "are: models that learned from photographs know little of them."
            )
        return remarks

    def _outcome(self, found: dict[str, Any], *, skipped: bool) -> VideoOutcome:
        return VideoOutcome(
            source=self._work.clip.path,
            pictures=found["pictures"],
            skipped=skipped,
            seconds=found["seconds"],
            frames_per_second=float(self._work.rate),
            smoothing=self._work.smoothing,
            files=tuple(self._files.values()),
            failures=tuple(found["failures"]),
            remarks=tuple(found["remarks"]),
        )
