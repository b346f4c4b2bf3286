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
from gazemap.analysis.tables import check_table, write_table
from gazemap.errors import InputError
from gazemap.gaze.areas import Box
from gazemap.images.reading import read_size
from gazemap.models.files import DEFAULT_MODEL
from gazemap.prediction.predict import predict
from gazemap.prediction.predictor import load_predictor
from gazemap.reports.figures.saving import check_figure
from gazemap.system.plain import plain

if TYPE_CHECKING:
    from gazemap.prediction.predictor import ModelLike


@dataclass(frozen=True, eq=False)
class DesignComparison:
    """How attention differs between two designs, A and B. Changes are B - A.

    Attributes:
        a: the image file of the first design.
        b: that of the second.
        model: the name of the model.
        difference: of their densities.
        changes: a row per region, in the order in which they were given.
        boxes: the regions in A and in B.
        out: the table's file, if one was asked for.
        figure: the file that shows both, if one was asked for.
    """

    a: Path
    b: Path
    model: str
    difference: DesignDifference
    changes: Sequence[RegionChange]
    boxes: tuple[Sequence[Box], Sequence[Box]]
    out: Path | None
    figure: Path | None

    headings = ("name", "attention A", "attention B", "change", "times chance A", "times chance B")

    def cells(self) -> list[list[str]]:
        """The table of the regions as texts, a list per region; `headings` are its columns."""
        return [
            [
                row.name,
                f"{row.a.attention:.1%}",
                f"{row.b.attention:.1%}",
                f"{row.change:+.1%}",
                f"{row.a.times_chance:.2f}",
                f"{row.b.times_chance:.2f}",
            ]
            for row in self.changes
        ]

    def notes(self) -> list[str]:
        """The numbers that compare the two, and what was written."""
        found = self.difference
        return [
            f"A: {self.a}",
            f"B: {self.b}",
            f"{found.total_variation:.1%} of the attention lies elsewhere in B (total variation).",
            f"CC {found.cc:.3f}, SIM {found.sim:.3f}",
            f"KLD(A || B) {found.kld_a_b:.3f}, KLD(B || A) {found.kld_b_a:.3f} nats",
            *([f"Table: {self.out}"] if self.out else []),
            *([f"Figure: {self.figure}"] if self.figure else []),
        ]

    def as_json(self) -> dict[str, Any]:
        """The files, the numbers that compare the two, and the regions' rows, with all digits."""
        files = {"a": self.a, "b": self.b, "model": self.model, "out": self.out, "figure": self.figure}
        numbers = {
            name: getattr(self.difference, name)
            for name in ("total_variation", "cc", "sim", "kld_a_b", "kld_b_a")
        }
        values: dict[str, Any] = plain(files | numbers | {"regions": [row.row() for row in self.changes]})
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
) -> DesignComparison:
    """Where attention goes in one design and not in the other, and by how much. Changes are B - A.

    Args:
        a: an image file of the first design.
        b: of the second.
        model: a name, a run folder, a weights or ONNX file, or a model in memory; see `load_predictor`.
        boxes: regions in pixels of A: texts "name=x,y,width,height", .csv or .json files, or `Box`es; see
            `read_boxes`.
        boxes_b: the same regions in pixels of B; by default at the same relative positions.
        out: the file of the regions' table, .csv or .json; its columns are those of `RegionChange.row`.
        figure: a file that shows both designs and their difference, .png, .pdf or .svg.
        engine: "auto", "onnx", "torch" or "openvino"; see `load_predictor`.
        device: "auto", "cpu" or "cuda".
        center_bias: False leaves the model's own center bias out, for images that are parts of others.

    Raises:
        InputError: a box reaches out of its image, only one design has a region of some name, a table is
            asked for without regions, or the name of a file that cannot be written.
        DataError: an image is missing or damaged.
        WeightsError: there is no such model, see `load_predictor`.
        OutputError: a file cannot be written.
    """
    a, b, out, figure = Path(a), Path(b), Path(out) if out else None, Path(figure) if figure else None
    named, moved = read_boxes(boxes), read_boxes(boxes_b) if boxes_b is not None else None
    if out:
        check_table(out, *box_files(boxes), *box_files(boxes_b or ()))
        if not named:
            raise InputError(f"{out} is to be a table of regions: give boxes, or ask for no table.")
    if figure:
        check_figure(figure, a, b)
    pair = named, paired_boxes(named, moved, (read_size(a), read_size(b)))
    predictor = load_predictor(model, engine=engine, device=device, center_bias=center_bias)
    first, second = (predict(image, model=predictor).density for image in (a, b))
    changes = region_changes(first, second, *pair)
    difference = compare_designs(first, second)
    found = DesignComparison(a, b, predictor.name, difference, changes, pair, out, figure)
    if out:
        write_table(out, [row.row() for row in changes])
    if figure:
        _draw(found, figure)
    return found


def _draw(found: DesignComparison, figure: Path) -> None:
    from gazemap.images.reading import read_image
    from gazemap.reports.figures import predictions as figures
    from gazemap.reports.figures.saving import write_figure

    images = read_image(found.a), read_image(found.b)
    names = found.a.name, found.b.name
    write_figure(figures.designs(images, found.difference, names, found.changes, found.boxes), figure)
