"""A network in ONNX form, for ONNX Runtime, OpenVINO and the like."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Mapping
from typing import Any

import torch

from gazemap.errors import InputError
from gazemap.models.base import SaliencyModel
from gazemap.models.condition_layer import ConditionLayer
from gazemap.models.weights import with_weights
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
        for_others: other programs read no metadata: a viewing condition becomes a part of the graph, its
            weights those of the network. The center bias then cannot be left out.

    Raises:
        MissingPackageError: the extra "export" is not installed.
        InputError: the model takes images of one size only.
    """
    for package in ("onnx", "onnxscript"):
        require(package, "Making an ONNX form")
    if any_size and not model.any_size:
        raise InputError(f"A {model.architecture} takes images of {model.input_size} only, not of any size.")
    network = copy.deepcopy(model).cpu().eval()
    traced: torch.nn.Module = network
    described = describe_network(model)
    condition = model.conditions.used
    if for_others and condition is not None:
        if any_size:
            raise InputError(
                f"The condition {condition.name} of {model.name} is of one size: leave out any_size."
            )
        layer = ConditionLayer(condition, model.output_size, model.log_prior)
        traced = torch.nn.Sequential(with_weights(network, condition.weights), layer)
        described = described.as_under_its_condition()
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
    for node in form.graph.node:
        del node.metadata_props[:]  # among PyTorch's notes there are paths of this machine
    for key, value in described.metadata(
        {"options": model.options, "fit": model.fit, **(about or {})}
    ).items():
        entry = form.metadata_props.add()
        entry.key, entry.value = key, value
    content: bytes = form.SerializeToString()
    return content


def _free_sides(any_size: bool) -> dict[int, Any]:
    """Which sides of the input may be of any length."""
    dim = torch.export.Dim
    sides = {0: dim("batch", min=1)}
    if any_size:
        sides |= {2: dim("height", min=_LEAST), 3: dim("width", min=_LEAST)}
    return sides
