"""Models that come with gazemap, and models for other programs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from gazemap.cli.options import (
    DeviceOption,
    ModelOption,
)

app = typer.Typer()


@app.command()
def models(
    name: Annotated[str | None, typer.Argument(help="One that comes with gazemap: prints its card.")] = None,
) -> None:
    """List the models that come with gazemap, and the networks that it can train."""
    from gazemap.models.files import DEFAULT_MODEL, describe, model_card, shipped_weights
    from gazemap.models.table import MODELS

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
    from gazemap.prediction.engines.export import export

    made = export(model, out, any_size=any_size)
    typer.echo(f"{made.file}: {made.size / 1e6:.1f} MB, within {made.difference:.1g} of the model.")


@app.command()
def predict(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE",
            help="Files, folders, patterns in quotes, @LIST (a file with one path per line), or - for stdin.",
        ),
    ],
    model: ModelOption = None,
    out: Annotated[Path, typer.Option(help="Where the results go.")] = Path("predictions"),
    write: Annotated[
        list[str] | None,
        typer.Option(
            help="One or several of saliency, saliency16, npy, overlay, contour, json; "
            "default: saliency and overlay."
        ),
    ] = None,
    engine: Annotated[str, typer.Option(help="auto, onnx, torch or openvino.")] = "auto",
    no_center_bias: Annotated[
        bool,
        typer.Option(
            "--no-center-bias",
            help="Leave out where people look anyway: for images that are parts of others.",
        ),
    ] = False,
    device: DeviceOption = "auto",
) -> None:
    """Predict any number of images; for DIR/photo.jpg, write OUT/photo.jpg.saliency.png and the like.

    Run again, it goes on where it stopped. Files that cannot be read are listed in OUT/failed.jsonl.
    """
    from gazemap.models.files import DEFAULT_MODEL
    from gazemap.prediction.files.outputs import DEFAULT_OUTPUTS
    from gazemap.prediction.files.predict_files import predict_files

    result = predict_files(
        sources,
        out,
        model=model or DEFAULT_MODEL,
        write=write or DEFAULT_OUTPUTS,
        engine=engine,
        device=device,
        center_bias=not no_center_bias,
        progress=True,
    )
    for failure in result.failures:
        typer.echo(str(failure), err=True)
    total = result.predicted + result.skipped + result.failed
    parts = [f"{result.predicted} of {total} images predicted, in {out}"]
    if result.skipped:
        parts.append(f"{result.skipped} were there already")
    if result.failed:
        parts.append(f"{result.failed} failed, see {out / 'failed.jsonl'}")
    typer.echo("; ".join(parts) + ".")
    raise typer.Exit(1 if result.failed else 0)
