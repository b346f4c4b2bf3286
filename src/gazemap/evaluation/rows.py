"""The rows of a table of scores: whatever is to be scored, opened and named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from gazemap.data.dataset import GazeDataset
from gazemap.errors import InputError
from gazemap.evaluation.interchange.stored import StoredMaps, open_model_or_maps
from gazemap.evaluation.predictions import Predictions
from gazemap.models.base import SaliencyModel

Row = SaliencyModel | Predictions  # a row that can be scored
OneModel = str | Path | SaliencyModel | StoredMaps  # what has a name of its own
Models = OneModel | Sequence[OneModel] | Mapping[str, OneModel | Predictions]


def open_rows(models: Models, images: GazeDataset, holds: str = "saliency") -> dict[str, Row]:
    """What is scored, by the name of its row; rows that are open already stay as they are.

    Args:
        models: one model, or several in a list: the name of a model that comes with gazemap, a run folder,
            a weights file, a model in memory, or a folder or file of maps. Or a mapping from the names of
            rows to such, and to maps in memory.
        images: those that are scored, in order.
        holds: what maps in folders and files hold, "saliency" or "log_density".

    Raises:
        InputError: nothing to score, two rows of one name, or something that is neither a model nor maps.
        WeightsError: a path with nothing there, or weights that cannot be loaded.
        DataError: maps that do not fit the images.
    """
    if isinstance(models, Mapping):
        rows = {name: _open(model, images, holds) for name, model in models.items()}
    else:
        several = [*models] if isinstance(models, list | tuple) else [models]
        opened = [_open(model, images, holds) for model in several]
        rows = {_name(row): row for row in opened}
        if len(rows) < len(opened):
            raise InputError(
                f"Two models have the same name; the names are {', '.join(map(_name, opened))}. "
                "Give each row a name of its own, as in {'a': model, 'b': other}."
            )
    if not rows:
        raise InputError("There is no model to score. Give at least one model, or maps.")
    return rows


def _open(model: object, images: GazeDataset, holds: str) -> Row:
    if isinstance(model, str | Path):
        return open_model_or_maps(model, images, holds)
    if isinstance(model, SaliencyModel | Predictions):
        return model
    raise InputError(
        f"A model to score must not be of type {type(model).__name__}. Give a model, its name or path, a "
        "path of maps, or maps in memory: gazemap.evaluation.predictions.Maps."
    )


def _name(row: Row) -> str:
    name = getattr(row, "name", None)
    if name is None:
        raise InputError("Maps in memory have no name. Give their row one, as in {'mine': maps}.")
    return str(name)
