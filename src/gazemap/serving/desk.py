"""Where requests are taken, worked on in a few threads, and refused when there are too many."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TypeVar

from gazemap.errors import lookup
from gazemap.images.folds import parse_viewport
from gazemap.images.opening import LARGE
from gazemap.images.reading import using
from gazemap.prediction.files.threads import worker_threads
from gazemap.prediction.placing import PlacedImage, read_placed
from gazemap.prediction.prediction import Prediction
from gazemap.prediction.predictor import Predictor, load_predictor
from gazemap.serving.batching import Batcher
from gazemap.serving.limits import Limits
from gazemap.serving.monitoring import Monitor
from gazemap.serving.options import PredictOptions
from gazemap.serving.problems import Problem
from gazemap.types import Size

_Result = TypeVar("_Result")


@dataclass(frozen=True, eq=False)
class Served:
    """A model as a request asks for it.

    Attributes:
        name: of the model.
        predictor: with or without its center bias.
    """

    name: str
    predictor: Predictor

    def about(self) -> dict[str, str | bool]:
        """What every answer says of it."""
        return {"model": self.name, "center_bias": self.predictor.center_bias}


class Desk:
    """Takes requests, no more than `limits.waiting` at once, and predicts their images.

    Args:
        predictors: the models that are served, by name; the first is the default.
        limits: of the server.
        monitor: counts batches.
    """

    def __init__(self, predictors: Mapping[str, Predictor], limits: Limits, monitor: Monitor) -> None:
        self.predictors = predictors
        self.limits = limits
        self.taken = 0
        self._less_center = {
            name: load_predictor(predictor, center_bias=False)
            for name, predictor in predictors.items()
            if predictor.center_bias
        }
        self._one_large = asyncio.Lock()
        self._pool: ThreadPoolExecutor
        self._batcher = Batcher(self.run, monitor.computed)

    @contextmanager
    def opened(self) -> Iterator[None]:
        """With the threads that work, each on one core; what they have begun is finished at the end."""
        with worker_threads() as (self._pool, _):
            yield

    @asynccontextmanager
    async def taking(self) -> AsyncIterator[None]:
        """Take a request, and give its place back when it is answered.

        Raises:
            Problem: there are too many.
        """
        if self.taken >= self.limits.waiting:
            raise Problem(
                503,
                f"The server has {self.taken} requests to answer, and takes no more. Try again in a second.",
                {"Retry-After": "1"},
            )
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1

    @asynccontextmanager
    async def in_time(self) -> AsyncIterator[None]:
        """Give up what takes too long.

        Raises:
            Problem: the time is over.
        """
        try:
            async with asyncio.timeout(self.limits.seconds):
                yield
        except TimeoutError:
            raise Problem(
                504,
                f"The answer took over {self.limits.seconds:g} seconds. Send a smaller image, or try "
                "again when the server has less to do.",
            ) from None

    async def run(self, work: Callable[[], _Result], size: Size = (1, 1)) -> _Result:
        """What a function returns, computed in a thread.

        A thread cannot be stopped: the place of a request that gave up stays taken until its thread is done.

        Args:
            work: the function.
            size: (H, W) of arrays that it makes; large ones are made one at a time.
        """
        async with self._one_large if size[0] * size[1] > LARGE else nullcontext():
            return await self._in_thread(work)

    async def _in_thread(self, work: Callable[[], _Result]) -> _Result:
        future = self._pool.submit(work)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            if future.running():
                self.taken += 1
                loop = asyncio.get_running_loop()
                future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._give_back))
            raise
        finally:
            del future  # an error in it would hold this frame, which would hold the image

    def served(self, options: PredictOptions) -> Served:
        """The model that is asked for; by default the first.

        Raises:
            InputError: no such model is served, or it has no center bias that could be left out.
        """
        name = next(iter(self.predictors)) if options.model is None else options.model
        predictor = lookup("model that is served", name, self.predictors)
        if not options.center_bias:
            predictor = self._less_center.get(name) or load_predictor(predictor, center_bias=False)
        return Served(name, predictor)

    async def predict(self, image: bytes, served: Served, viewport: str | None) -> Prediction:
        """The prediction of an image file's bytes; the same as that of `gazemap.predict`.

        Raises:
            Problem: it has too many pixels.
            InputError: as `gazemap.predict`.
        """
        seen = parse_viewport(viewport)

        def placed() -> PlacedImage:
            self.check_pixels(image)
            return read_placed(served.predictor, image, seen)

        return await self._batcher.predict(served.predictor, await self.run(placed), image)

    def check_pixels(self, image: bytes) -> None:
        """Refuse an image of too many pixels before they are decoded.

        Raises:
            Problem: it has too many.
            DataError: it cannot be opened.
        """
        # `read_size` decodes a PNG, whose EXIF may come last
        width, height = using(image, lambda opened: opened.size)
        if height * width > self.limits.pixels:
            raise Problem(
                413,
                f"The image has {width} x {height} pixels; up to {self.limits.pixels:,} are accepted. Make "
                "it smaller first.",
            )

    def _give_back(self) -> None:
        self.taken -= 1
