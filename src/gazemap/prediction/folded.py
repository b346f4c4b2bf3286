"""A prediction of an image that is longer than a screen: fold by fold, each a density of its own."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazemap.errors import InputError
from gazemap.images.folds import Fold
from gazemap.images.overlays import overlay
from gazemap.prediction.pictures import contours, draw_folds
from gazemap.prediction.prediction import Prediction
from gazemap.types import AnyFloats, Floats, Pixels, Size


@dataclass(frozen=True, eq=False)
class FoldedPrediction(Prediction):
    """Where people are predicted to look in each fold of an image; a `Prediction` but for one density.

    How long people look at each fold is not predicted, so there is no density of the whole: `density` and
    `log_density` are those of each of `folds`. In maps and pictures a pixel has the value of the first
    fold that shows it; values of folds are comparable, as they are in times chance.

    Attributes:
        grid: (n, h, w), what the network put out for each fold.
        placement: of the whole image, were it predicted at once; its `size` is the image's.
        folds: a prediction of each fold; its `fold` says where it lies.
    """

    folds: tuple[Prediction, ...] = field(default=(), repr=False)

    @cached_property
    def saliency(self) -> NDArray[np.float32]:
        """(H, W), any scale, fold by fold; of log densities with a greatest value of 1."""
        whole = self.times_chance.astype(np.float32)
        whole /= whole.max()
        return whole

    @property
    def times_chance(self) -> AnyFloats:
        """(H, W), each fold's density in times chance: 1 is a pixel looked at as often as all of its fold."""
        whole = np.empty(self.placement.size, np.float32)
        for part in reversed(self.folds):
            whole[part.fold.part] = part.times_chance
        return whole

    @property
    def density(self) -> Floats:
        """Refused: each fold has its own.

        Raises:
            InputError: always.
        """
        raise self._refusal("density")

    @property
    def log_density(self) -> Floats:
        """Refused: each fold has its own.

        Raises:
            InputError: always.
        """
        raise self._refusal("log_density")

    @property
    def scored(self) -> AnyFloats:
        """Refused: metrics score one density.

        Raises:
            InputError: always.
        """
        raise self._refusal("density")

    @property
    def array(self) -> NDArray[np.float32]:
        """(n, h, w), the log density of each fold."""
        return np.stack([replace(part).log_density.astype(np.float32) for part in self.folds])

    @property
    def joined(self) -> Floats:
        """(H, W), a density of the whole, were every place on the screen for the same time; sums to 1."""
        whole: Floats = self.times_chance.astype(np.float64)
        whole /= whole.sum()
        return whole

    @property
    def shown(self) -> FoldedPrediction:
        """The same for pictures: of an image of no more than 16 megapixels."""
        return self if self.shown_size == self.placement.size else self._smaller

    @cached_property
    def _smaller(self) -> FoldedPrediction:
        return self.at_size(self.shown_size)

    def at_size(self, size: Size) -> FoldedPrediction:
        """The same as if the image had another size, (h, w), and its own shape or nearly."""
        scaled = [(part, part.fold.scaled(self.placement.size, size)) for part in self.folds]
        return replace(
            self,
            placement=replace(self.placement, size=size),
            folds=tuple(
                replace(part, placement=replace(part.placement, size=fold.size), stated_fold=fold)
                for part, fold in scaled
            ),
        )

    def overlay(self) -> Pixels:
        """The image with its saliency on top and a line above each fold, (h, w, 3); at most 16 megapixels.

        Raises:
            InputError: as `picture`.
        """
        return draw_folds(overlay(self.picture, self.shown.saliency), self._places)

    def contour(self) -> Pixels:
        """The image with lines around what holds 25, 50 and 75 % of each fold's attention, (h, w, 3).

        Raises:
            InputError: as `picture`.
        """
        picture = self.picture.copy()
        for part in reversed(self.shown.folds):
            place = part.fold.part
            picture[place] = contours(self.picture[place], part.density, with_legend=part.fold.number == 1)
        return draw_folds(picture, self._places)

    def as_json(self) -> dict[str, Any]:
        """The prediction in numbers: those of each fold, with its place; x and y are the whole image's."""
        height, width = self.placement.size
        folds = []
        for part in self.folds:
            place, numbers = part.fold, Prediction.as_json(replace(part, notes=()))
            moved = [
                point | {"x": point["x"] + place.x, "y": point["y"] + place.y} for point in numbers["points"]
            ]
            folds.append({"fold": place.number, "x": place.x, "y": place.y, **numbers, "points": moved})
        return {"width": width, "height": height, "folds": folds} | (
            {"notes": list(self.notes)} if self.notes else {}
        )

    def __repr__(self) -> str:
        height, width = self.placement.size
        first = self.folds[0].fold
        return (
            f"<FoldedPrediction of an image of {width} x {height}: {self.output}, {len(self.folds)} folds of "
            f"{first.width} x {first.height}>"
        )

    @property
    def _places(self) -> list[Fold]:
        return [part.fold for part in self.shown.folds]

    def _refusal(self, name: str) -> InputError:
        return InputError(
            f"This image is predicted in {len(self.folds)} folds, each of which has a density of its own: "
            f"[fold.{name} for fold in prediction.folds]. For one density of all of it, "
            'predict(image, viewport="whole"); for that of folds that are all seen for the same time, '
            "prediction.joined."
        )
