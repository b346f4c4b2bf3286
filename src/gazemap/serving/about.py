"""What a server says of itself: its models, and that it is there."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, Field

from gazemap.serving.asked import AskedDesk

router = APIRouter(tags=["about"])


class Model(BaseModel):
    """A model that is served."""

    name: str
    input_size: tuple[int, int] = Field(description="(height, width) of what the network sees.")
    has_center_bias: bool = Field(description="Whether it has one that can be left out.")
    is_default: bool


class Models(BaseModel):
    """The models that are served."""

    models: list[Model]


class Health(BaseModel):
    """That the server answers."""

    status: Literal["ok"] = "ok"


@router.get("/v1/models")
async def models(desk: AskedDesk) -> Models:
    """The models that are served; the default comes first."""
    return Models(
        models=[
            Model(
                name=name,
                input_size=predictor.input_size,
                has_center_bias=predictor.center_bias,
                is_default=place == 0,
            )
            for place, (name, predictor) in enumerate(desk.predictors.items())
        ]
    )


@router.get("/healthz")
async def health() -> Health:
    """Whether the server answers; for those who watch over it."""
    return Health()


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(request: Request, desk: AskedDesk) -> Response:
    """The server's numbers, as Prometheus reads them."""
    return Response(request.app.state.monitor.text(desk.taken), media_type=CONTENT_TYPE_LATEST)
