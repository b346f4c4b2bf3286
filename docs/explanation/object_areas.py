r"""How predicted shares of attention agree with measured ones on areas that are shaped as things are.

    python benchmarks/peer_maps.py PEER.onnx gaze/osie runs/peer
    python docs/explanation/object_areas.py --osie gaze/osie --peer runs/peer --cache cells \
        --out docs/images/areas-objects.png

Areas of each photograph of OSIE val, of three kinds:

- grid: 8 x 6 cells.
- segments: 16 connected regions of similar color, by Ward's clustering of the pixels at 80 x 60, of
  scikit-learn. They come from the photograph alone, and know nothing of gaze.
- looked at: connected regions in which the density of eight observers is at least twice that of chance, with
  three of their fixations or more. They lie where people look, so that they say nothing of things that nobody
  looked at.

The seven other observers are scored, each alone: which share of the fixations lies in the area, and is there
one in the 3 seconds? Predictors are the model, the center bias of all other photographs, the peer's map over
its sum, and the density of the 14 others, blurred by OSIE's 24 pixels. `seen` is the formula of
`gazemap areas` on each. Intervals are bootstraps over photographs.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from sklearn.cluster import AgglomerativeClustering
from sklearn.feature_extraction.image import grid_to_graph

from gazemap.analysis.seen import seen_within
from gazemap.data.dataset import GazeDataset, load_dataset
from gazemap.data.sample import Sample
from gazemap.evaluation.baselines import CenterBias, FixationCounts
from gazemap.evaluation.intervals import Interval, bootstrap
from gazemap.gaze.fixations import blurred_points
from gazemap.images.resizing import resize
from gazemap.prediction.predict import predict
from gazemap.prediction.predictor import Predictor, load_predictor
from gazemap.system.fingerprint import digest
from gazemap.system.progress import bar
from gazemap.types import Floats

KINDS = ("grid", "segments", "looked at")
PREDICTORS = ("center bias", "peer", "model", "others")
SECONDS, SIGMA, BLUR = 3.0, 24.0, 0.05  # of OSIE; the last of the center bias, as a share of the width
SEGMENTS, GRID, SMALL = 16, (8, 6), (80, 60)  # columns, rows
TIMES_CHANCE, LEAST = 2.0, 3  # of what the first half looked at, and of its fixations
BINS = np.array([0, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 1.0])


@dataclass(frozen=True, eq=False)
class Areas:
    """The areas of one kind in one photograph.

    Attributes:
        predicted: by the predictors' names, (observers, areas) shares.
        looked: (observers, areas), the share of the observer's fixations.
        seen: (observers, areas), whether there is one.
    """

    predicted: Mapping[str, Floats]
    looked: Floats
    seen: NDArray[np.bool_]


def labels_of(sample: Sample, kind: str, first_half: list[str]) -> NDArray[np.int64]:
    """(H, W): the number of each pixel's area, from 1; 0 where there is none."""
    height, width = sample.size
    if kind == "grid":
        column, row = np.arange(width) * GRID[0] // width, np.arange(height) * GRID[1] // height
        return np.asarray(1 + column[None] + GRID[0] * row[:, None])
    if kind == "segments":
        small = np.asarray(Image.fromarray(sample.image).resize(SMALL, Image.Resampling.BOX), np.float64)
        found = AgglomerativeClustering(n_clusters=SEGMENTS, connectivity=grid_to_graph(*SMALL[::-1]))
        labels = 1 + found.fit_predict(small.reshape(-1, 3)).reshape(SMALL[::-1])
        rows, columns = np.arange(height) * SMALL[1] // height, np.arange(width) * SMALL[0] // width
        return np.asarray(labels[np.ix_(rows, columns)], dtype=np.int64)
    assert sample.fixations is not None
    own = [sample.fixations.of_observer(name) for name in first_half]
    x, y = (np.concatenate([getattr(one, side) for one in own]) for side in "xy")
    density = blurred_points(x, y, sample.size, SIGMA)
    labels, count = ndimage.label(density / density.sum() * density.size >= TIMES_CHANCE)
    held = np.bincount(labels[pixels(y, height), pixels(x, width)], minlength=count + 1)
    kept = np.where(held >= LEAST, np.arange(count + 1), 0)
    kept[0] = 0
    return np.asarray(np.unique(kept[labels], return_inverse=True)[1], dtype=np.int64)


def pixels(values: Floats, length: int) -> NDArray[np.int64]:
    """The pixel that each coordinate lies in."""
    return np.clip(values.astype(np.int64), 0, length - 1)


def areas_of(sample: Sample, labels: NDArray[np.int64], maps: Mapping[str, Floats]) -> Areas:
    """What is predicted for the areas, and how each observer of the second half looked at them."""
    known, count = sample.fixations, int(labels.max()) + 1
    assert known is not None
    own = [known.of_observer(name) for name in known.observers]
    places = [labels[pixels(one.y, sample.size[0]), pixels(one.x, sample.size[1])] for one in own]
    held = np.array([np.bincount(place, minlength=count) for place in places], dtype=np.float64)[:, 1:]
    blurred = np.array([sums(labels, blurred_points(one.x, one.y, sample.size, SIGMA)) for one in own])
    numbers = np.array([len(one) for one in own], dtype=np.float64)[:, None]
    second = slice(1, None, 2)
    others = (blurred.sum(axis=0) - blurred) / (numbers.sum() - numbers)
    predicted = {name: sums(labels, density)[None].repeat(len(own), 0) for name, density in maps.items()}
    predicted["others"] = others
    return Areas(
        {name: values[second] for name, values in predicted.items()},
        (held / numbers)[second],
        held[second] > 0,
    )


def sums(labels: NDArray[np.int64], density: Floats) -> Floats:
    """(areas,): what lies in each."""
    return np.bincount(labels.ravel(), density.ravel())[1:].astype(np.float64)


def all_areas(dataset: GazeDataset, predictor: Predictor, peer: Path, progress: str) -> Iterator[list[Areas]]:
    """Of each photograph the areas of all kinds."""
    samples = [*dataset.select(split="val")]
    bias = CenterBias(FixationCounts(dataset), BLUR)
    for sample in bar(samples, progress, progress=True):
        assert sample.file is not None
        assert sample.fixations is not None
        of_peer = resize(np.load(peer / f"{sample.file.name}.saliency.npy").astype(np.float64), sample.size)
        index = dataset.image_ids.index(sample.image_id)
        maps = {
            "center bias": bias.density_without(index, sample.size),
            "peer": of_peer.clip(0) / of_peer.clip(0).sum(),
            "model": predict(sample.image, model=predictor).density,
        }
        first_half = sample.fixations.observers[::2]
        yield [areas_of(sample, labels_of(sample, kind, first_half), maps) for kind in KINDS]


def kept_areas(osie: Path, model: str, peer: Path, cache: Path) -> dict[str, list[Areas]]:
    """The areas of all photographs by their kind; kept in a file."""
    dataset, predictor = load_dataset(osie), load_predictor(model)
    made_by = predictor.fingerprint, dataset.fingerprint, str(SEGMENTS), str(TIMES_CHANCE)
    of_peer = (path.read_bytes() for path in sorted(peer.glob("*.npy")))
    file = cache / f"objects-{digest([*(name.encode() for name in made_by), *of_peer])}.npz"
    if not file.exists():
        arrays: dict[str, NDArray[np.generic]] = {}
        for number, of_kinds in enumerate(all_areas(dataset, predictor, peer, "OSIE val")):
            for kind, one in zip(KINDS, of_kinds, strict=True):
                parts = {**one.predicted, "looked": one.looked, "seen": one.seen}
                arrays |= {f"{kind}/{number:03}/{name}": values for name, values in parts.items()}
        cache.mkdir(parents=True, exist_ok=True)
        np.savez(file, allow_pickle=False, **arrays)
    with np.load(file) as kept:
        names = sorted({name.rpartition("/")[0] for name in kept.files})
        found: dict[str, list[Areas]] = {kind: [] for kind in KINDS}
        for name in names:
            predicted = {key: kept[f"{name}/{key}"] for key in PREDICTORS}
            found[name.partition("/")[0]].append(
                Areas(predicted, kept[f"{name}/looked"], kept[f"{name}/seen"])
            )
    return found


def agreement(some: list[Areas], name: str) -> tuple[Interval, Interval]:
    """Correlation with the shares of single observers, and the slope of these over the predicted shares."""
    parts = []
    for one in some:
        p, m = one.predicted[name].ravel(), one.looked.ravel()
        parts.append([len(p), p.sum(), m.sum(), (p * p).sum(), (m * m).sum(), (p * m).sum()])
    drawn = np.random.default_rng(0).integers(0, len(some), (2000, len(some)))
    totals = np.concatenate([np.sum(parts, axis=0)[None], np.array(parts)[drawn].sum(axis=1)])
    n, p, m, pp, mm, pm = totals.T
    both, own, measured = pm - p * m / n, pp - p * p / n, mm - m * m / n
    found = []
    for values in (both / np.sqrt(own * measured), both / own):
        low, high = np.percentile(values[1:], [2.5, 97.5])
        found.append(Interval(float(values[0]), float(low), float(high)))
    return found[0], found[1]


def brier(some: list[Areas], name: str) -> Floats:
    """(N,): the mean squared error of `seen` over a photograph's observers and areas."""
    return np.array(
        [
            np.square(seen_within(one.predicted[name], SECONDS) - one.seen).mean()
            for one in some
            if one.seen.size
        ]
    )


def print_kind(kind: str, some: list[Areas]) -> None:
    """One table."""
    count = sum(one.looked.shape[1] for one in some)
    mean, seen = (
        float(np.mean(np.concatenate([getattr(one, key).ravel() for one in some])))
        for key in ("looked", "seen")
    )
    base = np.array([np.square(seen - one.seen).mean() for one in some if one.seen.size]).mean()
    print(f"\n{kind}: {count} areas, {mean:.1%} of looks and seen by {seen:.0%} each; one for all {base:.3f}")
    print("predictor | correlation | slope | Brier of seen | less than center bias")
    for name in PREDICTORS:
        correlation, slope = agreement(some, name)
        score = brier(some, name)
        gain = bootstrap(brier(some, "center bias") - score)
        print(name, correlation, slope, f"{score.mean():.3f}", gain, sep=" | ")


def draw(found: Mapping[str, list[Areas]], out: Path) -> None:
    """Calibration curves: the measured shares of areas, by the predicted ones."""
    figure = Figure(figsize=(11, 4), layout="constrained")
    titles = {
        "grid": "grid of 8 x 6",
        "segments": "segments by color",
        "looked at": "where eight others looked",
    }
    for axes, (kind, some) in zip(figure.subplots(1, len(KINDS), sharey=True), found.items(), strict=True):
        axes.plot([0.002, 1], [0.002, 1], color="black", linewidth=0.8)
        for name, color in zip(PREDICTORS, ("0.6", "tab:orange", "tab:blue", "tab:green"), strict=True):
            shares, looked = (
                np.concatenate([values.ravel() for values in side])
                for side in zip(*((one.predicted[name], one.looked) for one in some), strict=True)
            )
            place = np.digitize(shares, BINS)
            bins = [place == number for number in np.unique(place) if (place == number).sum() >= 50]
            means = [(shares[own].mean(), looked[own].mean()) for own in bins]
            title = {"model": "gazenet", "others": "14 others"}.get(name, name)
            axes.plot(*zip(*means, strict=True), marker="o", color=color, label=title)
        axes.set(xscale="log", yscale="log", title=titles[kind], xlabel="predicted share of attention")
        axes.set(xlim=(0.002, 1), ylim=(0.002, 1))
    figure.axes[0].set_ylabel("measured share, mean")
    figure.axes[0].legend(frameon=False)
    figure.savefig(out, dpi=100)


def main() -> None:
    """Print and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for name in ("osie", "peer", "cache", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--model", default="gazenet")
    asked = parser.parse_args()
    found = kept_areas(asked.osie, asked.model, asked.peer, asked.cache)
    for kind, some in found.items():
        print_kind(kind, some)
    draw(found, asked.out)


if __name__ == "__main__":
    main()
