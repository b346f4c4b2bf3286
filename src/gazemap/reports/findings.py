"""What a report shows of a model: its predictions of a split, the best and the worst, 8-bit accidents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gazemap.data.batches.cache import cached_arrays
from gazemap.data.batches.targets import Target, TargetMaker
from gazemap.data.dataset import GazeDataset
from gazemap.evaluation.baselines import CenterBias, FixationCounts
from gazemap.evaluation.blurs import with_blur
from gazemap.evaluation.predictions import maps_of
from gazemap.evaluation.scores import Scores
from gazemap.images.placement import Placement
from gazemap.images.resizing import size_of_length
from gazemap.metrics import PROTOCOLS, resize
from gazemap.metrics.scoring.preparing import prepare
from gazemap.models.files import DEFAULT_MODEL
from gazemap.prediction.prediction import Prediction
from gazemap.prediction.predictor import Predictor, load_predictor
from gazemap.reports.figures.runs import Example
from gazemap.reports.trainings import Training, read_training
from gazemap.types import Fit, Floats, Size

if TYPE_CHECKING:
    from gazemap.prediction.predictor import ModelLike

_CENTER_SIGMA = 0.03  # of the width, where a data set states no blur of its own
_SHOWN_SIDE = 480  # pixels of a picture's longer side on the page


@dataclass(frozen=True, eq=False)
class Subject:
    """A model that a report is about.

    Attributes:
        name: its row in the scores: the recipe's name of a run folder, else the model's own.
        predictor: what predicts.
        training: how it was trained, if it is given as a run folder.
    """

    name: str
    predictor: Predictor
    training: Training | None

    @property
    def target(self) -> Target:
        """How the maps are made that its predictions are compared with on its own grid."""
        return self.training.recipe.data.target if self.training else Target()

    def targets(
        self, images: GazeDataset, size: Size, *, fit: Fit | None = None, progress: bool = False
    ) -> NDArray[np.float32]:
        """(N, h, w): the maps of some images that are to be predicted, on a grid of `size`.

        Args:
            images: a split.
            size: (h, w).
            fit: how the images lie in the grid; by default as in the model's frame.
            progress: show a bar.
        """
        maker = TargetMaker(self.predictor.input_size, size, fit or self.predictor.fit, self.target)
        title = f"Blurring {images.name}"
        return cached_arrays(maker, images.samples, description=title, progress=progress)


def subject(
    model: ModelLike = DEFAULT_MODEL,
    *,
    engine: str = "auto",
    device: str = "auto",
    center_bias: bool = True,
) -> Subject:
    """A model for a report; the arguments are those of `load_predictor`, which says what it raises."""
    training = read_training(model)
    predictor = load_predictor(model, engine=engine, device=device, center_bias=center_bias)
    return Subject(training.recipe.name if training else predictor.name, predictor, training)


@dataclass(frozen=True, eq=False)
class Findings:
    """A model's predictions of a split.

    Attributes:
        about: the model.
        images: the split.
        predictions: one per image.
        targets: (N, h, w), the maps that are to be predicted, on the model's grid.
    """

    about: Subject
    images: GazeDataset
    predictions: Sequence[Prediction]
    targets: NDArray[np.float32]

    @property
    def name(self) -> str:
        """The model's row in the scores."""
        return self.about.name

    @property
    def predictor(self) -> Predictor:
        """What predicts."""
        return self.about.predictor

    @cached_property
    def grids(self) -> NDArray[np.float32]:
        """(N, h, w), the network's own output, regression targets' range mapped to [0, 1]."""
        return np.array([prediction.grid for prediction in self.predictions])

    @cached_property
    def saliency(self) -> NDArray[np.float32]:
        """(N, h, w), the grids, or the density where the network predicts its log."""
        return np.exp(self.grids) if self.predictor.output == "log_density" else self.grids

    @cached_property
    def unit_maps(self) -> NDArray[np.float32]:
        """(N, h, w), on the scale of the targets: the grids, or densities whose greatest value is 1."""
        if self.predictor.output == "saliency":
            return self.grids
        peaks = self.grids.max(axis=(1, 2), keepdims=True)
        return np.asarray(np.exp(self.grids - peaks))


def find(about: Subject, images: GazeDataset, *, progress: bool = False) -> Findings:
    """Predict every image of a split.

    Raises:
        DataError: an image is missing or damaged.
    """
    predictions = maps_of(about.predictor, images, progress=progress).images
    height, width = predictions[0].grid.shape
    targets = about.targets(images, (height, width), progress=progress)
    return Findings(about, images, predictions, targets)


def center_bias_grids(dataset: GazeDataset, found: Findings) -> NDArray[np.float64]:
    """(N, h, w): the center bias of `evaluate`, placed in a model's grid as each image is.

    It is the density of the fixations of the split train, or of the split's other images where there is no
    other split train.

    Args:
        dataset: the whole one.
        found: the model's predictions of one of its splits.
    """
    images, (_, height, width) = found.images, found.grids.shape
    is_apart = "train" in dataset.splits and {*images.splits} != {"train"}
    source = dataset.split("train") if is_apart else images
    known = [sample.sigma / sample.size[1] for sample in source if sample.sigma]
    bias = CenterBias(FixationCounts(source), float(np.median(known)) if known else _CENTER_SIGMA)
    fine = 10 * height, 10 * width  # reduced afterwards: a kernel of one cell of the grid would be too coarse
    if is_apart and found.predictor.fit == "stretch":
        return np.broadcast_to(resize(bias.density(fine), (height, width)), found.grids.shape)
    grids = []
    for index, prediction in enumerate(found.predictions):
        own = bias.density(fine) if is_apart else bias.density_without(index, fine)
        grids.append(_placed(own, prediction.placement, (height, width)))
    return np.array(grids)


def _placed(density: Floats, placement: Placement, size: Size) -> Floats:
    if placement.fit == "stretch":
        return resize(density, size)
    return placement.place(density.astype(np.float32), size).astype(np.float64)


def examples(found: Findings, scores: Scores) -> list[Example]:
    """A model's best, median and worst image by CC, as picture, truth and prediction."""
    images = with_blur(found.images)
    cc = scores.per_image[found.name]["cc"]
    order = np.argsort(np.where(np.isnan(cc), -np.inf, cc))[::-1]
    chosen = {"best": order[0], "median": order[len(order) // 2], "worst": order[-1]}
    shown = []
    for title, index in chosen.items():
        sample, placement = images[int(index)], found.predictions[int(index)].placement
        size = size_of_length(sample.size, _SHOWN_SIDE)
        values = {name: values[index] for name, values in scores.per_image[found.name].items()}
        shown.append(
            Example(
                title=f"{title}: {sample.image_id}",
                image=sample.image,
                density=sample.density(size),
                saliency=resize(placement.unplace(found.saliency[index]), size),
                scores={name: float(values[name]) for name in ("cc", "nss", "auc") if name in values},
            )
        )
    return shown


def wrap_cases(
    found: Findings, scores: Sequence[Scores]
) -> list[tuple[str, NDArray[np.floating], NDArray[np.float64], NDArray[np.float64]]]:
    """The two images whose CC the 8-bit wrap-around changes most: title, output, clipped, wrapped.

    There are none for a model of log densities, whose 8-bit maps hold all values, and none where the scores
    lack one of the two protocols.
    """
    by_protocol = {entry.protocol: entry for entry in scores}
    if (
        found.predictor.output == "log_density"
        or not {"bristol2021", "bristol2021-clipped"} <= by_protocol.keys()
    ):
        return []
    cc = {
        name: entry.per_image[found.name]["cc"]
        for name, entry in by_protocol.items()
        if "cc" in entry.metrics
    }
    clipped, wrapped = cc["bristol2021-clipped"], cc["bristol2021"]
    loss = np.nan_to_num(clipped - wrapped)
    cases = []
    for index in np.argsort(loss)[::-1][:2]:
        grid = found.predictions[int(index)].scored
        maps = [
            prepare(grid, PROTOCOLS[name], (480, 640), found.predictor.output).saliency
            for name in ("bristol2021-clipped", "bristol2021")
        ]
        image_id = found.images.image_ids[index]
        title = f"{image_id}, CC {clipped[index]:.2f} clipped, {wrapped[index]:.2f} wrapped"
        cases.append((title, grid, maps[0], maps[1]))
    return cases
