"""Images of several requests -> one call of the network: up to four within a few milliseconds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from gazemap.prediction.inputs import ImageLike
from gazemap.prediction.placing import PlacedImage
from gazemap.prediction.predict import predict_placed
from gazemap.prediction.prediction import Prediction
from gazemap.prediction.predictor import Predictor
from gazemap.system.processors import usable_cores

BATCH = 4
_WAIT = 0.002  # seconds that a batch waits for more


class _Batch:
    """Images that are computed together; more can be added until it is closed."""

    def __init__(self) -> None:
        self.placed: list[PlacedImage] = []
        self.images: list[ImageLike] = []
        self.closed = asyncio.Event()
        self.predictions: asyncio.Task[list[Prediction]]

    def add(self, placed: PlacedImage, image: ImageLike) -> int:
        """Its place in the batch."""
        self.placed.append(placed)
        self.images.append(image)
        if len(self.placed) == BATCH:
            self.closed.set()
        return len(self.placed) - 1


class Batcher:
    """Gathers the images of requests that come at the same time; those of one model are computed together.

    No more batches are computed at once than there are cores. While they are, the next one fills.

    Args:
        run: runs a function in a thread.
        computed: is told how many images each batch had.
    """

    def __init__(
        self, run: Callable[..., Awaitable[Any]], computed: Callable[[int], object] = lambda _: None
    ) -> None:
        self._run = run
        self._computed = computed
        self._free = asyncio.Semaphore(usable_cores())
        self._open: dict[Predictor, _Batch] = {}

    async def predict(self, predictor: Predictor, placed: PlacedImage, image: ImageLike) -> Prediction:
        """The prediction of one image, computed with others.

        Args:
            predictor: whose frames it lies in.
            placed: see `read_placed`.
            image: for pictures of the prediction.
        """
        batch = self._open.get(predictor)
        if batch is None or batch.closed.is_set():
            batch = self._open[predictor] = _Batch()
            batch.predictions = asyncio.create_task(self._predictions(predictor, batch))
        place = batch.add(placed, image)
        # who gives up takes nothing from the others
        return (await asyncio.shield(batch.predictions))[place]

    async def _predictions(self, predictor: Predictor, batch: _Batch) -> list[Prediction]:
        async with self._free:
            asyncio.get_running_loop().call_later(_WAIT, batch.closed.set)
            await batch.closed.wait()
            if self._open.get(predictor) is batch:
                del self._open[predictor]
            self._computed(len(batch.placed))
            found: list[Prediction] = await self._run(
                lambda: predict_placed(predictor, batch.placed, batch.images, batch=BATCH)
            )
            return found
