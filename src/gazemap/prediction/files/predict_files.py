"""Any number of image files -> their predictions in a folder, in memory that does not grow with them."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gazemap.errors import DataError, InputError, MissingPackageError
from gazemap.images.formats import ENDINGS
from gazemap.images.placement import Placement
from gazemap.models.files import DEFAULT_MODEL
from gazemap.prediction.files.outcome import SHOWN, Outcome, first_files
from gazemap.prediction.files.outputs import DEFAULT_OUTPUTS, chosen_outputs
from gazemap.prediction.files.result_folder import Failure, Results, open_results
from gazemap.prediction.files.sources import open_sources
from gazemap.prediction.files.threads import ahead, batched, worker_count, worker_threads
from gazemap.prediction.inputs import ImageLike
from gazemap.prediction.predict import place, predict_frames, read
from gazemap.prediction.predictor import ModelLike, Predictor, load_predictor
from gazemap.system.progress import bar
from gazemap.types import Pixels

_BATCH = 4  # on a GPU
_LARGE = 2**24  # pixels from which maps are made one at a time: they are of the image's own size
_KEPT = 2**24  # pixels of images that a thread keeps for their pictures, before it goes on to write them
_TOO_LARGE = "It needs more memory than there is. Make it smaller first."


@dataclass(frozen=True, eq=False)
class _Placed:
    """An image in the network's frame, on its way there.

    Attributes:
        file: of the image.
        name: of its results.
        placement: how it lies in the frame.
        frame: uint8 (3, h, w).
        pixels: the whole image, where pictures are drawn of it and it was decoded whole.
        notes: what was assumed of its brightness.
        icc_profile: of its file.
    """

    file: Path
    name: str
    placement: Placement
    frame: NDArray[np.uint8]
    pixels: Pixels | None
    notes: tuple[str, ...]
    icc_profile: bytes | None


@dataclass(frozen=True)
class _New:
    """New results of an image."""

    file: Path
    name: str
    notes: tuple[str, ...]


_Step = _New | Failure | None  # None for results that were there already


def predict_files(
    sources: Sequence[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    *,
    model: ModelLike = DEFAULT_MODEL,
    write: Sequence[str] = DEFAULT_OUTPUTS,
    engine: str = "auto",
    device: str = "auto",
    center_bias: bool = True,
    progress: bool = False,
) -> Outcome:
    """Predict image files; for a/photo.jpg, write a/photo.jpg.saliency.png and the like under `out`.

    Names are the files' paths below the deepest folder that holds all sources. An image is skipped where
    its outputs are there already, newer than the image: after a kill, run this again. `out` keeps what
    made its results, see `open_results`; a folder of another model's is refused.
    Files that cannot be read are listed in `out`/failed.jsonl, and the rest goes on.

    Each of a few threads takes a batch of images, reads them, predicts and writes: only these are in
    memory. An image is decoded as for `predict`; where that was at reduced scale, and a picture is drawn
    of it, it is decoded once more.

    Args:
        sources: files, folders, glob patterns, "@list.txt" or "-", see `open_sources`.
        out: a folder.
        model: as for `predict`, like the three below.
        engine: what computes the network.
        device: "auto", "cpu" or "cuda".
        center_bias: False leaves out where people look anyway.
        write: keys of `OUTPUTS`. The pictures to look at (overlay, contour) have up to 16 megapixels.
        progress: show a bar.

    Raises:
        InputError: there is no image at all, no such output or engine, a list cannot be read, or `out` is
            named like an image.
        OutputError: `out` cannot be written, is in use by another process, or holds another model's results.
    """
    folder, kinds = _checked_folder(out), chosen_outputs(write)
    predictor = load_predictor(model, engine=engine, device=device, center_bias=center_bias, threads=1)
    counts: Counter[type[_New] | type[Failure] | None] = Counter()
    names: list[str] = []
    noted: list[str] = []
    number_noted = 0
    failures: list[Failure] = []
    with (
        open_sources(sources) as found,
        open_results(folder, kinds, predictor) as results,
        predictor.computing(),
        _threads_shared(predictor),
        worker_threads() as (pool, workers),
    ):
        worker = _Worker(predictor, results)
        batches = batched(found, _batch_size(predictor, -(-len(found) // workers)))
        steps = chain.from_iterable(ahead(pool, worker.steps, batches, 2 * workers))
        for step in bar(steps, "Predicting", len(found), progress=progress):
            counts[type(step) if step is not None else None] += 1
            if isinstance(step, Failure):
                results.fail(step)
                failures += [step] if len(failures) < SHOWN else []
            elif step is not None:
                names += [step.name] if len(names) < SHOWN else []
                if step.notes:
                    results.note(str(step.file), step.notes)
                    number_noted += 1
                    noted += [f"{step.file}: {'; '.join(step.notes)}."] if len(noted) < SHOWN else []
        for entry in found.left_out():
            results.fail(Failure(entry.path, entry.reason))
    return Outcome(
        folder,
        counts[_New],
        counts[None],
        counts[Failure],
        tuple(failures),
        number_noted,
        tuple(noted),
        tuple(found.besides.notes()),
        counts[_New] * len(kinds),
        first_files(folder, names, kinds),
    )


def _batch_size(predictor: Predictor, share: int) -> int:
    """One image at a time on a CPU, which is as fast there: the last bits depend on what is in the batch.

    So a run that was stopped, which then has other batches, ends in the same files.
    """
    return 1 if predictor.device == "cpu" else min(_BATCH, share)


def _checked_folder(out: str | os.PathLike[str]) -> Path:
    """The folder for results; a name that was meant for one picture is refused."""
    folder = Path(out)
    if folder.suffix.lower() in ENDINGS and not folder.is_dir():
        raise InputError(
            f"The results go into a folder, got {folder}. Each image has files of its own there, such as "
            f"{folder.with_suffix('')}/photo.jpg.overlay.jpg. Name a folder."
        )
    return folder


def _threads_shared(predictor: Predictor) -> AbstractContextManager[None]:
    """PyTorch has threads of its own, as many as there are cores in each of ours."""
    if predictor.engine != "torch":
        return nullcontext()
    from gazemap.prediction.engines.pytorch import threads_shared_by

    return threads_shared_by(worker_count())


class _Worker:
    """What each thread does with a batch of images: read, predict together, write."""

    def __init__(self, predictor: Predictor, results: Results) -> None:
        self._predictor = predictor
        self._results = results
        self._draws = any(kind.draws for kind in results.kinds)
        self._one_large = threading.Lock()

    def steps(self, batch: Sequence[tuple[Path, str]]) -> list[_Step]:
        """What became of each image, (file, name)."""
        return list(self._steps(batch))

    def _steps(self, batch: Sequence[tuple[Path, str]]) -> Iterator[_Step]:
        placed: list[_Placed] = []
        for file, name in batch:
            if self._results.has(file, name):
                yield None
                continue
            try:
                placed.append(self._read(file, name))
            except (DataError, MissingPackageError, MemoryError) as error:
                yield Failure(str(file), str(error) or _TOO_LARGE)
            if sum(image.pixels.size for image in placed if image.pixels is not None) > 3 * _KEPT:
                yield from self._predict(placed)
                placed = []
        if placed:
            yield from self._predict(placed)

    def _read(self, file: Path, name: str) -> _Placed:
        image = read(self._predictor, file)
        placement, frame = place(self._predictor, image.pixels, image.size)
        is_whole = image.pixels.shape[:2] == image.size
        kept = image.pixels if self._draws and is_whole else None
        return _Placed(file, name, placement, frame, kept, image.notes, image.icc_profile)

    def _predict(self, placed: Sequence[_Placed]) -> Iterator[_Step]:
        frames = np.stack([image.frame for image in placed])
        placements = [image.placement for image in placed]
        images: list[ImageLike] = [image.file if image.pixels is None else image.pixels for image in placed]
        predictions = predict_frames(self._predictor, frames, placements, images)
        for image, plain in zip(placed, predictions, strict=True):
            prediction = replace(plain, notes=image.notes, icc_profile=image.icc_profile)
            large = image.placement.size[0] * image.placement.size[1] > _LARGE
            try:
                with self._one_large if large else nullcontext():
                    self._results.write(prediction, image.name)
                yield _New(image.file, image.name, image.notes)
            except (DataError, MemoryError) as error:  # it was changed meanwhile, or has too long a name
                yield Failure(str(image.file), str(error) or _TOO_LARGE)
