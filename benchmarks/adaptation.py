"""What `gazemap adapt` gains from few images: the adapted model beside its start, on all other images.

    python benchmarks/adaptation.py gaze/mine gaze/other --model gazenet-large [--also-weights]

The start is the condition free-viewing where the model has it, else the model as it was trained. For each
set, some of its images are drawn, five times, the model is adapted to these, and both are scored on the
others: bits per fixation (of sets with maps alone, per unit of the map), KLD in nats and CC to the blurred
looks on the network's grid. Images of near-duplicates stay together. With --also-weights the readout is
trained, too, and the gains are those of both. With --folds 5 each fifth of the images is scored once, by what
was adapted to the other four, in the place of draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from arguments import benchmark_parser, gaze_set, read_arguments
from numpy.typing import NDArray

from gazemap.adaptation.curve import LEFT, draws
from gazemap.adaptation.fitting import adapted
from gazemap.adaptation.looks import Looks, by_a_degree, frames_of, looks_at, prior_of
from gazemap.adaptation.readout import tuned_readout
from gazemap.data.dataset import load_dataset
from gazemap.metrics import cc, kld
from gazemap.models.conditions import ViewingCondition
from gazemap.models.gazenet import GazeNet
from gazemap.models.weights import load_model, with_weights
from gazemap.prediction.engines.pytorch import predict_grids
from gazemap.prediction.predictor import load_predictor
from gazemap.types import Floats

Places = NDArray[np.intp]


def scores(log_densities: Floats, looks: Looks) -> NDArray[np.float64]:
    """Means over the images: bits (up to a constant of the set), KLD, CC."""
    blurry = by_a_degree(looks.measured)
    densities = np.exp(log_densities)
    bits = (looks.measured * log_densities).sum(axis=(1, 2)) / np.log(2)
    pairs = [*zip(densities, blurry, strict=True)]
    return np.array(
        [bits.mean(), np.mean([kld(a, b) for a, b in pairs]), np.mean([cc(a, b) for a, b in pairs])]
    )


@dataclass(frozen=True, eq=False)
class Images:
    """A set's images, what was measured, and the network whose readout is trained, if it is."""

    looks: Looks
    own: Floats
    start: ViewingCondition
    network: GazeNet | None
    frames: NDArray[np.uint8]

    def adapted_to(self, inside: Places, outside: Places) -> tuple[ViewingCondition, Floats, bool]:
        """The condition, the network's predictions of the others, and whether nothing was changed."""
        known = self.looks.of(inside)
        (_, condition), predicted = adapted(known, self.own, self.start), self.looks.of(outside).predicted
        if self.network is None:
            return condition or self.start, predicted, condition is None
        found = tuned_readout(self.network, self.frames[inside], known, condition or self.start, self.start)
        if found is None:
            return condition or self.start, predicted, condition is None
        network = with_weights(self.network, found.weights)
        grids = [predict_grids(network, self.frames[[place]]) for place in outside]
        return condition or self.start, np.concatenate(grids).astype(np.float64), False


def folds_of(groups: NDArray[np.str_], count: int) -> list[tuple[Places, Places]]:
    """Images to adapt to and images to score, each image once; those of one group are on one side."""
    names, places = np.unique(groups, return_inverse=True)
    folds = np.random.default_rng(0).permutation(len(names))[places] % count
    return [(np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)) for fold in range(count)]


def row(images: Images, sides: Sequence[tuple[Places, Places]]) -> str:
    """A line of the table: gains over some choices of images to adapt to and images to score."""
    gains, before, after, unchanged = [], [], [], 0
    for inside, outside in sides:
        others = images.looks.of(outside)
        condition, predicted, is_same = images.adapted_to(inside, outside)
        first, second = (
            scores(one.applied(grids, images.own).astype(np.float64), others)
            for one, grids in ((images.start, others.predicted), (condition, predicted))
        )
        gains.append(second[0] - first[0])
        before.append(first)
        after.append(second)
        unchanged += is_same
    (_, kld_before, cc_before), (_, kld_after, cc_after) = np.mean(before, axis=0), np.mean(after, axis=0)
    return (
        f"{len(sides[0][0]):4d} images: {np.mean(gains):+.3f} bits "
        f"(from {min(gains):+.3f} to {max(gains):+.3f}), "
        f"KLD {kld_before:.3f} -> {kld_after:.3f}, CC {cc_before:.3f} -> {cc_after:.3f}, "
        f"unchanged {unchanged} of {len(sides)}"
    )


def main() -> None:
    """Print a table per set."""
    parser = benchmark_parser(__doc__)
    parser.add_argument(
        "sets", type=Path, nargs="*", help="gaze data sets; without any, a small built-in one"
    )
    parser.add_argument("--model", default="gazenet")
    parser.add_argument("--split", help="whose images are used; by default all")
    parser.add_argument("--counts", type=int, nargs="+", default=[5, 10, 20, 50, 100])
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--folds", type=int, help="score each of so many parts once, in the place of draws")
    parser.add_argument("--also-weights", action="store_true", help="train the readout, too")
    arguments = read_arguments(parser, counts=[5], times=1)
    predictor = load_predictor(arguments.model).as_trained()
    network = load_model(arguments.model) if arguments.also_weights else None
    assert network is None or isinstance(network, GazeNet)
    for path in arguments.sets or [None]:
        with gaze_set(path) as folder:
            dataset = load_dataset(folder)
            images = dataset.split(arguments.split) if arguments.split else dataset
            looks = looks_at(predictor, images)
            frames = frames_of(predictor, images, looks)
        found = Images(looks, prior_of(predictor, looks), predictor.conditions.start, network, frames)
        print(f"{predictor.name} on {dataset.name}, {len(looks.groups)} images")
        if arguments.folds:
            print(row(found, folds_of(looks.groups, arguments.folds)), flush=True)
            continue
        for count in arguments.counts:
            if count + LEFT <= len(looks.groups):
                print(row(found, [*draws(looks.groups, count, arguments.times)]), flush=True)


if __name__ == "__main__":
    main()
