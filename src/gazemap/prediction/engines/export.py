"""A trained model as one file for elsewhere: ONNX, checked against PyTorch, or weights of 16 bits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazemap.errors import InputError, OutputError
from gazemap.models.base import SaliencyModel
from gazemap.models.files import describe
from gazemap.models.weights import load_model, save_half
from gazemap.prediction.engines.grids import Engine
from gazemap.prediction.engines.onnx import open_form
from gazemap.prediction.engines.pytorch import computed_with, describe_network
from gazemap.prediction.engines.to_onnx import to_onnx
from gazemap.system.files import replacing
from gazemap.system.writing import check_writable

TOLERANCE = 1e-4  # of a log density, or of a saliency as it is shown
_CHECKED = 3  # images; another number than the form was traced with


@dataclass(frozen=True)
class ExportedModel:
    """What `export` wrote.

    Attributes:
        file: where it is.
        size: in bytes.
        difference: how far its numbers are from the model's at most, on images of noise.
    """

    file: Path
    size: int
    difference: float

    def as_json(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {"file": str(self.file), "size": self.size, "difference": self.difference}


def export(model: str | Path, out: str | Path, *, any_size: bool = False) -> ExportedModel:
    """Write a model to one file.

    Args:
        model: a run folder, a weights file, or a model that comes with gazemap.
        out: `.onnx`, or `.safetensors` for weights in float16, which `load_model` reads.
        any_size: of ONNX, see `to_onnx`.

    Raises:
        InputError: another suffix, or the ONNX form differs from the model by more than 1e-4.
        MissingPackageError: the extra "export" is not installed.
        WeightsError: as `load_model`.
        OutputError: `out` cannot be written.
    """
    writers: dict[str, Callable[[str | Path, Path], float]] = {
        ".onnx": partial(_write_onnx, any_size=any_size),
        ".safetensors": _write_half,
    }
    out = Path(out)
    if out.suffix not in writers:
        raise InputError(f"A model is exported to {' or '.join(writers)}, got {out}.")
    if not out.parent.is_dir():
        raise OutputError(f"There is no folder {out.parent}. Make it first.")
    check_writable(out)
    difference = writers[out.suffix](model, out)
    return ExportedModel(out, out.stat().st_size, difference)


def _portable(about: Any) -> Any:  # noqa: ANN401 - JSON
    """What weights say of themselves; of a path on this machine, the file's name alone."""
    if isinstance(about, dict):
        return {key: _portable(value) for key, value in about.items()}
    if isinstance(about, list):
        return [_portable(value) for value in about]
    return Path(about).name if isinstance(about, str) and Path(about).is_absolute() else about


def _write_onnx(path: str | Path, out: Path, any_size: bool) -> float:
    model = load_model(path)
    form = to_onnx(model, _portable(describe(path)), any_size=any_size, for_others=True)
    difference = _difference(model, open_form(form, model.name, device="cpu").compute)
    if not difference <= TOLERANCE:
        raise InputError(
            f"The ONNX form of {path} differs from the model by {difference:.2g}, more than {TOLERANCE}. "
            "Nothing was written; please report it."
        )
    with replacing(out) as temporary:
        temporary.write_bytes(form)
    return difference


def _write_half(path: str | Path, out: Path) -> float:
    model = load_model(path)
    save_half(out, model, _portable(describe(path)))
    return _difference(model, partial(_predicted, load_model(out)))


def _difference(model: SaliencyModel, other: Engine) -> float:
    """How far another form of a model is from it, at most, on images of noise."""
    images = np.random.default_rng(0).integers(0, 256, (_CHECKED, 3, *model.input_size), np.uint8)
    return float(np.abs(other(images) - _predicted(model, images)).max())


def _predicted(model: SaliencyModel, frames: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What `predict` uses of a network: its grids, under its viewing condition."""
    network = describe_network(model)
    return network.used(computed_with(model, network.conditions.weights)(frames))
