"""ONNX Runtime: computes a network from its ONNX form, without PyTorch."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazemap.errors import InputError, WeightsError
from gazemap.models.conditions import Weights
from gazemap.models.files import other_kind
from gazemap.prediction.engines.description import NetworkDescription, read_metadata
from gazemap.prediction.engines.form_metadata import metadata_in
from gazemap.prediction.engines.form_tensors import with_tensors
from gazemap.prediction.engines.grids import Engine, in_range

INPUT = "images"
_PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}
_ERRORS_ALONE = 3  # ONNX Runtime's level of messages


@dataclass(frozen=True, eq=False)
class OpenForm:
    """An ONNX form that is ready to compute.

    Attributes:
        network: what it says of itself.
        compute: its grids.
        device: "cpu" or "cuda".
    """

    network: NetworkDescription
    compute: Engine
    device: str


def described_form(form: Path | bytes, name: str) -> NetworkDescription:
    """What an ONNX form says of its network; nothing is opened.

    Args:
        form: a file that `gazemap export` wrote, or its content.
        name: of the model.

    Raises:
        WeightsError: no such file, it is damaged, or gazemap did not write it.
    """
    return _read(form, name)[1]


def open_form(
    form: Path | bytes,
    name: str,
    *,
    weights: Weights | None = None,
    device: str = "auto",
    threads: int = 0,
) -> OpenForm:
    """An ONNX form on ONNX Runtime.

    Args:
        form: a file that `gazemap export` wrote, or its content.
        name: of the model.
        weights: in the place of its own of these names, such as those of a viewing condition.
        device: "auto" is the GPU where this ONNX Runtime has one.
        threads: that each call may use; 0: as many as there are cores.

    Raises:
        InputError: ONNX Runtime has no such device here.
        WeightsError: no such file, it is damaged, gazemap did not write it, or it lacks one of the weights.
    """
    content, network = _read(form, name)
    file = _named(form)
    content = with_tensors(content, weights or {}, file)
    session, used = _session(content, file, chosen_device(device), threads)
    return OpenForm(network, partial(_compute, session, network), used)


def import_onnxruntime() -> Any:  # noqa: ANN401 - it has no types
    """ONNX Runtime; unless the user has said otherwise, it sends no telemetry and keeps no number for it."""
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # read when it is imported
    import onnxruntime

    return onnxruntime


def chosen_device(device: str) -> str:
    """The device by name; "auto" is the GPU where ONNX Runtime has one.

    Raises:
        InputError: ONNX Runtime has no such device here.
    """
    onnxruntime = import_onnxruntime()

    has_gpu = _PROVIDERS["cuda"] in onnxruntime.get_available_providers()
    if device == "auto":
        return "cuda" if has_gpu else "cpu"
    if device not in _PROVIDERS:
        raise InputError(f"device must be auto, cpu or cuda, got {device!r}.")
    if device == "cuda" and not has_gpu:
        raise InputError(
            "ONNX Runtime has no GPU here. Install onnxruntime-gpu in the place of onnxruntime, or "
            "compute by PyTorch: engine torch."
        )
    return device


def _named(form: Path | bytes) -> str:
    """A form's name, for messages."""
    return "The ONNX form" if isinstance(form, bytes) else str(form)


def _read(form: Path | bytes, name: str) -> tuple[bytes, NetworkDescription]:
    """The content of a form, and what it says of its network."""
    if isinstance(form, Path) and not form.is_file():
        raise WeightsError(f"There is no file {form}. Give the ONNX form of a model.")
    content, file = form if isinstance(form, bytes) else form.read_bytes(), _named(form)
    try:
        return content, read_metadata(metadata_in(content, file), name, file)
    except WeightsError as error:
        kind = other_kind(form) if isinstance(form, Path) else ""
        if not kind or "is an ONNX" in kind:
            raise
        raise WeightsError(f"{file} {kind}.") from error


def _session(form: bytes, file: str, device: str, threads: int) -> tuple[Any, str]:
    onnxruntime = import_onnxruntime()

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = _ERRORS_ALONE
    try:
        session = onnxruntime.InferenceSession(form, options, providers=[_PROVIDERS[device]])
    except Exception as error:  # of the library's own kinds, one for each way to be damaged
        raise WeightsError(f"{file} is damaged, or no ONNX file ({error}).") from error
    if session.get_providers()[0] != _PROVIDERS[device]:  # it falls back to the CPU, and goes on
        raise InputError(
            f"ONNX Runtime cannot use the device {device} here, although it is built for it: its libraries "
            "do not fit the driver, or are missing. Use the device cpu, or engine torch."
        )
    return session, device


def _compute(session: Any, network: NetworkDescription, frames: NDArray[np.uint8]) -> NDArray[np.float32]:  # noqa: ANN401
    grids = np.asarray(session.run(None, {INPUT: as_floats(frames)})[0])
    return in_range(grids, network.name, network.output, network.target_range)


def as_floats(frames: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Frames as a network takes them: float32 in [0, 1]."""
    return np.divide(frames, 255, dtype=np.float32)
