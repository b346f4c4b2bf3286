"""The rows of a table of scores: whatever is to be scored, opened and named."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from gazemap.data.dataset import GazeDataset
from gazemap.errors import InputError
from gazemap.evaluation.interchange.stored import StoredMaps, open_model_or_maps
from gazemap.evaluation.predictions import Predictions
from gazemap.prediction.predictor import ModelLike, Predictor, load_predictor

Row: TypeAlias = Predictor | Predictions  # a row that can be scored
OneModel: TypeAlias = "ModelLike | StoredMaps"  # what has a name of its own
Models: TypeAlias = "OneModel | Sequence[OneModel] | Mapping[str, OneModel | Predictions]"


def open_rows(
    models: Models,
    images: GazeDataset,
    *,
    holds: str = "saliency",
    engine: str = "auto",
    device: str = "auto",
    center_bias: bool = True,
) -> dict[str, Row]:
    """What is scored, by the name of its row; rows that are open already stay as they are.

    Args:
        models: one model, or several in a list: the name of a model that comes with gazemap, a run folder,
            a weights or ONNX file, a model in memory, or a folder or file of maps. Or a mapping from the
            names of rows to such, and to maps in memory.
        images: those that are scored, in order.
        holds: what maps in folders and files hold, "saliency" or "log_density".
        engine: what computes models, see `load_predictor`.
        device: where.
        center_bias: False leaves the models' own center bias out; the names of their rows then say so.

    Raises:
        InputError: nothing to score, two rows of one name, something that is neither a model nor maps, an
            engine or device that is not known, or no center bias that could be left out.
        WeightsError: a path with nothing there, or weights that cannot be loaded.
        DataError: maps that do not fit the images.
        MissingPackageError: the package that computes a model is not installed; says what to install.
    """

    def opened(model: object) -> Row:
        row = as_given(model)
        if center_bias:
            return row
        if not isinstance(row, Predictor):
            raise InputError("Maps that are there already have no center bias that could be left out.")
        return load_predictor(row, center_bias=False)

    def as_given(model: object) -> Row:
        if isinstance(model, str | os.PathLike):
            return open_model_or_maps(model, images, holds=holds, engine=engine, device=device)
        if isinstance(model, Predictions):
            return model
        _refuse_other(model)
        return load_predictor(model, engine=engine, device=device)  # type: ignore[arg-type] # as was checked

    if isinstance(models, Mapping):
        rows = {name: opened(model) for name, model in models.items()}
    else:
        several = [opened(model) for model in (models if isinstance(models, list | tuple) else [models])]
        rows = {_name(row): row for row in several}
        if len(rows) < len(several):
            raise InputError(
                f"Two models have the same name; the names are {', '.join(map(_name, several))}. "
                "Give each row a name of its own, as in {'a': model, 'b': other}."
            )
    if not rows:
        raise InputError("There is no model to score. Give at least one model, or maps.")
    return rows


def _refuse_other(model: object) -> None:
    """Refuse what is no model in memory; PyTorch is not loaded for it, since a network has loaded it."""
    base = sys.modules.get("gazemap.models.base")
    if not isinstance(model, Predictor) and not (base and isinstance(model, base.SaliencyModel)):
        raise InputError(
            f"A model to score must not be of type {type(model).__name__}. Give a model, its name or path, a "
            "path of maps, or maps in memory: gazemap.evaluation.predictions.Maps."
        )


def _name(row: Row) -> str:
    name = getattr(row, "name", None)
    if name is None:
        raise InputError("Maps in memory have no name. Give their row one, as in {'mine': maps}.")
    return str(name)
