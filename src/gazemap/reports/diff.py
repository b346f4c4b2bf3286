"""`gazemap diff`: how attention differs between two designs."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gazemap.analysis.area_files import AreasLike, area_files, areas_of
from gazemap.analysis.area_shares import SECONDS
from gazemap.analysis.comparing import ComparedDesigns, compare_predictions, screens_of
from gazemap.analysis.designs import paired_areas
from gazemap.analysis.seen import check_seconds
from gazemap.analysis.tables import check_table, write_table
from gazemap.errors import InputError
from gazemap.images.folds import ViewportLike, folds_of, parse_viewport
from gazemap.images.reading import read_size
from gazemap.models.files import DEFAULT_MODEL
from gazemap.prediction.predict import predict
from gazemap.prediction.predictor import load_predictor
from gazemap.reports.figures.saving import check_figure, write_figure
from gazemap.system.notebooks import paragraphs, table
from gazemap.system.plain import plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from gazemap.prediction.predictor import ModelLike


@dataclass(frozen=True, eq=False)
class DesignComparison(ComparedDesigns):
    """How attention differs between two designs, A and B, that are image files. Changes are B - A.

    Attributes:
        a: the image file of the first design.
        b: that of the second.
        model: the name of the model.
        out: the table's file, if one was asked for.
        figure: the file that shows both, if one was asked for.
    """

    a: Path
    b: Path
    model: str
    out: Path | None
    figure: Path | None

    @property
    def headings(self) -> tuple[str, ...]:
        """The columns of `cells`."""
        folds = ("fold A", "fold B") if self.is_folded else ()
        shares = ("attention A", "attention B", "change", "times chance A", "times chance B")
        seen = (f"seen in {self.seconds:g} s, {side}" for side in "AB")
        return ("name", *folds, *shares, *seen, "place in B")

    def cells(self) -> list[list[str]]:
        """The table of the areas as texts, a list per area; `headings` are its columns."""
        return [
            [
                row.name,
                *([str(row.a.fold), str(row.b.fold)] if self.is_folded else []),
                f"{row.a.attention:.1%}",
                f"{row.b.attention:.1%}",
                f"{row.change:+.1%}",
                f"{row.a.times_chance:.2f}",
                f"{row.b.times_chance:.2f}",
                f"{row.a.seen:.0%}",
                f"{row.b.seen:.0%}",
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
            *self.numbers(),
            *([f"Table: {self.out}"] if self.out else []),
            *([f"Figure: {self.figure}"] if self.figure else []),
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
        return figures.designs(images, self.differences, names, self.changes, self.areas, shown)

    def __repr__(self) -> str:
        return f"<DesignComparison of {self.a.name} and {self.b.name}, predicted by {self.model}>"

    def _repr_html_(self) -> str:
        title = f"A {self.a.name}, B {self.b.name}, predicted by {self.model}"
        notes = self.notes()[2:]  # the files' names are in the title
        if not self.changes:
            return "\n".join(paragraphs(title, *notes))
        return table(title, [self.headings, *self.cells()], notes)

    def as_json(self) -> dict[str, Any]:
        """The files, the numbers that compare the two, and the areas' rows, with all digits.

        Of designs that are predicted fold by fold, the numbers are in `folds`, one entry per pair.
        """
        files = {"a": self.a, "b": self.b, "model": self.model, "out": self.out, "figure": self.figure}
        values: dict[str, Any] = plain(files) | super().as_json()
        return values


def diff(
    a: str | Path,
    b: str | Path,
    *,
    model: ModelLike = DEFAULT_MODEL,
    areas: AreasLike = (),
    areas_b: AreasLike = (),
    seconds: float = SECONDS,
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
        areas: in pixels of A: texts "name=x,y,width,height", files, or areas in memory; see `read_areas`.
        areas_b: those of them that lie elsewhere in B, in pixels of B. All others are looked for at the place
            that they have in A, and the result says so.
        seconds: within which they are `seen`, since the design, or its fold, appeared.
        out: the file of the areas' table, .csv or .json; its columns are those of `AreaChange.row`.
        figure: a file that shows both designs and their difference, .png, .pdf or .svg.
        engine: "auto" or one of `ENGINES`; see `load_predictor`.
        device: "auto", "cpu" or "cuda".
        center_bias: False leaves the model's own center bias out, for images that are parts of others.
        viewport: what is seen at once, as for `predict`.

    Raises:
        InputError: an area reaches out of its image, only B has an area of some name, a table is asked for
            without areas, seconds that are not over 0, or the name of a file that cannot be written.
        DataError: an image is missing or damaged.
        WeightsError: there is no such model, see `load_predictor`.
        OutputError: a file cannot be written.
    """
    check_seconds(seconds)
    a, b, out, figure = Path(a), Path(b), Path(out) if out else None, Path(figure) if figure else None
    named, moved = (areas_of(image, own) if own else [] for image, own in ((a, areas), (b, areas_b)))
    seen = parse_viewport(viewport)
    if out:
        check_table(out, *area_files(areas), *area_files(areas_b))
        if not named:
            raise InputError(f"{out} is to be a table of areas: give some, or ask for no table.")
    if figure:
        check_figure(figure, a, b)
    sizes = read_size(a), read_size(b)
    is_folded = any(len(folds_of(size, seen)) > 1 for size in sizes)
    paired_areas(named, moved, sizes, screens_of(sizes, is_folded=is_folded))  # refuses before it predicts
    predictor = load_predictor(model, engine=engine, device=device, center_bias=center_bias)
    first, second = (predict(image, model=predictor, viewport=seen) for image in (a, b))
    compared = compare_predictions(first, second, named, moved, seconds=seconds)
    known = {field.name: getattr(compared, field.name) for field in fields(ComparedDesigns)}
    found = DesignComparison(**known, a=a, b=b, model=predictor.name, out=out, figure=figure)
    if out:
        write_table(out, [row.row() for row in found.changes])
    if figure:
        write_figure(found.plot(), figure)
    return found
