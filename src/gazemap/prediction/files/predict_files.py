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

from gazemap.errors import DataError, InputError, MissingPackageError
from gazemap.images.folds import Viewport, ViewportLike, parse_viewport
from gazemap.models.files import DEFAULT_MODEL
from gazemap.prediction.files.one_file import check_one_file, is_one_file, predict_one_file
from gazemap.prediction.files.outcome import SHOWN, Outcome, first_files
from gazemap.prediction.files.outputs import DEFAULT_OUTPUTS, chosen_outputs
from gazemap.prediction.files.result_folder import Failure, Results, open_results
from gazemap.prediction.files.sources import open_sources
from gazemap.prediction.files.threads import ahead, batched, worker_count, worker_threads
from gazemap.prediction.inputs import ImageLike
from gazemap.prediction.placing import PlacedImage, read_placed
from gazemap.prediction.predict import predict_placed
from gazemap.prediction.predictor import ModelLike, Predictor, load_predictor
from gazemap.system.progress import bar

_BATCH = 4  # on a GPU
_LARGE = 2**24  # pixels from which maps are made one at a time: they are of the image's own size
_KEPT = 2**24  # pixels of images that a thread keeps for their pictures, before it goes on to write them
_TOO_LARGE = "It needs more memory than there is. Make it smaller first."


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
    condition: str | None = None,
    engine: str = "auto",
    device: str = "auto",
    center_bias: bool = True,
    viewport: ViewportLike = None,
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
        out: a folder; or, for one image and one kind of output, a file whose suffix is that of the kind.
        model: as for `predict`, like the four below.
        condition: the viewing condition by name, such as "web-page".
        engine: what computes the network.
        device: "auto", "cpu" or "cuda".
        center_bias: False leaves out where people look anyway.
        viewport: what is seen at once, as for `predict`.
        write: keys of `OUTPUTS`. The pictures to look at (overlay, contour) have up to 16 megapixels.
        progress: show a bar.

    Raises:
        InputError: there is no image at all, no such output, engine or viewport, a list cannot be read, or
            `out` is one file for several images or kinds.
        DataError: `out` is one file, and its image cannot be read.
        OutputError: `out` cannot be written, is in use by another process, or holds another model's results.
    """
    folder, kinds, seen = Path(out), chosen_outputs(write), parse_viewport(viewport)
    kind = check_one_file(folder, write) if is_one_file(folder) else None
    if kind is not None:
        whole = load_predictor(
            model, condition=condition, engine=engine, device=device, center_bias=center_bias
        )
        return predict_one_file(sources, folder, kind, whole, seen)
    predictor = load_predictor(
        model, condition=condition, engine=engine, device=device, center_bias=center_bias, threads=1
    )
    counts: Counter[type[_New] | type[Failure] | None] = Counter()
    names: list[str] = []
    noted: list[str] = []
    number_noted = 0
    failures: list[Failure] = []
    with (
        open_sources(sources) as found,
        open_results(folder, kinds, predictor, seen) as results,
        predictor.computing(),
        _threads_shared(predictor),
        worker_threads() as (pool, workers),
    ):
        worker = _Worker(predictor, results, seen)
        batches = batched(found, _batch_size(predictor, -(-len(found) // workers)))
        steps = chain.from_iterable(ahead(pool, worker.steps, batches, 2 * workers))
        for step in bar(steps, "Predicting", len(found), progress=progress):
            counts[type(step) if step is not None else None] += 1
            if isinstance(step, Failure):
                step = Failure(found.told(step.path), found.told(step.reason))
                results.fail(step)
                failures += [step] if len(failures) < SHOWN else []
            elif step is not None:
                names += [step.name] if len(names) < SHOWN else []
                if step.notes:
                    file = found.told(str(step.file))
                    results.note(file, step.notes)
                    number_noted += 1
                    noted += [f"{file}: {'; '.join(step.notes)}."] if len(noted) < SHOWN else []
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


def _threads_shared(predictor: Predictor) -> AbstractContextManager[None]:
    """PyTorch has threads of its own, as many as there are cores in each of ours."""
    if predictor.engine != "torch":
        return nullcontext()
    from gazemap.prediction.engines.pytorch import threads_shared_by

    return threads_shared_by(worker_count())


class _Worker:
    """What each thread does with a batch of images: read, predict together, write."""

    def __init__(self, predictor: Predictor, results: Results, viewport: Viewport) -> None:
        self._predictor = predictor
        self._results = results
        self._viewport = viewport
        self._draws = any(kind.draws for kind in results.kinds)
        self._one_large = threading.Lock()

    def steps(self, batch: Sequence[tuple[Path, str]]) -> list[_Step]:
        """What became of each image, (file, name)."""
        return list(self._steps(batch))

    def _steps(self, batch: Sequence[tuple[Path, str]]) -> Iterator[_Step]:
        placed: list[tuple[Path, str, PlacedImage]] = []
        for file, name in batch:
            if self._results.has(file, name):
                yield None
                continue
            try:
                placed.append((file, name, self._read(file)))
            except (DataError, InputError, MissingPackageError, MemoryError) as error:
                yield Failure(str(file), str(error) or _TOO_LARGE)
            if sum(image.pixels.size for _, _, image in placed if image.pixels is not None) > 3 * _KEPT:
                yield from self._predict(placed)
                placed = []
        if placed:
            yield from self._predict(placed)

    def _read(self, file: Path) -> PlacedImage:
        image = read_placed(self._predictor, file, self._viewport)
        return image if self._draws else replace(image, pixels=None)

    def _predict(self, placed: Sequence[tuple[Path, str, PlacedImage]]) -> Iterator[_Step]:
        images: list[ImageLike] = [
            file if image.pixels is None else image.pixels for file, _, image in placed
        ]
        predictions = predict_placed(self._predictor, [image for _, _, image in placed], images, batch=_BATCH)
        for (file, name, image), prediction in zip(placed, predictions, strict=True):
            large = image.size[0] * image.size[1] > _LARGE
            try:
                with self._one_large if large else nullcontext():
                    self._results.write(prediction, name)
                yield _New(file, name, image.notes)
            except (DataError, MemoryError) as error:  # it was changed meanwhile, or has too long a name
                yield Failure(str(file), str(error) or _TOO_LARGE)
