"""The run's log: metrics.jsonl and TensorBoard events for programs, a bar or lines for people."""

from __future__ import annotations

import json
import time
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from gazemap.errors import WeightsError
from gazemap.system.extras import require
from gazemap.system.files import write_text
from gazemap.system.json_text import parse_json
from gazemap.system.progress import say

if TYPE_CHECKING:
    from torch import Tensor

LOG_FILE = "metrics.jsonl"
_LARGEST = 2**53  # whole number of a row: epochs, images
_REFRESH_SECONDS = 0.5  # reading a loss waits for a GPU, so it is done twice a second, not each step


class RunLog:
    """One row per epoch in metrics.jsonl and in the events, and on stderr how the training goes.

    That is a bar on a terminal, and one line per epoch elsewhere. A resumed run first drops the rows past its
    checkpoint.
    """

    def __init__(
        self, out: Path, title: str, *, epochs: int, images: int, done: int, progress: bool = False
    ) -> None:
        """Open the log of a run.

        Args:
            out: the run's folder.
            title: of the run, for its lines.
            epochs: how many there will be.
            images: in each of them.
            done: epochs that the checkpoint holds.
            progress: show how the training goes.

        Raises:
            MissingPackageError: tensorboardX is not installed.
        """
        require("tensorboardX", "Training")
        from tensorboardX import SummaryWriter

        kept = [row for row in read_metrics(out) if row["epoch"] <= done]
        write_text(out / LOG_FILE, "".join(json.dumps(row) + "\n" for row in kept))
        self._path = out / LOG_FILE
        self._events = SummaryWriter(str(out / "events"), purge_step=done + 1)
        self._title, self._epochs, self._done = title, epochs, done
        console = Console(stderr=True)
        self._shows_bar = progress and console.is_terminal
        self._writes_lines = progress and not console.is_terminal
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=8),  # the words beside it need the rest of 80 columns
            TextColumn("{task.fields[status]}"),
            TimeRemainingColumn(),
            console=console,
            disable=not self._shows_bar,
        )
        self._task = self._bar.add_task(self._epoch(done + 1), total=epochs * images, status="starting")
        self._bar.advance(self._task, done * images)
        self._validation = ""
        self._opened_at = self._shown_at = time.perf_counter()
        self._images = 0  # since it was shown

    def __enter__(self) -> RunLog:
        say(f"Training {self._title}, {self._epochs} epochs.", progress=self._shows_bar)
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
        if elapsed < _REFRESH_SECONDS or not self._shows_bar:
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
        self._bar.update(self._task, description=self._epoch(row["epoch"] + 1))
        if self._writes_lines:
            say(self._line(row), progress=True)

    def _epoch(self, epoch: int) -> str:
        return f"epoch {min(epoch, self._epochs)}/{self._epochs}"

    def _line(self, row: dict[str, Any]) -> str:
        """An epoch's row in words, with the time that the rest will take at the speed so far."""
        epoch = row["epoch"]
        validation = "" if row["val_loss"] is None else f"val loss {row['val_loss']:.5f}, "
        left = (time.perf_counter() - self._opened_at) / (epoch - self._done) * (self._epochs - epoch)
        return (
            f"{self._title}: {self._epoch(epoch)}, loss {row['train_loss']:.5f}, {validation}"
            f"learning rate {row['learning_rate']:.2g}, {row['images_per_second']:.0f} images/s, "
            f"{duration(left)} left"
        )


def duration(seconds: float) -> str:
    """A time for people: "45 s", "12 min" or "3 h 20 min"."""
    minutes = round(seconds / 60)
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"


def read_metrics(out: Path) -> list[dict[str, Any]]:
    """All rows of a run's metrics.jsonl, oldest first; none if the run has none.

    A last line cut off by a kill is dropped.

    Raises:
        WeightsError: a line before the last is no JSON, or any is no row of numbers; the file was edited.
    """
    path = out / LOG_FILE
    lines = path.read_bytes().splitlines() if path.exists() else []
    rows = []
    for number, line in enumerate(lines, start=1):
        try:
            rows.append(_checked(parse_json(line)))
        except ValueError as error:
            if number < len(lines) or line.rstrip().endswith(b"}"):
                raise WeightsError(
                    f"{path}, line {number} is no row of a log: {error}. Choose another folder, or remove "
                    "that line."
                ) from error
    return rows


def _checked(row: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """A row of numbers, with its epoch and losses.

    Raises:
        ValueError: it is another value.
    """
    if not isinstance(row, dict):
        raise ValueError("it must be an object of numbers")
    wrong = [key for key, value in row.items() if value is not None and not _is_number(value)]
    wrong += [key for key in ("epoch", "train_loss") if not _is_number(row.get(key))]
    wrong += [] if "val_loss" in row else ["val_loss"]
    if wrong or type(row["epoch"]) is not int or row["epoch"] < 1:
        raise ValueError(f"{', '.join(dict.fromkeys(wrong)) or 'epoch'} must be a number")
    return row


def _is_number(value: object) -> bool:
    return type(value) is float or (type(value) is int and abs(value) < _LARGEST)
