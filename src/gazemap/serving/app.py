"""The HTTP API and the page as one app of FastAPI."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

from gazemap.prediction.predictor import Predictor
from gazemap.serving import about, analyses, page_files, predictions
from gazemap.serving.desk import Desk
from gazemap.serving.limits import Limits
from gazemap.serving.monitoring import Monitor
from gazemap.serving.problems import answer_errors


def create_app(predictors: Mapping[str, Predictor], limits: Limits | None = None) -> FastAPI:
    """The app.

    Args:
        predictors: the models that are served, by name; the first is the default.
        limits: of what it takes on.
    """
    monitor = Monitor()
    desk = Desk(predictors, limits or Limits(), monitor)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with desk.opened():
            yield

    app = FastAPI(
        title="gazemap",
        summary="Predicts where people look in an image.",
        version=version("gazemap"),
        license_info={"name": "MIT"},
        lifespan=lifespan,
        docs_url=None,  # its pages load scripts from elsewhere
        redoc_url=None,
    )
    app.state.desk, app.state.monitor = desk, monitor
    answer_errors(app)
    for room in (predictions, analyses, about):
        app.include_router(room.router)
    page_files.mount(app)
    return app
