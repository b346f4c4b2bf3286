"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import yaml

from gazemap.errors import InputError

if TYPE_CHECKING:
    from gazemap.models.base import SaliencyModel

DataOption = Annotated[Path, typer.Option("--data", help="A gaze data set's folder.")]
OutOption = Annotated[Path, typer.Option("--out", help="Where the results go.")]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", help="Replace one key of the recipe: a.b=value.")
]
DeviceOption = Annotated[str, typer.Option(help="auto, cpu or cuda.")]
SplitOption = Annotated[str, typer.Option(help="The images to score.")]
ModelOption = Annotated[
    Path | None,
    typer.Option(
        "--model",
        help="A run folder, a weights file or one of `gazemap models`, by name or, where a path has that "
        "name, as shipped:NAME; default: shipped:gazenet.",
    ),
]
OutputOption = Annotated[str, typer.Option(help="What maps hold: saliency or log_density.")]
UnseenOption = Annotated[
    bool, typer.Option("--unseen", help="Leave out the images that a model was trained on.")
]
SeedOption = Annotated[int, typer.Option(help="Of everything random.")]


def chosen_model(path: Path | None) -> SaliencyModel:
    """The model of --model, on the CPU.

    Raises:
        WeightsError: nothing is there, or it does not fit the model that it names.
    """
    from gazemap.models.weights import load_model

    return load_model(path) if path else load_model()


def assignments(flag: str, values: list[str] | None) -> dict[str, Any]:
    """What `flag name=value` says, each value read as YAML.

    Raises:
        InputError: no "=", or a value that is no YAML.
    """
    result = {}
    for text in values or []:
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise InputError(f"{flag} takes name=value; {text!r} came.")
        try:
            result[name] = yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise InputError(f"{flag} {text!r}: {value!r} is not valid YAML: {error}.") from error
    return result
