"""Augmentation: a training batch cropped, scaled, recolored and blurred, each image in its own way.

An image's map and fixations are cropped and scaled with it. Colors and blur are kornia's. The crop is
PyTorch's `grid_sample`, in shares of the frame, which mean the same on the grids of image and map.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from gazemap.data.batches.arrays import Arrays
from gazemap.data.batches.options import Augmentation
from gazemap.system.extras import require

_GRAY = 128 / 255  # around an image that is made smaller, as around a letterboxed one
_LEAST_SIGMA = 1e-3  # a blur that leaves every pixel as it is


def augmented(
    batch: Arrays,
    options: Augmentation | None,
    *,
    seed: int,
    epoch: int,
    step: int,
    places: slice = slice(None),
    size: int | None = None,
) -> Arrays:
    """A batch changed at random, on the device where it is; `batch` itself stays as it was.

    What is drawn depends on `seed`, `epoch` and `step` alone; no global random state is read or set.

    Args:
        batch: of the training split.
        options: what is changed; None returns the batch itself.
        seed: of the run.
        epoch: counted from 0.
        step: of the batch within the epoch, from 0.
        places: of a part of a batch, the places of its images in the whole.
        size: how many images the whole batch has; by default as many as are given.
    """
    if options is None:
        return batch
    random = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(epoch, step)))
    images = batch.images.float().div_(255)
    draws = [  # all are always drawn, so that setting one option leaves what the others draw as it was
        torch.from_numpy(random.random((5, size or len(batch)), dtype=np.float32)[:, places]).to(
            images.device
        )
        for _ in range(3)
    ]
    targets, fixations = batch.targets, batch.fixations
    if options.crops:
        images, targets, fixations = _crop(images, targets, fixations, draws[0], options)
    if options.recolors:
        images = _recolor(images, draws[1], options)
    if options.blur:
        images = _blur(images, draws[2], options)
    return Arrays(images.mul_(255).round_().to(torch.uint8), targets, fixations)


def _crop(
    images: Tensor, targets: Tensor, fixations: Tensor, draws: Tensor, options: Augmentation
) -> tuple[Tensor, Tensor, Tensor]:
    """A window of each image, its map and its fixations, resized to the whole frame.

    The map's values are not rescaled: a point keeps its value in every crop, as with `fit: crop`. An image is
    left as it is where its window would hold none of its fixations, or, if it has none, nothing of its map.
    """
    corners, sides = _windows(draws[1:], options)
    points = _move(fixations, corners, sides)
    maps = _resample(targets[:, None], corners, sides, 0.0)[:, 0].clamp_(0, 1)
    emptied = ~points.any(dim=2).any(dim=1) & fixations.any(dim=2).any(dim=1)
    cut = (draws[0] < options.probability) & ~emptied & (maps.amax(dim=(1, 2)) > 0)
    corners, sides = corners.where(cut[:, None], 0.0), sides.where(cut[:, None], 1.0)  # else all of it
    images = _resample(images, corners, sides, _GRAY)
    cut = cut[:, None, None]
    return images, maps.where(cut, targets), points.where(cut, fixations)


def _windows(draws: Tensor, options: Augmentation) -> tuple[Tensor, Tensor]:
    """(4, B) uniform numbers -> corners (B, 2) and sides (B, 2), (x, y), in shares of the frame.

    Area and position are uniform, the aspect ratio is uniform in its logarithm (Szegedy et al. 2015).
    """
    (low, high), (tall, wide) = options.scale, map(math.log, options.aspect)
    area = low + (high - low) * draws[0]
    root = (0.5 * (tall + (wide - tall) * draws[1])).exp()
    sides = area.sqrt()[:, None] * torch.stack([root, 1 / root], dim=1)
    sides = sides.minimum(area.sqrt().clamp_min(1)[:, None])
    return draws[2:].T * (1 - sides), sides


def _resample(values: Tensor, corners: Tensor, sides: Tensor, outside: float) -> Tensor:
    """Windows of (B, C, h, w), bilinear, at the same size; pixels beyond the frame are `outside`."""
    moves = torch.cat([torch.diag_embed(sides), (2 * corners + sides - 1)[..., None]], dim=2)
    grid = F.affine_grid(moves, list(values.shape), align_corners=False)
    sampled = F.grid_sample(values, grid, padding_mode="border", align_corners=False)
    if sides.max() > 1:
        inside = (grid.abs() <= 1).all(dim=3)[:, None]
        sampled = sampled.where(inside, outside)
    return sampled


def _move(counts: Tensor, corners: Tensor, sides: Tensor) -> Tensor:
    """Counts (B, h, w) of points, counted anew in windows; each point lies at the center of its cell."""
    image, row, column = counts.nonzero(as_tuple=True)
    size = corners.new_tensor([counts.shape[2], counts.shape[1]])
    points = (torch.stack([column, row], dim=1) + 0.5) / size
    cells = ((points - corners[image]) / sides[image] * size).floor().long()
    inside = ((cells >= 0) & (cells < size)).all(dim=1)
    x, y = cells[inside].T
    values = counts[image, row, column][inside]
    return torch.zeros_like(counts).index_put_((image[inside], y, x), values, accumulate=True)


def _recolor(images: Tensor, draws: Tensor, options: Augmentation) -> Tensor:
    """Brightness, contrast, saturation and hue by torchvision's formulas, as kornia batches them."""
    require("kornia", "Changing colors")
    from kornia import enhance  # its import takes a second

    shifts = (2 * draws[1:] - 1) * (draws[0] < options.probability)
    if options.brightness:
        images = enhance.adjust_brightness_accumulative(images, 1 + options.brightness * shifts[0])
    if options.contrast:
        images = enhance.adjust_contrast_with_mean_subtraction(images, 1 + options.contrast * shifts[1])
    if options.saturation:
        images = enhance.adjust_saturation_with_gray_subtraction(images, 1 + options.saturation * shifts[2])
    if options.hue:
        images = enhance.adjust_hue(images, 2 * math.pi * options.hue * shifts[3])
    return images


def _blur(images: Tensor, draws: Tensor, options: Augmentation) -> Tensor:
    require("kornia", "Blurring training images")
    from kornia.filters import gaussian_blur2d

    sigma = options.blur * draws[1] * (draws[0] < options.probability)
    reach = math.ceil(3 * options.blur)
    both = sigma.clamp_min(_LEAST_SIGMA)[:, None].expand(-1, 2)
    return gaussian_blur2d(images, 2 * reach + 1, both, border_type="replicate")
