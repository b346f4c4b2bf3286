"""SALICON (Jiang et al. 2015) as its authors publish it: one .mat file per image, a struct per observer."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np

from gazemap.data.dataset import DatasetInfo, SetAside
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.matlab import elements, field, numbers, read_variables, rows
from gazemap.data.importers.pairing import by_stem, matched, unpaired
from gazemap.data.writing.frames import Frame
from gazemap.data.writing.items import Counts, ImportedSet, Item
from gazemap.errors import DataError, InputError
from gazemap.gaze.fixations import Fixations
from gazemap.images.formats import ENDINGS
from gazemap.types import Size

_INFO = DatasetInfo(
    name="salicon",
    title="SALICON: Saliency in Context",
    citation="Jiang, Huang, Duan, Zhao: SALICON: Saliency in Context. CVPR 2015.",
    homepage="http://salicon.net",
    license="no license stated; the images carry MS-COCO's per-image licenses",
    source=(
        "fixations/SPLIT/*.mat, one struct of gaze per observer, numbered anew in each image; x, y are "
        "1-based there (v - 0.5 here)"
    ),
    task="free viewing, by mouse",
    viewing_seconds=5.0,
    sigma=19.0,
)
_TEST_INFO = _INFO.model_copy(
    update={"name": "salicon-test", "title": "SALICON's test images", "source": "images/test/*.jpg"}
)
_POINTER_OUTSIDE = 0.1  # in 2017 the pointer also leaves the image; how often is not published
_FIELDS = {"fixations": "fixations", "mouse": "location"}
Points = Literal["fixations", "mouse"]


def read_salicon(
    source: Path, *, edition: Literal["2015", "2017"] | None = None, points: Points = "fixations"
) -> ImportedSet:
    """A folder with images/{train,val,test} and fixations/{train,val}, of the edition 2015 or 2017.

    Images of the test split have no public fixations; `read_salicon_test` reads them. The files of both
    editions have the same names and form, but different fixations, and no file says which edition it is:
    so the user must. A complete set is compared with the edition's count of fixations.

    Args:
        source: the folder.
        edition: of the files in fixations/.
        points: the fixations that the authors found, of unknown time; or every sample of the mouse,
            with its time. Samples of 2017 that lie outside are moved to the image's edge.

    Raises:
        InputError: no edition is given.
        DataError: no image has a .mat file of the same name.
    """
    if edition is None:
        raise InputError(
            "SALICON has two editions with different fixations in files of the same form. Say which one this "
            "is: edition=2015 or edition=2017. COCO_train2014_000000000009 has 170 fixations in 2015 and 532 "
            "in 2017."
        )
    items, set_aside = _paired(source, points)
    if not items:
        raise DataError(
            f"{source}: no image of images/train or images/val has a .mat file of the same name in "
            "fixations/train or fixations/val."
        )
    tests = len(by_stem(source / "images" / "test", ENDINGS))
    left_out = f"the {tests:,} images of images/test have no public fixations; salicon-test imports them"
    released = edition if points == "fixations" else f"{edition} mouse"
    info = _INFO.model_copy(
        update={
            "edition": released,
            "set_aside": tuple(set_aside),
            "notes": (left_out,) if tests else (),
        }
    )
    # the times of samples are those that the authors took, from the start of each trial
    found = ImportedSet(
        info, iter(items), len(items), frame=Frame("one-based"), time="ms", onset_from="trial"
    )
    if released == "2017 mouse":
        return replace(found, outside="clip", tolerance=_POINTER_OUTSIDE)
    return found


def read_salicon_test(source: Path) -> ImportedSet:
    """images/test/*.jpg; the fixations of these 5,000 images are not public.

    Raises:
        DataError: there is no image.
    """
    images = by_stem(source / "images" / "test", ENDINGS)
    if not images:
        raise DataError(f"{source} holds no images/test/*.jpg.")
    return ImportedSet(_TEST_INFO, (Item(stem, images[stem], "test") for stem in sorted(images)), len(images))


def _paired(source: Path, points: Points) -> tuple[list[Item], list[SetAside]]:
    items: list[Item] = []
    set_aside: list[SetAside] = []
    for split in ("train", "val"):
        images = by_stem(source / "images" / split, ENDINGS)
        files = matched(by_stem(source / "fixations" / split, (".mat",)), images)
        items += [
            Item(stem, images[stem], split, fixations=partial(_read, files[stem], points))
            for stem in sorted({*images} & {*files})
        ]
        set_aside += unpaired({*images} - {*files}, f"images/{split}", "no fixations")
        set_aside += unpaired({*files} - {*images}, f"fixations/{split}", "no image", images)
    return items, set_aside


def _read(path: Path, points: Points, size: Size) -> Fixations:
    """All observers of one image of `size` (H, W)."""
    shape, gaze = read_variables(path, "resolution", "gaze")
    resolution = numbers(shape, f"{path}, resolution").ravel().astype(int).tolist()
    if resolution != [*size]:
        raise DataError(
            f"{path} is of an image whose resolution [height, width] is {resolution}; the image file's is "
            f"{[*size]}."
        )
    parts, times, names = [np.empty((0, 2))], [np.empty(0)], []
    for number, worker in enumerate(elements(gaze, f"{path}, gaze"), start=1):
        where = f"{path}, observer {number:02}"
        parts.append(rows(field(worker, _FIELDS[points], where), f"{where}, {_FIELDS[points]}", 2))
        names += [f"{number:02}"] * len(parts[-1])
        if points == "mouse":
            times.append(rows(field(worker, "timestamp", where), f"{where}, timestamp", 1).ravel())
            if len(times[-1]) != len(parts[-1]):
                raise DataError(f"{where} has {len(parts[-1])} locations and {len(times[-1])} timestamps.")
    x, y = np.concatenate(parts).T
    onset = np.concatenate(times) if points == "mouse" else None
    return Fixations(x=x, y=y, observer=np.array(names, dtype=str), onset=onset)


# counts of all points: pysaliency's tests on the complete sets
SALICON = Importer(
    read=read_salicon,
    info=_INFO,
    editions={
        "2015": Counts(15_000, None, 4_834_188),
        "2017": Counts(15_000, None, 7_175_026),
        "2015 mouse": Counts(15_000, None, 107_839_353),
        "2017 mouse": Counts(15_000, None, 337_184_700),
    },
    oddities=(
        "coordinates are 1-based; the editions differ only in their fixations; observer 01 of one image is "
        "another person than that of the next; timestamps belong to the mouse's samples, not to the fixations"
    ),
    stimuli="640 x 480, each seen by some 60 observers",
)
SALICON_TEST = Importer(
    read=read_salicon_test,
    info=_TEST_INFO,
    editions={"": Counts(5_000)},
    oddities="only images: the benchmark scores predictions of their fixations",
    holds="images",
    stimuli="640 x 480",
)
