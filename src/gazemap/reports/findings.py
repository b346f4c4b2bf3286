"""What a report shows of a trained run: its predictions, its best and worst, its 8-bit accidents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazemap.data.batches.arrays import Arrays, load_arrays
from gazemap.data.dataset import GazeDataset
from gazemap.evaluation.baselines import CenterBias, FixationCounts
from gazemap.evaluation.scores import Scores
from gazemap.images.placement import Placement
from gazemap.images.resizing import size_of_length
from gazemap.metrics import PROTOCOLS, resize
from gazemap.metrics.scoring.preparing import prepare
from gazemap.models.base import SaliencyModel
from gazemap.models.files import describe
from gazemap.models.weights import load_model
from gazemap.prediction.predict import predict_frames
from gazemap.prediction.prediction import Prediction
from gazemap.prediction.predictor import load_predictor
from gazemap.reports.figures.runs import Example
from gazemap.training.log import read_metrics
from gazemap.training.recipe import Recipe, saved_recipe

_CENTER_SIGMA = 0.03  # of the width, where a data set states no blur of its own
_SHOWN_SIDE = 480  # pixels of a picture's longer side on the page


@dataclass(frozen=True, eq=False)
class Network:
    """A trained run with its predictions on a split.

    Attributes:
        name: of its recipe.
        model: with the best weights.
        recipe: that it was trained by.
        about: what its weights file says of itself.
        log: the rows of metrics.jsonl.
        image_ids: of the split.
        arrays: the split at the network's size.
        predictions: one per image.
    """

    name: str
    model: SaliencyModel
    recipe: Recipe
    about: dict[str, Any]
    log: list[dict[str, Any]]
    image_ids: list[str]
    arrays: Arrays
    predictions: list[Prediction]

    @cached_property
    def grids(self) -> NDArray[np.float32]:
        """(N, h, w), the network's own output, regression targets' range mapped to [0, 1]."""
        return np.array([prediction.grid for prediction in self.predictions])

    @cached_property
    def saliency(self) -> NDArray[np.float32]:
        """(N, h, w), the grids, or the density where the network predicts its log."""
        return np.exp(self.grids) if self.model.output == "log_density" else self.grids

    @property
    def first_filters(self) -> NDArray[np.float32]:
        """The weights of the first convolution, (n, 3, k, k)."""
        first = next(p for p in self.model.parameters() if p.ndim == 4)
        return np.asarray(first.detach().numpy())


def load_network(run: Path, images: GazeDataset, progress: bool = False) -> Network:
    """Load a run and predict every image of a split.

    Raises:
        WeightsError: the folder has no weights.
    """
    model, about = load_model(run), describe(run)
    recipe = saved_recipe(about["recipe"], f"the recipe in {run}")
    arrays = load_arrays(
        images,
        input_size=model.input_size,
        target_size=model.output_size,
        target=recipe.data.target,
        fit=model.fit,
        progress=progress,
    )
    placements = [Placement(sample.size, model.input_size, model.fit) for sample in images]
    return Network(
        name=recipe.name,
        model=model,
        recipe=recipe,
        about=about,
        log=read_metrics(run),
        image_ids=images.image_ids,
        arrays=arrays,
        predictions=predict_frames(
            load_predictor(model), arrays.images.numpy(), placements, progress=progress
        ),
    )


def center_bias_grids(dataset: GazeDataset, network: Network) -> NDArray[np.float64]:
    """(N, h, w): the density of the training fixations, laid into a network's grid as each image is."""
    size = network.model.output_size
    train = dataset.split("train")
    known = [sample.sigma / sample.size[1] for sample in train if sample.sigma is not None]
    sigma = float(np.median(known)) if known else _CENTER_SIGMA
    # made fine and then reduced: a kernel of one cell of the grid would be too coarse
    fine = CenterBias(FixationCounts(train), sigma).density((10 * size[0], 10 * size[1]))
    if network.model.fit == "stretch":
        return np.broadcast_to(resize(fine, size), (len(network.predictions), *size))
    placements = [prediction.placement for prediction in network.predictions]
    return np.array([placement.place(fine.astype(np.float32), size) for placement in placements])


def examples(network: Network, images: GazeDataset, scores: Scores) -> list[Example]:
    """The network's best, median and worst image by CC, as picture, truth and prediction."""
    cc = scores.per_image[network.name]["cc"]
    order = np.argsort(np.where(np.isnan(cc), -np.inf, cc))[::-1]
    chosen = {"best": order[0], "median": order[len(order) // 2], "worst": order[-1]}
    shown = []
    for title, index in chosen.items():
        sample, placement = images[int(index)], network.predictions[int(index)].placement
        size = size_of_length(sample.size, _SHOWN_SIDE)
        values = {name: values[index] for name, values in scores.per_image[network.name].items()}
        shown.append(
            Example(
                title=f"{title}: {sample.image_id}",
                image=sample.image,
                density=sample.density(size),
                saliency=resize(placement.unplace(network.saliency[index]), size),
                scores={name: float(values[name]) for name in ("cc", "nss", "auc") if name in values},
            )
        )
    return shown


def wrap_cases(
    network: Network, scores: Sequence[Scores]
) -> list[tuple[str, NDArray[np.floating], NDArray[np.float64], NDArray[np.float64]]]:
    """The images whose CC the 8-bit wrap-around changes most: title, output, clipped, wrapped.

    None where the scores lack one of the two protocols.
    """
    by_protocol = {entry.protocol: entry for entry in scores}
    if not {"bristol2021", "bristol2021-clipped"} <= by_protocol.keys():
        return []
    cc = {
        name: entry.per_image[network.name]["cc"]
        for name, entry in by_protocol.items()
        if "cc" in entry.metrics
    }
    clipped, wrapped = cc["bristol2021-clipped"], cc["bristol2021"]
    loss = np.nan_to_num(clipped - wrapped)
    cases = []
    for index in np.argsort(loss)[::-1][:2]:
        grid = network.predictions[int(index)].scored
        maps = [
            prepare(grid, PROTOCOLS[name], (480, 640), network.model.output).saliency
            for name in ("bristol2021-clipped", "bristol2021")
        ]
        image_id = network.image_ids[index]
        title = f"{image_id}, CC {clipped[index]:.2f} clipped, {wrapped[index]:.2f} wrapped"
        cases.append((title, grid, maps[0], maps[1]))
    return cases
