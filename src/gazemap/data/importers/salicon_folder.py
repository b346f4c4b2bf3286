"""The folder layout images|maps|fixations/{train,val,...} that most saliency repositories expect."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gazemap.data.dataset import DatasetInfo, SetAside
from gazemap.data.importers.importer import Importer
from gazemap.data.items import Item, Source
from gazemap.errors import DataError

_INFO = DatasetInfo(
    name="salicon",
    title="SALICON, or another set in its folder layout",
    citation="Jiang, Huang, Duan, Zhao: SALICON: Saliency in Context. CVPR 2015, if it is SALICON.",
    homepage="http://salicon.net",
    license="as the source says; the images of SALICON carry MS-COCO's per-image licenses",
    source="images|maps|fixations/SPLIT; fixation pixels, taken at their centers (index + 0.5)",
    task="free viewing, by mouse",
    sigma=19.0,
)
_SUFFIXES = {".jpg", ".jpeg", ".png"}
_KINDS = ("images", "maps", "fixations")


def read_salicon_folder(source: Path) -> Source:
    """Pairs of files with the same stem; what has no partner is set aside and listed.

    In fixations/ every pixel that is not black is one fixation, at the pixel's center; several
    fixations of one pixel count once there. maps/ holds dense maps. Either may be absent.

    Raises:
        DataError: there is no image, or neither maps nor fixations for any.
    """
    splits = sorted(folder.name for folder in (source / "images").glob("*") if folder.is_dir())
    if not splits:
        raise DataError(
            f"{source} has no images/train or images/val. Expected: images, maps and fixations, "
            "each with one folder a split."
        )
    pairs: list[tuple[str, dict[str, Path]]] = []
    set_aside: list[SetAside] = []
    for split in splits:
        files = {kind: _files(source / kind / split) for kind in _KINDS}
        truths = {*files["maps"], *files["fixations"]}
        pairs += [
            (split, {kind: found[stem] for kind, found in files.items() if stem in found})
            for stem in sorted({*files["images"]} & truths)
        ]
        set_aside += _listed({*files["images"]} - truths, f"images/{split}", "no map and no fixations")
        set_aside += _listed(truths - {*files["images"]}, f"maps|fixations/{split}", "no image")
    for kind in ("maps", "fixations"):
        for folder in sorted((source / kind).glob("*")):
            if folder.is_dir() and folder.name not in splits:
                set_aside += _listed({*_files(folder)}, f"{kind}/{folder.name}", "no image")
    if not pairs:
        raise DataError(f"{source}: no image has a map or fixation file of the same name.")
    info = _INFO.model_copy(update={"set_aside": tuple(set_aside)})
    return Source(info, _items(pairs), len(pairs))


def _files(folder: Path) -> dict[str, Path]:
    return {path.stem: path for path in folder.glob("*") if path.suffix.lower() in _SUFFIXES}


def _listed(stems: set[str], where: str, reason: str) -> list[SetAside]:
    if not stems:
        return []
    names = sorted(stems)
    more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
    return [SetAside(item=f"{where}: {', '.join(names[:3])}{more}", reason=reason)]


def _items(pairs: list[tuple[str, dict[str, Path]]]) -> Iterator[Item]:
    for split, files in pairs:
        yield Item(
            image_id=files["images"].stem,
            image=files["images"],
            split=split,
            fixations=files.get("fixations"),
            map=files.get("maps"),
        )


SALICON_FOLDER = Importer(
    read=read_salicon_folder,
    info=_INFO,
    editions={},
    oddities="a pixel with several fixations counts once; files without a partner are listed",
)
