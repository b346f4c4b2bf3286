"""A gaze data set -> batches of tensors at the network's size, decoded once and kept in memory."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field
from rich.progress import track
from torch import Tensor

from gazemap.blurring import blur
from gazemap.data.dataset import GazeDataset
from gazemap.data.sample import Sample

Mirror = Literal["none", "copies", "half"]


class Target(BaseModel):
    """How the map that a network learns is made of an image's fixations.

    The points are counted in a frame, blurred there, scaled so that the map spans [0, 1] (as the
    SALICON maps are made), and reduced to the network's grid. Stored dense maps are taken as they
    are, on a scale of 0 to 1.

    Attributes:
        frame: (H, W) in which the blur is done.
        sigma: of the Gaussian blur, in pixels of the frame.
        repeats: whether several fixations of one pixel count more than one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    frame: tuple[int, int] = (480, 640)
    sigma: float = Field(default=19.0, gt=0)
    repeats: bool = False

    def of(self, sample: Sample, size: tuple[int, int]) -> NDArray[np.float32]:
        """The target of one image, float32 at `size`, in [0, 1]."""
        if sample.fixations is None:
            return _reduce(sample.stored_map().astype(np.float32), size)
        counts = sample.fixation_map(self.frame)
        blurred = blur(counts if self.repeats else (counts > 0).astype(np.float64), self.sigma)
        span = np.ptp(blurred)
        scaled = (blurred - blurred.min()) / span if span > 0 else np.zeros_like(blurred)
        return _reduce(scaled.astype(np.float32), size)


@dataclass(frozen=True)
class Arrays:
    """A split in memory: `images` uint8 (N, 3, H, W), `targets` float32 (N, h, w) in [0, 1]."""

    image_ids: tuple[str, ...]
    images: Tensor
    targets: Tensor

    def __len__(self) -> int:
        return len(self.image_ids)

    def to(self, device: torch.device) -> Arrays:
        """The same on `device`, where half of its free memory can hold them; else as they are."""
        size = self.images.nbytes + self.targets.nbytes
        if device.type == "cuda" and 2 * size > torch.cuda.mem_get_info(device)[0]:
            return self
        return replace(self, images=self.images.to(device), targets=self.targets.to(device))


def load_arrays(
    dataset: GazeDataset,
    *,
    input_size: tuple[int, int],
    target_size: tuple[int, int],
    target: Target,
    progress: bool = False,
) -> Arrays:
    """Decode every image of `dataset` once, at the network's size (stretched, antialiased).

    Args:
        dataset: usually one split.
        input_size: (H, W) of the images.
        target_size: (h, w) of the targets.
        target: how targets are made.
        progress: show a bar.

    Raises:
        DataError: an image cannot be read; names the file.
    """

    def load(sample: Sample) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        return resize_image(sample.image, input_size), target.of(sample, target_size)

    images = torch.empty((len(dataset), 3, *input_size), dtype=torch.uint8)
    targets = torch.empty((len(dataset), *target_size), dtype=torch.float32)
    with ThreadPoolExecutor(max_workers=torch.get_num_threads()) as pool:
        loaded = pool.map(load, dataset)
        description = f"Decoding {dataset.name}"
        for index, (image, density) in enumerate(
            track(loaded, description, total=len(dataset), disable=not progress, transient=True)
        ):
            images[index] = torch.tensor(image).permute(2, 0, 1)
            targets[index] = torch.tensor(density)
    return Arrays(tuple(dataset.image_ids), images, targets)


def epoch_batches(
    arrays: Arrays, *, batch_size: int, mirror: Mirror, seed: int, epoch: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """One epoch of shuffled batches: uint8 images (B, 3, H, W) and float32 targets (B, h, w).

    The order depends on `seed` and `epoch` alone, so a resumed run draws what it would have drawn.

    Args:
        arrays: the training split.
        batch_size: images a batch; the last may be smaller.
        mirror: "none"; "copies", every image and its mirror image in every epoch (the 2021
            replication); "half", a random half of every batch mirrored (Pan et al.).
        seed: of the run.
        epoch: counted from 0.
    """
    random = np.random.default_rng([seed, epoch])
    copies = 2 if mirror == "copies" else 1
    order = random.permutation(copies * len(arrays))
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        if mirror == "half":
            flipped = random.permutation(len(chosen)) < len(chosen) // 2
        else:
            flipped = chosen >= len(arrays)
        yield _gather(arrays, chosen % len(arrays), flipped)


def _gather(arrays: Arrays, chosen: NDArray[np.int64], flipped: NDArray[np.bool_]) -> tuple[Tensor, Tensor]:
    device = arrays.images.device
    index = torch.from_numpy(chosen).to(device)
    images, targets = arrays.images[index], arrays.targets[index]
    if flipped.any():
        mirrored = torch.from_numpy(np.flatnonzero(flipped)).to(device)
        images[mirrored] = images[mirrored].flip(-1)
        targets[mirrored] = targets[mirrored].flip(-1)
    return images, targets


def resize_image(image: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """(H, W, 3) -> (h, w, 3), stretched, antialiased bilinear."""
    height, width = size
    resized = Image.fromarray(image).resize((width, height), Image.Resampling.BILINEAR, reducing_gap=3.0)
    return np.asarray(resized)


def _reduce(density: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """Antialiased bilinear resize of a float map."""
    height, width = size
    if density.shape == size:
        return density
    resized = Image.fromarray(density).resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(resized)
