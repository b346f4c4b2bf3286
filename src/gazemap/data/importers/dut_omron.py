"""DUT-OMRON (Yang et al. 2013): 5,168 photos of at most 400 pixels a side, 5 observers, 2 seconds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from gazemap.data.dataset import DatasetInfo
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.matlab import numbered, read_mat, rows
from gazemap.data.importers.pairing import by_stem, last_are_val, unpaired
from gazemap.data.writing.frames import Frame
from gazemap.data.writing.items import Counts, ImportedSet, Item
from gazemap.errors import DataError
from gazemap.gaze.fixations import Fixations
from gazemap.images.formats import ENDINGS
from gazemap.types import Size

_INFO = DatasetInfo(
    name="dut-omron",
    title="DUT-OMRON: Saliency detection via graph-based manifold ranking",
    citation="Yang, Zhang, Lu, Ruan, Yang: Saliency detection via graph-based manifold ranking. CVPR 2013.",
    homepage="http://saliencydetection.net/dut-omron/",
    license="no license stated; please cite",
    source=(
        "DUT-OMRON-eye-fixations/mat/*.mat, rows of [x, y, observer] after one of the image's size; whole "
        "pixels counted from 0, since 0 occurs, taken at their centers (v + 0.5 here)"
    ),
    viewing_seconds=2.0,
)
_VAL_SHARE = 0.1  # no official split: the last in the order of names


def read_dut_omron(source: Path) -> ImportedSet:
    """DUT-OMRON-image/*.jpg and DUT-OMRON-eye-fixations/mat/*.mat.

    Raises:
        DataError: no image has a file of fixations.
    """
    images = by_stem(source / "DUT-OMRON-image", ENDINGS)
    files = by_stem(source / "DUT-OMRON-eye-fixations" / "mat", (".mat",))
    stems = sorted({*images} & {*files})
    if not stems:
        raise DataError(
            f"{source}: no image of DUT-OMRON-image has a file of its name in DUT-OMRON-eye-fixations/mat."
        )
    set_aside = unpaired({*images} - {*files}, "DUT-OMRON-image", "no fixations")
    set_aside += unpaired({*files} - {*images}, "DUT-OMRON-eye-fixations/mat", "no image", images)
    info = _INFO.model_copy(update={"set_aside": tuple(set_aside)})
    return ImportedSet(info, _items(stems, images, files), len(stems), frame=Frame("pixel"))


def _items(stems: list[str], images: dict[str, Path], files: dict[str, Path]) -> Iterator[Item]:
    for stem, split in zip(stems, last_are_val(len(stems), _VAL_SHARE), strict=True):
        yield Item(stem, images[stem], split, fixations=partial(_fixations, files[stem]))


def _fixations(path: Path, size: Size) -> Fixations:
    found = rows(read_mat(path, "s"), f"{path}: s", 3)
    x, y, observer = found[found[:, 2] != 0].T  # observer 0 is the image's size
    return Fixations(x=x, y=y, observer=numbered(observer, f"{path}: s"))


DUT_OMRON = Importer(
    read=read_dut_omron,
    info=_INFO,
    editions={"": Counts(5168, 5, 797_542)},
    oddities=(
        "observer 01 of one image may be another person than that of the next; its authors filtered the "
        "points, but some 30 per observer in 2 seconds are samples of gaze rather than fixations"
    ),
    without={"time": "its files hold no times", "onset_from": "its files hold no times"},
    stimuli="up to 400 x 400, each seen by all observers",
)
