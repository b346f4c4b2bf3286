"""Areas in the JSON of annotation programs: COCO and LabelMe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gazemap.errors import InputError
from gazemap.gaze.areas import Box
from gazemap.gaze.shapes import Area
from gazemap.types import Floats

_CIRCLE = 128  # corners of what stands for a circle
_LABELME = "rectangle, polygon or circle"


def is_coco(content: object) -> bool:
    """Whether it is what COCO's files hold."""
    return isinstance(content, dict) and {"images", "annotations"} <= content.keys()


def is_labelme(content: object) -> bool:
    """Whether it is what LabelMe's files hold."""
    return isinstance(content, dict) and "shapes" in content


def coco_areas(content: Mapping[str, Any], path: Path) -> dict[str, list[Area]]:
    """The annotations of each image's file name: polygons where there are some, else the box.

    An area is named by its category and grouped with others of it; several of one image are numbered.

    Raises:
        InputError: an annotation is of no such form; says which.
    """
    found: dict[str, list[tuple[str, tuple[Floats, ...]]]] = {}
    try:
        files = {image["id"]: str(image["file_name"]) for image in content["images"]}
        names = {category["id"]: str(category["name"]) for category in content.get("categories", ())}
        for number, entry in enumerate(content["annotations"], 1):
            where = f"{path}, annotation {number}"
            label = names.get(entry.get("category_id"), "area")
            found.setdefault(files[entry["image_id"]], []).append((label, _coco_shape(entry, where)))
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path} is not as COCO's files are: {error!r} is missing or of another type."
        ) from error
    return {file: _numbered(labeled) for file, labeled in found.items()}


def labelme_areas(content: Mapping[str, Any], path: Path) -> dict[str, list[Area]]:
    """The shapes of a LabelMe file, under the name of its image; "" where it states none.

    Raises:
        InputError: a shape of another kind; says which.
    """
    labeled = []
    try:
        for number, shape in enumerate(content["shapes"], 1):
            where = f"{path}, shape {number}"
            kind = str(shape.get("shape_type") or "polygon")
            labeled.append((str(shape["label"]), (_labelme_shape(kind, shape["points"], where),)))
        image = str(content.get("imagePath") or "").replace("\\", "/").rsplit("/", 1)[-1]
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path} is not as LabelMe's files are: {error!r} is missing or of another type."
        ) from error
    return {image: _numbered(labeled)}


def polygon(points: object, where: str) -> Floats:
    """(k, 2) corners.

    Raises:
        InputError: fewer than three, or no numbers.
    """
    try:
        corners = np.asarray(points, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{where}: corners must be pairs of numbers, x and y ({error}).") from error
    if corners.ndim != 2 or corners.shape[1] != 2 or len(corners) < 3 or not np.isfinite(corners).all():
        raise InputError(
            f"{where}: a polygon must have three or more corners, each x and y in pixels, got an array of "
            f"shape {corners.shape}."
        )
    return corners


def ellipse(x: float, y: float, across: float, down: float) -> Floats:
    """(128, 2) corners of what stands for an ellipse, of the same area."""
    turns = np.arange(_CIRCLE) * (2 * np.pi / _CIRCLE)
    wider = np.sqrt(2 * np.pi / _CIRCLE / np.sin(2 * np.pi / _CIRCLE))
    return np.stack([x + wider * across * np.cos(turns), y + wider * down * np.sin(turns)], axis=1)


def box_polygon(x: float, y: float, width: float, height: float, where: str) -> Floats:
    """(4, 2) corners.

    Raises:
        InputError: no width or no height.
    """
    if not (np.isfinite([x, y, width, height]).all() and width > 0 and height > 0):
        raise InputError(f"{where}: a box must have a width and a height over 0, got {width} x {height}.")
    return Area.of_box(Box("", x, y, width, height)).polygons[0]


def _coco_shape(entry: Mapping[str, Any], where: str) -> tuple[Floats, ...]:
    drawn = entry.get("segmentation")
    if isinstance(drawn, list) and drawn:
        return tuple(polygon(_pairs(flat, where), where) for flat in drawn)
    if isinstance(drawn, dict):
        raise InputError(
            f"{where} is a run-length mask; give polygons, its bbox alone, or the mask as a PNG image."
        )
    x, y, width, height = (float(value) for value in entry["bbox"])
    return (box_polygon(x, y, width, height, where),)


def _pairs(flat: Sequence[float], where: str) -> list[tuple[float, float]]:
    if len(flat) % 2:
        raise InputError(f"{where}: a polygon must have as many x as y, got {len(flat)} numbers.")
    return list(zip(flat[::2], flat[1::2], strict=True))


def _labelme_shape(kind: str, points: Sequence[Sequence[float]], where: str) -> Floats:
    if kind == "polygon":
        return polygon(points, where)
    if kind not in ("rectangle", "circle") or len(points) != 2:
        raise InputError(
            f"{where}: a shape must be a {_LABELME}, the latter two of two points, got a {kind} of "
            f"{len(points)} points."
        )
    (x0, y0), (x1, y1) = points
    if kind == "circle":
        radius = float(np.hypot(x1 - x0, y1 - y0))
        return ellipse(x0, y0, radius, radius)
    return box_polygon(min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0), where)


def _numbered(labeled: Iterable[tuple[str, tuple[Floats, ...]]]) -> list[Area]:
    """Areas by their labels: of several with one label, "label 1" and so on, in the group "label"."""
    every = list(labeled)
    often = Counter(label for label, _ in every)
    seen: Counter[str] = Counter()
    areas = []
    for label, polygons in every:
        seen[label] += 1
        is_one = often[label] == 1
        name = label if is_one else f"{label} {seen[label]}"
        areas.append(Area(name, polygons, group="" if is_one else label))
    return areas
