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

from filelock import FileLock, Timeout

from gazemap.errors import DataError, OutputError
from gazemap.models import SaliencyModel
from gazemap.models.weights import digest
from gazemap.prediction.files.outputs import OutputKind, Predicted
from gazemap.system.files import replacing, write_text

_STAGE = ".unfinished"  # where files are made; what a killed run left there is removed by the next
_MODEL = "model.json"
FAILED = "failed.jsonl"


@dataclass(frozen=True)
class Failure:
    """An image that could not be predicted, and why."""

    path: str
    reason: str

    def __str__(self) -> str:
        text = f"{self.path}: {self.reason}"
        return text.encode("utf-8", "replace").decode()  # names of files may be no text


@dataclass(frozen=True)
class Results:
    """A folder of results, in use by this process alone; see `open_results`.

    Attributes:
        folder: where they are.
        kinds: what is written for each image.
        since: when the model that makes them came here, in ns; what is older is another model's.
    """

    folder: Path
    kinds: Sequence[OutputKind]
    since: int

    def has(self, file: Path, name: str) -> bool:
        """Whether all outputs are there, of this model, and newer than the image."""
        try:
            since = max(self.since, file.stat().st_mtime_ns)
            return all(
                os.stat(f"{self.folder / name}{kind.ending}").st_mtime_ns >= since for kind in self.kinds
            )
        except OSError:
            return False

    def write(self, name: str, predicted: Predicted) -> None:
        """Make all outputs of an image; each takes its name when it is whole.

        Raises:
            OutputError: the folder is read-only or full.
            DataError: the image can no longer be read, or has too long a name.
        """
        for kind in self.kinds:
            made = self.folder / _STAGE / f"{threading.get_ident()}{kind.ending}"
            with replacing(made) as temporary:
                kind.write(temporary, predicted)
            _rename(made, Path(f"{self.folder / name}{kind.ending}"))

    def fail(self, failure: Failure) -> None:
        """List a failure in failed.jsonl."""
        with (self.folder / FAILED).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"path": failure.path, "reason": failure.reason}) + "\n")


@contextmanager
def open_results(folder: Path, kinds: Sequence[OutputKind], model: SaliencyModel) -> Iterator[Results]:
    """The folder for a model's results, made where there is none; failed.jsonl starts anew.

    What another model has left there is not taken for done, and is replaced.

    Raises:
        OutputError: it cannot be written, or another process is writing to it.
    """
    stage, lock = folder / _STAGE, folder / f"{_STAGE}.lock"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(lock, timeout=0):
            shutil.rmtree(stage, ignore_errors=True)
            stage.mkdir()
            (folder / FAILED).unlink(missing_ok=True)
            try:
                yield Results(folder, kinds, _since(folder, model))
            finally:
                shutil.rmtree(stage, ignore_errors=True)
                lock.unlink(missing_ok=True)
    except Timeout as error:
        raise OutputError(
            f"{folder} is in use by another process. Wait for it, or choose another."
        ) from error
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be written: {error.strerror or error}. Choose a folder that you may write to."
        ) from error


def _rename(made: Path, final: Path) -> None:
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        made.replace(final)
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:  # of this one image's results, not of all
            raise DataError("Its name is too long for its results' names. Rename it.") from error
        raise OutputError(
            f"{final} cannot be written: {error.strerror or error}. "
            "Remove what is in the way, or choose another folder."
        ) from error


def _since(folder: Path, model: SaliencyModel) -> int:
    """When model.json was written; it is written anew for another model."""
    file = folder / _MODEL
    own = json.dumps({"model": model.architecture, "sha256": digest(model)}) + "\n"
    try:
        known = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        known = ""
    if known != own:
        write_text(file, own)
    return file.stat().st_mtime_ns
