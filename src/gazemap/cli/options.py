"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DataOption = Annotated[Path, typer.Option("--data", help="A gaze data set's folder.")]
OutOption = Annotated[Path, typer.Option("--out", help="Where the results go.")]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", help="Replace one key of the recipe: a.b=value.")
]
DeviceOption = Annotated[str, typer.Option(help="auto, cpu or cuda.")]
SplitOption = Annotated[str, typer.Option(help="The images to score.")]
OutputOption = Annotated[str, typer.Option(help="What maps hold: saliency or log_density.")]
SeedOption = Annotated[int, typer.Option(help="Of everything random.")]
