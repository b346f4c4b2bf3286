"""OpenVINO: computes a network from its ONNX form, on the CPU.

In bfloat16 it takes half the time where the processor multiplies matrices of it. Its densities then differ.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazemap.errors import InputError
from gazemap.models.conditions import Weights
from gazemap.prediction.engines.description import NetworkDescription
from gazemap.prediction.engines.form_tensors import with_tensors
from gazemap.prediction.engines.grids import in_range
from gazemap.prediction.engines.onnx import INPUT, OpenForm, as_floats, open_form
from gazemap.system.extras import require

_opened_by: set[int] = set()  # processes


def open_form_by_openvino(
    form: Path | bytes,
    name: str,
    *,
    weights: Weights | None = None,
    device: str = "auto",
    threads: int = 0,
    precision: str = "f32",
) -> OpenForm:
    """An ONNX form on OpenVINO; errors as of `open_form`.

    Args:
        form: as of `open_form`, like the next four.
        name: of the model.
        weights: in the place of its own.
        device: "auto" or "cpu".
        threads: that each call may use; 0: as many as there are cores.
        precision: of what is computed between input and output, "f32" or "bf16".

    Raises:
        MissingPackageError: OpenVINO is not installed.
        InputError: another device than the CPU, a processor without this precision, or a process that was
            forked from one that uses OpenVINO.
    """
    require("openvino", "The engine openvino")
    if device not in ("auto", "cpu"):
        raise InputError(f"The engine openvino computes on the device cpu, got {device!r}.")
    if _opened_by - {os.getpid()}:  # it would wait for ever for threads that a fork has left behind
        raise InputError(
            "OpenVINO cannot open a model in a process that was forked from one that uses it. Open it before "
            'the fork, start processes by multiprocessing.get_context("spawn"), or use engine onnx.'
        )
    import openvino

    # refuses what is damaged
    network = open_form(form, name, weights=weights, device="cpu", threads=1).network
    settings = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": precision}
    _opened_by.add(os.getpid())
    # its first array is made here, by one thread: several at once would wait for each other for ever
    assert openvino.Tensor(np.zeros(1, np.float32)).data.size == 1
    core = openvino.Core()
    if precision == "bf16" and "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        raise InputError("This processor does not compute in bfloat16. Take the engine openvino, or onnx.")
    content = form if isinstance(form, bytes) else form.read_bytes()
    content = with_tensors(content, weights or {})
    compiled = core.compile_model(core.read_model(content), "CPU", settings)
    return OpenForm(network, partial(_compute, compiled, network), "cpu")


def _compute(compiled: Any, network: NetworkDescription, frames: NDArray[np.uint8]) -> NDArray[np.float32]:  # noqa: ANN401
    # a request belongs to one call: threads must not share it
    grids = np.asarray(compiled.create_infer_request().infer({INPUT: as_floats(frames)})[0])
    return in_range(grids, network.name, network.output, network.target_range)
