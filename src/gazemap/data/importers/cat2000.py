"""CAT2000 (Borji & Itti 2015): 2,000 images of 20 categories with fixations, and 2,000 test images.

The fixations of the test set are not public: the MIT/Tuebingen benchmark scores predictions of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gazemap.data.dataset import DatasetInfo
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.pairing import by_stem, unpaired
from gazemap.data.writing.items import Counts, ImportedSet, Item
from gazemap.errors import DataError
from gazemap.images.formats import ENDINGS

_TEST_INFO = DatasetInfo(
    name="cat2000-test",
    title="CAT2000: A large scale fixation dataset",
    citation="Borji, Itti: CAT2000. CVPR workshop on the future of datasets, 2015 (arXiv 1505.03581).",
    homepage="https://saliency.tuebingen.ai",
    license="no license stated; please cite",
    source="Stimuli/CATEGORY/*.jpg; the fixations of the test set are not public",
    viewing_seconds=5.0,
)
_TRAIN_INFO = _TEST_INFO.model_copy(
    update={
        "name": "cat2000-train",
        "source": (
            "FIXATIONLOCS/CATEGORY/*.mat; a fixated pixel is one point, at its center (index + 0.5). "
            "Observers are only in allFixData.mat, a MATLAB object that only MATLAB reads"
        ),
    }
)
_WRONGLY_TURNED = "Pattern/134"  # its EXIF tag asks for a turn by 90 degrees, though it is upright


def read_cat2000_train(source: Path) -> ImportedSet:
    """Stimuli/CATEGORY/*.jpg and FIXATIONLOCS/CATEGORY/*.mat, in trainSet or its own folder.

    Raises:
        DataError: no image has fixations.
    """
    folder = source / "trainSet" if (source / "trainSet").is_dir() else source
    images = _categories(folder)
    truths = {
        f"{category.name}/{stem}": path
        for category in sorted((folder / "FIXATIONLOCS").glob("*"))
        for stem, path in by_stem(category, (".mat",)).items()
    }
    both = [image_id for image_id in images if image_id in truths]
    if not both:
        raise DataError(f"{folder}: no image of Stimuli has a file of its name in FIXATIONLOCS.")
    set_aside = unpaired({*images} - {*truths}, "Stimuli", "no fixations")
    set_aside += unpaired({*truths} - {*images}, "FIXATIONLOCS", "no image", images)
    items = (Item(name, images[name], "train", fixations=truths[name]) for name in both)
    return ImportedSet(_TRAIN_INFO.model_copy(update={"set_aside": tuple(set_aside)}), items, len(both))


def read_cat2000_test(source: Path) -> ImportedSet:
    """Stimuli/CATEGORY/*.jpg, in testSet or its own folder.

    Raises:
        DataError: there is no image.
    """
    images = _categories(source / "testSet" if (source / "testSet").is_dir() else source)
    return ImportedSet(_TEST_INFO, _test_items(images), len(images))


def _categories(folder: Path) -> dict[str, Path]:
    """The images of CAT2000 by CATEGORY/NNN; the maps in its Output folders are none.

    Raises:
        DataError: there is no image.
    """
    found = {
        f"{category.name}/{stem}": path
        for category in sorted((folder / "Stimuli").glob("*"))
        for stem, path in sorted(by_stem(category, ENDINGS).items())
    }
    if not found:
        raise DataError(f"{folder} holds no Stimuli/CATEGORY/*.jpg.")
    return found


def _test_items(images: dict[str, Path]) -> Iterator[Item]:
    for image_id, path in images.items():
        yield Item(image_id, _as_stored(path) if image_id == _WRONGLY_TURNED else path, "test")


def _as_stored(path: Path) -> NDArray[np.uint8] | Path:
    try:
        with Image.open(path) as image:
            return np.asarray(image.convert("RGB"))
    except (OSError, ValueError):
        return path  # reading it says what is wrong


CAT2000_TRAIN = Importer(
    read=read_cat2000_train,
    info=_TRAIN_INFO,
    editions={"": Counts(2000)},
    oddities=(
        "images are padded with gray to 1920 x 1080; a pixel with several fixations counts once, and "
        "observers are not distinguished"
    ),
    holds="pixels",
    stimuli="1920 x 1080, each seen by 18 observers",
)
CAT2000_TEST = Importer(
    read=read_cat2000_test,
    info=_TEST_INFO,
    editions={"": Counts(2000)},
    oddities=(
        "only images, padded with gray to 1920 x 1080; Pattern/134 has a wrong EXIF tag and is written "
        "upright as PNG"
    ),
    holds="images",
    stimuli="1920 x 1080",
)
