"""The models that a server or a page offers, each opened once, under each of their viewing conditions."""

from __future__ import annotations

from collections.abc import Sequence

from gazemap.errors import InputError
from gazemap.models.files import located
from gazemap.models.known_conditions import AS_TRAINED
from gazemap.prediction.predictor import Predictor, load_predictor

DEFAULT_MODELS = ("gazenet", "gazenet-large")


def open_models(models: Sequence[str], *, engine: str, device: str) -> dict[str, Predictor]:
    """The models by their names, see `offered_models`; each computes on one core per call."""
    return {offer.name: offer for _, offer in offered_models(models, engine=engine, device=device)}


def offered_models(models: Sequence[str], *, engine: str, device: str) -> list[tuple[str, Predictor]]:
    """What was named, and each model that it stands for.

    After each come its other viewing conditions, such as "gazenet@web-page", unless one was named with it.

    Args:
        models: names of models, run folders, or weights or ONNX files; the first is the default.
        engine: see `load_predictor`.
        device: see `load_predictor`.

    Raises:
        InputError: there is none, two have one name, or one puts out no density.
        WeightsError: there is no such model, see `load_predictor`.
    """
    found: list[tuple[str, Predictor]] = []
    names: set[str] = set()
    for model in models:
        predictor = load_predictor(model, engine=engine, device=device, threads=1)
        if predictor.output != "log_density":
            raise InputError(
                f"{model} puts out a saliency, and the page and the HTTP API show densities. Choose a model "
                "whose output is log_density."
            )
        for offered in (predictor, *_others(model, predictor)):
            if offered.name in names:
                raise InputError(f"Two of the models are named {offered.name}. Choose one of them.")
            names.add(offered.name)
            found.append((model, offered))
    if not found:
        raise InputError("There is no model. Name one or several.")
    return found


def _others(model: str, predictor: Predictor) -> list[Predictor]:
    """The same under the model's other viewing conditions; none where one was named with it."""
    if located(model).condition is not None:
        return []
    known = predictor.conditions
    used = known.default or AS_TRAINED
    return [
        load_predictor(predictor, condition=name) for name in (*known.by_name, AS_TRAINED) if name != used
    ]
