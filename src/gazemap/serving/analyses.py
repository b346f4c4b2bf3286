"""POST /v1/areas, /v1/crop and /v1/diff: what predictions are used for, by the functions of `analysis`."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from fractions import Fraction
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from gazemap.analysis.area_shares import SECONDS, area_shares, share_notes
from gazemap.analysis.area_tables import parse_box
from gazemap.analysis.comparing import compare_predictions
from gazemap.analysis.crops import best_crop, crop_bytes, parse_aspect, parse_size
from gazemap.analysis.mask_files import read_mask
from gazemap.errors import InputError
from gazemap.gaze.shapes import Area
from gazemap.serving.accepting import chosen_kind
from gazemap.serving.answers import JSON, json_bytes
from gazemap.serving.asked import AskedDesk
from gazemap.serving.bodies import read_images
from gazemap.serving.options import PredictOptions
from gazemap.serving.schemas import AreasAnswer, CropAnswer, DiffAnswer, answers, body
from gazemap.system.plain import plain
from gazemap.types import Size

router = APIRouter(prefix="/v1", tags=["analysis"])
# in which crops are written, each in that of its image
CROPS = (
    *("image/jpeg", "image/png", "image/webp", "image/tiff", "image/gif", "image/avif", "image/bmp"),
    *("image/jp2", "image/x-portable-anymap", "image/x-tga"),
)
_AREAS = "An area as name=x,y,width,height in pixels of the image. May be given several times."


Seconds = Annotated[
    float,
    Field(gt=0, allow_inf_nan=False, description="An area is seen if it is looked at within this time."),
]


class AreaOptions(PredictOptions):
    """How an image is predicted, and its areas; or these are the part `mask` of the form."""

    areas: list[str] = Field([], description=_AREAS)
    seconds: Seconds = SECONDS


class CropOptions(PredictOptions):
    """How an image is predicted, and what the crop must be: of an aspect, or of a size."""

    aspect: str | None = Field(None, description="Width over height, as in 16:9.")
    size: str | None = Field(None, description="Of the crop as an image, in pixels, as in 1200x630.")
    share: float | None = Field(
        None, description="Take the smallest crop that keeps this share of the attention, in (0, 1]."
    )

    def wanted(self) -> tuple[Fraction, Size | None]:
        """The aspect, and the size if one is given.

        Raises:
            InputError: both or neither, or not of their form.
        """
        if (self.aspect is None) == (self.size is None):
            came = "neither" if self.aspect is None else "both"
            raise InputError(
                f"A crop needs either an aspect or a size, such as 16:9 or 1200x630, got {came}."
            )
        if self.size is None:
            return parse_aspect(str(self.aspect)), None
        height, width = parse_size(self.size)
        return Fraction(width, height), (height, width)


class DiffOptions(PredictOptions):
    """How two designs are predicted, and the areas that are compared."""

    areas: list[str] = Field([], description=_AREAS)
    areas_b: list[str] = Field([], description="Where areas lie in B that moved; others lie as in A.")
    seconds: Seconds = SECONDS


@router.post(
    "/areas",
    response_model=None,
    responses=answers(AreasAnswer),
    openapi_extra=body(("image",), ("mask",)),
)
async def areas(request: Request, desk: AskedDesk, options: Annotated[AreaOptions, Query()]) -> Response:
    """Say which share of the attention falls on each area of an image, and how likely it is seen in time."""
    chosen_kind(request.headers.get("accept"), (JSON,))
    named, served = _areas(options.areas), desk.served(options)
    async with desk.taking():
        images = await read_images(request, desk.limits, ["image"], ["mask"])
        mask = images.get("mask")
        if bool(named) == (mask is not None):
            came = "both" if named else "neither"
            raise InputError(
                f"Areas must be either boxes, as in ?areas=face=155,145,222,190, or a mask, got {came}."
            )
        async with desk.in_time():
            prediction = await desk.predict(images["image"], served, options.viewport)

            def found() -> dict[str, Any]:
                if mask is not None:
                    desk.check_pixels(mask)
                where = named if mask is None else read_mask(mask, prediction.placement.size)
                rows = area_shares(prediction, where, options.seconds)
                shares, notes = [asdict(row) for row in rows], share_notes(prediction, where, rows)
                return {"seconds": options.seconds, "areas": plain(shares), "notes": notes}

            numbers = await desk.run(found, prediction.placement.size)
    return Response(json_bytes(served.about() | numbers), media_type=JSON)


@router.post(
    "/crop",
    response_model=None,
    responses=answers(CropAnswer, *CROPS),
    openapi_extra=body(("image",)),
)
async def crop(request: Request, desk: AskedDesk, options: Annotated[CropOptions, Query()]) -> Response:
    """Find the crop of an image that keeps most of the attention, or make it: in the image's own format."""
    accept = request.headers.get("accept")
    kind = chosen_kind(accept, (JSON, *CROPS))
    (aspect, size), served = options.wanted(), desk.served(options)
    async with desk.taking():
        image = (await read_images(request, desk.limits, ["image"]))["image"]
        async with desk.in_time():
            prediction = await desk.predict(image, served, options.viewport)

            def content() -> tuple[bytes, str]:
                chosen = best_crop(prediction.joined, aspect, options.share)
                if kind != JSON:
                    return crop_bytes(image, chosen, size)
                height, width = size or (chosen.height, chosen.width)
                numbers = asdict(chosen) | {"out_width": width, "out_height": height}
                return json_bytes(served.about() | numbers | {"notes": list(prediction.notes)}), JSON

            made, media_type = await desk.run(content, prediction.placement.size)
    chosen_kind(accept, (media_type,))
    return Response(made, media_type=media_type)


@router.post(
    "/diff",
    response_model=None,
    responses=answers(DiffAnswer),
    openapi_extra=body(("a", "b")),
)
async def diff(request: Request, desk: AskedDesk, options: Annotated[DiffOptions, Query()]) -> Response:
    """Compare where people are predicted to look in two designs; changes are B - A."""
    chosen_kind(request.headers.get("accept"), (JSON,))
    named, moved, served = _areas(options.areas), _areas(options.areas_b), desk.served(options)
    async with desk.taking():
        images = await read_images(request, desk.limits, ["a", "b"])
        async with desk.in_time():
            first, second = await asyncio.gather(
                *(desk.predict(images[name], served, options.viewport) for name in ("a", "b"))
            )
            numbers = await desk.run(
                lambda: compare_predictions(first, second, named, moved, seconds=options.seconds).as_json(),
                max(first.placement.size, second.placement.size, key=lambda size: size[0] * size[1]),
            )
    return Response(json_bytes(served.about() | numbers), media_type=JSON)


def _areas(texts: list[str]) -> list[Area]:
    """The areas of texts; no text is the name of a file here."""
    return [Area.of_box(parse_box(text)) for text in texts]
