"""What tells a picture from a photograph, where models learned from photographs: a few plain statistics.

Photographs are alike in ways that need no model: neighboring pixels are alike, and of the steps between them
a few are large, many small and few none. The limits lie beyond 99 % of photographs, see
docs/explanation/limits.md.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass, fields
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gazemap.images.placement import Placement
from gazemap.types import Floats, Size

Kind = Literal["flat", "noise", "panorama"]

_SIZE: Size = (240, 320)  # at which the statistics are taken, since they depend on it
_LEAST = 64  # pixels of a picture's shorter side in its frame, below which it is not judged
_ALIKE = 2  # steps of gray, the sum of three colors, that nobody sees

LEAST_SMOOTH = 0.7
MOST_EVEN = 0.55
MOST_FLAT = 0.35
MOST_COMMON = 0.1
MOST_SEAM = 3.0
MOST_POLE = 0.3
WEB_PAGE = "web-page"  # the viewing condition


@dataclass(frozen=True)
class Looks:
    """Statistics of a picture at 320 x 240, of its gray, the sum of the three colors.

    Attributes:
        smooth: the correlation of neighbors, the lesser of across and down: 1 - mean squared step / (2 *
            variance), where a step is from one pixel to the next. Noise of single pixels is near 0.
        even: how alike steps are in size, the lesser of across and down: (mean step)² / mean squared step.
            Gaussian noise of any spectrum has 2 / pi, waves have 0.81, a ramp has 1.
        flat: the share of pixels that are as their right and lower neighbors, to the eye; of a sky, too.
        common: the share of the most common gray. Skies have several, charts and screens have few.
        seam: the mean step from the right edge on to the left one, in mean steps across.
        pole: the mean step within the upper or the lower row, the greater, in mean steps across.
    """

    smooth: float
    even: float
    flat: float
    common: float
    seam: float
    pole: float


def kind_of(looks: Sequence[Looks], size: Size) -> Kind | None:
    """What an image is that is unlike photographs: flat, as charts, drawings and screens; noise; a panorama.

    Args:
        looks: of each of its folds, of which the mean counts.
        size: (H, W) of the image. A panorama is a sphere in equirectangular projection: 2:1, seen at once.

    Returns:
        None where it is as photographs are, or too small to be judged.
    """
    mean = _mean(looks)
    if mean.flat > MOST_FLAT and mean.common > MOST_COMMON:
        return "flat"
    if mean.smooth < LEAST_SMOOTH or mean.even > MOST_EVEN:
        return "noise"
    is_sphere = mean.seam < MOST_SEAM and mean.pole < MOST_POLE
    return "panorama" if is_sphere and size[1] == 2 * size[0] and len(looks) == 1 else None


def unlike_notes(
    looks: Sequence[Looks], size: Size, condition: str | None = None, conditions: Collection[str] = ()
) -> tuple[str, ...]:
    """What must be said of an image that is unlike photographs; of others nothing.

    Args:
        looks: of each of its folds.
        size: (H, W) of the image.
        condition: the viewing condition of the prediction. "web-page" is for flat images, without a center
            bias, too.
        conditions: those that the model has.
    """
    kind = kind_of(looks, size)
    if kind is None or (kind == "flat" and (condition or "").startswith(WEB_PAGE)):
        return ()
    if kind == "flat":
        advice = f"; for a web page give --condition {WEB_PAGE}" if WEB_PAGE in conditions else ""
        share = f"{100 * _mean(looks).flat:.0f} %"
        return (
            f"{share} of it is flat, as of charts, drawings and screens, of which models that learned from "
            f"photographs know little{advice}",
        )
    if kind == "noise":
        return (
            "it changes from pixel to pixel as noise, waves and shades do, and as no photograph does: models "
            "that learned from photographs know nothing of it",
        )
    return (
        f"{size[1]} x {size[0]}, with ends that meet and rows drawn out at the poles, looks like a panorama "
        "of 360 degrees, which nobody sees at once: cut views of up to 90 degrees out of it",
    )


def looks_of(frame: NDArray[np.uint8], placement: Placement) -> Looks:
    """The statistics of a picture.

    Args:
        frame: (3, h, w), where it lies.
        placement: how it lies there; what is beside it does not count.

    Returns:
        NaN of a picture that has less than 64 pixels down or across there, too few to judge it.
    """
    if min(placement.content) < _LEAST:
        return Looks(*[float("nan")] * len(fields(Looks)))
    red, green, blue = _content(frame, placement).transpose(2, 0, 1)
    gray = np.add(red, green, dtype=np.float64)  # of whole numbers, so that all sums are exact
    gray += blue
    across, down = np.diff(gray, axis=1), np.diff(gray, axis=0)
    variance = _mean_square(gray) - gray.mean() ** 2
    squares = _mean_square(across), _mean_square(down)
    np.abs(across, out=across)
    np.abs(down, out=down)
    sizes = across.mean(), down.mean()
    edge = np.abs(gray[:, 0] - gray[:, -1]).mean()
    return Looks(
        smooth=1 - _ratio(max(squares), 2 * variance),
        even=min(_ratio(size**2, square) for size, square in zip(sizes, squares, strict=True)),
        flat=float(((across[:-1] <= _ALIKE) & (down[:, :-1] <= _ALIKE)).mean()),
        common=float(np.bincount(gray.astype(np.int64).ravel()).max() / gray.size),
        seam=_ratio(edge, sizes[0]),
        pole=_ratio(max(across[0].mean(), across[-1].mean()), sizes[0]),
    )


def _content(frame: NDArray[np.uint8], placement: Placement) -> NDArray[np.uint8]:
    """(240, 320, 3): the picture without what is beside it in a letterbox."""
    pixels = frame.transpose(1, 2, 0)
    if placement.fit == "letterbox":
        (top, left), (height, width) = placement.shift, placement.content
        pixels = pixels[int(top) : int(top + height), int(left) : int(left + width)]
    if pixels.shape[:2] == _SIZE:
        return pixels
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    return np.asarray(picture.resize(_SIZE[::-1], Image.Resampling.BILINEAR))


def _mean_square(values: Floats) -> float:
    return float(np.einsum("ij,ij->", values, values)) / values.size


def _ratio(value: float, of: float) -> float:
    """0 where there is nothing to compare with: in a picture of one color."""
    return float(value / of) if of else 0.0


def _mean(looks: Sequence[Looks]) -> Looks:
    return Looks(*np.mean([astuple(one) for one in looks], axis=0).tolist())
