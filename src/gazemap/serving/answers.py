"""Predictions as answers: JSON with the network's grid, the map, the overlay, the log density."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

from gazemap.prediction.files.outputs import OUTPUTS
from gazemap.prediction.folded import FoldedPrediction
from gazemap.prediction.prediction import Prediction

JSON = "application/json"
# media type -> the kind of file that `gazemap predict` writes
FILES = {"image/png": "saliency", "image/jpeg": "overlay", "application/x-npy": "npy"}


def file_bytes(media_type: str, prediction: Prediction) -> bytes:
    """The file of a prediction that has this media type, a key of `FILES`."""
    content = io.BytesIO()
    OUTPUTS[FILES[media_type]].write(prediction, content)
    return content.getvalue()


def prediction_json(prediction: Prediction) -> dict[str, Any]:
    """A prediction in numbers, with what densities of any size are made from: the grid of each fold."""
    numbers = prediction.as_json()
    is_folded = isinstance(prediction, FoldedPrediction)
    folds = numbers["folds"] if is_folded else [{"fold": 1, "x": 0, "y": 0} | numbers]
    height, width = prediction.placement.size
    return {
        "width": width,
        "height": height,
        "notes": list(prediction.notes),
        "folds": [
            {key: value for key, value in fold.items() if key != "notes"} | _grid(part)
            for fold, part in zip(folds, prediction.folds, strict=True)
        ],
    }


def json_bytes(values: Any) -> bytes:  # noqa: ANN401 - JSON
    """JSON in UTF-8; refuses what is not finite."""
    return json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _grid(part: Prediction) -> dict[str, Any]:
    height, width = part.grid.shape
    values = base64.b64encode(part.grid.astype("<f4").tobytes()).decode()
    return {
        "grid": {"height": height, "width": width, "log_density": values},
        "frame": list(part.placement.frame),
        "fit": part.placement.fit,
    }
