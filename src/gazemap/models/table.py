"""The table of all networks: `MODELS`. A line here makes an architecture public."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gazemap.errors import InputError, lookup
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
from gazemap.models.unet import UNet
from gazemap.system.checking import checked_options

MODELS: dict[str, type[SaliencyModel]] = {
    model.architecture: model
    for model in (
        Shallow,
        SalNet,
        SimpleNet,
        MDNSal,
        PDP,
        SamVgg,
        SamResNet,
        MLNet,
        DeepGaze2,
        GazeNet,
        UNet,
    )
}
LARGEST_SIDE = 4096  # beyond it, activations take more memory than machines have
LEAST_SIDE = 32  # encoders halve an image five times


def create_model(name: str, **options: Any) -> SaliencyModel:  # noqa: ANN401 - each model's own
    """A new, randomly initialized model.

    Args:
        name: a key of `MODELS`.
        options: the model's own keyword arguments.

    Raises:
        InputError: an unknown name or option, with the nearest right one, or a value that is not accepted.
    """
    return lookup("model", name, MODELS)(**checked_model_options(name, options))


def checked_model_options(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """A model's options as its constructor takes them; nothing is built.

    Raises:
        InputError: as `create_model`.
    """
    model = lookup("model", name, MODELS)
    if "input_size" in options:
        _check_size(options["input_size"])
    return checked_options(f"the model {name}", model, options)


def _check_size(size: object) -> None:
    sides = size if isinstance(size, list | tuple) else ()
    if len(sides) != 2 or not all(type(side) is int and LEAST_SIDE <= side <= LARGEST_SIDE for side in sides):
        raise InputError(
            f"input_size {size!r} is not supported. Give height and width, whole numbers from "
            f"{LEAST_SIDE} to {LARGEST_SIDE:,} pixels, such as [240, 320]."
        )
