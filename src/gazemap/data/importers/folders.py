"""Images, dense maps and fixation maps in folders: the layouts that saliency repositories expect."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from PIL import Image
from pydantic import Field, PositiveFloat

from gazemap.data.dataset import DatasetInfo, SetAside
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.pairing import by_stem, last_are_val, matched, no_pairs, unpaired, unstated_splits
from gazemap.data.sample import read_map
from gazemap.data.split_names import split_named
from gazemap.data.writing.items import ImportedSet, Item
from gazemap.errors import DataError, InputError
from gazemap.images.formats import ENDINGS
from gazemap.types import Size

_SOURCE = (
    "images, dense maps, fixation maps by name; a fixated pixel is one point, at its center (index + 0.5)"
)
_SALICON = DatasetInfo(
    name="salicon",
    title="SALICON, as PNG files",
    citation="Jiang, Huang, Duan, Zhao: SALICON: Saliency in Context. CVPR 2015.",
    homepage="http://salicon.net",
    license="as the source says; the images of SALICON carry MS-COCO's per-image licenses",
    source=_SOURCE,
    task="free viewing, by mouse",
    viewing_seconds=5.0,
    sigma=19.0,
)
_ANY = DatasetInfo(
    name="folders",
    title="A set in folders of images, maps and fixation maps",
    citation="that of the set in the folders",
    license="as the source says",
    source=_SOURCE,
    task="as the source says",
)
_SAM = _ANY.model_copy(
    update={
        "name": "sam-folder",
        "title": "A set in the folders of SAM (Cornia et al. 2018)",
        "homepage": "https://github.com/marcellacornia/sam",
    }
)
_REDDY = _ANY.model_copy(
    update={
        "name": "reddy-folder",
        "title": "A set in the folders of SimpleNet and MDNSal (Reddy et al. 2020)",
        "homepage": "https://github.com/samyak0210/saliency",
    }
)
_SUFFIXES = {"images": ENDINGS, "maps": ENDINGS, "fixations": (*ENDINGS, ".mat", ".npy")}
_NO_SPLIT = ""  # of folders whose names do not tell the splits
_Files = dict[str, Path]


def read_folders(
    info: DatasetInfo,
    source: Path,
    *,
    images: Literal["required", "optional"] = "required",
    name: str | None = None,
    sigma: PositiveFloat | None = None,
    image_folder: str = "images/{split}",
    map_folder: str = "maps/{split}",
    fixation_folder: str = "fixations/{split}",
    val: Annotated[float, Field(ge=0, le=1)] = 0.2,
) -> ImportedSet:
    """Pairs of files with the same stem; what has no partner is set aside and listed.

    A fixation map has two values, of which the greater is one fixation, or few whole counts; each lies at
    its pixel's center. A file that cannot be such a map (a density, an inverted or resized one) is set
    aside with the cause, see `gaze.fixation_pictures`. Either maps or fixations may be absent.

    Args:
        info: of the set, unless `name` gives it another name.
        source: the folder that holds the other three.
        images: whether a fixation map without an image is set aside ("required"), or becomes an
            image of which only the size and the points are known ("optional").
        name: of the set, where it is not the one that the layout was made for.
        sigma: its authors' blur in pixels, where known.
        image_folder: where the images are, relative to `source`; "{split}" stands for the split's name. Of
            folders whose names do not tell the splits, all three are given without it.
        map_folder: where the dense maps are.
        fixation_folder: where the fixation maps are: pictures, or .mat or .npy with one matrix.
        val: the share of the images, the last by name, that is val where no folder tells the splits; 1 for
            all of them.

    Raises:
        InputError: some of the folders' names have "{split}", and others do not.
        DataError: there is no image, or neither maps nor fixations for any.
    """
    templates = {"images": image_folder, "maps": map_folder, "fixations": fixation_folder}
    told = _tells_splits(templates)
    folders = {kind: _folders(source, template) for kind, template in templates.items()}
    if not folders["images"] and (images == "required" or not folders["fixations"]):
        expected = ", ".join(template.replace("{split}", "train") for template in templates.values())
        more = "; the same for val" if told else ""
        raise DataError(f"{source} has no folder {image_folder}. Expected: {expected}{more}.")
    found: list[tuple[str, _Files]] = []
    seen: dict[str, set[str]] = {"images": set(), "truths": set()}
    set_aside: list[SetAside] = []
    for split in sorted({*folders["images"], *folders["maps"], *folders["fixations"]}):
        files = {
            kind: by_stem(folders[kind][split], suffixes) if split in folders[kind] else {}
            for kind, suffixes in _SUFFIXES.items()
        }
        files |= {kind: matched(files[kind], files["images"]) for kind in ("maps", "fixations")}
        seen["images"] |= {*files["images"]}
        seen["truths"] |= {*files["maps"], *files["fixations"]}
        known, truths = {*files["images"]}, {*files["maps"], *files["fixations"]}
        chosen = (known & truths) | ({*files["fixations"]} if images == "optional" else set())
        found += [(split, _of(stem, files)) for stem in sorted(chosen)]
        where = {
            kind: folders[kind][split].relative_to(source).as_posix() if split in folders[kind] else template
            for kind, template in templates.items()
        }
        set_aside += unpaired(known - truths, where["images"], "no map and no fixations")
        lost = truths - known - chosen
        set_aside += unpaired(lost, f"{where['maps']}|{where['fixations']}", "no image", known - truths)
    if not found:
        raise DataError(no_pairs(source, seen["images"], seen["truths"]))
    notes = []
    if not told:
        splits = last_are_val(len(found), val)
        found = [(split, files) for split, (_, files) in zip(splits, found, strict=True)]
        notes.append(unstated_splits(splits, val))
    described = _described(info, name, sigma).model_copy(
        update={"set_aside": tuple(set_aside), "notes": tuple(notes)}
    )
    return ImportedSet(described, _items(found), len(found))


def _tells_splits(templates: dict[str, str]) -> bool:
    """Whether the folders' names tell the splits: those of all, or of none."""
    for template in templates.values():
        if PurePosixPath(template).is_absolute() or template.count("{split}") > 1:
            raise InputError(
                "The folder's name must be a relative path with {split} in it once at most, such as "
                f"images/{{split}} or images, got {template!r}."
            )
    told = {"{split}" in template for template in templates.values()}
    if len(told) > 1:
        given = ", ".join(templates.values())
        raise InputError(
            f"Either all of the folders' names have {{split}} in them, or none: got {given}. Give "
            "image_folder, map_folder and fixation_folder alike."
        )
    return told.pop()


def _folders(source: Path, template: str) -> dict[str, Path]:
    """By the split whose name stands for "{split}" in the template, if it does; see `split_named`."""
    start, split, end = PurePosixPath(template).as_posix().partition("{split}")
    if not split:
        return {_NO_SPLIT: source / start} if (source / start).is_dir() else {}
    named: dict[str, Path] = {}
    for folder in sorted(source.glob(f"{start}*{end}")):
        if folder.is_dir():
            below = folder.relative_to(source).as_posix()
            name = split_named(below[len(start) : len(below) - len(end)])
            if name in named:
                raise DataError(
                    f"{named[name]} and {folder} are both of the split {name}. Put their files together."
                )
            named[name] = folder
    return named


def _of(stem: str, files: dict[str, _Files]) -> _Files:
    return {kind: found[stem] for kind, found in files.items() if stem in found}


def _described(info: DatasetInfo, name: str | None, sigma: float | None) -> DatasetInfo:
    described = info if name is None else _ANY.model_copy(update={"name": name, "title": name})
    return described if sigma is None else described.model_copy(update={"sigma": sigma})


def _items(found: list[tuple[str, _Files]]) -> Iterator[Item]:
    for split, files in found:
        yield Item(
            image_id=next(iter(files.values())).stem,
            image=files["images"] if "images" in files else _size(files["fixations"]),
            split=split,
            fixations=files.get("fixations"),
            map=files.get("maps"),
        )


def _size(fixations: Path) -> Size | Path:
    """The size of a fixation map, or its path where it is damaged: the import then names the file."""
    try:
        if fixations.suffix.lower() in ENDINGS:
            with Image.open(fixations) as picture:  # reads the header alone
                return picture.height, picture.width
        height, width = read_map(fixations).shape
        return height, width
    except (DataError, OSError, Image.DecompressionBombError):
        return fixations


FOLDERS = Importer(
    read=partial(read_folders, _ANY, image_folder="images", map_folder="maps", fixation_folder="fixations"),
    info=_ANY,
    editions={},
    oddities="maps alone are enough; without {split} in the folders' names, the last 20 % by name are val",
    holds="pixels",
)
SALICON_FOLDER = Importer(
    read=partial(read_folders, _SALICON),
    info=_SALICON,
    editions={},
    oddities="of two values, a pixel with several fixations counts once; files without a partner are listed",
    holds="pixels",
)
SAM_FOLDER = Importer(
    read=partial(
        read_folders,
        _SAM,
        image_folder="imgs_{split}",
        map_folder="maps_{split}",
        fixation_folder="fixs_{split}",
    ),
    info=_SAM,
    editions={},
    oddities="a fixation map is the matrix I of a .mat file; the names of the folders are options",
    holds="pixels",
)
REDDY_FOLDER = Importer(
    read=partial(read_folders, _REDDY),
    info=_REDDY,
    editions={},
    oddities="as salicon-folder, for any set; SimpleNet's own loader reads PNG only, this one any picture",
    holds="pixels",
)
