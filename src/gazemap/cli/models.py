"""Models that come with gazemap, and models for other programs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

app = typer.Typer()


@app.command()
def models(
    name: Annotated[str | None, typer.Argument(help="One that comes with gazemap: prints its card.")] = None,
) -> None:
    """List the models that come with gazemap, and the networks that it can train."""
    from gazemap.models import MODELS
    from gazemap.models.weights import DEFAULT_MODEL, describe, model_card, shipped_weights

    if name is not None:
        typer.echo(model_card(name))
        return
    table = Table("model", "network", "input", "MB", "trained on")
    for shipped, file in shipped_weights().items():
        about = describe(file)
        size = " x ".join(map(str, about["options"]["input_size"]))
        data = f"{about['dataset']['name']}, {about['dataset']['train']} images"
        table.add_row(shipped, about["model"], size, f"{file.stat().st_size / 1e6:.1f}", data)
    Console(width=None if sys.stdout.isatty() else 120).print(table)
    typer.echo(
        f"{DEFAULT_MODEL} is the default. `gazemap models NAME` prints a model's card: its scores, limits."
    )
    typer.echo(f"Networks: {', '.join(MODELS)}; `gazemap recipes` lists their trainings.")


@app.command()
def export(
    model: Annotated[Path, typer.Argument(help="A run folder, a weights file or one of `gazemap models`.")],
    out: Annotated[Path, typer.Argument(help="MODEL.onnx, or MODEL.safetensors with weights of 16 bits.")],
    any_size: Annotated[
        bool, typer.Option("--any-size", help="ONNX for images of any size; takes a minute.")
    ] = False,
) -> None:
    """Write a model for other programs: ONNX, checked against PyTorch, or weights of half the size."""
    from gazemap.exported import export_model

    typer.echo(export_model(model, out, any_size=any_size))
