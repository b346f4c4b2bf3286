"""The built page, at the root of the server."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from starlette.staticfiles import StaticFiles

from gazemap.serving.built import PAGE

_NOT_BUILT = "The page is not built here; the HTTP API works. In a clone of gazemap, `make page` builds it.\n"


def mount(app: FastAPI, built: Path = PAGE) -> None:
    """Serve the page's files at `/`; a sentence in their place where they are not built.

    Args:
        app: of which all else was set up before: what it answers comes first.
        built: the folder of the page.
    """
    if not (built / "index.html").is_file():

        @app.get("/", include_in_schema=False)
        async def not_built() -> PlainTextResponse:
            return PlainTextResponse(_NOT_BUILT, 503)

        return
    files = StaticFiles(directory=built)

    # no mount: that would answer what the API does not at an address of its own
    @app.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
    @app.api_route("/{name}", methods=["GET", "HEAD"], include_in_schema=False)
    async def file(request: Request, name: str = "index.html") -> Response:
        return await files.get_response(name, request.scope)
