"""The models that a server or a page offers, each opened once."""

from __future__ import annotations

from collections.abc import Sequence

from gazemap.errors import InputError
from gazemap.prediction.predictor import Predictor, load_predictor

DEFAULT_MODELS = ("gazenet", "gazenet-large")


def open_models(models: Sequence[str], *, engine: str, device: str) -> dict[str, Predictor]:
    """The models by their names; each computes on one core per call.

    Args:
        models: names of models, run folders, or weights or ONNX files; the first is the default.
        engine: see `load_predictor`.
        device: see `load_predictor`.

    Raises:
        InputError: there is none, two have one name, or one puts out no density.
        WeightsError: there is no such model, see `load_predictor`.
    """
    found: dict[str, Predictor] = {}
    for model in models:
        predictor = load_predictor(model, engine=engine, device=device, threads=1)
        if predictor.output != "log_density":
            raise InputError(
                f"{model} puts out a saliency, and the page and the HTTP API show densities. Choose a model "
                "whose output is log_density."
            )
        if predictor.name in found:
            raise InputError(f"Two of the models are named {predictor.name}. Choose one of them.")
        found[predictor.name] = predictor
    if not found:
        raise InputError("There is no model. Name one or several.")
    return found
