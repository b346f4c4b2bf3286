"""What `benchmarks/metrics.py` scores: SALICON's validation fixations, and two predictions of each.

SALICON's validation images are not needed: the center bias knows no image, and the trained model's
maps are of other images, one after the other. Such maps are real in their values, though not right.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rich.progress import track

from gazemap.gaze.blurring import blur
from gazemap.gaze.fixations import Fixations
from gazemap.types import Floats

FRAME, SIGMA, OTHERS = (480, 640), 19, 10
Positions = NDArray[np.int64]  # in a flattened map


@dataclass(frozen=True)
class Case:
    """One image: where people looked, and what is compared with it.

    Attributes:
        predictions: (2, H, W), the center bias and a trained model's map, from 0.
        fixated: (n,) positions in the flattened map.
        others: (m,) positions that were fixated in ten other images.
        baseline: (H, W), the center bias from 0, sums to 1.
    """

    predictions: Floats
    fixated: Positions
    others: Positions
    baseline: Floats

    @cached_property
    def fixation_map(self) -> Floats:
        """(H, W), 0 and 1."""
        return spread(self.fixated)

    @cached_property
    def other_fixation_map(self) -> Floats:
        """(H, W), 0 and 1."""
        return spread(self.others)

    @cached_property
    def fixations(self) -> Fixations:
        """The fixations as points."""
        return Fixations.of_pixels(self.fixation_map)

    @cached_property
    def other_fixations(self) -> Fixations:
        """The other images' fixations as points."""
        return Fixations.of_pixels(self.other_fixation_map)

    @cached_property
    def density(self) -> Floats:
        """(H, W), sums to 1."""
        blurred = blur(self.fixation_map, SIGMA)
        total: Floats = blurred / blurred.sum()
        return total

    def save(self, path: Path) -> None:
        """Write what `metrics_peers.Case` holds, with both predictions."""
        (y, x), (other_y, other_x) = (np.divmod(at, FRAME[1]) for at in (self.fixated, self.others))
        np.savez(
            path,
            predictions=self.predictions,
            fixation_map=self.fixation_map,
            x=x,
            y=y,
            density=self.density,
            other_fixation_map=self.other_fixation_map,
            other_x=other_x,
            other_y=other_y,
            baseline=self.baseline,
        )


class Cases:
    """All images of the validation split; only their fixated pixels are kept in memory.

    Args:
        data: a folder with fixations/val/*.png, 640 x 480, and images/train/*.
        run: a run folder, a weights file or a shipped model, whose model predicts images/train.
        scratch: a folder for files that nobody needs afterwards.
    """

    def __init__(self, data: Path, run: str, scratch: Path) -> None:
        files = sorted((data / "fixations" / "val").glob("*.png"))
        if len(files) <= OTHERS:
            raise SystemExit(
                f"{data}/fixations/val holds {len(files)} .png files; more than {OTHERS} are needed."
            )
        self._fixated = [read(file) for file in track(files, "Reading fixations", transient=True)]
        self._total = np.bincount(np.concatenate(self._fixated), minlength=FRAME[0] * FRAME[1])
        # In a process of its own, so that the network's memory is not counted as the metrics'.
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            pool.submit(predict_images, run, data / "images" / "train", scratch / "maps.npy").result()
        self.trained = np.load(scratch / "maps.npy")

    def __len__(self) -> int:
        return len(self._fixated)

    def __getitem__(self, index: int) -> Case:
        fixated = self._fixated[index]
        center = blur((self._total.reshape(FRAME) - spread(fixated)), SIGMA)
        trained = self.trained[index % len(self.trained)].astype(np.float64)
        random = np.random.default_rng(index)
        drawn = random.choice(np.delete(np.arange(len(self)), index), OTHERS, replace=False)
        baseline = center - center.min()
        return Case(
            predictions=np.stack([center / center.sum(), trained - trained.min()]),
            fixated=fixated,
            others=np.unique(np.concatenate([self._fixated[other] for other in drawn])),
            baseline=baseline / baseline.sum(),
        )


def made_up(folder: Path, images: int) -> Path:
    """A folder like SALICON's for a quick run: random fixations, and one image of the frame's size."""
    random = np.random.default_rng(0)
    for below in ("fixations/val", "images/train"):
        (folder / below).mkdir(parents=True)
    for index in range(images):
        fixated = np.zeros(FRAME, np.uint8)
        rows, columns = (random.normal(side / 2, side / 6, 100).clip(0, side - 1) for side in FRAME)
        fixated[rows.astype(int), columns.astype(int)] = 255
        Image.fromarray(fixated).save(folder / "fixations/val" / f"{index:03}.png")
    noise = Image.fromarray(random.integers(0, 256, (12, 16, 3), np.uint8))
    noise.resize(FRAME[::-1], Image.Resampling.BICUBIC).save(folder / "images/train/0.png")
    return folder


def read(file: Path) -> Positions:
    """The positions of the fixated pixels of one file."""
    with Image.open(file) as image:
        pixels = np.asarray(image)
    if pixels.shape != FRAME:
        raise SystemExit(f"{file} has shape {pixels.shape}; {FRAME} is expected.")
    return np.flatnonzero(pixels)


def spread(pixels: Positions) -> Floats:
    """(H, W), 1 at the positions."""
    flat = np.zeros(FRAME[0] * FRAME[1])
    flat[pixels] = 1
    return flat.reshape(FRAME)


def predict_images(run: str, folder: Path, out: Path) -> None:
    """Write (n, H, W) float32: the model's maps of the images of the frame's size."""
    from gazemap import predict
    from gazemap.prediction.predictor import load_predictor

    predictor = load_predictor(run)
    maps = [predict(file, predictor).saliency for file in sorted(folder.iterdir())]
    fitting = [saliency for saliency in maps if saliency.shape == FRAME]
    if not fitting:
        raise SystemExit(f"{folder} holds no image of {FRAME[1]} x {FRAME[0]} pixels.")
    np.save(out, np.stack(fitting))
