"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from gazemap.errors import InputError

DataOption = Annotated[Path, typer.Option("--data", help="A gaze data set's folder.")]
OutOption = Annotated[Path, typer.Option("--out", help="Where the results go.")]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", help="Replace one key of the recipe: a.b=value.")
]
DeviceOption = Annotated[str, typer.Option(help="auto, cpu or cuda.")]
SplitOption = Annotated[str, typer.Option(help="The images to score.")]
OutputOption = Annotated[str, typer.Option(help="What maps hold: saliency or log_density.")]
SeedOption = Annotated[int, typer.Option(help="Of everything random.")]


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
