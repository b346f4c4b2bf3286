"""The run's log: metrics.jsonl for programs, TensorBoard events for people."""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from typing import Any

from tensorboardX import SummaryWriter

from gazemap.errors import WeightsError
from gazemap.files import write_text

METRICS = "metrics.jsonl"


class RunLog:
    """Appends one row an epoch; a resumed run first drops the rows past its checkpoint."""

    def __init__(self, out: Path, epochs_done: int) -> None:
        kept = [row for row in read_metrics(out) if row["epoch"] <= epochs_done]
        write_text(out / METRICS, "".join(json.dumps(row) + "\n" for row in kept))
        self._path = out / METRICS
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
    path = out / METRICS
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows = []
    for number, line in enumerate(lines, start=1):
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError as error:
            if number < len(lines):
                raise WeightsError(f"{path}, line {number} is not JSON: {error}.") from error
    return rows
