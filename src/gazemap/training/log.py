"""The run's log: metrics.jsonl for programs; TensorBoard events and a bar for people."""

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
_REFRESH_SECONDS = 0.5  # reading a loss waits for a GPU, so it is done twice a second, not each step


class RunLog:
    """One row per epoch in metrics.jsonl and in the events, and a bar over all steps on stderr.

    A resumed run first drops the rows past its checkpoint.
    """

    def __init__(
        self, out: Path, title: str, *, epochs: int, images: int, done: int, progress: bool = False
    ) -> None:
        """Open the log of a run.

        Args:
            out: the run's folder.
            title: of the bar.
            epochs: how many there will be.
            images: in each of them.
            done: epochs that the checkpoint holds.
            progress: show the bar, where stderr is a terminal.
        """
        kept = [row for row in read_metrics(out) if row["epoch"] <= done]
        write_text(out / LOG_FILE, "".join(json.dumps(row) + "\n" for row in kept))
        self._path = out / LOG_FILE
        self._events = SummaryWriter(str(out / "events"), purge_step=done + 1)
        console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[status]}"),
            TimeRemainingColumn(),
            console=console,
            disable=not (progress and console.is_terminal),
        )
        self._task = self._bar.add_task(title, total=epochs * images, status="starting")
        self._bar.advance(self._task, done * images)
        self._validation = ""
        self._shown_at = time.perf_counter()
        self._images = 0  # since then

    def __enter__(self) -> RunLog:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()
        self._events.close()

    def step(self, loss: Tensor, rate: float, images: int) -> None:
        """Count one step of `images` on the bar, and now and then show how it goes."""
        self._images += images
        elapsed = time.perf_counter() - self._shown_at
        if elapsed < _REFRESH_SECONDS or self._bar.disable:
            return
        status = (
            f"loss {loss.item():.5f}{self._validation} lr {rate:.2g} {self._images / elapsed:.0f} images/s"
        )
        self._bar.update(self._task, advance=self._images, status=status)
        self._shown_at, self._images = time.perf_counter(), 0

    def write(self, row: dict[str, Any]) -> None:
        """Add the row of an epoch; None values are left out of the events."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        for key, value in row.items():
            if key != "epoch" and value is not None:
                self._events.add_scalar(key, value, row["epoch"])
        if row["val_loss"] is not None:
            self._validation = f" val {row['val_loss']:.5f}"


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
