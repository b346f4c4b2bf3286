"""Areas of interest from texts and files of any form, for one image or for each image of a data set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gazemap.analysis.area_drawings import svg_areas
from gazemap.analysis.area_labels import coco_areas, is_coco, is_labelme, labelme_areas, polygon
from gazemap.analysis.area_tables import box_of, csv_rows, json_of, parse_box, text_of
from gazemap.analysis.mask_files import read_mask
from gazemap.errors import InputError
from gazemap.gaze.areas import Box
from gazemap.gaze.shapes import Area
from gazemap.images.reading import read_size

_SUFFIXES = (".json", ".csv", ".svg", ".png")
_MASKS = (".png", ".tif", ".tiff", ".bmp", ".gif", ".webp", ".jpg", ".jpeg")
_FORMS = (
    "a text name=x,y,width,height, a file that ends in .json, .csv, .svg or .png, or a folder of such files"
)
AreasLike = str | Path | Sequence[str | Path | Box | Area]  # what `read_areas` takes


@dataclass(frozen=True, eq=False)
class NamedAreas:
    """Areas, for all images alike or for images by name.

    Attributes:
        common: of every image.
        named: image's name, with or without its suffix -> its areas.
    """

    common: list[Area] = field(default_factory=list)
    named: dict[str, list[Area]] = field(default_factory=dict)

    def of(self, image_id: str) -> list[Area]:
        """The areas of one image; none where it has none.

        Raises:
            InputError: several have one name.
        """
        stem = Path(image_id).stem
        own = [area for name, areas in self.named.items() if _is_of(name, image_id, stem) for area in areas]
        areas = [*self.common, *own]
        repeated = [name for name, count in Counter(area.name for area in areas).items() if count > 1]
        if repeated:
            raise InputError(
                f"Several areas of {image_id} are named {', '.join(repeated)}; each needs a name of its own."
            )
        return areas

    def strangers(self, image_ids: Sequence[str]) -> list[str]:
        """The names that are none of these images'."""
        known = {name for image_id in image_ids for name in (image_id, Path(image_id).stem)}
        return [name for name in self.named if not {name, Path(name).stem, Path(name).name} & known]


def _is_of(name: str, image_id: str, stem: str) -> bool:
    return name in (image_id, stem) or Path(name).name == image_id or Path(name).stem == stem != name


def read_areas(areas: AreasLike) -> NamedAreas:
    """Areas of any form, together.

    - a text "name=x,y,width,height" in pixels, a `Box` or an `Area`;
    - .csv: the columns name, x, y, width, height, and, if wanted, group and image;
    - .json: a list of objects with these names, or with `points`, [[x, y], ...], in place of the box; or a
      file of COCO (boxes and polygons) or of LabelMe (rectangles, polygons, circles);
    - .svg: rectangles, polygons, circles and ellipses with a name;
    - .png or another image of flat colors: each gray value or color is an area;
    - a folder: a file for each image, named as the image is, such as photo.json for photo.jpg.

    Raises:
        InputError: another form; names the file, and the line or entry.
        DataError: a mask that cannot be read, or has no flat values.
    """
    several = [areas] if isinstance(areas, str | Path) else areas
    found = NamedAreas()
    for entry in several:
        _add(entry, found)
    if not (found.common or found.named):
        raise InputError(f"There are no areas. Give {_FORMS}.")
    return found


def areas_of(image: Path, areas: AreasLike) -> list[Area]:
    """The areas of one image.

    Raises:
        InputError: as `read_areas`, or none of them is this image's.
    """
    named = read_areas(areas)
    found = named.of(image.name)
    if not found:
        raise InputError(
            f"There are no areas of {image.name}, but of {', '.join([*named.named][:5])}. Areas of another "
            "name must lie in a file without images' names."
        )
    return found


def area_files(areas: AreasLike) -> list[Path]:
    """The files among them."""
    several = [areas] if isinstance(areas, str | Path) else areas
    paths = [Path(entry) for entry in several if isinstance(entry, str | Path) and "=" not in str(entry)]
    return [file for path in paths for file in (_within(path) if path.is_dir() else [path])]


def _add(entry: str | Path | Box | Area, found: NamedAreas) -> None:
    if isinstance(entry, Area):
        found.common.append(entry)
    elif isinstance(entry, Box):
        found.common.append(Area.of_box(entry))
    elif Path(entry).is_dir():
        for file in _within(Path(entry)):
            for image, areas in _of_file(file).items():
                found.named.setdefault(image or file.stem, []).extend(areas)
    elif Path(entry).suffix.lower() in (*_SUFFIXES, *_MASKS):
        for image, areas in _of_file(Path(entry)).items():
            (found.named.setdefault(image, []) if image else found.common).extend(areas)
    elif "=" in str(entry):
        found.common.append(Area.of_box(parse_box(str(entry))))
    else:
        raise InputError(f"Areas must be {_FORMS}, got {str(entry)!r}.")


def _within(folder: Path) -> list[Path]:
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in _SUFFIXES)
    if not files:
        raise InputError(f"{folder} has no file of areas: none ends in {', '.join(_SUFFIXES)}.")
    return files


def _of_file(path: Path) -> dict[str, list[Area]]:
    """Image's name -> areas; the name "" where the file states none."""
    suffix = path.suffix.lower()
    if suffix in _MASKS:
        return {"": read_mask(path, read_size(path))}
    text = text_of(path)
    if suffix == ".svg":
        return {"": svg_areas(text, path)}
    if suffix == ".csv":
        return _by_image(csv_rows(text, path), path)
    content = json_of(text, path)
    if is_coco(content):
        return coco_areas(content, path)
    if is_labelme(content):
        return labelme_areas(content, path)
    if not isinstance(content, list) or not all(isinstance(row, dict) for row in content):
        raise InputError(
            f"{path} must hold a list of objects with name, and x, y, width, height or points, or be a file "
            "of COCO or LabelMe."
        )
    return _by_image({f"{path}, entry {number}": row for number, row in enumerate(content, 1)}, path)


def _by_image(rows: Mapping[str, Mapping[str, Any]], path: Path) -> dict[str, list[Area]]:
    found: dict[str, list[Area]] = {}
    for where, row in rows.items():
        area = _area(row, where)
        found.setdefault(str(row.get("image") or ""), []).append(area)
    if not found:
        raise InputError(f"{path} has no areas. It must have one line or object per area.")
    return found


def _area(row: Mapping[str, Any], where: str) -> Area:
    group = str(row.get("group") or "").strip()
    if "points" in row:
        name = str(row.get("name") or "").strip()
        if not name:
            raise InputError(f"{where}: an area must have a name.")
        return Area(name, (polygon(row["points"], where),), group=group)
    missing = [column for column in ("name", "x", "y", "width", "height") if column not in row]
    if missing:
        raise InputError(f"{where} has no {', '.join(missing)}; an area must have a box or points.")
    return replace(Area.of_box(box_of(row, where)), group=group)
