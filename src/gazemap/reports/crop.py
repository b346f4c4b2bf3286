"""`gazemap crop`: the part of an image that people look at most, as a file."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gazemap.analysis.area_files import AreasLike, areas_of
from gazemap.analysis.crops import Crop, best_crop, check_crop_file, parse_aspect, parse_size, write_crop
from gazemap.errors import InputError
from gazemap.gaze.shapes import check_areas
from gazemap.images.folds import ViewportLike, parse_viewport
from gazemap.images.reading import read_size
from gazemap.models.files import DEFAULT_MODEL
from gazemap.prediction.predict import predict
from gazemap.prediction.prediction import Prediction
from gazemap.prediction.predictor import load_predictor
from gazemap.reports.figures.saving import check_figure, write_figure
from gazemap.system.notebooks import picture
from gazemap.system.plain import plain
from gazemap.types import Size

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from gazemap.prediction.predictor import ModelLike


@dataclass(frozen=True, eq=False)
class CroppedImage:
    """A crop that was written.

    Attributes:
        image: the file that it is a part of.
        out: the crop's file.
        model: the name of the model.
        crop: where it lies in the image, and how much of the attention it keeps.
        size: (H, W) of the file in pixels.
        prediction: of the whole image.
        held: the names of the areas that it was to hold whole.
        figure: the file that shows the crop in its image, if one was asked for.
    """

    image: Path
    out: Path
    model: str
    crop: Crop
    size: Size
    prediction: Prediction
    held: tuple[str, ...]
    figure: Path | None

    def notes(self) -> list[str]:
        """What was written, and what was assumed, in sentences."""
        chosen, (height, width) = self.crop, self.size
        lines = [
            f"{self.out}: x {chosen.x}, y {chosen.y}, {chosen.width} x {chosen.height} pixels; "
            f"{chosen.attention:.1%} of the attention on {chosen.area:.1%} of the area."
        ]
        if self.held:
            lines.append(f"It holds {', '.join(self.held)} whole.")
        if (chosen.height, chosen.width) != self.size:
            lines.append(f"Resized to {width} x {height} pixels, {width / chosen.width:.3g} times as wide.")
        lines += [f"{note}." for note in self.prediction.notes]
        if len(self.prediction.folds) > 1:
            lines.append("The crop is chosen as if every fold were looked at for the same time.")
        return lines + ([f"Figure: {self.figure}"] if self.figure else [])

    def plot(self) -> Figure:
        """The image, darkened where the crop leaves it out, beside its density.

        Raises:
            DataError: the image's file is gone or was changed into something else.
        """
        from gazemap.images.reading import read_image
        from gazemap.reports.figures import predictions as figures
        from gazemap.reports.figures.maps import shown_map

        return figures.crop(read_image(self.image), shown_map(self.prediction), self.crop)

    def __repr__(self) -> str:
        return f"<CroppedImage of {self.image.name}: {self.notes()[0]}>"

    def _repr_html_(self) -> str:
        return picture(self.plot, self.notes()[0])

    def as_json(self) -> dict[str, Any]:
        """The files, the crop in pixels of the image, the shares that it keeps, and the file's own size."""
        files = {"image": self.image, "model": self.model, "out": self.out, "figure": self.figure}
        written = {"out_width": self.size[1], "out_height": self.size[0]}
        values: dict[str, Any] = plain(files | asdict(self.crop) | written)
        values |= {"areas": list(self.held)} if self.held else {}
        return values | ({"notes": list(self.prediction.notes)} if self.prediction.notes else {})


def crop(
    image: str | Path,
    out: str | Path,
    *,
    model: ModelLike = DEFAULT_MODEL,
    aspect: Fraction | str | None = None,
    size: Size | str | None = None,
    share: float | None = None,
    areas: AreasLike | None = None,
    figure: str | Path | None = None,
    condition: str | None = None,
    engine: str = "auto",
    device: str = "auto",
    center_bias: bool = True,
    viewport: ViewportLike = None,
) -> CroppedImage:
    """Write the crop of an image that keeps most of the attention.

    Of an image that is longer than a screen, all of its folds count alike, see `FoldedPrediction.joined`; a
    crop may hold parts of several.

    Args:
        image: a file.
        out: the crop's file, of the image's format; a file that is there is replaced.
        model: a name, a run folder, a weights or ONNX file, or a model in memory; see `load_predictor`.
        aspect: width over height, a fraction or a text such as "16:9". Either this or `size`.
        size: of the file in pixels, to which the crop is resized: (height, width), or a text such as
            "1200x630" with the width first.
        share: keep at least this share of the attention, in (0, 1], in the smallest crop that does; by
            default the largest crop of the aspect is taken.
        areas: which the crop must hold whole, such as a face; see `read_areas`.
        figure: a file that shows the crop in its image, .png, .pdf or .svg.
        condition: the viewing condition by name, such as "web-page"; as in `load_predictor`.
        engine: "auto" or one of `ENGINES`; see `load_predictor`.
        device: "auto", "cpu" or "cuda".
        center_bias: False leaves the model's own center bias out, for images that are parts of others.
        viewport: what is seen at once, as for `predict`.

    Raises:
        InputError: both or neither of `aspect` and `size`, a share that no crop keeps, areas that lie outside
            of the image or that no crop holds, or the name of a file that cannot be written; see `best_crop`
            and `check_crop_file`.
        DataError: the image is missing or damaged.
        WeightsError: there is no such model, see `load_predictor`.
        OutputError: a file cannot be written.
    """
    image, out, figure = Path(image), Path(out), Path(figure) if figure else None
    seen = parse_viewport(viewport)
    if (aspect is None) == (size is None):
        came = "neither" if aspect is None else "both"
        raise InputError(f"A crop needs either an aspect or a size, such as 16:9 or 1200x630, got {came}.")
    exact = parse_size(size) if isinstance(size, str) else size
    wanted = Fraction(exact[1], exact[0]) if exact else parse_aspect(str(aspect))
    check_crop_file(image, out)
    if figure:
        check_figure(figure, image)
    held = [] if areas is None else areas_of(image, areas)
    if held:
        check_areas(held, read_size(image))
    predictor = load_predictor(
        model, condition=condition, engine=engine, device=device, center_bias=center_bias
    )
    prediction = predict(image, model=predictor, viewport=seen)
    chosen = best_crop(prediction.joined, wanted, share, held)
    write_crop(image, chosen, out, exact)
    written = exact or (chosen.height, chosen.width)
    names = tuple(area.name for area in held)
    found = CroppedImage(image, out, predictor.name, chosen, written, prediction, names, figure)
    if figure:
        write_figure(found.plot(), figure, prediction.icc_profile)
    return found
