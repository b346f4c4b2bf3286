"""The folder that predictions go to: what is there already, what is new, what failed."""

from __future__ import annotations

import errno
import json
import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gazemap.errors import DataError, OutputError
from gazemap.images.folds import Viewport, viewport_text
from gazemap.prediction.files.outputs import OutputKind
from gazemap.prediction.prediction import Prediction
from gazemap.prediction.predictor import Predictor
from gazemap.system.files import replacing, write_text
from gazemap.system.fingerprint import differences, fingerprint
from gazemap.system.json_text import parse_json
from gazemap.system.locks import only_one
from gazemap.system.writing import writing

_STAGE = ".unfinished"  # where files are made; what a killed run left there is removed by the next
_MADE_BY = "made_by.json"
FAILED = "failed.jsonl"
NOTES = "notes.jsonl"


@dataclass(frozen=True)
class Failure:
    """An image that could not be predicted, and why."""

    path: str
    reason: str

    def __str__(self) -> str:
        names = (self.path, self.path.replace(":/", "://", 1))  # an address has lost a stroke as a path
        text = self.reason if self.reason.startswith(names) else f"{self.path}: {self.reason}"
        return text.encode("utf-8", "replace").decode()  # names of files may be no text


@dataclass(frozen=True)
class Results:
    """A folder of results, in use by this process alone; see `open_results`.

    Attributes:
        folder: where they are.
        kinds: what is written for each image.
        since: when made_by.json was written, in ns; what is older came from elsewhere.
    """

    folder: Path
    kinds: Sequence[OutputKind]
    since: int

    def has(self, file: Path, name: str) -> bool:
        """Whether all outputs are there, and newer than the image."""
        try:
            since = max(self.since, file.stat().st_mtime_ns)
            return all(
                os.stat(f"{self.folder / name}{kind.ending}").st_mtime_ns >= since for kind in self.kinds
            )
        except (OSError, ValueError):  # no file can have a name with a null character
            return False

    def write(self, prediction: Prediction, name: str) -> None:
        """Make all outputs of an image; each takes its name when it is whole.

        Raises:
            OutputError: the folder is read-only or full.
            DataError: the image can no longer be read, or has too long a name.
        """
        for kind in self.kinds:
            made = self.folder / _STAGE / f"{threading.get_ident()}{kind.ending}"
            final = Path(f"{self.folder / name}{kind.ending}")
            with replacing(made, named=final) as temporary:
                kind.write(prediction, temporary)
            _rename(made, final)

    def fail(self, failure: Failure) -> None:
        """List a failure in failed.jsonl."""
        self._list(FAILED, {"path": failure.path, "reason": failure.reason})

    def note(self, path: str, notes: Sequence[str]) -> None:
        """List in notes.jsonl what was assumed of an image."""
        self._list(NOTES, {"path": path, "notes": list(notes)})

    def _list(self, name: str, row: dict[str, Any]) -> None:
        with (self.folder / name).open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


@contextmanager
def open_results(
    folder: Path, kinds: Sequence[OutputKind], predictor: Predictor, viewport: Viewport
) -> Iterator[Results]:
    """The folder for a model's results, made where there is none; failed.jsonl starts anew.

    made_by.json keeps what makes its results: the model's weights and all that its output depends on,
    its center bias among it, the viewport, and the version of gazemap. Of the engine only bfloat16 counts:
    all others give the same numbers within 1e-4. A folder that something else made is refused, whatever
    images are asked for: old results would stand beside new ones, and nobody could tell them apart.

    Raises:
        OutputError: it holds another model's results; it cannot be written; or another process is
            writing to it.
    """
    stage = folder / _STAGE
    with only_one(folder, "predicting"), writing(folder):
        try:
            since = _since(folder, predictor, viewport)
            shutil.rmtree(stage, ignore_errors=True)
            stage.mkdir()
            (folder / FAILED).unlink(missing_ok=True)
            yield Results(folder, kinds, since)
        finally:
            shutil.rmtree(stage, ignore_errors=True)


def _rename(made: Path, final: Path) -> None:
    with writing(final):
        try:
            final.parent.mkdir(parents=True, exist_ok=True)
            made.replace(final)
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:  # of this one image's results, not of all
                raise DataError("Its name is too long for its results' names. Rename it.") from error
            raise


def _since(folder: Path, predictor: Predictor, viewport: Viewport) -> int:
    """When made_by.json was written, in ns; it is written where there is none."""
    file = folder / _MADE_BY
    content = made_by_text(predictor, made_by_table(predictor, viewport))
    if not file.exists():
        write_text(file, content)
    refuse_other(folder, file.read_bytes().decode("utf-8", "replace"), content)
    return file.stat().st_mtime_ns


def made_by_table(predictor: Predictor, viewport: Viewport, **more: str) -> dict[str, Any]:
    """The fingerprint of results: the model's weights and all that its output depends on, and the version.

    Args:
        predictor: the model.
        viewport: what is seen at once.
        more: what else results of a kind depend on.
    """
    return fingerprint(
        model=predictor.fingerprint[:16],
        output=predictor.output,
        fit=predictor.fit,
        center_bias="on" if predictor.center_bias else "off",
        viewport=viewport_text(viewport),
        **more,
    )


def made_by_text(predictor: Predictor, made_by: dict[str, Any]) -> str:
    """What made_by.json holds."""
    return json.dumps({"name": predictor.name, "made_by": made_by}, indent=1) + "\n"


def refuse_other(folder: Path | str, saved: str, asked: str) -> None:
    """Refuse a folder that something else made, by its made_by.json and what it would be now.

    Raises:
        OutputError: says what differs.
    """
    there, here = _parsed(saved), _parsed(asked)
    different = differences(there.get("made_by"), here["made_by"])
    if different:
        raise OutputError(
            f"{folder} holds predictions of {there.get('name', 'another model')}, not of this "
            f"{here['name']}: {'; '.join(different)}. Choose another folder, or remove this one first."
        )


def _parsed(text: str) -> dict[str, Any]:
    try:
        saved = parse_json(text.encode())
    except ValueError:
        return {}
    return saved if isinstance(saved, dict) else {}
