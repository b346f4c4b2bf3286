"""FiWI (Shen & Zhao 2014): 149 webpages, 11 observers, free viewing for 5 seconds."""

from __future__ import annotations

from pathlib import Path

from gazemap.data.dataset import DatasetInfo
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.pairing import by_stem, last_are_val, unpaired
from gazemap.data.writing.items import Counts, ImportedSet, Item
from gazemap.errors import DataError
from gazemap.images.formats import ENDINGS

_INFO = DatasetInfo(
    name="fiwi",
    title="FiWI: Webpage saliency",
    citation="Shen, Zhao: Webpage saliency. ECCV 2014.",
    homepage="https://www-users.cse.umn.edu/~qzhao/webpage_saliency.html",
    license="no license stated; please cite",
    source="all5/*.png, all observers' 5 seconds; a fixated pixel is one point, at its center (index + 0.5)",
    task="free viewing of webpages",
    viewing_seconds=5.0,
)
_VAL_SHARE = 0.1  # no official split: the last in the order of names


def read_fiwi(source: Path) -> ImportedSet:
    """Folders named stimuli and all5, at any depth, with PNG files of the same names.

    Raises:
        DataError: one of the folders is not there, or they share no name.
    """
    images, maps = (_files(source, name) for name in ("stimuli", "all5"))
    stems = sorted({*images} & {*maps})
    if not stems:
        raise DataError(f"{source} holds no PNG files of the same names in folders stimuli and all5.")
    set_aside = unpaired({*images} - {*maps}, "stimuli", "no fixations")
    set_aside += unpaired({*maps} - {*images}, "all5", "no image", images)
    items = (
        Item(stem, images[stem], split, fixations=maps[stem])
        for stem, split in zip(stems, last_are_val(len(stems), _VAL_SHARE), strict=True)
    )
    return ImportedSet(_INFO.model_copy(update={"set_aside": tuple(set_aside)}), items, len(stems))


def _files(source: Path, name: str) -> dict[str, Path]:
    folders = [folder for folder in sorted(source.rglob(name)) if folder.is_dir()]
    if len(folders) > 1:
        raise DataError(f"{source} holds several folders named {name}: {', '.join(map(str, folders))}.")
    return by_stem(folders[0], ENDINGS) if folders else {}


FIWI = Importer(
    read=read_fiwi,
    info=_INFO,
    editions={"": Counts(149)},
    oddities="observers are not distinguished, and a pixel with several fixations counts once",
    holds="pixels",
    stimuli="web pages, each seen by 11 observers",
)
