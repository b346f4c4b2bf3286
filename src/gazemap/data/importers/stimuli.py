"""Benchmarks' test images, whose fixations are not public: MIT300 and the test set of CAT2000."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gazemap.data.dataset import DatasetInfo
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.pairing import PICTURES, by_stem
from gazemap.data.items import Counts, Item, Source
from gazemap.errors import DataError

_MIT300 = DatasetInfo(
    name="mit300",
    title="MIT300, the MIT/Tuebingen benchmark's images",
    citation="Judd, Durand, Torralba: A benchmark of computational models of saliency. MIT report, 2012.",
    homepage="https://saliency.tuebingen.ai",
    license="no license stated; please cite",
    source="BenchmarkIMAGES/*.jpg; the fixations are not public",
    viewing_seconds=3.0,
    pixels_per_degree=35.0,
)
CAT2000_INFO = DatasetInfo(
    name="cat2000",
    title="CAT2000: A large scale fixation dataset",
    citation="Borji, Itti: CAT2000. CVPR workshop on the future of datasets, 2015 (arXiv 1505.03581).",
    homepage="https://saliency.tuebingen.ai",
    license="no license stated; please cite",
    source="Stimuli/CATEGORY/*.jpg; the fixations of the test set are not public",
    viewing_seconds=5.0,
)
_WRONGLY_TURNED = "Pattern/134"  # its EXIF tag says that it lies on its side, which it does not


def read_mit300(source: Path) -> Source:
    """BenchmarkIMAGES/*.jpg.

    Raises:
        DataError: there is no image.
    """
    folder = source / "BenchmarkIMAGES" if (source / "BenchmarkIMAGES").is_dir() else source
    images = by_stem(folder, PICTURES)
    if not images:
        raise DataError(f"{source} holds no BenchmarkIMAGES/*.jpg.")
    items = (Item(stem, images[stem], "test") for stem in sorted(images, key=_number))
    return Source(_MIT300, items, len(images))


def read_cat2000_test(source: Path) -> Source:
    """Stimuli/CATEGORY/*.jpg, in testSet or its own folder.

    Raises:
        DataError: there is no image.
    """
    images = categories(source / "testSet" if (source / "testSet").is_dir() else source)
    info = CAT2000_INFO.model_copy(update={"name": "cat2000-test"})
    return Source(info, _cat2000_items(images), len(images))


def _cat2000_items(images: dict[str, Path]) -> Iterator[Item]:
    for image_id, path in images.items():
        yield Item(image_id, _as_stored(path) if image_id == _WRONGLY_TURNED else path, "test")


def _as_stored(path: Path) -> NDArray[np.uint8] | Path:
    try:
        with Image.open(path) as image:
            return np.asarray(image.convert("RGB"))
    except (OSError, ValueError):
        return path  # reading it says what is wrong


def categories(folder: Path) -> dict[str, Path]:
    """The images of CAT2000 by CATEGORY/NNN; the maps in its Output folders are none.

    Raises:
        DataError: there is no image.
    """
    found = {
        f"{category.name}/{stem}": path
        for category in sorted((folder / "Stimuli").glob("*"))
        for stem, path in sorted(by_stem(category, PICTURES).items())
    }
    if not found:
        raise DataError(f"{folder} holds no Stimuli/CATEGORY/*.jpg.")
    return found


def _number(stem: str) -> tuple[int, str]:
    """i1, i2, ... i10: as the authors count."""
    digits = "".join(letter for letter in stem if letter.isdigit())
    return (int(digits or 0), stem)


MIT300 = Importer(
    read=read_mit300,
    info=_MIT300,
    editions={"": Counts(300)},
    oddities="images alone: predictions are scored by the benchmark; see `gazemap submit`",
)
CAT2000_TEST = Importer(
    read=read_cat2000_test,
    info=CAT2000_INFO,
    editions={"": Counts(2000)},
    oddities=(
        "images alone, padded with gray to 1920 x 1080; Pattern/134 has a wrong EXIF tag and is written "
        "upright as PNG"
    ),
)
