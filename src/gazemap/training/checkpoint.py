"""A run folder: the last checkpoint, from which a run is resumed, the best weights, and what made them.

No state of a random generator is kept: the order and the mirroring of every epoch follow from the seed and
the epoch's number. So a run that was killed at any moment ends in the same bits as one that was not.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from gazemap.data.dataset import GazeDataset
from gazemap.errors import WeightsError
from gazemap.models.files import BEST, describe
from gazemap.models.weights import digest, load_model, load_tensors, save_model, save_tensors
from gazemap.system.fingerprint import differences, file_digest, fingerprint
from gazemap.training.log import LOG_FILE
from gazemap.training.recipe import Recipe
from gazemap.training.setup import Run

LAST = "last.safetensors"
RECIPE_FILE = "recipe.yaml"

_PARTS = {"recipe": "recipe", "dataset": "data set", "version": "version of gazemap"}
_OF_A_RUN = {"start", "runs"}  # keys of a recipe whose values are run folders or weights files
_OF_A_FILE = {"weights", "encoder_weights"}  # and those whose values are files of an encoder's weights


@dataclass
class TrainingState:
    """How far a run has come: its epochs, the best validation loss, and that of the mean training map."""

    epoch: int = 0
    best_epoch: int | None = None
    best_loss: float = float("inf")
    mean_map_loss: float = float("nan")


@dataclass(frozen=True)
class RunFolder:
    """A run folder, and what is trained in it.

    Attributes:
        path: the folder; it need not exist.
        recipe: of the run.
        dataset: that it is trained on.
    """

    path: Path
    recipe: Recipe
    dataset: GazeDataset

    @cached_property
    def made_by(self) -> dict[str, Any]:
        """The fingerprint of recipe, data set and version; see `content_of` for the paths in the recipe.

        Raises:
            DataError: an image or map cannot be read.
            WeightsError: weights that the recipe names are missing or damaged.
        """
        recipe = content_of(self.recipe.model_dump(mode="json"))
        return fingerprint(recipe=recipe, dataset=self.dataset.fingerprint)

    @property
    def holds_run(self) -> bool:
        """Whether a training began here, even if it was killed before its first checkpoint."""
        return any((self.path / name).exists() for name in (LAST, LOG_FILE))

    def state(self) -> TrainingState:
        """How far the run has come; a new state where none was saved.

        Raises:
            WeightsError: the run here has another recipe, data set or version; names every difference, and
                how to go on.
        """
        made_by = self.made_by
        if not (self.path / LAST).exists():
            return TrainingState()
        about = describe(self.path / LAST)
        self._refuse_another(about.get("made_by") if "progress" in about else None, made_by)
        return TrainingState(**about["progress"])

    @property
    def is_finished(self) -> bool:
        """Whether the run has reached its last epoch; raises what `state` raises."""
        return self.state().epoch == self.recipe.training.epochs

    def save(self, run: Run, state: TrainingState) -> None:
        """Write what a resume needs; the previous checkpoint stays until this one is complete."""
        tensors = {f"model.{key}": value for key, value in run.model.state_dict().items()}
        if run.average:
            tensors |= {f"average.{key}": value for key, value in run.average.state_dict().items()}
        for index, values in run.optimizer.state_dict()["state"].items():
            for key, value in values.items():
                if value is not None:
                    tensors[f"optimizer.{index}.{key}"] = torch.as_tensor(value)
        save_tensors(self.path / LAST, tensors, {"progress": asdict(state), "made_by": self.made_by})

    def lighten(self) -> None:
        """Drop from a finished run what only a resume needs: twice the size of its weights."""
        if self.is_finished:
            about = describe(self.path / LAST)
            save_tensors(self.path / LAST, {}, {key: about[key] for key in ("progress", "made_by")})

    def save_best(self, run: Run, state: TrainingState) -> None:
        """Write the weights with the lowest validation loss, for `load_model`."""
        save_model(
            self.path / BEST,
            run.result,
            recipe=self.recipe.model_dump(mode="json"),
            dataset={"name": self.dataset.name, "train": len(run.train), "val": len(run.val)},
            epoch=state.best_epoch,
            val_loss=state.best_loss,
            mean_map_loss=state.mean_map_loss,
            made_by=self.made_by,
            torch=torch.__version__,
        )

    def restore(self, run: Run) -> None:
        """Load what `save` wrote into the network, average and optimizer of a run."""
        tensors, _ = load_tensors(self.path / LAST)
        run.model.load_state_dict(_below("model.", tensors))
        if run.average:
            run.average.load_state_dict(_below("average.", tensors))
        parameters = [p for group in run.optimizer.param_groups for p in group["params"]]
        state: dict[int, dict[str, torch.Tensor]] = {}
        for key, value in _below("optimizer.", tensors).items():
            index, name = key.split(".", 1)
            parameter = parameters[int(index)]
            if value.shape == parameter.shape:
                # the fused optimizer walks through memory: the layout must be the parameter's own
                value = torch.empty_like(parameter).copy_(value)
            state.setdefault(int(index), {})[name] = value
        run.optimizer.load_state_dict({**run.optimizer.state_dict(), "state": state})

    def _refuse_another(self, saved: dict[str, Any] | None, asked: dict[str, Any]) -> None:
        if saved is None:
            raise WeightsError(
                f"{self.path} does not say what it was trained with. Choose another folder, where "
                f"--set start={self.path} starts from its best weights."
            )
        differing = {
            part: differences(saved.get(part), asked[part], "" if part == "recipe" else f"the {name}")
            for part, name in _PARTS.items()
        }
        if not any(differing.values()):
            return
        others = ", ".join(name for part, name in _PARTS.items() if differing[part])
        again = f"its recipe: {self.path / RECIPE_FILE}"
        if differing["version"] and "version" in saved:
            again += f"; its version: pip install gazemap=={saved['version']}"
        raise WeightsError(
            f"{self.path} was trained with another {others}: "
            f"{'; '.join(found for part in differing.values() for found in part)}. "
            f"Resume it with what it was trained with ({again}), or choose another folder, where "
            f"--set start={self.path} starts from its best weights."
        )


def content_of(recipe: Any, key: str = "") -> Any:  # noqa: ANN401 - JSON
    """A recipe's JSON values, with every path to weights replaced by a digest of these weights.

    So weights may be moved, and other weights under the same name are noticed.

    Args:
        recipe: the values, or one of them.
        key: the key that they stand under, which says whether they are paths.

    Raises:
        WeightsError: weights are missing or damaged.
    """
    if isinstance(recipe, dict):
        return {name: content_of(value, name) for name, value in recipe.items()}
    if isinstance(recipe, list):
        return [content_of(value, key) for value in recipe]
    if isinstance(recipe, str) and key in _OF_A_RUN:
        return f"weights {digest(load_model(recipe))[:16]}"
    if isinstance(recipe, str) and key in _OF_A_FILE and recipe != "timm":  # "timm" is downloaded
        try:
            return f"weights {file_digest(Path(recipe)).hex()[:16]}"
        except OSError as error:
            raise WeightsError(
                f"The weights {recipe}, which the recipe names as {key}, cannot be read "
                f"({error.strerror or error}). Name a file that is there, or timm, which fetches ImageNet's: "
                f"--set model.options.{key}=timm. docs/how-to/encoder-weights.md says more."
            ) from error
    return recipe


def _below(prefix: str, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
