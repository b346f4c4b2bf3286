"""What the description of a weights file may say, and of which types: it may come from anywhere."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, NonNegativeInt

from gazemap.types import Fit


class Progress(BaseModel):
    """How far a run has come, in its checkpoint; see `training.checkpoint.TrainingState`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    epoch: NonNegativeInt = 0
    best_epoch: NonNegativeInt | None = None
    best_loss: float = 0.0
    mean_map_loss: float = 0.0


class About(BaseModel):
    """The keys that gazemap reads; there may be others, and any of these may be missing."""

    model_config = ConfigDict(extra="allow", strict=True)

    model: str = ""
    options: dict[str, Any] = {}
    fit: Fit = "stretch"
    recipe: dict[str, Any] = {}
    dataset: dict[str, Any] = {}
    epoch: NonNegativeInt | None = None
    val_loss: float | None = None
    mean_map_loss: float | None = None
    made_by: dict[str, Any] = {}
    progress: Progress = Progress()
    training_images: dict[str, Any] = {}
    conditions: list[dict[str, Any]] = []
    condition: str | None = None
