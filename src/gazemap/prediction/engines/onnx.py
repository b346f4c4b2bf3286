"""A network in ONNX form, for ONNX Runtime, OpenVINO and the like."""

from __future__ import annotations

import copy
import json
import warnings
from importlib.util import find_spec
from typing import Any

import torch

from gazemap.errors import InputError
from gazemap.models.base import SaliencyModel

INPUT = "images"
_NEEDED = ("onnx", "onnxscript")
_LEAST = 64  # pixels a side, where any size is taken


def to_onnx(model: SaliencyModel, about: dict[str, Any] | None = None, *, any_size: bool = False) -> bytes:
    """The network's ONNX form, its weights within.

    Input `images`: float32 (B, 3, H, W) in [0, 1], any B, at the model's input size. Output `saliency`
    or `log_density`: float32 (B, h, w), as the model's `forward` has it. The metadata `gazemap` says
    as JSON what the weights file says.

    Args:
        model: on any device and in any mode; a copy of it is exported.
        any_size: take images of any size from 64 pixels a side on; slower by a third, and a minute in
            the making. For a model of `any_size`.
        about: what the metadata says, JSON values; by default what the model knows of itself.

    Raises:
        InputError: the extra "export" is not installed, or the model takes one size alone.
    """
    check_installed(*_NEEDED)
    if any_size and not model.any_size:
        raise InputError(f"A {model.architecture} takes images of {model.input_size} alone, not of any size.")
    height, width = model.input_size
    images = torch.zeros(2, 3, height, width)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of PyTorch about its own parts
        program = torch.onnx.export(
            copy.deepcopy(model).cpu().eval(),
            (images,),
            dynamo=True,
            dynamic_shapes=(_free_sides(any_size),),
            input_names=[INPUT],
            output_names=[model.output],
            verbose=False,
        )
    assert program is not None  # it is None where a file was asked for
    form = program.model_proto
    entry = form.metadata_props.add()
    entry.key = "gazemap"
    entry.value = json.dumps(
        about or {"model": model.architecture, "options": model.options, "fit": model.fit}
    )
    content: bytes = form.SerializeToString()
    return content


def _free_sides(any_size: bool) -> dict[int, Any]:
    """Which sides of the input may be of any length."""
    dim = torch.export.Dim
    sides = {0: dim("batch", min=1)}
    if any_size:
        sides |= {2: dim("height", min=_LEAST), 3: dim("width", min=_LEAST)}
    return sides


def check_installed(*packages: str) -> None:
    """Refuse to go on without what an engine needs.

    Raises:
        InputError: says what to install.
    """
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        raise InputError(
            f"This needs {', '.join(missing)}, which is not installed: pip install 'gazemap[export]'."
        )
