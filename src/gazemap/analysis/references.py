"""What maps and areas of named sets of images are like, to say where one of them stands.

references.json beside this file holds numbers alone, and no image. docs/explanation/reference_sets.py makes
it, by the command that stands in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from gazemap.prediction.prediction import Prediction
from gazemap.prediction.predictor import Predictor
from gazemap.types import Floats

FILE = Path(__file__).with_suffix(".json")


@dataclass(frozen=True)
class ReferenceSet:
    """A set of images as one model under one condition sees it. Quantiles are those of 0, 1, ..., 100 %.

    Attributes:
        name: of the set, for people.
        about: which images they are, in a sentence.
        images: how many.
        model: the name of the model, with its condition.
        fingerprint: of both, see `Predictor.fingerprint`.
        version: of gazemap, that made it.
        focus: quantiles of `focus_of` the images' densities, in bits.
        clutter: quantiles of `subband_entropy` of the images, in bits; they depend on no model.
        shares: size of a box, as a share of the image -> quantiles of the share of attention that boxes of
            that size get, all over the images.
    """

    name: str
    about: str
    images: int
    model: str
    fingerprint: str
    version: str
    focus: Sequence[float]
    clutter: Sequence[float]
    shares: Mapping[float, Sequence[float]]

    def share_percentile(self, attention: float, size: float) -> float | None:
        """How many of all boxes of that size get less attention, in percent.

        Between two sizes of the table it is interpolated by the logarithm of the size.

        Args:
            attention: the share of the density that an area gets.
            size: its share of the image.

        Returns:
            None where the size is beyond those of the table.
        """
        sizes = sorted(self.shares)
        if not sizes[0] <= size <= sizes[-1]:
            return None
        found = [percentile(attention, self.shares[one]) for one in sizes]
        return float(np.interp(np.log(size), np.log(sizes), found))


def percentile(value: float, quantiles: Sequence[float]) -> float:
    """How many of a set have less, in percent, from its quantiles of 0, 1, ..., 100 %."""
    return float(np.interp(value, quantiles, np.linspace(0, 100, len(quantiles))))


def focus_of(prediction: Prediction) -> float:
    """By how many bits the entropy of a density is less than that of the uniform one, log2 of the pixels.

    0: all pixels are alike. Each bit more halves the part of the image that attention is spread over. It is
    the KL divergence from the uniform density, and hardly depends on the number of pixels.
    """
    density = prediction.shown.density
    seen = density[density > 0]
    return float(np.log2(density.size) + (seen * np.log2(seen)).sum())


def of_model(predictor: Predictor) -> list[ReferenceSet]:
    """The sets as a model sees them under its condition; none where no reference was made by it."""
    return [one for one in references() if one.fingerprint == predictor.fingerprint]


@cache
def references() -> tuple[ReferenceSet, ...]:
    """All that there are."""
    rows = json.loads(FILE.read_text(encoding="utf-8"))["references"]
    return tuple(_read(row) for row in rows)


def _read(row: dict[str, Any]) -> ReferenceSet:
    shares = {float(size): tuple(values) for size, values in row.pop("shares").items()}
    return ReferenceSet(**row, shares=shares)


def quantiles(values: Floats) -> list[float]:
    """The quantiles of 0, 1, ..., 100 %, to five digits."""
    return [float(f"{value:.5g}") for value in np.quantile(values, np.linspace(0, 1, 101))]
