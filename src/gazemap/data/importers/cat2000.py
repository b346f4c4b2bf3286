"""CAT2000 (Borji & Itti 2015), training set: 2,000 images of 20 categories, 18 observers each."""

from __future__ import annotations

from pathlib import Path

from gazemap.data.importers.importer import Importer
from gazemap.data.importers.pairing import by_stem, unpaired
from gazemap.data.importers.stimuli import CAT2000_INFO, categories
from gazemap.data.items import Counts, Item, Source
from gazemap.errors import DataError

_INFO = CAT2000_INFO.model_copy(
    update={
        "name": "cat2000-train",
        "source": (
            "FIXATIONLOCS/CATEGORY/*.mat; a fixated pixel is one point, at its center (index + 0.5). "
            "Observers are in allFixData.mat alone, a MATLAB object that only MATLAB reads"
        ),
    }
)


def read_cat2000_train(source: Path) -> Source:
    """Stimuli/CATEGORY/*.jpg and FIXATIONLOCS/CATEGORY/*.mat, in trainSet or its own folder.

    Raises:
        DataError: no image has fixations.
    """
    folder = source / "trainSet" if (source / "trainSet").is_dir() else source
    images = categories(folder)
    truths = {
        f"{category.name}/{stem}": path
        for category in sorted((folder / "FIXATIONLOCS").glob("*"))
        for stem, path in by_stem(category, (".mat",)).items()
    }
    both = [image_id for image_id in images if image_id in truths]
    if not both:
        raise DataError(f"{folder}: no image of Stimuli has a file of its name in FIXATIONLOCS.")
    set_aside = unpaired({*images} - {*truths}, "Stimuli", "no fixations")
    set_aside += unpaired({*truths} - {*images}, "FIXATIONLOCS", "no image")
    items = (Item(name, images[name], "train", fixations=truths[name]) for name in both)
    return Source(_INFO.model_copy(update={"set_aside": tuple(set_aside)}), items, len(both))


CAT2000_TRAIN = Importer(
    read=read_cat2000_train,
    info=_INFO,
    editions={"": Counts(2000)},
    oddities=(
        "images are padded with gray to 1920 x 1080; a pixel with several fixations counts once, and "
        "observers are not told apart"
    ),
)
