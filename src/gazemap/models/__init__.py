"""Models: image -> saliency or log density. `MODELS` lists them all."""

from __future__ import annotations

from typing import Any

from gazemap.errors import InputError, check_name
from gazemap.models.base import SaliencyModel
from gazemap.models.deepgaze2 import DeepGaze2
from gazemap.models.gazenet import GazeNet
from gazemap.models.mdnsal import MDNSal
from gazemap.models.mlnet import MLNet
from gazemap.models.pdp import PDP
from gazemap.models.salnet import SalNet
from gazemap.models.sam import SamResNet, SamVgg
from gazemap.models.shallow import Shallow
from gazemap.models.simplenet import SimpleNet

MODELS: dict[str, type[SaliencyModel]] = {
    model.architecture: model
    for model in (Shallow, SalNet, SimpleNet, MDNSal, PDP, SamVgg, SamResNet, MLNet, DeepGaze2, GazeNet)
}
LEAST_SIDE = 32  # encoders halve an image five times


def create_model(name: str, **options: Any) -> SaliencyModel:  # noqa: ANN401 - each model's own
    """A new, randomly initialized model.

    Args:
        name: a key of `MODELS`.
        options: the model's own keyword arguments.

    Raises:
        InputError: an unknown name or option, with those that exist, or a size that cannot be had.
    """
    check_name("model", name, MODELS)
    if "input_size" in options:
        _check_size(options["input_size"])
    try:
        return MODELS[name](**options)
    except TypeError as error:
        raise InputError(f"Model {name!r} cannot be made: {error}.") from error


def _check_size(size: object) -> None:
    sides = size if isinstance(size, list | tuple) else ()
    if len(sides) != 2 or not all(isinstance(side, int) and side >= LEAST_SIDE for side in sides):
        raise InputError(
            f"Input size {size!r} cannot be had: height and width are accepted, whole numbers of at least "
            f"{LEAST_SIDE} pixels, such as [240, 320]."
        )


__all__ = ["MODELS", "SaliencyModel", "create_model"]
