"""Lines on an image: around what holds most of the attention, and where folds begin."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gazemap.images.folds import Fold
from gazemap.images.overlays import colormap

_FOLD = "#00c2ff"  # seen on white, on black, and on every color of the map

SHARES = (0.25, 0.5, 0.75)


def levels_holding(density: NDArray[np.float64], shares: Sequence[float]) -> list[float]:
    """For each share, the level of the smallest region that holds it: {density >= level}.

    Args:
        density: (H, W), sums to 1.
        shares: in (0, 1).
    """
    ordered = np.sort(density, axis=None)[::-1]
    held = np.cumsum(ordered)
    indices = np.searchsorted(held, shares).clip(max=ordered.size - 1)
    return [float(level) for level in ordered[indices]]


def contours(
    image: NDArray[np.uint8],
    density: NDArray[np.float64],
    shares: Sequence[float] = SHARES,
    *,
    with_legend: bool = True,
) -> NDArray[np.uint8]:
    """The image with a line around the smallest region that holds each share, and a legend.

    Args:
        image: (H, W, 3), RGB.
        density: (H, W), sums to 1.
        shares: from small to large; the smallest region's line is the brightest.
        with_legend: name the shares in the corner where the image shows least.

    Returns:
        (H, W, 3).
    """
    picture = Image.fromarray(image)
    draw = ImageDraw.Draw(picture)
    width = max(1, round(max(picture.size) / 400))
    colors = [_color(0.95 - 0.33 * index / max(len(shares) - 1, 1)) for index in range(len(shares))]
    lines = _lines(density, levels_holding(density, shares))
    for extra, shade in ((2 * width, "black"), (0, None)):  # a dark edge, so that they show on any image
        for color, outlines in zip(colors, lines, strict=True):
            for outline in outlines:
                draw.line(
                    [tuple(p) for p in outline], fill=shade or color, width=width + extra, joint="curve"
                )
    if with_legend:
        _legend(draw, image, colors, shares)
    return np.asarray(picture)


def draw_folds(picture: NDArray[np.uint8], folds: Sequence[Fold]) -> NDArray[np.uint8]:
    """The picture with a line where each fold but the first begins to be shown, and the fold's number.

    Args:
        picture: (H, W, 3).
        folds: in its pixels; where two overlap, the first is shown.

    Returns:
        (H, W, 3).
    """
    drawn = Image.fromarray(picture)
    draw = ImageDraw.Draw(drawn)
    height = max(11, round(min(folds[0].size) / 36))
    font, width = ImageFont.load_default(height), max(1, height // 8)
    for fold in folds[1:]:
        x, y = starts_at(fold, folds)
        for shade, extra in (("black", 2 * width), (_FOLD, 0)):
            if y:
                draw.line([(x, y), (fold.x + fold.width, y)], fill=shade, width=width + extra)
            if x:
                draw.line([(x, y), (x, fold.y + fold.height)], fill=shade, width=width + extra)
        where, text = (x + height / 2, y + height / 2), f"fold {fold.number}"
        draw.text(where, text, fill=_FOLD, font=font, stroke_width=width + 1, stroke_fill="black")
    return np.asarray(drawn)


def starts_at(fold: Fold, folds: Sequence[Fold]) -> tuple[int, int]:
    """(x, y) from which a fold is shown: where those before it end."""
    x = max((other.x + other.width for other in folds if other.x < fold.x), default=0)
    y = max((other.y + other.height for other in folds if other.y < fold.y), default=0)
    return x, y


def _lines(density: NDArray[np.float64], levels: Sequence[float]) -> list[list[list[list[float]]]]:
    """For each level its outlines, each a list of (x, y) with pixel centers at whole numbers.

    A border of zeros closes the outlines of regions that reach the image's edge.
    """
    from contourpy import contour_generator

    generator = contour_generator(z=np.pad(density, 1))
    return [[(np.asarray(line) - 1).tolist() for line in generator.lines(level)] for level in levels]


def _color(position: float) -> tuple[int, int, int]:
    red, green, blue = colormap()[round(position * 255)].tolist()
    return red, green, blue


def _legend(
    draw: ImageDraw.ImageDraw,
    image: NDArray[np.uint8],
    colors: Sequence[tuple[int, int, int]],
    shares: Sequence[float],
) -> None:
    """The shares in their lines' colors, in the corner where the image shows least, where there is room."""
    rows, columns = image.shape[:2]
    height = max(10, round(max(rows, columns) / 40))
    font = ImageFont.load_default(height)
    texts = [(f"{100 * share:g} %", color) for color, share in zip(colors, shares, strict=True)]
    texts.append(("of attention", (255, 255, 255)))
    widths = [draw.textlength(text, font=font) for text, _ in texts]
    gap = height / 2
    width, tall = round(sum(widths) + gap * (len(texts) + 1)), round(1.6 * height)
    if width > columns or 4 * tall > rows:
        return
    x, y = _plainest_corner(image, width, tall)
    draw.rectangle((x, y, x + width - 1, y + tall - 1), fill="black")
    left = x + gap
    for (text, color), advance in zip(texts, widths, strict=True):
        draw.text((left, y + tall / 2), text, fill=color, font=font, anchor="lm")
        left += advance + gap


def _plainest_corner(image: NDArray[np.uint8], width: int, height: int) -> tuple[int, int]:
    """(x, y) of the corner whose pixels differ least; the lower left one of those that are alike."""
    rows, columns = image.shape[:2]
    corners = [(x, y) for y in (rows - height, 0) for x in (0, columns - width)]
    spread = [image[y : y + height, x : x + width].std(axis=(0, 1)).sum() for x, y in corners]
    return corners[int(np.argmin(np.round(spread)))]
