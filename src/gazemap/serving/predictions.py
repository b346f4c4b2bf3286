"""POST /v1/predict: where people look in an image."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from gazemap.serving.accepting import chosen_kind
from gazemap.serving.answers import FILES, JSON, file_bytes, json_bytes, prediction_json
from gazemap.serving.asked import AskedDesk
from gazemap.serving.bodies import read_images
from gazemap.serving.options import PredictOptions
from gazemap.serving.schemas import PredictionAnswer, answers, body

router = APIRouter(prefix="/v1", tags=["prediction"])


@router.post(
    "/predict",
    response_model=None,
    responses=answers(PredictionAnswer, *FILES),
    openapi_extra=body(("image",)),
)
async def predict(request: Request, desk: AskedDesk, options: Annotated[PredictOptions, Query()]) -> Response:
    """Predict where people look in an image: in numbers, as a map, an overlay or a log density."""
    kind, served = chosen_kind(request.headers.get("accept"), (JSON, *FILES)), desk.served(options)
    async with desk.taking():
        images = await read_images(request, desk.limits, ["image"])
        async with desk.in_time():
            prediction = await desk.predict(images["image"], served, options.viewport)

            def content() -> bytes:
                if kind == JSON:
                    return json_bytes(served.about() | prediction_json(prediction))
                return file_bytes(kind, prediction)

            made = await desk.run(content, prediction.placement.size)
    return Response(made, media_type=kind)
