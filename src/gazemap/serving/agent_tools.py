"""What an agent can ask for: heat maps, areas, checks and comparisons, by the functions that commands call.

Every tool reads files of one folder and writes none. Its text is what the agent knows of it.
"""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import wraps
from typing import Annotated, Any, Literal, ParamSpec, TypeVar

from PIL import Image
from pydantic import Field

from gazemap.analysis.area_files import areas_of
from gazemap.analysis.area_shares import SECONDS, area_shares, share_notes
from gazemap.analysis.check import check as check_images
from gazemap.analysis.checked_areas import TOLERANCE
from gazemap.analysis.comparing import compare_predictions
from gazemap.errors import lookup
from gazemap.prediction.predict import predict
from gazemap.prediction.predictor import Predictor
from gazemap.serving.agent_files import AgentFiles
from gazemap.system.plain import plain
from gazemap.types import Size

_SIDE = 1024  # pixels of a picture's longer side: what agents can see, in some 100 kB
_IMAGES = 32  # of one check
_AREAS = 1000  # texts
_P = ParamSpec("_P")
_Answer = TypeVar("_Answer")

ImagePath = Annotated[str, Field(description="An image file, as a path in the server's folder.")]
AreaTexts = Annotated[
    list[str],
    Field(
        max_length=_AREAS,
        description="Areas of interest: boxes as name=x,y,width,height in pixels of the image, or paths of "
        "files (.csv, .json, .svg, a mask as .png) or of a folder with such a file per image.",
    ),
]
ModelName = Annotated[
    str | None,
    Field(
        description="The model, and with @ its viewing condition. Take gazenet@web-page for screenshots of "
        "web pages. Without it, the server's first model, for photographs."
    ),
]
ViewportText = Annotated[
    str | None,
    Field(
        description="What is seen at once, as 1280x800 in pixels of the image, or whole. Without it, an "
        "image beyond 2:1 is predicted screen by screen."
    ),
]


class AgentTools:
    """The tools, which work one at a time.

    Args:
        files: that they may read.
        models: by name; the first is the default.
    """

    def __init__(self, files: AgentFiles, models: Mapping[str, Predictor]) -> None:
        self._files = files
        self._models = models
        self._one_by_one = threading.Lock()

    def in_turn(self, tool: Callable[_P, _Answer]) -> Callable[_P, _Answer]:
        """A tool that waits until the one before is done: each may need much memory."""

        @wraps(tool)
        def run(*args: _P.args, **kwargs: _P.kwargs) -> _Answer:
            with self._one_by_one:
                return tool(*args, **kwargs)

        return run

    def predict(
        self,
        image: ImagePath,
        picture: Annotated[
            Literal["overlay", "contour", "none"],
            Field(
                description="The heat map over the image, lines around what holds 25, 50 and 75 % of the "
                "attention, or no picture."
            ),
        ] = "overlay",
        model: ModelName = None,
        viewport: ViewportText = None,
    ) -> tuple[bytes | None, str]:
        """Predict where people look in an image: a picture, the most salient points, each ninth's share.

        Points have x and y in pixels of the image, and the share of the attention around them. It is a
        prediction for people who look freely, no measurement.

        Returns:
            the picture as JPEG, and the numbers as JSON.
        """
        predictor = self._model(model)
        found = predict(self._files.image(image), model=predictor, viewport=viewport)
        numbers = {"model": predictor.name, "image": image} | found.as_json()
        if picture == "none":
            return None, json.dumps(numbers)
        small = found.at_size(_shown(found.placement.size))
        pixels = small.overlay() if picture == "overlay" else small.contour()
        content = io.BytesIO()
        Image.fromarray(pixels).save(content, "JPEG", quality=85)
        numbers |= {"picture": {"width": pixels.shape[1], "height": pixels.shape[0]}}
        return content.getvalue(), json.dumps(numbers)

    def areas(
        self,
        image: ImagePath,
        areas: AreaTexts,
        seconds: Annotated[
            float,
            Field(
                gt=0, allow_inf_nan=False, description="An area is seen if it is looked at within this time."
            ),
        ] = SECONDS,
        model: ModelName = None,
        viewport: ViewportText = None,
    ) -> dict[str, Any]:
        """Say how much attention each area of an image is predicted to get, greatest share first.

        `attention` is the share of all attention, `times_chance` that share over the area's share of the
        image, `seen` the probability that an observer looks at it in time.
        """
        file, predictor = self._files.image(image), self._model(model)
        named = areas_of(file, self._files.areas(areas))
        prediction = predict(file, model=predictor, viewport=viewport)
        rows = area_shares(prediction, named, seconds)
        return {
            "image": image,
            "model": predictor.name,
            "seconds": seconds,
            "areas": plain([asdict(row) for row in rows]),
            "notes": share_notes(prediction, named, rows),
        }

    def check(
        self,
        images: Annotated[list[str], Field(min_length=1, max_length=_IMAGES, description="Image files.")],
        areas: AreaTexts,
        require: Annotated[
            list[str] | None,
            Field(
                max_length=_AREAS,
                description="What must be true of areas, as in cta>=8%, cta times chance>2, logo seen 2s>=50%"
                ", price rank<=2 or cta drop<=10%.",
            ),
        ] = None,
        baseline: Annotated[
            str | None,
            Field(
                description="A file that `gazemap check --save-baseline` wrote: areas must not have lost "
                "more of their share than the tolerance."
            ),
        ] = None,
        tolerance: Annotated[
            float, Field(ge=0, lt=1, description="The part of itself that a share may be off by, for noise.")
        ] = TOLERANCE,
        model: ModelName = None,
        viewport: ViewportText = None,
    ) -> dict[str, Any]:
        """Check that areas of images get the attention that is required, or what they had in a baseline.

        `is_met` says whether all is as required; each requirement has a reason and how near it is. Where
        `is_close` is true, noise of the model could change the answer.
        """
        found = check_images(
            [self._files.image(image) for image in images],
            areas=self._files.areas(areas),
            require=require or (),
            baseline=None if baseline is None else self._files.file(baseline),
            tolerance=tolerance,
            model=self._model(model),
            viewport=viewport,
        ).as_json()
        kept = ("is_met", "model", "tolerance", "requirements", "notes")
        return {key: found[key] for key in kept} | {"images": images}

    def compare(
        self,
        a: ImagePath,
        b: ImagePath,
        areas: AreaTexts | None = None,
        areas_b: Annotated[
            list[str] | None,
            Field(max_length=_AREAS, description="Where areas lie in B that moved; others lie as in A."),
        ] = None,
        model: ModelName = None,
        viewport: ViewportText = None,
    ) -> dict[str, Any]:
        """Compare where people are predicted to look in two designs, A and B; changes are B - A.

        `total_variation` is the share of the attention that lies elsewhere in B.
        """
        predictor = self._model(model)
        files = [self._files.image(image) for image in (a, b)]
        named, moved = (
            areas_of(file, self._files.areas(own)) if own else []
            for file, own in zip(files, (areas, areas_b), strict=True)
        )
        first, second = (predict(file, model=predictor, viewport=viewport) for file in files)
        compared = compare_predictions(first, second, named, moved).as_json()
        return {"a": a, "b": b, "model": predictor.name} | compared

    def _model(self, name: str | None) -> Predictor:
        return lookup(
            "model that is served", next(iter(self._models)) if name is None else name, self._models
        )


def _shown(size: Size) -> Size:
    """(h, w) of a picture of an image of (H, W)."""
    ratio = min(_SIDE / max(size), 1.0)
    return max(1, round(size[0] * ratio)), max(1, round(size[1] * ratio))
