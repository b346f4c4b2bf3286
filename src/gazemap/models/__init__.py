"""Models: image -> saliency or log density. `MODELS` lists them all."""

from __future__ import annotations

from typing import Any

from gazemap.errors import InputError, unknown_name
from gazemap.models.base import SaliencyModel
from gazemap.models.shallow import Shallow

MODELS: dict[str, type[SaliencyModel]] = {model.name: model for model in (Shallow,)}


def create_model(name: str, **options: Any) -> SaliencyModel:  # noqa: ANN401 - each model's own
    """A new, randomly initialized model.

    Args:
        name: a key of `MODELS`.
        options: the model's own keyword arguments.

    Raises:
        InputError: an unknown name or option, with those that exist.
    """
    if name not in MODELS:
        raise InputError(unknown_name("model", name, MODELS))
    try:
        return MODELS[name](**options)
    except TypeError as error:
        raise InputError(f"Model {name!r} cannot be made: {error}.") from error


__all__ = ["MODELS", "SaliencyModel", "create_model"]
