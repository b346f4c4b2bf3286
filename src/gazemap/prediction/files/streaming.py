"""Any number of image files -> their predictions in a folder, in memory that does not grow with them."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from enum import Enum
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gazemap.errors import DataError
from gazemap.images.placement import Placement
from gazemap.images.reading import read_reduced
from gazemap.models import SaliencyModel
from gazemap.prediction.engines.runtimes import make_engine
from gazemap.prediction.files.folder import Failure, Results, open_results
from gazemap.prediction.files.outputs import DEFAULT_OUTPUTS, Predicted, chosen_outputs
from gazemap.prediction.files.sources import open_sources
from gazemap.prediction.files.threads import ahead, batched, worker_threads
from gazemap.prediction.predict import Engine, evaluating, place, predict_frames
from gazemap.system.progress import bar

_BATCH = 4
_LARGE = 2**24  # pixels from which maps are made one at a time: they are of the image's own size
_SHOWN = 10
_TOO_LARGE = "It needs more memory than there is. Make it smaller first."


@dataclass(frozen=True)
class Outcome:
    """How predicting many files went.

    Attributes:
        predicted: how many are new.
        skipped: how many were there already.
        failed: how many could not be predicted; failed.jsonl lists them.
        failures: the first ten of these.
    """

    predicted: int
    skipped: int
    failed: int
    failures: tuple[Failure, ...]


@dataclass(frozen=True)
class _Placed:
    """An image in the network's frame, on its way there."""

    file: Path
    name: str
    placement: Placement
    frame: NDArray[np.uint8]


class _Done(Enum):
    PREDICTED = 1
    SKIPPED = 2


_Step = _Done | Failure


def predict_files(
    model: SaliencyModel,
    sources: Sequence[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    *,
    write: Sequence[str] = DEFAULT_OUTPUTS,
    engine: str = "torch",
    progress: bool = False,
) -> Outcome:
    """Predict image files; for a/photo.jpg, write a/photo.jpg.saliency.png and the like under `out`.

    Names are the files' paths below the deepest folder that holds all sources. An image is skipped where
    its outputs are there already, from this model and newer than the image: after a kill, run this again.
    Files that cannot be read are listed in `out`/failed.jsonl, and the rest goes on.

    Each of a few threads takes a batch of images, reads them, predicts and writes: only these are in
    memory. JPEGs that are much larger than the network's frame are decoded at reduced scale.

    Args:
        model: from `load_model`, on any device.
        sources: files, folders, glob patterns, "@list.txt" or "-", see `open_sources`.
        out: a folder.
        engine: what computes the network, a key of `ENGINES`.
        write: keys of `OUTPUTS`. The pictures to look at (overlay, contour) have up to 16 megapixels.
        progress: show a bar.

    Raises:
        InputError: there is no image at all, no such output or engine, or a list cannot be read.
        OutputError: `out` cannot be written, or is in use by another process.
    """
    kinds = chosen_outputs(write)
    compute = make_engine(engine, model)
    counts: Counter[_Done | None] = Counter()
    failures: list[Failure] = []
    with (
        open_sources(sources) as found,
        open_results(Path(out), kinds, model) as results,
        evaluating(model),
        worker_threads() as (pool, workers),
    ):
        one_large = threading.Lock()

        def work(batch: Sequence[tuple[Path, str]]) -> list[_Step]:
            return list(_predict_batch(model, compute, batch, results, one_large))

        batches = batched(found, min(_BATCH, -(-len(found) // workers)))
        steps = chain.from_iterable(ahead(pool, work, batches, 2 * workers))
        for step in bar(steps, "Predicting", len(found), progress=progress):
            if isinstance(step, Failure):
                results.fail(step)
                failures += [step] if len(failures) < _SHOWN else []
            counts[None if isinstance(step, Failure) else step] += 1
    return Outcome(counts[_Done.PREDICTED], counts[_Done.SKIPPED], counts[None], tuple(failures))


def _predict_batch(
    model: SaliencyModel,
    compute: Engine,
    batch: Sequence[tuple[Path, str]],
    results: Results,
    one_large: threading.Lock,
) -> Iterator[_Step]:
    """What became of each image of a batch: read, predicted together, written."""
    placed: list[_Placed] = []
    for file, name in batch:
        if results.has(file, name):
            yield _Done.SKIPPED
            continue
        try:
            placed.append(_read(model, file, name))
        except (DataError, MemoryError) as error:
            yield Failure(str(file), str(error) or _TOO_LARGE)
    if not placed:
        return
    frames = np.stack([image.frame for image in placed])
    predictions = predict_frames(model, frames, [image.placement for image in placed], compute)
    for image, prediction in zip(placed, predictions, strict=True):
        large = image.placement.size[0] * image.placement.size[1] > _LARGE
        try:
            with one_large if large else nullcontext():
                results.write(image.name, Predicted(image.file, prediction))
            yield _Done.PREDICTED
        except (DataError, MemoryError) as error:  # it was changed meanwhile, or has too long a name
            yield Failure(str(image.file), str(error) or _TOO_LARGE)


def _read(model: SaliencyModel, file: Path, name: str) -> _Placed:
    def needed(size: tuple[int, int]) -> tuple[float, float]:
        return Placement(size, model.input_size, model.fit).content

    pixels, size = read_reduced(file, needed)
    return _Placed(file, name, *place(model, pixels, size))
