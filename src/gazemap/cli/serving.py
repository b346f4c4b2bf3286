"""Commands that show the page: on this machine with the HTTP API, or as files without a server."""

from __future__ import annotations

from pathlib import Path
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
    token_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A text file with the token that requests must bear. Without it, none is asked.",
        ),
    ] = None,
    max_megabytes: Annotated[
        int, typer.Option(metavar="N", help="The size of a request's body, at most, in megabytes.")
    ] = 64,
    max_megapixels: Annotated[
        int, typer.Option(metavar="N", help="The size of an image, at most, in megapixels.")
    ] = 64,
    max_requests: Annotated[
        int,
        typer.Option(
            metavar="N",
            help="How many requests are worked on or wait, at most; one more is told to try again.",
        ),
    ] = 32,
    seconds: Annotated[
        int,
        typer.Option(
            metavar="N", help="How long an answer may take, and its request's body before, in seconds."
        ),
    ] = 60,
) -> Answer:
    """Serve the page and the HTTP API on this machine, until it is stopped."""
    from gazemap.serving.serve import serve

    stopped = serve(
        host=host,
        port=port,
        model=names(model) or (),
        engine=engine,
        device=device,
        token_file=token_file,
        max_megabytes=max_megabytes,
        max_megapixels=max_megapixels,
        max_requests=max_requests,
        seconds=seconds,
    )
    return Answer(stopped, [f"Stopped serving at {stopped.address}."])


@command(app, _SERVE, "gazemap mcp --root screens", "gazemap mcp --root screens --model gazenet@web-page")
def mcp(
    root: Annotated[
        Path,
        typer.Option(
            metavar="FOLDER", help="The folder whose images the agent may ask about, and no others."
        ),
    ] = Path(),
    model: ModelsOption = "gazenet,gazenet-large",
    engine: EngineOption = "auto",
    device: DeviceOption = "auto",
    max_megabytes: Annotated[
        int, typer.Option(metavar="N", help="The size of an image's file, at most, in megabytes.")
    ] = 64,
    max_megapixels: Annotated[
        int, typer.Option(metavar="N", help="The size of an image, at most, in megapixels.")
    ] = 64,
) -> Answer:
    """Offer tools to an agent over the Model Context Protocol, on the standard input and output.

    The agent's program starts it. The tools predict, measure areas, check and compare; they write nothing.
    """
    from gazemap.serving.mcp_server import serve_mcp

    served = serve_mcp(
        root=root,
        model=names(model) or (),
        engine=engine,
        device=device,
        max_megabytes=max_megabytes,
        max_megapixels=max_megapixels,
    )
    return Answer(served)


@command(
    app,
    _SERVE,
    "gazemap page --out site",
    "gazemap page --single-file attention.html",
)
def page(
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="A new folder for the static files, for any web server."),
    ] = None,
    single_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="In place of a folder: one .html file, which opens by double click."
        ),
    ] = None,
    model: ModelsOption = "gazenet,gazenet-large",
) -> Answer:
    """Write the page that predicts in the browser: no server computes, and no image leaves the machine."""
    from gazemap.serving.site import write_page

    written = write_page(out=out, single_file=single_file, model=names(model) or ())
    return Answer(written, written.notes())
