"""How a training ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gazemap.system.plain import plain


@dataclass(frozen=True)
class TrainedRun:
    """A run folder with trained weights.

    Attributes:
        out: the run folder.
        epochs: how many it was trained for.
        best_epoch: the one with the lowest validation loss, counted from 1; its weights are the result.
        best_loss: that loss.
        mean_map_loss: the validation loss of the mean training map, one map for all images.
        resumed_after: epochs that were trained before this call: all of them where the run was finished.
    """

    out: Path
    epochs: int
    best_epoch: int
    best_loss: float
    mean_map_loss: float
    resumed_after: int = field(default=0, compare=False)

    @property
    def warning(self) -> str | None:
        """What to say about a network that is not at least 1 % better than one map for all images."""
        return collapse_warning(self.best_loss, self.mean_map_loss)

    def notes(self) -> list[str]:
        """Where it is, and how well it was learned, in sentences."""
        lines = [
            f"{self.out}: best validation loss {self.best_loss:.5f} in epoch {self.best_epoch}; "
            f"the loss of the mean training map is {self.mean_map_loss:.5f}."
        ]
        return [*lines, f"Warning: {self.warning}"] if self.warning else lines

    def as_json(self) -> dict[str, Any]:
        """All of it, and the warning, as plain JSON values."""
        table: dict[str, Any] = plain(
            {
                "out": self.out,
                "epochs": self.epochs,
                "best_epoch": self.best_epoch,
                "best_loss": self.best_loss,
                "mean_map_loss": self.mean_map_loss,
                "resumed_after": self.resumed_after,
                "warning": self.warning,
            }
        )
        return table


def collapse_warning(best_loss: float, mean_map_loss: float) -> str | None:
    """The warning of `TrainedRun`, from the two losses alone; None where there is nothing to warn about."""
    if best_loss < 0.99 * mean_map_loss:
        return None
    return (
        "the network does not get below the mean training map: its best validation loss is "
        f"{best_loss:.5f}, that of the mean map {mean_map_loss:.5f}. One map for all images does as well or "
        "better."
    )
