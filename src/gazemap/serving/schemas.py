"""What is answered, as OpenAPI describes it. The values are those of Python's results."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from gazemap.serving.problems import PROBLEM, ProblemAnswer


class _Predicted(BaseModel):
    """What every answer of a model says."""

    model: str
    center_bias: bool = Field(description="Whether the model's center bias is in it.")
    notes: list[str] = Field(description="What was assumed, or is odd, in sentences.")


class Point(BaseModel):
    """A peak of the density."""

    x: float
    y: float
    share: float = Field(description="Of the attention, in the disk around it.")


class Grid(BaseModel):
    """What the network put out for its frame: densities of any size are made from it."""

    height: int
    width: int
    log_density: str = Field(
        description="Base64 of float32, little-endian, row by row.", json_schema_extra={"format": "byte"}
    )


class FoldPrediction(BaseModel):
    """The prediction of one fold (screen) of an image; of most images there is one fold."""

    fold: int = Field(description="From 1.")
    x: int = Field(description="Its left edge, pixels of the image.")
    y: int
    width: int
    height: int
    peak_over_uniform: float = Field(description="The greatest density, in times chance.")
    radius: float = Field(description="Of the disk around each point, pixels.")
    points: list[Point]
    thirds: list[list[float]] = Field(description="The share of each ninth of the fold, row by row.")
    grid: Grid
    frame: tuple[int, int] = Field(description="(height, width) of what the network sees.")
    fit: Literal["stretch", "letterbox", "crop"]


class PredictionAnswer(_Predicted):
    """Where people are predicted to look in an image."""

    width: int = Field(description="Of the upright image, pixels.")
    height: int
    folds: list[FoldPrediction]


class AreaShares(BaseModel):
    """What is predicted for one area, greatest share first."""

    name: str
    members: int
    rank: int
    attention: float = Field(description="Its share of the fold's attention, in [0, 1].")
    size: float = Field(description="Its share of the fold's area.")
    times_chance: float
    seen: float = Field(description="The probability that somebody looks at it within the seconds.")
    fixations_in_time: float = Field(description="How many fixations are expected on it within the seconds.")
    x: float
    y: float
    width: float
    height: float
    fold: int


class AreasAnswer(_Predicted):
    """How much of the attention falls on each area, and how likely it is seen in time."""

    seconds: float
    areas: list[AreaShares]


class CropAnswer(_Predicted):
    """The crop that keeps most of the attention, in pixels of the upright image."""

    x: int
    y: int
    width: int
    height: int
    attention: float
    area: float
    out_width: int = Field(description="Of the crop as an image.")
    out_height: int


class Difference(BaseModel):
    """How alike two densities are; null where a number is not defined."""

    total_variation: float | None = None
    cc: float | None = None
    sim: float | None = None
    kld_a_b: float | None = None
    kld_b_a: float | None = None


class FoldDifference(Difference):
    """The same of one pair of folds."""

    fold: int


class DiffAnswer(_Predicted, Difference):
    """How attention differs between two designs. Of designs in several folds, `folds` has the numbers."""

    folds: list[FoldDifference] | None = None
    seconds: float = Field(description="Within which the areas are seen.")
    areas: list[dict[str, Any]] = Field(description="A row per area; changes are B - A.")


_BINARY = {"type": "string", "format": "binary"}
_PROBLEMS = {
    400: "The form or the request cannot be read.",
    401: "The token is missing or wrong.",
    406: "None of the kinds of answers is wanted.",
    408: "The body did not come in time.",
    413: "The body, the image or the number of parts is over the limit.",
    415: "The body must be a form.",
    422: "The image or an option cannot be used.",
    500: "The server failed.",
    501: "The server lacks a package for this format.",
    503: "The server has too much to do; try again.",
    504: "The answer took too long.",
}


def answers(model: type[BaseModel], *files: str) -> dict[int | str, dict[str, Any]]:
    """The answers of an endpoint, for OpenAPI.

    Args:
        model: of the JSON.
        files: media types that can be asked for in its place.
    """
    problems: dict[int | str, dict[str, Any]] = {
        status: {"description": text, "content": {PROBLEM: {"schema": ProblemAnswer.model_json_schema()}}}
        for status, text in _PROBLEMS.items()
    }
    return problems | {200: {"model": model, "content": {kind: {"schema": _BINARY} for kind in files}}}


def body(needed: tuple[str, ...], possible: tuple[str, ...] = ()) -> dict[str, Any]:
    """The body of an endpoint, for OpenAPI: a form of files, or one file's bytes."""
    form = {
        "type": "object",
        "properties": dict.fromkeys((*needed, *possible), _BINARY),
        "required": list(needed),
        "additionalProperties": False,
    }
    content: dict[str, Any] = {"multipart/form-data": {"schema": form}}
    if len(needed) == 1:
        content |= {kind: {"schema": _BINARY} for kind in ("image/*", "application/octet-stream")}
    return {"requestBody": {"required": True, "content": content}}
