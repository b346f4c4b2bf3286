"""Which screen or size points were likely recorded on, by how far they reach and where their middle is."""

from __future__ import annotations

import numpy as np

from gazemap.data.writing.frames import Extent
from gazemap.data.writing.gathered import Points
from gazemap.types import Floats

_SCREENS = (
    *((640, 480), (800, 600), (1024, 768), (1152, 864), (1280, 720), (1280, 800), (1280, 960), (1280, 1024)),
    *((1360, 768), (1366, 768), (1400, 1050), (1440, 900), (1536, 864), (1600, 900), (1600, 1200)),
    *((1680, 1050), (1920, 1080), (1920, 1200), (2048, 1152), (2048, 1536), (2560, 1080), (2560, 1440)),
    *((2560, 1600), (2880, 1800), (3440, 1440), (3840, 2160), (5120, 2880)),
)
_FACTORS = (1.25, 4 / 3, 1.5, 1.6, 2.0, 2.25, 2.4, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_TAIL = 0.005  # of the points that do not say how far all reach
_NEAR = 0.12  # of a factor, by which the middle of all points tells it


def likely_screens(points: Points) -> list[tuple[float, Extent]]:
    """The usual screens that hold the points, and how far their middles are from theirs; the nearest first.

    Args:
        points: in pixels of the screen.
    """
    fitting = []
    for width, height in _SCREENS:
        if _holds(points.x, points.y, width, height):
            away = abs(np.median(points.x) / width - 0.5) + abs(np.median(points.y) / height - 0.5)
            fitting.append((float(away), (float(width), float(height))))
    return sorted(fitting)


def screen_around(points: Points) -> Extent | None:
    """The smallest usual screen that holds points which count from its middle; None where none does."""
    fitting = [
        (width * height, (float(width), float(height)))
        for width, height in _SCREENS
        if _holds(points.x + width / 2, points.y + height / 2, width, height)
    ]
    return min(fitting)[1] if fitting else None


def _holds(x: Floats, y: Floats, width: float, height: float) -> bool:
    inside = (x >= 0) & (x <= width) & (y >= 0) & (y <= height)
    return bool(inside.mean() >= 1 - 2 * _TAIL)


def is_by_screen(points: Points) -> bool:
    """Whether points of images of several sizes lie at the same places in pixels, not in shares of sides."""
    sizes = np.unique(np.stack([points.width, points.height], axis=1), axis=0)
    medians = [
        (np.median(own.x), np.median(own.y))
        for size in sizes
        if len(own := points.where((points.width == size[0]) & (points.height == size[1])))
    ]
    if len(medians) < 2:
        return False
    shares = np.array(medians) / sizes
    return bool(_varies(np.array(medians)) < _varies(shares))


def _varies(values: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> float:
    return float((values.std(axis=0) / np.maximum(np.abs(values.mean(axis=0)), 1e-9)).mean())


def likely_factor(points: Points) -> tuple[float, bool]:
    """How many times larger than the images' own size the points lie, and whether that is a usual factor."""
    across, down = points.x / points.width, points.y / points.height
    reach = float(max(np.quantile(across, 1 - _TAIL), np.quantile(down, 1 - _TAIL)))
    middle = float(np.median(across) + np.median(down))
    usual = [factor for factor in _FACTORS if factor * 1.01 >= reach]
    nearest = min(usual, key=lambda factor: abs(factor / middle - 1), default=reach) if middle > 0 else reach
    is_usual = nearest in _FACTORS and abs(nearest / middle - 1) <= _NEAR
    return (nearest if is_usual else reach), is_usual
