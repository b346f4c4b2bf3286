"""What computes a network's grids: PyTorch itself, or another runtime from the network's ONNX form.

`ENGINES` lists them. An engine may be called by several threads at once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazemap.errors import OutputError, lookup
from gazemap.models.base import SaliencyModel
from gazemap.models.weights import digest
from gazemap.prediction.engines.onnx import INPUT, check_installed, to_onnx
from gazemap.prediction.predict import Engine, in_range, predict_grids
from gazemap.system.files import cache_folder, replacing


def make_engine(name: str, model: SaliencyModel, threads: int = 1) -> Engine:
    """An engine for a model.

    Args:
        name: a key of `ENGINES`.
        model: for PyTorch on any device; the others compute on the CPU.
        threads: that each call may use; PyTorch has its own setting.

    Raises:
        InputError: no such engine, or it is not installed.
    """
    return lookup("engine", name, ENGINES)(model, threads)


def _torch(model: SaliencyModel, threads: int) -> Engine:
    return partial(predict_grids, model)


def _onnx(model: SaliencyModel, threads: int) -> Engine:
    check_installed("onnxruntime")
    return run_onnx(_form(model), model, threads)


def _form(model: SaliencyModel) -> bytes:
    """The ONNX form of a model, from the cache: making it takes some seconds."""
    file = cache_folder("onnx") / f"{version('gazemap')}-{digest(model)}.onnx"
    try:
        return file.read_bytes()
    except OSError:
        form = to_onnx(model)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with replacing(file) as temporary:
            temporary.write_bytes(form)
    except (OSError, OutputError):
        pass  # a cache that cannot be written costs seconds, no more
    return form


def run_onnx(form: bytes, model: SaliencyModel, threads: int = 1) -> Engine:
    """ONNX Runtime on the ONNX form of a model."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(form, options, providers=["CPUExecutionProvider"])
    return partial(_run, model, lambda images: session.run(None, {INPUT: images})[0])


def _openvino(model: SaliencyModel, threads: int) -> Engine:
    check_installed("openvino")
    import openvino

    core = openvino.Core()
    settings = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32"}
    network = core.compile_model(core.read_model(_form(model)), "CPU", settings)
    # a request belongs to one call: threads must not share it
    return partial(_run, model, lambda images: network.create_infer_request().infer({INPUT: images})[0])


def _run(model: SaliencyModel, run: Callable[[Any], Any], images: NDArray[np.uint8]) -> NDArray[np.float32]:
    return in_range(model, np.asarray(run(images.astype(np.float32) / 255)))


ENGINES: dict[str, Callable[[SaliencyModel, int], Engine]] = {
    "torch": _torch,
    "onnx": _onnx,
    "openvino": _openvino,
}
