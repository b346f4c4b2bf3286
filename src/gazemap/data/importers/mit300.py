"""MIT300 (Judd et al. 2012): the MIT/Tuebingen benchmark's 300 images; their fixations are not public."""

from __future__ import annotations

from pathlib import Path

from gazemap.data.dataset import DatasetInfo
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.pairing import by_stem
from gazemap.data.writing.items import Counts, ImportedSet, Item
from gazemap.errors import DataError
from gazemap.images.formats import ENDINGS

_INFO = DatasetInfo(
    name="mit300",
    title="MIT300, the MIT/Tuebingen benchmark's images",
    citation="Judd, Durand, Torralba: A benchmark of computational models of saliency. MIT report, 2012.",
    homepage="https://saliency.tuebingen.ai",
    license="no license stated; please cite",
    source="BenchmarkIMAGES/*.jpg; the fixations are not public",
    viewing_seconds=3.0,
    pixels_per_degree=35.0,
)


def read_mit300(source: Path) -> ImportedSet:
    """BenchmarkIMAGES/*.jpg.

    Raises:
        DataError: there is no image.
    """
    folder = source / "BenchmarkIMAGES" if (source / "BenchmarkIMAGES").is_dir() else source
    images = by_stem(folder, ENDINGS)
    if not images:
        raise DataError(f"{source} holds no BenchmarkIMAGES/*.jpg.")
    items = (Item(stem, images[stem], "test") for stem in sorted(images, key=_number))
    return ImportedSet(_INFO, items, len(images))


def _number(stem: str) -> tuple[int, str]:
    """i1, i2, ... i10: as the authors count."""
    digits = "".join(letter for letter in stem if letter.isdigit())
    return (int(digits or 0), stem)


MIT300 = Importer(
    read=read_mit300,
    info=_INFO,
    editions={"": Counts(300)},
    oddities="only images: the benchmark scores predictions of their fixations; see `gazemap submit`",
    holds="images",
)
