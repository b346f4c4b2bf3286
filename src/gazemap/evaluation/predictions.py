"""What is scored: a model's predictions for a split, maps in memory, or some of either."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from gazemap.data.batches.cache import cached_arrays
from gazemap.data.batches.targets import ImageMaker
from gazemap.data.dataset import GazeDataset
from gazemap.images.placement import Placement
from gazemap.models.training_images import TrainingImages
from gazemap.prediction.predict import predict_frames_alike
from gazemap.prediction.prediction import Prediction
from gazemap.prediction.predictor import ModelLike, Predictor, load_predictor
from gazemap.system.fingerprint import digest
from gazemap.system.masked import refuse_masked
from gazemap.types import Output


@runtime_checkable
class Predictions(Protocol):
    """Maps that are there already, one for each image of a split, in order."""

    @property
    def output(self) -> Output:
        """What the numbers mean."""

    def grid(self, index: int) -> NDArray[np.floating]:
        """The prediction of image `index`, (h, w)."""

    def digest(self) -> str:
        """A digest of all that is predicted: equal only where every grid is."""


@dataclass(frozen=True)
class PartOf:
    """The predictions for some of a split's images.

    Attributes:
        whole: for all its images.
        places: the positions of those that are meant, in order.
    """

    whole: Predictions
    places: Sequence[int]

    @property
    def output(self) -> Output:
        """What the numbers mean."""
        return self.whole.output

    def grid(self, index: int) -> NDArray[np.floating]:
        """The prediction of image `index` of the part, (h, w)."""
        return self.whole.grid(self.places[index])

    def digest(self) -> str:
        """A digest of the part."""
        return digest([self.whole.digest().encode(), repr([*self.places]).encode()])


@dataclass(frozen=True, eq=False)
class Maps:
    """Maps in memory: one (h, w) grid for all images, or (N, h, w), one per image.

    Attributes:
        grids: the numbers.
        output: what they mean.

    Raises:
        InputError: some values are masked.
    """

    grids: NDArray[np.floating]
    output: Output = "saliency"

    def __post_init__(self) -> None:
        refuse_masked(self.grids, "Maps")

    def grid(self, index: int) -> NDArray[np.floating]:
        """The prediction of image `index`, (h, w)."""
        return self.grids if self.grids.ndim == 2 else np.asarray(self.grids[index])

    def digest(self) -> str:
        """A digest of the numbers and what they mean."""
        about = (self.grids.shape, self.grids.dtype.str, self.output)
        return digest([repr(about).encode(), self.grids.tobytes()])


@dataclass(frozen=True, eq=False)
class ModelPredictions:
    """A model's predictions for a split's images, in order.

    Attributes:
        images: one per image.
        output: what they mean.
    """

    images: Sequence[Prediction]
    output: Output

    def grid(self, index: int) -> NDArray[np.floating]:
        """The prediction of image `index`, (h, w)."""
        return self.images[index].scored

    def digest(self) -> str:
        """A digest of every image's map and what they mean."""
        grids = (self.grid(index) for index in range(len(self.images)))
        parts = (part for grid in grids for part in (repr(grid.shape).encode(), grid.tobytes()))
        return digest([self.output.encode(), *parts])


def maps_of(model: ModelLike, images: GazeDataset, *, progress: bool = False) -> ModelPredictions:
    """A model's predictions for every image of a data set; of an image, the same bits beside any others."""
    predictor = load_predictor(model)
    samples = images.samples
    maker = ImageMaker(predictor.input_size, predictor.fit)
    frames = cached_arrays(maker, samples, description=f"Decoding {images.name}", progress=progress)
    placements = [Placement(sample.size, predictor.input_size, predictor.fit) for sample in samples]
    return ModelPredictions(
        predict_frames_alike(predictor, frames, placements, progress=progress), predictor.output
    )


def learned_from(rows: Mapping[str, Predictor | Predictions]) -> dict[str, TrainingImages | None]:
    """What each row's weights have learned from; None where that is not known, as of maps from elsewhere.

    Maps in memory are left out: whoever made them knows.
    """
    return {
        name: entry.learned_from if isinstance(entry, Predictor) else None
        for name, entry in rows.items()
        if not isinstance(entry, Maps)
    }
