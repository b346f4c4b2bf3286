"""POST /v1/predict: where people look in an image."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from gazemap.serving.accepting import chosen_kind
from gazemap.serving.answers import FILES, JSON, file_bytes, json_bytes, prediction_json
from gazemap.serving.bodies import read_images
from gazemap.serving.options import AskedDesk, AskedOptions

router = APIRouter(prefix="/v1", tags=["prediction"])


@router.post("/predict")
async def predict(request: Request, desk: AskedDesk, options: AskedOptions) -> Response:
    """Predict where people look in an image."""
    kind = chosen_kind(request.headers.get("accept"), (JSON, *FILES))
    async with desk.taking():
        images = await read_images(request, desk.limits, ["image"])
        async with desk.in_time():
            served = desk.served(options.model, center_bias=options.center_bias)
            prediction = await desk.predict(images["image"], served, options.viewport)

            def content() -> bytes:
                if kind == JSON:
                    return json_bytes(served.about() | prediction_json(prediction))
                return file_bytes(kind, prediction)

            return Response(await desk.run(content), media_type=kind)
