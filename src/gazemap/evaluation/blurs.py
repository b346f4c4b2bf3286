"""The blur by which fixations become a density, also where a data set states none."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TypedDict

from gazemap.data.dataset import GazeDataset
from gazemap.data.sample import DEFAULT_CYCLES
from gazemap.errors import DataError, InputError
from gazemap.gaze.blurring import fourier_sigma
from gazemap.gaze.fixations import checked_sigma
from gazemap.metrics import Protocol

MAPS_ALONE = "no blur of ours: its dense maps are scored as they are stored"
_SHARED = "of images of unequal size, each has the same share of its width, the median"
OWN_BLURS = "the set's own blur", "the protocol's own blur"  # which need no remark


class Blur(TypedDict):
    """The blur of ground truth that is asked for, as `evaluate` takes it."""

    sigma: float | None
    degrees: float | None


def with_blur(
    dataset: GazeDataset, *, sigma: float | None = None, degrees: float | None = None
) -> GazeDataset:
    """The data set with a blur for each image.

    Args:
        dataset: whose images keep their own blur where neither of the others is given; where they have none,
            it is one degree of visual angle, or else the MIT benchmark's.
        sigma: the same for all, in pixels of the image.
        degrees: in degrees of visual angle.

    Raises:
        InputError: both, or a blur that is not a finite number above 0.
        DataError: degrees, and how many pixels make one is not known.
    """
    if sigma is not None and degrees is not None:
        raise InputError(f"Give sigma or degrees, not both, got sigma={sigma:g} and degrees={degrees:g}.")
    for name, value in (("sigma", sigma), ("degrees", degrees)):
        if value is not None and not checked_sigma(value) > 0:
            raise InputError(f"{name} must be above 0, got {value:g}.")
    if degrees is not None and (unknown := [s.image_id for s in dataset if not s.pixels_per_degree]):
        raise DataError(
            f"How many pixels make a degree is not known for {len(unknown)} of {len(dataset)} images of "
            f"{dataset.name!r} ({', '.join(unknown[:3])}). Give the blur as sigma, in pixels; or state "
            "pixels_per_degree, here or when the set is imported."
        )
    samples = [
        replace(
            s,
            sigma=sigma
            or (degrees and degrees * (s.pixels_per_degree or 0))
            or s.sigma
            or s.pixels_per_degree
            or fourier_sigma(s.size, DEFAULT_CYCLES),
        )
        for s in dataset
    ]
    return dataset.with_samples(samples)


def seen_at(
    dataset: GazeDataset,
    pixels_per_degree: float | None,
    *,
    sigma: float | None = None,
    degrees: float | None = None,
) -> tuple[GazeDataset, float | None]:
    """The data set where somebody states how large a degree of visual angle was, and the blur in degrees.

    Args:
        dataset: that does not state it, or states the same.
        pixels_per_degree: pixels of each image, shown at its own size; None changes nothing.
        sigma: a blur in pixels, which needs no degrees.
        degrees: the blur in degrees that is asked for; one, where only the pixels per degree are stated.

    Raises:
        InputError: it is not a finite number above 0, or a blur in pixels is given, too.
        DataError: the set states another.
    """
    if pixels_per_degree is None:
        return dataset, degrees
    if sigma is not None:
        raise InputError(
            "Give sigma, a blur in pixels, or pixels_per_degree, whose blur is one degree of visual angle, "
            f"not both, got sigma={sigma:g} and pixels_per_degree={pixels_per_degree:g}."
        )
    if not (math.isfinite(pixels_per_degree) and pixels_per_degree > 0):
        raise InputError(f"pixels_per_degree must be a finite number above 0, got {pixels_per_degree:g}.")
    stated = {s.pixels_per_degree for s in dataset if s.pixels_per_degree}
    if others := sorted(value for value in stated if not math.isclose(value, pixels_per_degree)):
        raise DataError(
            f"The data set {dataset.name!r} states {others[0]:g} pixels per degree itself, not "
            f"{pixels_per_degree:g}. Leave pixels_per_degree out, or correct it in dataset.json or "
            "images.parquet."
        )
    known = [replace(sample, pixels_per_degree=pixels_per_degree) for sample in dataset]
    return dataset.with_samples(known), 1.0 if degrees is None else degrees


def blur_described(dataset: GazeDataset, *, sigma: float | None = None, degrees: float | None = None) -> str:
    """The blur of `with_blur` in words."""
    if sigma is not None:
        return f"a blur of {sigma:g} pixels, as asked for"
    if degrees is not None:
        unit = "degree" if degrees == 1 else "degrees"
        pixels = _pixels([degrees * (sample.pixels_per_degree or 0) for sample in dataset])
        return f"a blur of {degrees:g} {unit} of visual angle ({pixels}), as asked for"
    if all(sample.sigma for sample in dataset):
        return OWN_BLURS[0]
    if all(sample.sigma or sample.pixels_per_degree for sample in dataset):
        pixels = _pixels([sample.pixels_per_degree or 0 for sample in dataset if not sample.sigma])
        return f"a blur of one degree of visual angle ({pixels}), where the set states none"
    return f"the MIT benchmark's blur ({DEFAULT_CYCLES} cycles per image), where the set states none"


def _pixels(sigmas: list[float]) -> str:
    low, high = f"{min(sigmas):g}", f"{max(sigmas):g}"
    return f"{low} pixels" if low == high else f"{low} to {high} pixels"


def has_own_blur(protocol: Protocol) -> bool:
    """Whether a protocol says which blur the ground truth gets, whatever the data set states."""
    return protocol.sigma is not None or protocol.cycles is not None


def blurred_for(
    dataset: GazeDataset, protocol: Protocol, *, sigma: float | None = None, degrees: float | None = None
) -> tuple[GazeDataset, str]:
    """The data set as a protocol scores it, and its blur in words.

    A set that states a blur for some of its images is taken as it is: theirs serves all.

    Raises:
        InputError: a blur is given, and the protocol has its own; or as `with_blur`.
        DataError: as `with_blur`.
    """
    asked = sigma is not None or degrees is not None
    if not any(sample.fixations is not None for sample in dataset):
        return with_blur(dataset, sigma=sigma, degrees=degrees), MAPS_ALONE
    if has_own_blur(protocol):
        if asked:
            raise InputError(
                f"The protocol {protocol.name!r} says which blur the ground truth gets. Leave sigma, degrees "
                "and pixels_per_degree out, or take the protocol exact or tuebingen."
            )
        return dataset, OWN_BLURS[1]
    if not asked and any(sample.sigma for sample in dataset):
        return dataset, OWN_BLURS[0]
    blurred = with_blur(dataset, sigma=sigma, degrees=degrees)
    described = blur_described(dataset, sigma=sigma, degrees=degrees)
    shares = [(sample.sigma or 0) / sample.size[1] for sample in blurred]
    return blurred, described if math.isclose(min(shares), max(shares)) else f"{described}; {_SHARED}"
