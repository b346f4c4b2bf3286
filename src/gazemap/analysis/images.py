"""What a model says of image files: the best crop, the regions' shares, how two designs differ.

The functions of `gazemap crop`, `regions` and `diff`: mistakes are refused before a model is loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from gazemap.analysis.crops import Crop, best_crop, check_crop_file, parse_aspect, write_crop
from gazemap.analysis.designs import (
    DesignDifference,
    RegionChange,
    compare_designs,
    paired_boxes,
    region_changes,
)
from gazemap.analysis.regions import Mask, RegionShare, box_shares, mask_shares, read_mask
from gazemap.errors import InputError
from gazemap.gaze.areas import Box, check_inside, check_names
from gazemap.images.reading import read_size
from gazemap.models.base import SaliencyModel
from gazemap.models.files import DEFAULT_MODEL
from gazemap.models.weights import load_model
from gazemap.prediction.predict import predict
from gazemap.types import Floats, Size

Model = SaliencyModel | str | Path  # or what `load_model` takes


@dataclass(frozen=True, eq=False)
class CroppedImage:
    """A crop that was written.

    Attributes:
        crop: which part of the image it is, and what it keeps.
        density: (H, W), of the whole image.
    """

    crop: Crop
    density: Floats


@dataclass(frozen=True, eq=False)
class ImageRegions:
    """What falls on the regions of an image.

    Attributes:
        shares: greatest first.
        where: the regions.
        density: (H, W), of the image.
    """

    shares: list[RegionShare]
    where: Sequence[Box] | Mask
    density: Floats


@dataclass(frozen=True, eq=False)
class ImageComparison:
    """How attention differs between two designs.

    Attributes:
        difference: of their densities.
        changes: of the regions, in the order in which they were given.
        boxes: the regions in the first design and in the second.
    """

    difference: DesignDifference
    changes: list[RegionChange]
    boxes: tuple[Sequence[Box], Sequence[Box]]


def crop_image(
    image: Path,
    out: Path,
    *,
    model: Model = DEFAULT_MODEL,
    aspect: Fraction | str | None = None,
    size: Size | None = None,
    share: float | None = None,
) -> CroppedImage:
    """Write the crop of an image that keeps most of the attention.

    Args:
        image: a file.
        out: the crop's file, of the same format; one that is there is replaced.
        model: a model, or what `load_model` takes.
        aspect: width over height, as a fraction or as "16:9". Either this or `size`.
        size: (height, width) of the file in pixels, to which the crop is resized.
        share: keep at least this share of the attention in the smallest crop that does, in (0, 1];
            by default the largest crop is taken.

    Raises:
        InputError: both or neither of `aspect` and `size`, or a share, an aspect or a name that cannot
            be, see `best_crop` and `write_crop`.
        DataError: the image is missing or damaged.
        WeightsError: see `load_model`.
        OutputError: `out` cannot be written.
    """
    if (aspect is None) == (size is None):
        raise InputError("A crop needs either an aspect or a size.")
    if size is not None:
        aspect = Fraction(size[1], size[0])
    wanted = parse_aspect(aspect) if isinstance(aspect, str) else Fraction(aspect or 0)
    check_crop_file(image, out)
    density = _density(model, image)
    chosen = best_crop(density, wanted, share)
    write_crop(image, chosen, out, size)
    return CroppedImage(chosen, density)


def image_regions(
    image: Path, *, model: Model = DEFAULT_MODEL, boxes: Sequence[Box] = (), mask: Path | None = None
) -> ImageRegions:
    """The share of attention that falls on each region of an image, and how much more than by chance.

    Args:
        image: a file.
        model: a model, or what `load_model` takes.
        boxes: in pixels of the image. Either these or `mask`.
        mask: an image file of the same size; each gray value or color is a region.

    Raises:
        InputError: both or neither of `boxes` and `mask`, boxes that reach out of the image, or two of
            one name.
        DataError: the image or the mask is missing, damaged, or of another size.
        WeightsError: see `load_model`.
    """
    if bool(boxes) == (mask is not None):
        raise InputError("Regions are either boxes or a mask.")
    size = read_size(image)
    check_names(boxes)
    check_inside(boxes, size)
    parts = read_mask(mask, size) if mask else None
    density = _density(model, image)
    if parts is None:
        return ImageRegions(box_shares(density, boxes), boxes, density)
    return ImageRegions(mask_shares(density, parts), parts, density)


def compare_images(
    a: Path,
    b: Path,
    *,
    model: Model = DEFAULT_MODEL,
    boxes: Sequence[Box] = (),
    boxes_b: Sequence[Box] | None = None,
) -> ImageComparison:
    """Where attention goes in one design and not in the other, and by how much; changes are b - a.

    Args:
        a: an image file of the first design.
        b: of the second.
        model: a model, or what `load_model` takes.
        boxes: regions, in pixels of the first design.
        boxes_b: the same regions, in pixels of the second; by default at the same relative places.

    Raises:
        InputError: boxes that reach out of their image, or names that only one image has.
        DataError: an image is missing or damaged.
        WeightsError: see `load_model`.
    """
    pair = boxes, paired_boxes(boxes, boxes_b, (read_size(a), read_size(b)))
    model = _loaded(model)
    densities = _density(model, a), _density(model, b)
    return ImageComparison(compare_designs(*densities), region_changes(*densities, *pair), pair)


def _loaded(model: Model) -> SaliencyModel:
    return model if isinstance(model, SaliencyModel) else load_model(model)


def _density(model: Model, image: Path) -> Floats:
    return predict(_loaded(model), image).density
