"""Commands that show the page: on this machine, with the HTTP API."""

from __future__ import annotations

from typing import Annotated

import typer

from gazemap.cli.command import Answer, command
from gazemap.cli.options import DeviceOption, EngineOption, ModelsOption
from gazemap.cli.parsing import names

app = typer.Typer()
_SERVE = "Page and API"


@command(app, _SERVE, "gazemap serve", "gazemap serve --port 8080 --model gazenet")
def serve(
    host: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="The address to listen on. By default only this machine can reach it; 0.0.0.0 lets others.",
        ),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="N", help="The port to listen on; 0 takes a free one.")] = 8000,
    model: ModelsOption = "gazenet,gazenet-large",
    engine: EngineOption = "auto",
    device: DeviceOption = "auto",
) -> Answer:
    """Serve the page and the HTTP API on this machine, until it is stopped."""
    from gazemap.serving.serve import serve

    stopped = serve(host=host, port=port, model=names(model) or (), engine=engine, device=device)
    return Answer(stopped, [f"Stopped serving at {stopped.address}."])
