"""Models by name, file or object, until `load_predictor` does it."""

from __future__ import annotations

from pathlib import Path

from gazemap.models.base import SaliencyModel
from gazemap.models.weights import load_model
from gazemap.prediction.inputs import ImageLike
from gazemap.prediction.predict import Prediction
from gazemap.prediction.predict import predict as predict_by

ModelLike = str | Path | SaliencyModel


def load_predictor(
    model: ModelLike, *, engine: str = "auto", device: str = "auto", center_bias: bool = True
) -> SaliencyModel:
    """The model that is meant."""
    del engine, device, center_bias
    return model if isinstance(model, SaliencyModel) else load_model(model)


def predict(image: ImageLike, model: SaliencyModel) -> Prediction:
    """What it predicts."""
    return predict_by(model, image)
