"""OSIE: `evaluate` as a whole, then the metrics of bristol2021 by closed forms and by 100 random splits.

    OMP_NUM_THREADS=1 python benchmarks/evaluation.py --data gaze/osie

Of `evaluate` the processor time is given, too, which other work on the machine moves less. Its rows are
gazenet, the baselines, and the gold standard, which scores each observer by the density of the others.

Of the metrics, the other side samples, as the evaluation of the replication did: for every split it draws
negatives and lowers a threshold in steps of 0.1. Both sides also blur the ground truth and correlate.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from arguments import benchmark_parser, gaze_set, read_arguments
from scipy.ndimage import gaussian_filter

from gazemap.data.dataset import load_dataset
from gazemap.evaluation.evaluate import evaluate
from gazemap.gaze.blurring import blur
from gazemap.metrics import auc_borji, auc_shuffled, cc
from gazemap.system.memory import keep_freed_memory
from gazemap.system.processors import usable_cores
from gazemap.types import Floats

FRAME, STEP, SIGMA = (480, 640), 0.1, 19


def closed(saliency: Floats, fixated: Floats, others: Floats) -> Floats:
    """Our side: no sampling; the blur as two matrix products."""
    truth = blur(fixated, SIGMA)
    return np.array(
        [
            cc(saliency, truth),
            auc_shuffled(saliency, fixated, others, STEP),
            auc_borji(saliency, fixated, STEP),
        ]
    )


def sampled(
    saliency: Floats, fixated: Floats, others: Floats, splits: int, seed: int
) -> tuple[Floats, Floats]:
    """The other side: means over the splits, and their standard errors (0 for cc)."""
    random = np.random.default_rng(seed)
    truth = gaussian_filter(fixated, SIGMA)
    truth = (truth - truth.min()) / (truth.max() - truth.min())
    a, b = (saliency - saliency.mean()) / saliency.std(), (truth - truth.mean()) / truth.std()
    correlation = (a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum())

    scaled = (saliency - saliency.min()) / (saliency.max() - saliency.min())
    positives = scaled[fixated > 0]
    where = np.flatnonzero(others)
    shuffled, borji = [], []
    for _ in range(splits):
        mixed = random.permutation(where)[: len(positives)]
        shuffled.append(one_split(positives, scaled.ravel()[mixed]))
        uniform = random.integers(0, scaled.size, len(positives))
        borji.append(one_split(positives, scaled.ravel()[uniform]))
    errors = [np.std(values, ddof=1) / np.sqrt(splits) for values in (shuffled, borji)]
    return np.array([correlation, np.mean(shuffled), np.mean(borji)]), np.array([0.0, *errors])


def one_split(positives: Floats, negatives: Floats) -> float:
    """The area under one split's curve, threshold by threshold."""
    thresholds = np.arange(0, max(positives.max(), negatives.max()), STEP)[::-1]
    hits, false_positives = np.zeros(len(thresholds) + 2), np.zeros(len(thresholds) + 2)
    hits[-1] = false_positives[-1] = 1
    for index, threshold in enumerate(thresholds, start=1):
        hits[index] = (positives >= threshold).mean()
        false_positives[index] = (negatives >= threshold).mean()
    return float(np.trapezoid(hits, false_positives))


def cases(data: Path, count: int | None) -> list[tuple[Floats, Floats, Floats]]:
    """(prediction, fixated pixels, pixels fixated in ten other images) of the first images of val."""
    images = load_dataset(data).split("val")
    random = np.random.default_rng(0)
    maps = [(sample.fixation_map(FRAME) > 0).astype(np.float64) for sample in images]
    # another image's density: a prediction that is neither perfect nor chance
    predictions = [images[(i + 1) % len(images)].density(FRAME) for i in range(len(images))]
    others: list[Floats] = []
    for index in range(len(images)):
        rest = np.delete(np.arange(len(images)), index)
        drawn = random.choice(rest, min(10, len(rest)), replace=False)
        others.append((np.sum([maps[i] for i in drawn], axis=0) > 0).astype(np.float64))
    return list(zip(predictions, maps, others, strict=True))[:count]


def compare(data: Path, count: int | None, splits: int) -> None:
    """Measure both sides and print."""
    scored = cases(data, count)
    closed(*scored[0])  # the blur's matrices are made once
    started = time.perf_counter()
    with ThreadPoolExecutor(max_workers=usable_cores()) as pool:  # as the command line does
        exact = list(pool.map(lambda case: closed(*case), scored))
    between = time.perf_counter()
    drawn = [sampled(*case, splits=splits, seed=index) for index, case in enumerate(scored)]
    seconds = {
        f"closed form, {usable_cores()} threads": between - started,
        f"{splits} random splits": time.perf_counter() - between,
    }
    print(f"cc, auc_shuffled and auc_borji of {len(scored)} images, {FRAME[1]} x {FRAME[0]}")
    for name, total in seconds.items():
        print(f"{name:24}{1000 * total / len(scored):>9.1f} ms per image")
    ours, theirs = seconds.values()
    print(f"{'ratio':24}{theirs / ours:>9.1f}")
    gaps = np.array([np.abs(found - means) for found, (means, _) in zip(exact, drawn, strict=True)])
    errors = np.array([errors for _, errors in drawn])
    print(f"largest difference of cc: {gaps[:, 0].max():.1e}")
    for name, column in (("auc_shuffled", 1), ("auc_borji", 2)):
        gap = gaps[:, column] / np.maximum(errors[:, column], 1e-9)
        spread = f"rms {np.sqrt((gap**2).mean()):.2f}, largest {gap.max():.1f}"
        print(f"{name}: difference in standard errors, {spread}")


def whole(data: Path) -> None:
    """Measure what `gazemap evaluate gazenet` does, and print."""
    wall, processor = time.perf_counter(), time.process_time()
    images = len(evaluate("gazenet", data).image_ids)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    print(f"evaluate, {images} images: {wall:.1f} s, {processor:.1f} s of processor time")


def main() -> None:
    """Measure and print."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("--data", default="gaze/osie", type=Path, help="a gaze data set with a split val")
    parser.add_argument("--images", type=int, help="the first so many; default: all")
    parser.add_argument("--splits", type=int, default=100, help="random splits per image")
    options = read_arguments(parser, data=None, images=2, splits=5)
    keep_freed_memory()  # as the command line does; the other side has it too
    with gaze_set(options.data) as data:
        whole(data)
        compare(data, options.images, options.splits)


if __name__ == "__main__":
    main()
