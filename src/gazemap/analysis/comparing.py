"""Two predictions side by side: what compares them in numbers, area by area, and what was assumed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gazemap.analysis.area_shares import SECONDS, AreaShare, area_shares, cut_notes, overlap_notes
from gazemap.analysis.designs import (
    AreaChange,
    DesignDifference,
    area_changes,
    compare_designs,
    paired_areas,
)
from gazemap.gaze.shapes import Area
from gazemap.prediction.prediction import Prediction
from gazemap.system.plain import plain
from gazemap.types import Size

_NUMBERS = ("total_variation", "cc", "sim", "kld_a_b", "kld_b_a")
_ALIKE = 0.01  # shapes that differ by less are one
_TOLD = 10  # areas whose place is taken over, each in a line


@dataclass(frozen=True, eq=False)
class ComparedDesigns:
    """How attention differs between the predictions of two designs, A and B. Changes are B - A.

    Attributes:
        predictions: of both.
        differences: of their densities; of designs that are predicted fold by fold, of each pair of folds.
        changes: a row per area, in the order in which they were given, then per group.
        areas: the areas in A and in B.
        shares: what is predicted for them, of each fold, in A and in B.
        seconds: within which they are `seen`.
    """

    predictions: tuple[Prediction, Prediction]
    differences: Sequence[DesignDifference]
    changes: Sequence[AreaChange]
    areas: tuple[Sequence[Area], Sequence[Area]]
    shares: tuple[Sequence[AreaShare], Sequence[AreaShare]]
    seconds: float

    @property
    def is_folded(self) -> bool:
        """Whether shares are those of folds in one of the designs."""
        return any(len(prediction.folds) > 1 for prediction in self.predictions)

    def as_json(self) -> dict[str, Any]:
        """The numbers that compare the two, the areas' rows, and what was assumed, with all digits.

        Of designs that are predicted fold by fold, the numbers are in `folds`, one entry per pair.
        """
        numbers = [{name: getattr(found, name) for name in _NUMBERS} for found in self.differences]
        folds = [{"fold": number} | values for number, values in enumerate(numbers, 1)]
        compared = {"folds": folds} if self.is_folded else numbers[0]
        rows = {
            "seconds": self.seconds,
            "areas": [row.row() for row in self.changes],
            "notes": self.assumed(),
        }
        values: dict[str, Any] = plain(compared | rows)
        return values

    def numbers(self) -> list[str]:
        """The numbers that compare the two, in lines."""
        return [
            line for number, found in enumerate(self.differences, 1) for line in self._lines(number, found)
        ]

    def assumed(self) -> list[str]:
        """What was assumed of the images, of their sizes and of places in B, in sentences."""
        pairs = zip("AB", self.predictions, strict=True)
        taken_over = [change.name for change in self.changes if change.is_taken_over]
        lines = [f"{letter}: {note}." for letter, prediction in pairs for note in prediction.notes]
        lines += [*self._unlike(), *self._alone()]
        for letter, prediction, areas, shares in zip(
            "AB", self.predictions, self.areas, self.shares, strict=True
        ):
            notes = [*cut_notes(shares), *overlap_notes(prediction, areas)]
            lines += [f"{letter}: {note}" for note in notes]
        lines += [
            f"{name}: its place in B is taken over from A; give --areas-b if it moved."
            for name in taken_over[:_TOLD]
        ]
        if len(taken_over) > _TOLD:
            lines.append(f"... and so are {len(taken_over) - _TOLD} more.")
        return lines

    def _unlike(self) -> list[str]:
        """A warning where the images are of different sizes."""
        sizes = [prediction.placement.size for prediction in self.predictions]
        if sizes[0] == sizes[1]:
            return []
        (height, width), (height_b, width_b) = sizes
        text = f"Warning: A is {width} x {height} and B is {width_b} x {height_b}"
        seen = [prediction.folds[0].fold.size for prediction in self.predictions]
        if abs(seen[0][1] * seen[1][0] / (seen[0][0] * seen[1][1]) - 1) <= _ALIKE:
            return [f"{text}: they are compared at the same relative places."]
        unit = "folds" if self.is_folded else "images"
        return [
            f"{text}: their {unit} differ in shape and are stretched onto each other, so differences are "
            "of the shape, too. Give both in one size, or --viewport WIDTHxHEIGHT of a screen."
        ]

    def _alone(self) -> list[str]:
        """Which folds have no counterpart."""
        counts = [len(prediction.folds) for prediction in self.predictions]
        both, most = min(counts), max(counts)
        if both == most:
            return []
        more = "A" if counts[0] > both else "B"
        which = f"fold {most} has" if most == both + 1 else f"folds {both + 1} to {most} have"
        return [f"Folds are compared by their numbers: {more}'s {which} no counterpart."]

    def _lines(self, number: int, found: DesignDifference) -> list[str]:
        start = ""
        if self.is_folded:
            first, second = (prediction.folds[number - 1].fold for prediction in self.predictions)
            start = f"Fold {number}: "
            if (first.x, first.y) != (second.x, second.y):  # the last ones end where the images end
                start = f"Fold {number}, from ({first.x}, {first.y}) in A and ({second.x}, {second.y}) in B: "
        return [
            f"{start}{found.total_variation:.1%} of the attention lies elsewhere in B (total variation).",
            f"CC {found.cc:.3f}, SIM {found.sim:.3f}",
            f"KLD(A || B) {found.kld_a_b:.3f}, KLD(B || A) {found.kld_b_a:.3f} nats",
        ]


def compare_predictions(
    first: Prediction,
    second: Prediction,
    areas: Sequence[Area] = (),
    areas_b: Sequence[Area] = (),
    *,
    seconds: float = SECONDS,
) -> ComparedDesigns:
    """Compare the predictions of two designs, fold by fold where they have several.

    Args:
        first: of A.
        second: of B.
        areas: in pixels of A.
        areas_b: those of them that lie elsewhere in B, in its pixels; see `paired_areas`.
        seconds: since the image, or the fold, appeared.

    Raises:
        InputError: as `paired_areas`; or seconds that are not over 0.
    """
    predictions = first, second
    sizes = first.placement.size, second.placement.size
    is_folded = any(len(prediction.folds) > 1 for prediction in predictions)
    placed, taken_over = paired_areas(areas, areas_b, sizes, screens_of(sizes, is_folded=is_folded))
    shares = area_shares(first, areas, seconds), area_shares(second, placed, seconds)
    changes = area_changes(areas, *shares, taken_over)
    pairs = zip(first.folds, second.folds, strict=False)
    differences = [compare_designs(one.density, other.density) for one, other in pairs]
    return ComparedDesigns(predictions, differences, changes, (areas, placed), shares, seconds)


def screens_of(sizes: tuple[Size, Size], *, is_folded: bool) -> tuple[Size, Size]:
    """What the places of two designs are relative to: the designs; where one has folds, one scale for both.

    A longer page is no larger one: its parts keep their places from the top, and from the left.

    Args:
        sizes: (H, W) of both.
        is_folded: whether one of them is predicted in several folds.
    """
    if not is_folded:
        return sizes
    is_tall = any(height > width for height, width in sizes)
    first, second = (width if is_tall else height for height, width in sizes)
    return (first, first), (second, second)
