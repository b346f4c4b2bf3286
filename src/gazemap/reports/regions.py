"""`gazemap regions`: how much of the attention falls on each part of an image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gazemap.analysis.box_tables import BoxesLike, box_files, read_boxes
from gazemap.analysis.fold_regions import cut_notes, region_shares
from gazemap.analysis.regions import Mask, RegionShare, read_mask
from gazemap.analysis.tables import check_table, write_table
from gazemap.errors import InputError
from gazemap.gaze.areas import Box, check_inside, overlaps
from gazemap.images.folds import ViewportLike, parse_viewport
from gazemap.images.reading import read_size
from gazemap.models.files import DEFAULT_MODEL
from gazemap.prediction.predict import predict
from gazemap.prediction.prediction import Prediction
from gazemap.prediction.predictor import load_predictor
from gazemap.reports.figures.saving import check_figure, write_figure
from gazemap.system.notebooks import table
from gazemap.system.plain import plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from gazemap.prediction.predictor import ModelLike


@dataclass(frozen=True, eq=False)
class ImageRegions:
    """The attention on the regions of an image.

    Attributes:
        image: the file.
        model: the name of the model.
        rows: a row per region, greatest share first; of an image that is predicted fold by fold, a row per
            fold and region.
        where: the regions.
        prediction: of the image.
        out: the table's file, if one was asked for.
        figure: the file that shows the regions, if one was asked for.
    """

    image: Path
    model: str
    rows: Sequence[RegionShare]
    where: Sequence[Box] | Mask
    prediction: Prediction
    out: Path | None
    figure: Path | None

    @property
    def is_folded(self) -> bool:
        """Whether each share is one of a fold, not of the whole image."""
        return len(self.prediction.folds) > 1

    @property
    def headings(self) -> tuple[str, ...]:
        """The columns of `cells`."""
        return (*(("fold",) if self.is_folded else ()), "rank", "name", "attention", "area", "times chance")

    def cells(self) -> list[list[str]]:
        """The table as texts, a list per row; `headings` are its columns."""
        return [
            [
                *([str(row.fold)] if self.is_folded else []),
                *(str(row.rank), row.name, f"{row.attention:.1%}", f"{row.area:.1%}"),
                f"{row.times_chance:.2f}",
            ]
            for row in self.rows
        ]

    def notes(self) -> list[str]:
        """What was assumed, regions that are cut or overlap, and what was written, in sentences."""
        pairs = [] if isinstance(self.where, Mask) else overlaps(self.where)
        return [
            *(f"{note}." for note in self.prediction.notes),
            *cut_notes(self.rows),
            *(f"{a} and {b} overlap: attention on both of them counts for each." for a, b in pairs),
            *([f"Table: {self.out}"] if self.out else []),
            *([f"Figure: {self.figure}"] if self.figure else []),
        ]

    def plot(self) -> Figure:
        """The image and its density with the regions' edges, and the shares as bars.

        Raises:
            DataError: the image's file is gone or was changed into something else.
        """
        from gazemap.images.reading import read_image
        from gazemap.reports.figures import predictions as figures
        from gazemap.reports.figures.maps import shown_map

        return figures.regions(read_image(self.image), shown_map(self.prediction), self.rows, self.where)

    def __repr__(self) -> str:
        return f"<ImageRegions of {self.image.name}: {len(self.rows)} rows, predicted by {self.model}>"

    def _repr_html_(self) -> str:
        title = f"{self.image.name}, predicted by {self.model}"
        return table(title, [self.headings, *self.cells()], self.notes())

    def as_json(self) -> dict[str, Any]:
        """The files and the rows with all digits."""
        files = {"image": self.image, "model": self.model, "out": self.out, "figure": self.figure}
        values: dict[str, Any] = plain(files | {"regions": [asdict(row) for row in self.rows]})
        return values | ({"notes": list(self.prediction.notes)} if self.prediction.notes else {})


def regions(
    image: str | Path,
    *,
    model: ModelLike = DEFAULT_MODEL,
    boxes: BoxesLike = (),
    mask: str | Path | None = None,
    out: str | Path | None = None,
    figure: str | Path | None = None,
    engine: str = "auto",
    device: str = "auto",
    center_bias: bool = True,
    viewport: ViewportLike = None,
) -> ImageRegions:
    """The share of attention that falls on each region of an image, and how much more than by chance.

    Of an image that is longer than a screen, the shares are those of each fold, see `predict`.

    Args:
        image: a file.
        model: a name, a run folder, a weights or ONNX file, or a model in memory; see `load_predictor`.
        boxes: texts "name=x,y,width,height" in pixels of the image, .csv or .json files, or `Box`es; see
            `read_boxes`. Either these or `mask`.
        mask: an image file of the same size; each gray value or color is a region.
        out: the table's file, .csv or .json; its columns are the names of `RegionShare`.
        figure: a file that shows the regions and their shares, .png, .pdf or .svg.
        engine: "auto", "onnx", "torch" or "openvino"; see `load_predictor`.
        device: "auto", "cpu" or "cuda".
        center_bias: False leaves the model's own center bias out, for images that are parts of others.
        viewport: what is seen at once, as for `predict`.

    Raises:
        InputError: both or neither of `boxes` and `mask`, a box that reaches out of the image, several of
            one name, or the name of a file that cannot be written.
        DataError: the image or the mask is missing, damaged, or of another size.
        WeightsError: there is no such model, see `load_predictor`.
        OutputError: a file cannot be written.
    """
    image, out, figure = Path(image), Path(out) if out else None, Path(figure) if figure else None
    seen = parse_viewport(viewport)
    named = read_boxes(boxes)
    if bool(named) == (mask is not None):
        came = "both" if named else "neither"
        raise InputError(f"Regions must be either boxes or a mask, got {came}.")
    if out:
        check_table(out, *box_files(boxes))
    if figure:
        check_figure(figure, image)
    size = read_size(image)
    check_inside(named, size)
    parts = read_mask(Path(mask), size) if mask is not None else None
    predictor = load_predictor(model, engine=engine, device=device, center_bias=center_bias)
    prediction = predict(image, model=predictor, viewport=seen)
    where = parts or named
    rows = region_shares(prediction, where)
    found = ImageRegions(image, predictor.name, rows, where, prediction, out, figure)
    if out:
        write_table(out, [asdict(row) for row in rows])
    if figure:
        write_figure(found.plot(), figure, prediction.icc_profile)
    return found
