"""An adapted model as a folder: copies of the model's files that say its condition and the fit's images."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

from gazemap.errors import WeightsError
from gazemap.models.conditions import KEY, ViewingCondition
from gazemap.models.files import BEST, BEST_FORM, description, form_beside, located, opened
from gazemap.models.training_images import TrainingImages, is_kept
from gazemap.prediction.engines.form_metadata import metadata_in, with_metadata
from gazemap.system.files import new_folder
from gazemap.system.json_text import parse_json

_ABOUT = "gazemap"  # the key of the metadata that holds the description, in both kinds of file


def save_adapted(
    model: str | Path, out: Path, condition: ViewingCondition | None, learned: TrainingImages | None
) -> None:
    """Write the model's weights file, its ONNX form, or both, whichever it has, into a new folder.

    Args:
        model: as `load_predictor` takes it.
        out: the folder.
        condition: under which it is used; None as it was trained.
        learned: the images that it has learned from, those of the fit among them; None where not known.

    Raises:
        OutputError: `out` holds something, or cannot be written.
        WeightsError: a file of the model is damaged.
    """
    file, _ = located(model)
    form = file if file.suffix == ".onnx" else form_beside(file)
    known = {KEY: condition and condition.as_json()} | (learned.about() if learned else {})
    with new_folder(out) as folder:
        if file.suffix != ".onnx":
            _save_weights(file, folder / BEST, known, learned)
        if form is not None:
            _save_form(form, folder / BEST_FORM, known, learned)


def _save_weights(file: Path, out: Path, known: dict[str, Any], learned: TrainingImages | None) -> None:
    with opened(file) as content:
        about = description(content, file)
        tensors = {key: content.get_tensor(key) for key in content.keys()}  # noqa: SIM118
    if learned:
        tensors = {key: tensor for key, tensor in tensors.items() if not is_kept(key)} | learned.arrays()
    plain = {key: np.ascontiguousarray(tensor) for key, tensor in tensors.items()}
    out.write_bytes(save(plain, metadata={_ABOUT: json.dumps(about | known)}))


def _save_form(form: Path, out: Path, known: dict[str, Any], learned: TrainingImages | None) -> None:
    content = form.read_bytes()
    metadata = metadata_in(content, str(form))
    try:
        about = dict(parse_json(metadata[_ABOUT]))
    except (KeyError, ValueError, TypeError) as error:
        raise WeightsError(f"{form} is damaged: its description lacks {error}.") from error
    entries = {_ABOUT: json.dumps(about | known)}
    for key, values in (learned.arrays() if learned else {}).items():
        entries[f"gazemap.{key}"] = base64.b64encode(values.tobytes()).decode()
    out.write_bytes(with_metadata(content, entries, str(form)))
