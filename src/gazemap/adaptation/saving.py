"""An adapted model as a folder: copies of the model's files, with one more viewing condition."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from safetensors.numpy import save

from gazemap.errors import WeightsError
from gazemap.models.conditions import ViewingCondition
from gazemap.models.files import BEST, BEST_FORM, description, form_beside, located, opened
from gazemap.models.known_conditions import KnownConditions, known_conditions_in
from gazemap.prediction.engines.form_metadata import metadata_in, with_metadata
from gazemap.system.files import new_folder
from gazemap.system.json_text import parse_json

_ABOUT = "gazemap"  # the key of the metadata that holds the description, in both kinds of file


def save_adapted(model: str | Path, out: Path, condition: ViewingCondition | None) -> None:
    """Write the model's weights file, its ONNX form, or both, whichever it has, into a new folder.

    Args:
        model: as `load_predictor` takes it.
        out: the folder.
        condition: under which it is used, beside those that it has; None as it is.

    Raises:
        OutputError: `out` holds something, or cannot be written.
        WeightsError: a file of the model is damaged.
    """
    file = located(model).file
    form = file if file.suffix == ".onnx" else form_beside(file)
    known = known_conditions_in(_described(file), str(file))
    conditions = known if condition is None else known.with_one(condition, is_default=True)
    with new_folder(out) as folder:
        if file.suffix != ".onnx":
            (folder / BEST).write_bytes(with_conditions(file, conditions))
        if form is not None:
            (folder / BEST_FORM).write_bytes(with_conditions(form, conditions))


def with_conditions(file: Path, conditions: KnownConditions) -> bytes:
    """The content of a weights or ONNX file, with these conditions in the place of its own.

    Raises:
        WeightsError: it is damaged.
    """
    if file.suffix == ".onnx":
        form = file.read_bytes()
        said = conditions.in_place_of_those(_said(form, str(file)))
        return with_metadata(form, {_ABOUT: json.dumps(said)}, str(file))
    with opened(file) as content:
        about = conditions.in_place_of_those(description(content, file))
        tensors = {key: content.get_tensor(key) for key in content.keys()}  # noqa: SIM118
    return save(tensors, metadata={_ABOUT: json.dumps(about)})


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
