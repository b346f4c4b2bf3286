"""A prediction: where people are predicted to look in one image."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gazemap.errors import InputError
from gazemap.images.folds import Fold
from gazemap.images.placement import Placement
from gazemap.metrics.densities import to_density
from gazemap.prediction.inputs import ImageLike, as_needed_pixels
from gazemap.system.files import replacing, write_text
from gazemap.system.notebooks import picture
from gazemap.types import AnyFloats, Floats, Output, Pixels, Size

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SHOWN_PIXELS = 2**24
_SHOWN_SIDE = 65_500  # pixels; JPEG holds no longer side
_PICTURES = (".jpg", ".jpeg", ".png")


@dataclass(frozen=True, eq=False)  # equal is the same one: arrays have no plain equality
class Prediction:
    """Where people are predicted to look in one image, at the image's own size.

    `saliency`, `density` and `log_density` are made when they are first asked for.

    Attributes:
        grid: (h, w), what the network put out for its whole frame.
        placement: how the image lies in that frame.
        output: what the grid holds.
        image: what was predicted, for pictures of it; None where only its frame is known.
        notes: what was assumed of the image's brightness when it was read, see `DecodedImage`, and of its
            folds, see `fold_notes`; and whether it is unlike photographs, see `unlike_notes`.
        icc_profile: the image's color profile, kept in pictures of it.
        stated_fold: where it lies in a larger image that it is a fold of.
    """

    grid: AnyFloats
    placement: Placement
    output: Output
    image: ImageLike | None = field(default=None, repr=False)
    notes: tuple[str, ...] = ()
    icc_profile: bytes | None = field(default=None, repr=False)
    stated_fold: Fold | None = field(default=None, repr=False)

    @property
    def fold(self) -> Fold:
        """Where it lies; the only fold of an image that is predicted at once."""
        height, width = self.placement.size
        return self.stated_fold or Fold(1, 0, 0, width, height)

    @property
    def folds(self) -> tuple[Prediction, ...]:
        """The predictions of the image's folds: this one alone, or see `FoldedPrediction`."""
        return (self,)

    @cached_property
    def saliency(self) -> NDArray[np.float32]:
        """(H, W), any scale; of a log density, the density with a greatest value of 1.

        Regression networks that were trained on [0, 1] stay near it.
        """
        whole = np.empty(self.placement.size, np.float32)
        for rows in row_bands(whole.shape):
            whole[rows] = self.placement.unplace(self.grid, rows)
        if self.output == "log_density":
            whole -= whole.max()
            np.exp(whole, out=whole)
        return whole

    @cached_property
    def density(self) -> Floats:
        """(H, W), the probability of each pixel; sums to 1. Of a saliency, see `to_density`."""
        if self.output == "saliency":
            # a regression network may be below 0 everywhere: nothing stands out, and nothing is refused
            density: Floats = to_density(np.maximum(self.placement.unplace(self.grid), 0.0))
            return density
        return np.exp(self.log_density)

    @cached_property
    def log_density(self) -> Floats:
        """(H, W), the log of the probability of each pixel; logsumexp 0."""
        if self.output == "saliency":
            return np.log(self.density)
        return unplace(self.grid, self.placement, self.output)

    @property
    def times_chance(self) -> AnyFloats:
        """(H, W), the density in times chance: 1 is a pixel looked at as often as if all were alike."""
        density = replace(self).density  # of a copy, so that it is not kept
        return density * density.size

    @property
    def joined(self) -> Floats:
        """(H, W), a density of the whole image: `density`, or see `FoldedPrediction`."""
        return self.density

    @property
    def array(self) -> NDArray[np.float32]:
        """The log density as it is written to a file, (H, W), or see `FoldedPrediction`."""
        return self.log_density.astype(np.float32)

    @property
    def scored(self) -> AnyFloats:
        """What metrics are given: the grid where the image fills it; else (H, W), the image's own size."""
        if self.placement.fit == "stretch":
            return self.grid
        return unplace(self.grid, self.placement, self.output)

    @property
    def shown(self) -> Prediction:
        """The same for pictures and summaries: of an image of no more than 16 megapixels."""
        # not kept where it is the prediction itself, whose memory would then wait for the garbage collector
        return self if self.shown_size == self.placement.size else self._smaller

    @cached_property
    def _smaller(self) -> Prediction:
        return self.at_size(self.shown_size)

    def at_size(self, size: Size) -> Prediction:
        """The same as if the image had another size, (h, w), and its own shape or nearly."""
        return replace(self, placement=replace(self.placement, size=size))

    @property
    def shown_size(self) -> Size:
        """(h, w) of pictures."""
        height, width = self.placement.size
        ratio = min((_SHOWN_PIXELS / (height * width)) ** 0.5, _SHOWN_SIDE / max(height, width))
        if ratio >= 1:
            return height, width
        return max(1, int(height * ratio)), max(1, int(width * ratio))

    @cached_property
    def picture(self) -> Pixels:
        """The image itself, (h, w, 3), at the size of `shown`.

        Raises:
            InputError: the prediction does not know its image.
            DataError: the image's file is gone or was changed into something else.
        """
        if self.image is None:
            raise InputError("This prediction does not know its image. Use predict(image), which keeps it.")
        size = self.shown.placement.size
        pixels = as_needed_pixels(self.image, lambda _: size).pixels
        if pixels.shape[:2] == size:
            return pixels
        return np.asarray(Image.fromarray(pixels).resize(size[::-1], Image.Resampling.BILINEAR))

    def overlay(self) -> Pixels:
        """The image with its saliency on top, (h, w, 3); at most 16 megapixels, see `overlays.overlay`.

        Raises:
            InputError: as `picture`.
        """
        from gazemap.images.overlays import overlay

        return overlay(self.picture, self.shown.saliency)

    def contour(self) -> Pixels:
        """The image with lines around what holds 25, 50 and 75 % of attention, see `contours`.

        Raises:
            InputError: as `picture`.
        """
        from gazemap.prediction.pictures import contours

        return contours(self.picture, self.shown.density)

    def plot(self) -> Figure:
        """The image beside its overlay with the legend of its colors, as a figure of matplotlib.

        A notebook shows it; `plot().savefig("heat.pdf")` writes it.

        Raises:
            InputError: as `picture`.
        """
        from gazemap.images.overlays import CHANCE, Scale, beside_overlay

        values, label = (
            (self.shown.saliency, "saliency")
            if self.output == "saliency"
            else (self.shown.times_chance, CHANCE)
        )
        scale = Scale(float(values.min()), float(values.max()), label)
        titles = "the image", "where people are predicted to look"
        return beside_overlay(self.picture, self.overlay(), titles, scale)[0]

    def save(self, path: str | Path) -> Path:
        """Write the prediction to a file; its suffix says what.

        Args:
            path: `.jpg` or `.png`: the overlay; `.npy`: the log density, float32 (H, W); `.json`: the most
                salient points and the share of each ninth of the image.

        Returns:
            the path.

        Raises:
            InputError: another suffix, or an overlay of a prediction that does not know its image.
            OutputError: the file cannot be written.
        """
        path = Path(path)
        suffix = path.suffix.lower()
        if suffix == ".json":
            import json

            write_text(path, json.dumps(self.as_json(), indent=1) + "\n")
            return path
        if suffix not in (*_PICTURES, ".npy"):
            raise InputError(f"A prediction is saved as .jpg, .png, .npy or .json, got {path.name}.")
        overlay = self.overlay() if suffix in _PICTURES else None
        with replacing(path) as temporary:
            if overlay is None:
                np.save(temporary, self.array)
            else:
                Image.fromarray(overlay).save(temporary, quality=90, icc_profile=self.icc_profile)
        return path

    def as_json(self) -> dict[str, Any]:
        """The prediction in numbers: the most salient points, each ninth's share; see `summarize`.

        `notes`, where there are some, says what was assumed of the image, or what is odd about it.
        """
        from gazemap.prediction.summary import summarize

        numbers = summarize(self.shown.density, self.placement.size)
        return numbers | ({"notes": list(self.notes)} if self.notes else {})

    def __repr__(self) -> str:
        height, width = self.placement.size
        return f"<Prediction of an image of {width} x {height}: {self.output} on a grid of {self.grid.shape}>"

    def _repr_html_(self) -> str:
        return picture(self.plot, repr(self))


def row_bands(size: tuple[int, ...]) -> Iterator[slice]:
    """The rows of a map in bands of about a million pixels, which need less memory at a time."""
    step = max(1, 2**20 // size[1])
    for start in range(0, size[0], step):
        yield slice(start, start + step)


def unplace(grid: AnyFloats, placement: Placement, output: Output) -> Floats:
    """A network's grid, (h, w) -> (H, W), the image's own size; a log density is normalized anew."""
    whole = placement.unplace(grid)
    if output == "log_density":
        peak = whole.max()
        total = sum(float(np.exp(whole[rows] - peak).sum()) for rows in row_bands(whole.shape))
        whole -= peak + np.log(total)
    return whole
