r"""How well what `gazemap areas` predicts is calibrated on grids; the figure of docs/how-to/areas.md.

    python docs/explanation/seen_in_time.py --osie gaze/osie --scene gaze/scene --pages gaze/web-pages \
        --cache cells --out docs/images/areas-seen.png

- How many fixations begin within t seconds: of all trials of Scene, whose onsets are known.
- Which part of them counts as if independent: fitted to the splits train of Scene (1 and 2 s) and OSIE (3 s,
  all of the viewing), every fourth and every sixth image, by the Brier score of "an observer saw the cell".
- Whether an order helps: the same fit, with the first second's fixations nearer the center.
- Brier scores, calibration and correlation of shares: on the splits val of OSIE and Scene, and on the pages
  (5 s), by grids of 4 x 3 and 8 x 6 cells. The center bias is that of all other images of the set, blurred
  by 5 % of their width.

OSIE and the pages have no onsets, so that all fixations of their 3 and 5 seconds are taken. OSIE has
durations, which leave a third of the three seconds open; onsets put together from them would be a guess.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from gazemap.analysis.seen import EFFECTIVE, fixations_begun, seen_within
from gazemap.data.dataset import GazeDataset, load_dataset
from gazemap.data.sample import Sample
from gazemap.evaluation.baselines import CenterBias, FixationCounts
from gazemap.evaluation.intervals import Interval, bootstrap
from gazemap.gaze.areas import Box, box_sums
from gazemap.prediction.predict import predict
from gazemap.prediction.predictor import Predictor, load_predictor
from gazemap.system.fingerprint import digest
from gazemap.system.progress import bar
from gazemap.types import Floats

GRIDS = ((4, 3), (8, 6))  # columns, rows
BLUR = 0.05  # of the center bias, as a share of the image's width
BINS = np.linspace(0, 1, 11)


@dataclass(frozen=True, eq=False)
class Cells:
    """A set's cells on one grid: predicted shares, and who looked where.

    Attributes:
        title: of the set.
        seconds: within which they are seen.
        shares: (N, cells), of the model's density.
        center: (N, cells), of the center bias.
        seen: of each image (observers, cells), whether a fixation in the cell began in time.
        looked: (N, cells), the measured shares of all fixations.
    """

    title: str
    seconds: float
    shares: Floats
    center: Floats
    seen: list[NDArray[np.bool_]]
    looked: Floats

    def brier(self, probabilities: Floats) -> Floats:
        """(N,): the mean squared error of (N, cells) probabilities over an image's observers and cells."""
        pairs = zip(probabilities, self.seen, strict=True)
        return np.array([np.square(one[None] - seen).mean() for one, seen in pairs])


def print_fixations_begun(scene: GazeDataset) -> None:
    """How many fixations begin within t seconds, per trial; what `gazemap.analysis.seen` holds."""
    times, trials = np.arange(0.25, 3.01, 0.25), 0
    counts = np.zeros(len(times))
    for sample in scene:
        known = sample.fixations
        assert known is not None
        assert known.onset is not None
        inside = known.inside(sample.size)
        counts += (known.onset[inside] <= times[:, None]).sum(axis=1)
        trials += len(known.observers)
    print(f"fixations begun within t seconds, mean of {trials:,} trials of Scene:")
    print(*(f"{time:g} s {count / trials:.3f}" for time, count in zip(times, counts, strict=True)), sep=", ")


def shares_of(
    dataset: GazeDataset, samples: list[Sample], predictor: Predictor, cache: Path
) -> dict[str, Floats]:
    """The cells' shares of the model's density and of the center bias, by grid; kept in a file."""
    made_by = (predictor.fingerprint, dataset.fingerprint, *(sample.image_id for sample in samples))
    file = cache / f"{dataset.name}-{len(samples)}-{digest(name.encode() for name in made_by)}.npz"
    if not file.exists():
        bias = CenterBias(FixationCounts(dataset), BLUR)
        found: dict[str, list[Floats]] = {}
        for sample in bar(samples, dataset.name, progress=True):
            density = predict(sample.image, model=predictor, viewport="whole").density
            center = bias.density_without(dataset.image_ids.index(sample.image_id), sample.size)
            for grid in GRIDS:
                found.setdefault(f"shares {grid}", []).append(box_sums(density, cells(sample, grid)))
                found.setdefault(f"center {grid}", []).append(box_sums(center, cells(sample, grid)))
        cache.mkdir(parents=True, exist_ok=True)
        np.savez(file, allow_pickle=False, **{name: np.array(values) for name, values in found.items()})
    with np.load(file) as kept:
        return {name: kept[name] for name in kept.files}


def cells(sample: Sample, grid: tuple[int, int]) -> list[Box]:
    """The cells of an image, row by row."""
    width, height = sample.size[1] / grid[0], sample.size[0] / grid[1]
    places = [(column, row) for row in range(grid[1]) for column in range(grid[0])]
    return [Box("", column * width, row * height, width, height) for column, row in places]


def looks_of(sample: Sample, grid: tuple[int, int], seconds: float) -> tuple[NDArray[np.bool_], Floats]:
    """(observers, cells) who saw what in time, and (cells,) the share of all fixations."""
    known, (columns, rows) = sample.fixations, grid
    assert known is not None
    inside = known.inside(sample.size)
    place = np.minimum(known.x * columns // sample.size[1], columns - 1)
    place += columns * np.minimum(known.y * rows // sample.size[0], rows - 1)
    seen = np.zeros((len(known.observers), columns * rows), bool)
    early = inside if known.onset is None else inside & (known.onset <= seconds)
    for row, observer in enumerate(known.observers):
        assert known.observer is not None
        seen[row, place[early & (known.observer == observer)].astype(int)] = True
    counts = np.bincount(place[inside].astype(int), minlength=columns * rows)
    return seen, counts / counts.sum()


def without_readout(model: str, condition: str) -> Predictor:
    """A model under a condition's numbers alone: its readout may have learned the very images."""
    predictor = load_predictor(model, condition=condition)
    assert predictor.condition is not None
    numbers = replace(predictor.condition, weights={})
    return replace(predictor, conditions=predictor.conditions.with_one(numbers, is_default=True))


def cells_of(
    dataset: GazeDataset,
    samples: list[Sample],
    seconds: list[float],
    predictor: Predictor,
    cache: Path,
    title: str,
) -> dict[tuple[int, int], list[Cells]]:
    """By grid, the cells within each time."""
    shares = shares_of(dataset, samples, predictor, cache)
    found: dict[tuple[int, int], list[Cells]] = {}
    for grid in GRIDS:
        for time in seconds:
            looks = [looks_of(sample, grid, time) for sample in samples]
            seen, looked = [one for one, _ in looks], np.array([share for _, share in looks])
            own = Cells(title, time, shares[f"shares {grid}"], shares[f"center {grid}"], seen, looked)
            found.setdefault(grid, []).append(own)
    return found


def fitted(some: list[Cells]) -> float:
    """Which part of the fixations counts as if independent: the least mean Brier score over all of `some`."""
    parts = np.arange(0.5, 1.3, 0.01)
    scores = [
        np.mean([one.brier(within(one, one.shares, part)).mean() / uncertain(one) for one in some])
        for part in parts
    ]
    return float(parts[np.argmin(scores)])


def fitted_by_order(some: list[Cells]) -> tuple[float, ...]:
    """Of the first second's fixations and of later ones the center's share, then which part of each counts.

    The same search as `fitted`, with an order: each of the two has a share of the center bias mixed in, and a
    part of its own that counts as if independent.
    """
    early = [min(fixations_begun(one.seconds), fixations_begun(1.0)) for one in some]
    late = [fixations_begun(one.seconds) - begun for one, begun in zip(some, early, strict=True)]

    def loss(choice: tuple[float, ...]) -> float:
        first, second, part, other = choice
        scores = []
        for one, begun, after in zip(some, early, late, strict=True):
            a, b = ((1 - share) * one.shares + share * one.center for share in (first, second))
            missed = (1 - np.clip(a, 0, 1)) ** (part * begun) * (1 - np.clip(b, 0, 1)) ** (other * after)
            scores.append(one.brier(1 - missed).mean() / uncertain(one))
        return float(np.mean(scores))

    return min(
        product((0.0, 0.1, 0.2, 0.3), (0.0, 0.1, 0.2), (0.8, 0.9, 1.0, 1.1), (0.7, 0.8, 0.9, 1.0)), key=loss
    )


def uncertain(one: Cells) -> float:
    """The Brier score of one probability for all cells: what makes scores of sets comparable."""
    mean = float(np.mean([seen.mean() for seen in one.seen]))
    return mean * (1 - mean)


def within(one: Cells, shares: Floats, part: float = 1.0) -> Floats:
    """1 - (1 - share)^(part n(t))."""
    found: Floats = 1 - (1 - np.clip(shares, 0, 1)) ** (part * fixations_begun(one.seconds))
    return found


def print_scores(grid: tuple[int, int], one: Cells) -> None:
    """One row of each of the two tables."""
    named = {
        "base rate": np.full_like(one.shares, np.mean([seen.mean() for seen in one.seen])),
        "share alone": one.shares,
        "center bias": seen_within(one.center, one.seconds),
        "plain": within(one, one.shares),
        "seen": seen_within(one.shares, one.seconds),
    }
    scores = {name: one.brier(values) for name, values in named.items()}
    start = f"{one.title}, {one.seconds:g} s, {grid[0]} x {grid[1]}"
    gains = (f"{bootstrap(scores[name] - scores['seen'])}" for name in ("share alone", "center bias"))
    print(start, *(f"{values.mean():.3f}" for values in scores.values()), *gains, sep=" | ")


def correlation(predicted: Floats, looked: Floats) -> Interval:
    """Of all cells of all images together, with a bootstrap interval over images."""
    drawn = np.random.default_rng(0).integers(0, len(looked), (2000, len(looked)))
    found = [np.corrcoef(predicted[rows].ravel(), looked[rows].ravel())[0, 1] for rows in drawn]
    low, high = np.percentile(found, [2.5, 97.5])
    return Interval(float(np.corrcoef(predicted.ravel(), looked.ravel())[0, 1]), float(low), float(high))


def draw(shown: list[Cells], out: Path) -> None:
    """Calibration curves: how many of those who should see a cell, by its probability, do so."""
    figure = Figure(figsize=(3.4 * len(shown), 3.8), layout="constrained")
    for axes, one in zip(np.atleast_1d(figure.subplots(1, len(shown))), shown, strict=True):
        axes.plot([0, 1], [0, 1], color="black", linewidth=0.8)
        for name, shares in (("seen", seen_within(one.shares, one.seconds)), ("share alone", one.shares)):
            rates = np.array([seen.mean(axis=0) for seen in one.seen]).ravel()
            place = np.clip(np.digitize(shares.ravel(), BINS) - 1, 0, len(BINS) - 2)
            bins = [place == number for number in np.unique(place) if (place == number).sum() >= 10]
            means = [(shares.ravel()[own].mean(), rates[own].mean()) for own in bins]
            axes.plot(*zip(*means, strict=True), marker="o", label=name)
        axes.set(xlabel="predicted", title=f"{one.title}, {one.seconds:g} s", xlim=(0, 1), ylim=(0, 1))
        axes.set_aspect("equal")
    figure.axes[0].set_ylabel("share of observers who saw the cell")
    figure.axes[0].legend(frameon=False)
    figure.savefig(out, dpi=100)


def main() -> None:
    """Fit, print and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for name in ("osie", "scene", "pages", "cache", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--model", default="gazenet")
    asked = parser.parse_args()
    osie, scene, pages = (load_dataset(path) for path in (asked.osie, asked.scene, asked.pages))
    print_fixations_begun(scene)
    parts = [*scene.select(split="train")][::4], [*osie.select(split="train")][::6]
    known = load_predictor(asked.model), asked.cache
    trained = [
        cells_of(scene, parts[0], [1, 2], *known, "Scene train"),
        cells_of(osie, parts[1], [3], *known, "OSIE train"),
    ]
    every = [one for found in trained for some in found.values() for one in some]
    part = fitted(every)
    print(f"part of the fixations that counts as if independent: {part:.2f} (in use: {EFFECTIVE:g})")
    first, later, of_first, of_later = fitted_by_order(every)
    print(f"with an order: first second center {first:g}, part {of_first:g}; later {later:g}, {of_later:g}")
    web = without_readout(asked.model, "web-page"), asked.cache
    tested = [
        cells_of(osie, [*osie.select(split="val")], [3], *known, "OSIE val"),
        cells_of(scene, [*scene.select(split="val")], [1, 2], *known, "Scene val"),
        cells_of(pages, [*pages], [5], *known, "pages"),
        cells_of(pages, [*pages], [5], *web, "pages@web-page"),
    ]
    print(
        "\nBrier | base rate | share alone | center bias | plain | seen | less than share | than center bias"
    )
    for found in tested:
        for grid, some in found.items():
            for one in some:
                print_scores(grid, one)
    print("\ncorrelation of shares | model | center bias")
    for found in tested:
        for grid, (one, *_) in found.items():
            rows = (correlation(shares, one.looked) for shares in (one.shares, one.center))
            print(f"{one.title}, {grid[0]} x {grid[1]}", *rows, sep=" | ")
    draw([found[GRIDS[0]][-1] for found in tested], asked.out)


if __name__ == "__main__":
    main()
