"""An adapted model as a folder: copies of the model's files, with one more viewing condition.

Where its readout was trained, too, its files have these weights, and no other condition: the model's own
were fitted to other weights.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from gazemap.errors import WeightsError
from gazemap.models.conditions import ViewingCondition
from gazemap.models.files import BEST, BEST_FORM, description, form_beside, located, opened
from gazemap.models.known_conditions import KnownConditions, known_conditions_in
from gazemap.prediction.engines.form_metadata import metadata_in, with_metadata
from gazemap.prediction.engines.form_tensors import with_tensors
from gazemap.system.files import new_folder
from gazemap.system.json_text import parse_json

_ABOUT = "gazemap"  # the key of the metadata that holds the description, in both kinds of file


def save_adapted(
    model: str | Path,
    out: Path,
    condition: ViewingCondition | None,
    weights: Mapping[str, NDArray[np.float32]] | None = None,
) -> None:
    """Write the model's weights file, its ONNX form, or both, whichever it has, into a new folder.

    Args:
        model: as `load_predictor` takes it; a weights file, where weights change.
        out: the folder.
        condition: under which it is used, beside those that it has; None as it is.
        weights: that were trained, by name; None where none were.

    Raises:
        OutputError: `out` holds something, or cannot be written.
        WeightsError: a file of the model is damaged.
    """
    file = located(model).file
    form = file if file.suffix == ".onnx" else form_beside(file)
    known = known_conditions_in(_described(file), str(file)) if weights is None else KnownConditions()
    conditions = known if condition is None else known.with_one(condition, is_default=True)
    with new_folder(out) as folder:
        if file.suffix != ".onnx":
            (folder / BEST).write_bytes(_weights(file, conditions, weights or {}))
        if form is not None:
            content = (
                form.read_bytes() if weights is None else with_tensors(form.read_bytes(), weights, str(form))
            )
            now = None if weights is None else _digest(folder / BEST)
            (folder / BEST_FORM).write_bytes(_form(content, conditions, str(form), now))


def with_conditions(file: Path, conditions: KnownConditions) -> bytes:
    """The content of a weights or ONNX file, with these conditions in the place of its own.

    Raises:
        WeightsError: it is damaged.
    """
    if file.suffix == ".onnx":
        return _form(file.read_bytes(), conditions, str(file))
    return _weights(file, conditions, {})


def _weights(file: Path, conditions: KnownConditions, changed: Mapping[str, NDArray[np.float32]]) -> bytes:
    with opened(file) as content:
        about = conditions.in_place_of_those(description(content, file))
        tensors = {key: content.get_tensor(key) for key in content.keys()}  # noqa: SIM118
    return save(tensors | dict(changed), metadata={_ABOUT: json.dumps(about)})


def _form(form: bytes, conditions: KnownConditions, file: str, digest: str | None = None) -> bytes:
    """An ONNX form with these conditions; with a digest, it says that it is that network."""
    about = conditions.in_place_of_those(_said(form, file))
    if digest is not None:
        about["network"] = {**about["network"], "digest": digest}
    return with_metadata(form, {_ABOUT: json.dumps(about)}, file)


def _digest(weights: Path) -> str:
    from gazemap.models.weights import digest, load_model

    return digest(load_model(weights))


def _described(file: Path) -> dict[str, Any]:
    if file.suffix == ".onnx":
        return _said(file.read_bytes(), str(file))
    with opened(file) as content:
        return description(content, file)


def _said(form: bytes, file: str) -> dict[str, Any]:
    """What an ONNX form says of itself."""
    metadata = metadata_in(form, file)
    try:
        return dict(parse_json(metadata[_ABOUT]))
    except (KeyError, ValueError, TypeError) as error:
        raise WeightsError(f"{file} is damaged: its description lacks {error}.") from error
