"""`gazemap adapt`: a model for one's own observers, screens and tasks, from as few as five images."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gazemap.adaptation.fitting import FOLDS, NAME, adapted
from gazemap.adaptation.looks import frames_of, looks_at, prior_of
from gazemap.adaptation.saving import save_adapted
from gazemap.data.batches.looks import looks_of
from gazemap.data.dataset import DatasetLike, as_dataset
from gazemap.data.split_names import split_named
from gazemap.errors import InputError
from gazemap.evaluation.intervals import Interval, bootstrap
from gazemap.images.fingerprints import FINGERPRINT
from gazemap.models.conditions import ViewingCondition
from gazemap.models.known_conditions import check_condition_name
from gazemap.prediction.predictor import load_predictor
from gazemap.system.extras import require
from gazemap.system.files import refuse_used
from gazemap.system.writing import check_writable

if TYPE_CHECKING:
    from gazemap.models.gazenet import GazeNet

_LEAST = 5  # images


@dataclass(frozen=True, eq=False)
class AdaptedModel:
    """What `adapt` wrote.

    Attributes:
        out: the folder, which stands for the model wherever one is named.
        model: that was adapted.
        dataset: to which.
        images: to how many.
        left_out: images where nobody looked.
        condition: the numbers, and the readout's weights if it was trained; None where neither helps on
            images left out, and the model is as it was.
        start: what the numbers were drawn towards.
        weights: of the model's own center bias, and of the set's.
        gain: bits per fixation on images left out of the fit, over the start.
        readout: what training the readout gains beyond, on images left out; None where it was not asked for,
            or does not help, and no weight is changed.
        with_readout: whether it was asked for.
    """

    out: Path
    model: str
    dataset: str
    images: int
    left_out: tuple[str, ...]
    condition: ViewingCondition | None
    start: ViewingCondition
    weights: tuple[float, float]
    gain: Interval
    readout: Interval | None = None
    with_readout: bool = False

    def notes(self) -> list[str]:
        """What was changed, what it gains, and what to do next, in sentences."""
        lines = [f"{name} is left out: nobody looked at it." for name in self.left_out]
        if self.condition is None:
            lines.append(
                f"Nothing is changed: no change helps {self.model} on images of {self.dataset} that are left "
                f"out of the fit ({self.images} images, {min(FOLDS, self.images)} folds)."
            )
        else:
            lines += self._numbers(self.condition)
        if self.readout is not None:
            lines.append(f"Readout: training it gains {self.readout} bits more, on images left out of it.")
        elif self.with_readout:
            lines.append("Readout: training it does not help on images left out, so no weight is changed.")
        return [*lines, f"Model: {self.out}"]

    def _numbers(self, condition: ViewingCondition) -> list[str]:
        """What was changed beside the readout, in sentences."""
        own, others = self.weights
        return [
            f"Density to the power {condition.power:.2f} ({self.start.power:.2g} before; below 1 is "
            "flatter than as trained).",
            f"Blur of {condition.blur:.1%} of the image's width ({self.start.blur:.1%} before).",
            f"Center bias: {own:.2f} of the model's own (1 before) and {others:.2f} of that of "
            f"{self.dataset} (0).",
            f"Gain over {self.start.name} on images left out of the fit: {self.gain} bits per fixation, "
            f"{self.images} images in {min(FOLDS, self.images)} folds.",
        ]

    def as_json(self) -> dict[str, Any]:
        """The numbers, the gain and the folder; center bias and weights are in the model's file."""
        strength = self.condition.about.get("strength") if self.condition else None  # none of the start's own
        return {
            "out": str(self.out),
            "model": self.model,
            "dataset": self.dataset,
            "images": self.images,
            "left_out": list(self.left_out),
            "changed": self.condition is not None,
            "start": self.start.name,
            "power": (self.condition or self.start).power,
            "blur": (self.condition or self.start).blur,
            "center_bias": self.weights[0],
            "center_bias_of_set": self.weights[1],
            "gain": self.gain.as_json(),
            "readout": self.readout.as_json() if self.readout else None,
            **({"strength": strength} if strength else {}),
        }


def adapt(
    model: str | Path,
    dataset: DatasetLike,
    out: str | Path,
    *,
    split: str | None = "train",
    name: str = NAME,
    also_weights: bool = False,
    progress: bool = False,
) -> AdaptedModel:
    """Fit four numbers of a model to a data set: its density's power and blur, and two center biases.

    The numbers are drawn towards the model's condition "free-viewing", or towards the model as it was trained
    where it has none, as strongly as is best for images that are left out (five folds). Where no change
    helps those, nothing is changed. The network's own weights stay; `also_weights` gives the condition
    weights of its own. See `adaptation.fitting`, `adaptation.readout` and `models.conditions`.

    Args:
        model: that predicts a density: the name of one that comes with gazemap, a run folder, a weights or
            ONNX file.
        dataset: with fixations or maps; five images or more.
        out: a new folder for the adapted model.
        split: whose images it is fitted to; None for all of them.
        name: of the viewing condition, which the adapted model has beside those of the model, and by which it
            is used, see `models.known_conditions`.
        also_weights: train a readout for the condition, too, where that helps on images that are left out.
            For gazenet's networks; takes minutes and PyTorch.
        progress: show bars.

    Raises:
        DataError: no such data set or split, or an image cannot be read.
        InputError: the model predicts no density, there are too few images, or no such name is possible; or
            its readout cannot be trained.
        WeightsError: there is no such model.
        OutputError: `out` exists, or cannot be written.
        MissingPackageError: SciPy is not installed; says what to install.
    """
    require("scipy", "Adapting a model")
    check_condition_name(name)
    out, whole = Path(out), as_dataset(dataset)
    refuse_used(out)
    check_writable(out, folder=True)
    images = whole if split is None else whole.split(split_named(split))
    base = load_predictor(model).as_trained()
    if base.output != "log_density":
        raise InputError(
            f"{base.name} predicts no density but a saliency on a scale of its own, which has no power or "
            "blur to fit. Take a model that predicts a density, such as gazenet."
        )
    network = _network(model) if also_weights else None
    looks = looks_at(base, images, progress=progress)
    if len(looks.measured) < _LEAST:
        raise InputError(
            f"{images.name} has {len(looks.measured)} images that somebody looked at, and {_LEAST} or more "
            "are needed to tell a habit from chance."
        )
    start = base.conditions.start
    found, condition = adapted(looks, prior_of(base, looks), start, {"dataset": whole.fingerprint})
    readout = None
    if network is not None:
        from gazemap.adaptation.readout import tuned_readout

        frames = frames_of(base, images, looks, progress=progress)
        readout = tuned_readout(network, frames, looks, condition or start, start, progress=progress)
    if condition is not None or readout is not None:
        seen = looks_of(images, progress=progress)[:, :FINGERPRINT]
        weights = readout.weights if readout else {}
        condition = replace(condition or start, name=name, images=seen, weights=weights)
    save_adapted(model, out, condition)
    return AdaptedModel(
        out,
        base.name,
        whole.name,
        len(looks.measured),
        looks.left_out,
        condition,
        start,
        (found.own, found.others),
        bootstrap(found.gains),
        bootstrap(readout.gains) if readout else None,
        also_weights,
    )


def _network(model: str | Path) -> GazeNet:
    """The network whose readout is to be trained.

    Raises:
        InputError: it has none that could be.
        WeightsError: it is an ONNX file.
        MissingPackageError: PyTorch is not installed.
    """
    require("torch", "Training a readout")
    from gazemap.models.gazenet import GazeNet
    from gazemap.models.weights import load_model

    network = load_model(model)
    if not isinstance(network, GazeNet):
        raise InputError(
            f"The readout of {network.name}, a {network.architecture}, cannot be trained. Take gazenet, "
            "gazenet-large or a run of the network gazenet, or leave the weights as they are."
        )
    return network
