"""The progress bar of a training run: loss, learning rate, images a second, time left."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Tensor

_REFRESH_SECONDS = 0.5  # reading a loss waits for a GPU, so it is done twice a second, not each step


class TrainingBar:
    """A bar over all epochs on stderr; silent when `visible` is False."""

    def __init__(self, name: str, epochs: int, images_per_epoch: int, done: int, visible: bool) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[status]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not visible,
        )
        self._task = self._bar.add_task(name, total=epochs * images_per_epoch, status="starting")
        self._bar.advance(self._task, done * images_per_epoch)
        self._validation = ""
        self._shown_at = time.perf_counter()
        self._images = 0

    def __enter__(self) -> TrainingBar:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def step(self, loss: Tensor, rate: float, images: int) -> None:
        """Count one step of `images`, and now and then show how it goes."""
        self._images += images
        elapsed = time.perf_counter() - self._shown_at
        if elapsed < _REFRESH_SECONDS or self._bar.disable:
            return
        status = (
            f"loss {loss.item():.5f}{self._validation} lr {rate:.2g} {self._images / elapsed:.0f} images/s"
        )
        self._bar.update(self._task, advance=self._images, status=status)
        self._shown_at, self._images = time.perf_counter(), 0

    def validated(self, loss: float) -> None:
        """Show the newest validation loss from now on."""
        self._validation = f" val {loss:.5f}"
