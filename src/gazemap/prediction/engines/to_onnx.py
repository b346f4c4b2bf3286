"""A network in ONNX form, for ONNX Runtime, OpenVINO and the like."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from gazemap.errors import InputError
from gazemap.gaze.blurring import gaussian_matrix
from gazemap.models.base import SaliencyModel
from gazemap.models.conditions import LEAST_BLUR, ViewingCondition
from gazemap.models.known_conditions import KnownConditions
from gazemap.models.parts import log_softmax
from gazemap.prediction.engines.onnx import INPUT
from gazemap.prediction.engines.pytorch import describe_network
from gazemap.system.extras import require

_LEAST = 64  # pixels per side, where any size is taken


def to_onnx(
    model: SaliencyModel,
    about: Mapping[str, Any] | None = None,
    *,
    any_size: bool = False,
    for_others: bool = False,
) -> bytes:
    """The network's ONNX form, its weights within.

    Input `images`: float32 (B, 3, H, W) in [0, 1], any B, at the model's input size. Output `saliency`
    or `log_density`: float32 (B, h, w), as the model's `forward` has it. The
    metadata says what the network is, see `NetworkDescription.metadata`.

    Args:
        model: on any device and in any mode; a copy of it is exported.
        about: what the metadata says, too: JSON values, as `describe` gives them.
        any_size: take images of any size of at least 64 pixels per side. Such a form is slower by a third,
            and takes a minute to make. For a model of `any_size`.
        for_others: other programs read no metadata: a viewing condition becomes a part of the graph, whose
            center bias then cannot be left out.

    Raises:
        MissingPackageError: the extra "export" is not installed.
        InputError: the model takes images of one size only.
    """
    for package in ("onnx", "onnxscript"):
        require(package, "Making an ONNX form")
    if any_size and not model.any_size:
        raise InputError(f"A {model.architecture} takes images of {model.input_size} only, not of any size.")
    traced: torch.nn.Module = copy.deepcopy(model).cpu().eval()
    described = describe_network(model)
    condition = model.conditions.used
    if for_others and condition is not None:
        if any_size:
            raise InputError(
                f"The condition {condition.name} of {model.name} is of one size: leave out any_size."
            )
        traced = Conditioned(copy.deepcopy(model).cpu().eval(), condition)
        described = replace(described, conditions=KnownConditions(), log_prior=None)
    height, width = model.input_size
    images = torch.zeros(2, 3, height, width)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of PyTorch about its own parts
        program = torch.onnx.export(
            traced,
            (images,),
            dynamo=True,
            dynamic_shapes=(_free_sides(any_size),),
            input_names=[INPUT],
            output_names=[model.output],
            verbose=False,
        )
    assert program is not None  # it is None where a file was asked for
    form = program.model_proto
    for key, value in described.metadata(
        {"options": model.options, "fit": model.fit, **(about or {})}
    ).items():
        entry = form.metadata_props.add()
        entry.key, entry.value = key, value
    content: bytes = form.SerializeToString()
    return content


class Conditioned(torch.nn.Module):
    """A network under a viewing condition: `ViewingCondition.applied` as a part of its graph."""

    shift: Tensor
    down: Tensor
    across: Tensor

    def __init__(self, model: SaliencyModel, condition: ViewingCondition) -> None:
        super().__init__()
        self.model, self.power, self.blur = model, condition.power, condition.blur
        own = torch.zeros(model.output_size) if model.log_prior is None else model.log_prior.detach()
        prior = own if condition.log_prior is None else torch.tensor(condition.log_prior)
        self.register_buffer("shift", prior - condition.power * own)
        if self.blur >= LEAST_BLUR:
            height, width = model.output_size
            down, across = (gaussian_matrix(side, self.blur * width) for side in (height, width))
            self.register_buffer("down", torch.tensor(down.T.copy(), dtype=torch.float32))
            self.register_buffer("across", torch.tensor(across.copy(), dtype=torch.float32))

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) in [0, 1] -> log densities (B, h, w)."""
        grids = log_softmax(self.power * self.model(images) + self.shift)
        if self.blur < LEAST_BLUR:
            return grids
        density = self.down @ grids.exp() @ self.across
        return density.log() - density.sum(dim=(1, 2), keepdim=True).log()


def _free_sides(any_size: bool) -> dict[int, Any]:
    """Which sides of the input may be of any length."""
    dim = torch.export.Dim
    sides = {0: dim("batch", min=1)}
    if any_size:
        sides |= {2: dim("height", min=_LEAST), 3: dim("width", min=_LEAST)}
    return sides
