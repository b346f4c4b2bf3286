"""The run's log: metrics.jsonl for programs, TensorBoard events for people."""

from __future__ import annotations

import json
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from tensorboardX import SummaryWriter
from torch import Tensor

from gazemap.errors import WeightsError
from gazemap.system.files import write_text

LOG_FILE = "metrics.jsonl"


class RunLog:
    """Appends one row an epoch; a resumed run first drops the rows past its checkpoint."""

    def __init__(self, out: Path, epochs_done: int) -> None:
        kept = [row for row in read_metrics(out) if row["epoch"] <= epochs_done]
        write_text(out / LOG_FILE, "".join(json.dumps(row) + "\n" for row in kept))
        self._path = out / LOG_FILE
        self._events = SummaryWriter(str(out / "events"), purge_step=epochs_done + 1)

    def __enter__(self) -> RunLog:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._events.close()

    def write(self, row: dict[str, Any]) -> None:
        """Add the row of an epoch to both logs; None values are left out of the events."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        for key, value in row.items():
            if key != "epoch" and value is not None:
                self._events.add_scalar(key, value, row["epoch"])


def read_metrics(out: Path) -> list[dict[str, Any]]:
    """All rows of a run's metrics.jsonl, oldest first; none if the run has none.

    A last line cut off by a kill is dropped.

    Raises:
        WeightsError: a line before the last is not JSON; the file was edited.
    """
    path = out / LOG_FILE
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows = []
    for number, line in enumerate(lines, start=1):
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError as error:
            if number < len(lines):
                raise WeightsError(f"{path}, line {number} is not JSON: {error}.") from error
    return rows


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
