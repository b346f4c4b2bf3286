"""What a training needs of its data set, computed ahead: its images and targets at the network's size."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gazemap.data.batches.cache import CacheWarning
from gazemap.data.dataset import DatasetLike, as_dataset
from gazemap.errors import OutputError
from gazemap.system.files import cache_folder
from gazemap.system.plain import plain
from gazemap.training.learned import training_images
from gazemap.training.recipe import RecipeLike, load_recipe
from gazemap.training.setup import load_splits
from gazemap.types import Size


@dataclass(frozen=True)
class PreparedSplit:
    """A split in the cache.

    Attributes:
        images: how many.
        size: (height, width) of each, in pixels.
        nbytes: of its images, targets and fixations together.
    """

    images: int
    size: Size
    nbytes: int


@dataclass(frozen=True)
class PreparedDataset:
    """What `prepare` computed.

    Attributes:
        splits: train and val, by name.
        cache: the folder that keeps it; its files may be deleted at any time.
    """

    splits: dict[str, PreparedSplit]
    cache: Path

    def as_json(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        splits = {
            name: {"images": split.images, "size": split.size, "bytes": split.nbytes}
            for name, split in self.splits.items()
        }
        table: dict[str, Any] = plain({"splits": splits, "cache": self.cache})
        return table


def prepare(
    dataset: DatasetLike, recipe: RecipeLike, *, overrides: Sequence[str] = (), progress: bool = False
) -> PreparedDataset:
    """Decode the images of a data set at a recipe's size ahead of its runs, into the cache.

    A training does this on its own, by threads. Here it is done by processes where there are thousands of
    images, which is faster.

    Args:
        dataset: a gaze data set or its folder, with the splits train and val.
        recipe: the name of one that comes with gazemap, a .yaml file, or a `Recipe`.
        overrides: "a.b=value" strings that replace single keys of the recipe.
        progress: show bars.

    Raises:
        RecipeError: a mistake in the recipe; see `load_recipe`.
        DataError: no such data set, a split is missing, or an image cannot be read.
        OutputError: the cache folder cannot be written.
    """
    dataset = as_dataset(dataset)
    with warnings.catch_warnings():
        warnings.simplefilter("error", CacheWarning)  # nothing would be prepared
        try:
            loaded = load_splits(load_recipe(recipe, overrides), dataset, processes=True, progress=progress)
            training_images(dataset, progress=progress)  # what a run keeps of its images, to know them again
        except CacheWarning as warning:
            raise OutputError(f"Nothing was prepared. {warning}") from warning
    splits = {
        name: PreparedSplit(
            images=len(arrays),
            size=(arrays.images.shape[2], arrays.images.shape[3]),
            nbytes=sum(part.nbytes for part in arrays.parts),
        )
        for name, arrays in zip(("train", "val"), loaded, strict=True)
    }
    return PreparedDataset(splits, cache_folder())
