"""A gaze data set -> batches of tensors at the network's size, read from the cache."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gazemap.data.batches.cache import cached_arrays
from gazemap.data.batches.options import Mirror
from gazemap.data.batches.targets import FixationMaker, ImageMaker, Target, TargetMaker
from gazemap.data.dataset import GazeDataset
from gazemap.types import Fit


@dataclass(frozen=True, eq=False)
class Arrays:
    """A split at the network's size, or a batch of it. Compared as an object, not by content.

    Attributes:
        images: uint8 (N, 3, H, W), placed in the network's frame.
        targets: float32 (N, h, w) in [0, 1], at the network's grid.
        fixations: int16 (N, h, w), how many fall in each cell of the grid.
    """

    images: Tensor
    targets: Tensor
    fixations: Tensor

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, chosen: slice | Tensor) -> Arrays:
        return Arrays(*(part[chosen] for part in self.parts))

    @property
    def parts(self) -> tuple[Tensor, Tensor, Tensor]:
        """Images, targets and fixations."""
        return self.images, self.targets, self.fixations

    def to(self, device: torch.device) -> Arrays:
        """The same on `device`."""
        return Arrays(*(part.to(device, non_blocking=True) for part in self.parts))

    def to_if_it_fits(self, device: torch.device) -> Arrays:
        """The same on `device` if they fit into half of its free memory; else as they are."""
        size = sum(part.nbytes for part in self.parts)
        if device.type == "cuda" and 2 * size > torch.cuda.mem_get_info(device)[0]:
            return self
        return self.to(device)


def load_arrays(
    dataset: GazeDataset,
    *,
    input_size: tuple[int, int],
    target_size: tuple[int, int],
    target: Target,
    fit: Fit = "stretch",
    processes: bool = False,
    progress: bool = False,
) -> Arrays:
    """Every image of `dataset` at the network's size, mapped into memory from the cache.

    What the cache lacks is decoded into it first.

    Args:
        dataset: usually one split.
        input_size: (H, W) of the images.
        target_size: (h, w) of the targets.
        target: how targets are made.
        fit: how images of another aspect ratio are placed in the frame.
        processes: build by processes instead of threads where there are many images; see `cached_arrays`.
        progress: show a bar.

    Raises:
        DataError: an image cannot be read; names the file.
    """
    makers = (
        ImageMaker(input_size, fit),
        TargetMaker(input_size, target_size, fit, target),
        FixationMaker(input_size, target_size, fit),
    )
    parts = (
        torch.from_numpy(
            cached_arrays(
                maker,
                dataset.samples,
                processes=processes,
                description=f"Decoding {dataset.name}",
                progress=progress,
            )
        )
        for maker in makers
    )
    return Arrays(*parts)


def epoch_batches(
    arrays: Arrays,
    *,
    batch_size: int,
    mirror: Mirror,
    seed: int,
    epoch: int,
    places: Callable[[int], slice] = slice,
) -> Iterator[Arrays]:
    """One epoch of shuffled batches.

    The order depends on `seed` and `epoch` alone, so a resumed run draws what it would have drawn.

    Args:
        arrays: the training split.
        batch_size: images per batch; the last may be smaller.
        mirror: "none"; "copies", every image and its mirror image in every epoch (the 2021
            replication); "half", a random half of every batch mirrored (Pan et al.).
        seed: of the run.
        epoch: counted from 0.
        places: of a batch of so many images, the places of those that are wanted; by default all.
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
        wanted = places(len(chosen))
        yield _gather(arrays, chosen[wanted] % len(arrays), flipped[wanted])


def _gather(arrays: Arrays, chosen: NDArray[np.int64], flipped: NDArray[np.bool_]) -> Arrays:
    device = arrays.images.device
    batch = arrays[torch.from_numpy(chosen).to(device)]
    if flipped.any():
        mirrored = torch.from_numpy(np.flatnonzero(flipped)).to(device)
        for part in batch.parts:
            part[mirrored] = part[mirrored].flip(-1)
    return batch
