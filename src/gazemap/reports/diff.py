"""`gazemap diff`: how attention differs between two designs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gazemap.analysis.box_tables import BoxesLike, box_files, read_boxes
from gazemap.analysis.designs import (
    DesignDifference,
    RegionChange,
    compare_designs,
    paired_boxes,
    region_changes,
)
from gazemap.analysis.fold_regions import cut_notes, region_shares
from gazemap.analysis.tables import check_table, write_table
from gazemap.errors import InputError
from gazemap.gaze.areas import Box
from gazemap.images.folds import Viewport, ViewportLike, folds_of, parse_viewport
from gazemap.images.reading import read_size
from gazemap.models.files import DEFAULT_MODEL
from gazemap.prediction.predict import predict
from gazemap.prediction.prediction import Prediction
from gazemap.prediction.predictor import load_predictor
from gazemap.reports.figures.saving import check_figure, write_figure
from gazemap.system.notebooks import paragraphs, table
from gazemap.system.plain import plain
from gazemap.types import Size

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from gazemap.prediction.predictor import ModelLike

_NUMBERS = ("total_variation", "cc", "sim", "kld_a_b", "kld_b_a")
_ALIKE = 0.01  # shapes that differ by less are one
_TOLD = 10  # regions whose place is taken over, each in a line


@dataclass(frozen=True, eq=False)
class DesignComparison:
    """How attention differs between two designs, A and B. Changes are B - A.

    Attributes:
        a: the image file of the first design.
        b: that of the second.
        model: the name of the model.
        predictions: of both.
        differences: of their densities; of designs that are predicted fold by fold, of each pair of folds.
        changes: a row per region, in the order in which they were given.
        boxes: the regions in A and in B.
        out: the table's file, if one was asked for.
        figure: the file that shows both, if one was asked for.
    """

    a: Path
    b: Path
    model: str
    predictions: tuple[Prediction, Prediction]
    differences: Sequence[DesignDifference]
    changes: Sequence[RegionChange]
    boxes: tuple[Sequence[Box], Sequence[Box]]
    out: Path | None
    figure: Path | None

    @property
    def is_folded(self) -> bool:
        """Whether shares are those of folds in one of the designs."""
        return any(len(prediction.folds) > 1 for prediction in self.predictions)

    @property
    def headings(self) -> tuple[str, ...]:
        """The columns of `cells`."""
        folds = ("fold A", "fold B") if self.is_folded else ()
        shares = ("attention A", "attention B", "change", "times chance A", "times chance B")
        return ("name", *folds, *shares, "place in B")

    def cells(self) -> list[list[str]]:
        """The table of the regions as texts, a list per region; `headings` are its columns."""
        return [
            [
                row.name,
                *([str(row.a.fold), str(row.b.fold)] if self.is_folded else []),
                f"{row.a.attention:.1%}",
                f"{row.b.attention:.1%}",
                f"{row.change:+.1%}",
                f"{row.a.times_chance:.2f}",
                f"{row.b.times_chance:.2f}",
                "from A" if row.is_taken_over else "given",
            ]
            for row in self.changes
        ]

    def notes(self) -> list[str]:
        """The numbers that compare the two, what to mind, and what was written."""
        return [
            f"A: {self.a}",
            f"B: {self.b}",
            *self.assumed(),
            *(
                line
                for number, found in enumerate(self.differences, 1)
                for line in self._numbers(number, found)
            ),
            *([f"Table: {self.out}"] if self.out else []),
            *([f"Figure: {self.figure}"] if self.figure else []),
        ]

    def assumed(self) -> list[str]:
        """What was assumed of the images, of their sizes and of places in B, in sentences."""
        pairs = zip("AB", self.predictions, strict=True)
        taken_over = [change.name for change in self.changes if change.is_taken_over]
        lines = [f"{letter}: {note}." for letter, prediction in pairs for note in prediction.notes]
        lines += [*self._unlike(), *self._alone()]
        for letter, prediction, boxes in zip("AB", self.predictions, self.boxes, strict=True):
            lines += [f"{letter}: {note}" for note in cut_notes(region_shares(prediction, boxes))]
        lines += [
            f"{name}: its place in B is taken over from A; give --boxes-b if it moved."
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

    def _numbers(self, number: int, found: DesignDifference) -> list[str]:
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

    def plot(self) -> Figure:
        """Both designs, their densities on one scale, their difference, and the numbers that compare them.

        Raises:
            DataError: an image's file is gone or was changed into something else.
        """
        from gazemap.images.reading import read_image
        from gazemap.reports.figures import predictions as figures
        from gazemap.reports.figures.maps import shown_map

        images = read_image(self.a), read_image(self.b)
        first, second = self.predictions
        shown = (shown_map(first), shown_map(second)) if self.is_folded else None
        names = self.a.name, self.b.name
        return figures.designs(images, self.differences, names, self.changes, self.boxes, shown)

    def __repr__(self) -> str:
        return f"<DesignComparison of {self.a.name} and {self.b.name}, predicted by {self.model}>"

    def _repr_html_(self) -> str:
        title = f"A {self.a.name}, B {self.b.name}, predicted by {self.model}"
        notes = self.notes()[2:]  # the files' names are in the title
        if not self.changes:
            return "\n".join(paragraphs(title, *notes))
        return table(title, [self.headings, *self.cells()], notes)

    def as_json(self) -> dict[str, Any]:
        """The files, the numbers that compare the two, and the regions' rows, with all digits.

        Of designs that are predicted fold by fold, the numbers are in `folds`, one entry per pair.
        """
        files = {"a": self.a, "b": self.b, "model": self.model, "out": self.out, "figure": self.figure}
        numbers = [{name: getattr(found, name) for name in _NUMBERS} for found in self.differences]
        folds = [{"fold": number} | values for number, values in enumerate(numbers, 1)]
        compared = {"folds": folds} if self.is_folded else numbers[0]
        rows = {"regions": [row.row() for row in self.changes], "notes": self.assumed()}
        values: dict[str, Any] = plain(files | compared | rows)
        return values


def diff(
    a: str | Path,
    b: str | Path,
    *,
    model: ModelLike = DEFAULT_MODEL,
    boxes: BoxesLike = (),
    boxes_b: BoxesLike | None = None,
    out: str | Path | None = None,
    figure: str | Path | None = None,
    engine: str = "auto",
    device: str = "auto",
    center_bias: bool = True,
    viewport: ViewportLike = None,
) -> DesignComparison:
    """Where attention goes in one design and not in the other, and by how much. Changes are B - A.

    Designs that are longer than a screen are compared fold by fold, see `predict`.

    Args:
        a: an image file of the first design.
        b: of the second.
        model: a name, a run folder, a weights or ONNX file, or a model in memory; see `load_predictor`.
        boxes: regions in pixels of A: texts "name=x,y,width,height", .csv or .json files, or `Box`es; see
            `read_boxes`.
        boxes_b: those of them that lie elsewhere in B, in pixels of B. All others are looked for at the place
            that they have in A, and the result says so.
        out: the file of the regions' table, .csv or .json; its columns are those of `RegionChange.row`.
        figure: a file that shows both designs and their difference, .png, .pdf or .svg.
        engine: "auto", "onnx", "torch" or "openvino"; see `load_predictor`.
        device: "auto", "cpu" or "cuda".
        center_bias: False leaves the model's own center bias out, for images that are parts of others.
        viewport: what is seen at once, as for `predict`.

    Raises:
        InputError: a box reaches out of its image, only B has a region of some name, a table is asked for
            without regions, or the name of a file that cannot be written.
        DataError: an image is missing or damaged.
        WeightsError: there is no such model, see `load_predictor`.
        OutputError: a file cannot be written.
    """
    a, b, out, figure = Path(a), Path(b), Path(out) if out else None, Path(figure) if figure else None
    named, moved, seen = read_boxes(boxes), read_boxes(boxes_b or ()), parse_viewport(viewport)
    if out:
        check_table(out, *box_files(boxes), *box_files(boxes_b or ()))
        if not named:
            raise InputError(f"{out} is to be a table of regions: give boxes, or ask for no table.")
    if figure:
        check_figure(figure, a, b)
    sizes = read_size(a), read_size(b)
    placed, taken_over = paired_boxes(named, moved, sizes, _screens(sizes, seen))
    predictor = load_predictor(model, engine=engine, device=device, center_bias=center_bias)
    first, second = (predict(image, model=predictor, viewport=seen) for image in (a, b))
    changes = region_changes(named, region_shares(first, named), region_shares(second, placed), taken_over)
    pairs = zip(first.folds, second.folds, strict=False)
    differences = [compare_designs(one.density, other.density) for one, other in pairs]
    found = DesignComparison(
        *(a, b, predictor.name), (first, second), differences, changes, (named, placed), out, figure
    )
    if out:
        write_table(out, [row.row() for row in changes])
    if figure:
        write_figure(found.plot(), figure)
    return found


def _screens(sizes: tuple[Size, Size], viewport: Viewport) -> tuple[Size, Size]:
    """What the places of two designs are relative to: the designs; where one has folds, one scale for both.

    A longer page is no larger one: its parts keep their places from the top, and from the left.
    """
    folds = [folds_of(size, viewport) for size in sizes]
    if max(map(len, folds)) == 1:
        return sizes
    is_tall = any(height > width for height, width in sizes)
    first, second = (width if is_tall else height for height, width in sizes)
    return (first, first), (second, second)
