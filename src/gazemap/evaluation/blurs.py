"""The blur by which fixations become a density, also where a data set states none."""

from __future__ import annotations

from dataclasses import replace
from typing import TypedDict

from gazemap.data.dataset import GazeDataset
from gazemap.data.sample import DEFAULT_CYCLES
from gazemap.errors import DataError, InputError
from gazemap.gaze.blurring import fourier_sigma
from gazemap.gaze.fixations import checked_sigma
from gazemap.metrics import Protocol

MAPS_ALONE = "no blur of ours: its dense maps are scored as they are stored"
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
            f"{dataset.name!r} ({', '.join(unknown[:3])}). Give the blur as sigma, in pixels, or import the "
            "set with pixels_per_degree."
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


def blur_described(dataset: GazeDataset, *, sigma: float | None = None, degrees: float | None = None) -> str:
    """The blur of `with_blur` in words."""
    if sigma is not None:
        return f"a blur of {sigma:g} pixels, as asked for"
    if degrees is not None:
        unit = "degree" if degrees == 1 else "degrees"
        return f"a blur of {degrees:g} {unit} of visual angle, as asked for"
    if all(sample.sigma for sample in dataset):
        return OWN_BLURS[0]
    if all(sample.sigma or sample.pixels_per_degree for sample in dataset):
        return "a blur of one degree of visual angle, where the set states none"
    return f"the MIT benchmark's blur ({DEFAULT_CYCLES} cycles per image), where the set states none"


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
                f"The protocol {protocol.name!r} says which blur the ground truth gets. Leave sigma and "
                "degrees out, or take the protocol exact or tuebingen."
            )
        return dataset, OWN_BLURS[1]
    if not asked and any(sample.sigma for sample in dataset):
        return dataset, OWN_BLURS[0]
    described = blur_described(dataset, sigma=sigma, degrees=degrees)
    return with_blur(dataset, sigma=sigma, degrees=degrees), described
