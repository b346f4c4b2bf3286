"""Areas in SVG drawings: rectangles, polygons, circles and ellipses."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from gazemap.analysis.area_labels import box_polygon, ellipse, polygon
from gazemap.errors import InputError
from gazemap.gaze.shapes import Area
from gazemap.types import Floats

_SVG = "{http://www.w3.org/2000/svg}"
_LABEL = "{http://www.inkscape.org/namespaces/inkscape}label"
_SHAPES = ("rect", "polygon", "circle", "ellipse")
_LINES = ("path", "polyline", "line")


def svg_areas(text: str, path: Path) -> list[Area]:
    """The shapes of a drawing, in pixels of its image; layers and groups with a name are groups.

    A shape's name is its label in Inkscape, its title or its id. Its coordinates are those of the drawing,
    which must be those of the image: a `viewBox` from 0 0, of the image's width and height.

    Raises:
        InputError: damaged, a shape without a name, a moved or turned one, or one of another kind.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise InputError(f"{path} has a DOCTYPE, which is not read: save it as a plain SVG.")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise InputError(f"{path} is not an SVG file ({error}).") from error
    box = root.get("viewBox", "0 0").replace(",", " ").split()
    if [part.strip("0.") for part in box[:2]] != ["", ""]:
        raise InputError(f"{path} has the viewBox {root.get('viewBox')!r}; it must begin with 0 0.")
    areas: list[Area] = []
    _gather(root, "", areas, path)
    if not areas:
        raise InputError(f"{path} has no areas. It must have one of {', '.join(_SHAPES)} per area.")
    return areas


def _gather(element: ElementTree.Element, group: str, areas: list[Area], path: Path) -> None:
    for child in element:
        kind = str(child.tag).removeprefix(_SVG)
        if kind not in (*_SHAPES, *_LINES, "g"):
            continue
        where = f"{path}, {kind} {_name(child)!r}"
        if child.get("transform"):
            raise InputError(f"{where} has a transform; apply it to the coordinates before saving.")
        if kind == "g":
            _gather(child, _name(child) or group, areas, path)
        elif kind in _LINES:
            raise InputError(f"{where}: an area must be one of {', '.join(_SHAPES)}, got a {kind}.")
        elif not _name(child):
            raise InputError(f"{where}: an area must have an id, a title or a label as its name.")
        else:
            areas.append(Area(_name(child), (_corners(child, kind, where),), group=group))


def _name(element: ElementTree.Element) -> str:
    title = element.findtext(f"{_SVG}title") or element.findtext("title")
    return (element.get(_LABEL) or title or element.get("id") or "").strip()


def _corners(shape: ElementTree.Element, kind: str, where: str) -> Floats:
    if kind == "polygon":
        numbers = shape.get("points", "").replace(",", " ").split()
        return polygon(list(zip(numbers[::2], numbers[1::2], strict=False)), where)
    try:
        if kind == "rect":
            x, y, width, height = (float(shape.get(key, 0)) for key in ("x", "y", "width", "height"))
            return box_polygon(x, y, width, height, where)
        across, down = ("r", "r") if kind == "circle" else ("rx", "ry")
        x, y, wide, high = (float(shape.get(key, 0)) for key in ("cx", "cy", across, down))
    except ValueError as error:
        raise InputError(f"{where}: numbers must be in pixels, without a unit ({error}).") from error
    if min(wide, high) <= 0:
        raise InputError(f"{where}: a {kind} must have a radius over 0.")
    return ellipse(x, y, wide, high)
