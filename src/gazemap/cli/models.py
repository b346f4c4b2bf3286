"""Commands about models: those that come with gazemap, and a model as a file for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gazemap.cli.command import Answer, command
from gazemap.cli.listings import models_parts

app = typer.Typer()
_MODELS = "Models"


@command(app, _MODELS, "gazemap models", "gazemap models gazenet")
def models(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="One model: prints its card. Without it, all are listed."),
    ] = None,
) -> Answer:
    """List the models that come with gazemap and the networks that it can train, or explain one model."""
    from gazemap.models.overview import models_overview

    found = models_overview(name)
    return Answer(found, models_parts(found, whole=name is not None))


@command(
    app, _MODELS, "gazemap export gazenet --out gazenet.onnx", "gazemap export runs/a --out a.safetensors"
)
def export(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="A run folder, a model's file, or the name of a model.")
    ],
    out: Annotated[
        Path,
        typer.Option(
            metavar="FILE", help="The file: .onnx, or .safetensors for weights of 16 bits, half the size."
        ),
    ],
    any_size: Annotated[
        bool,
        typer.Option(
            "--any-size", metavar="", help="Let the .onnx file take images of any size; takes a minute."
        ),
    ] = False,
) -> Answer:
    """Write a model as one file for other programs, and check that it predicts the same."""
    from gazemap.prediction.engines.export import export

    made = export(model, out, any_size=any_size)
    line = f"{made.file}: {made.size / 1e6:.1f} MB, within {made.difference:.1g} of the model."
    return Answer(made, [line])
