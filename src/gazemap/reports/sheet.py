"""`gazemap sheet`: several models' predictions of the same images on one figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gazemap.errors import InputError
from gazemap.images.folds import ViewportLike, parse_viewport
from gazemap.images.reading import read_image, read_size
from gazemap.models.files import DEFAULT_MODEL
from gazemap.prediction.predict import predict
from gazemap.prediction.predictor import load_predictor
from gazemap.reports.figures.saving import check_figure, write_figure
from gazemap.system.plain import plain
from gazemap.system.progress import bar

if TYPE_CHECKING:
    from gazemap.prediction.predictor import ModelLike

_MOST_IMAGES, _MOST_MODELS = 30, 8


@dataclass(frozen=True)
class PredictionSheet:
    """A sheet that was written.

    Attributes:
        out: the figure's file.
        images: the rows.
        models: the names of the columns.
        assumed: what was assumed of the images, in sentences.
    """

    out: Path
    images: tuple[Path, ...]
    models: tuple[str, ...]
    assumed: tuple[str, ...] = ()

    def notes(self) -> list[str]:
        """What was assumed, and what was written, in sentences."""
        return [*self.assumed, f"Figure: {self.out}, images {len(self.images)}, models {len(self.models)}"]

    def as_json(self) -> dict[str, Any]:
        """The files and the models' names; `notes`, where something was assumed."""
        values: dict[str, Any] = plain(asdict(self))
        notes = values.pop("assumed")
        return values | ({"notes": notes} if notes else {})


def sheet(
    images: str | Path | Sequence[str | Path],
    out: str | Path,
    *,
    model: ModelLike | Sequence[ModelLike] = DEFAULT_MODEL,
    engine: str = "auto",
    device: str = "auto",
    center_bias: bool = True,
    viewport: ViewportLike = None,
    progress: bool = False,
) -> PredictionSheet:
    """Write a sheet with a row per image and a column per model, all maps on one scale.

    Args:
        images: one file, or up to 30.
        out: the figure's file, .png, .pdf or .svg; a file that is there is replaced.
        model: one model, or up to 8: names, run folders, weights or ONNX files, or models in memory; see
            `load_predictor`.
        engine: "auto" or one of `ENGINES`; see `load_predictor`.
        device: "auto", "cpu" or "cuda".
        center_bias: False leaves the models' own center bias out, for images that are parts of others.
        viewport: what is seen at once, as for `predict`.
        progress: show a bar.

    Raises:
        InputError: no image or model, too many of them, or the name of a file that no figure can have.
        DataError: an image is missing or damaged.
        WeightsError: there is no such model, see `load_predictor`.
        OutputError: the figure cannot be written.
    """
    out, seen = Path(out), parse_viewport(viewport)
    files = [Path(image) for image in ([images] if isinstance(images, str | Path) else images)]
    models: Sequence[ModelLike] = model if isinstance(model, list | tuple) else [model]  # type: ignore[list-item]
    check_figure(out, *files)
    _check_counts(len(files), len(models))
    for file in files:
        read_size(file)
    chosen = [
        load_predictor(entry, engine=engine, device=device, center_bias=center_bias) for entry in models
    ]
    from gazemap.reports.figures import predictions as figures
    from gazemap.reports.figures.maps import shown_map

    rows, assumed = [], []
    for file in bar(files, "Predicting", progress=progress):
        found = [predict(file, model=one, viewport=seen) for one in chosen]
        rows.append(figures.sheet_row(file.name, read_image(file), [shown_map(one) for one in found]))
        assumed += [f"{file.name}: {note}." for note in found[0].notes]
    names = tuple(one.name for one in chosen)
    write_figure(figures.sheet(rows, names), out)
    return PredictionSheet(out, tuple(files), names, tuple(assumed))


def _check_counts(images: int, models: int) -> None:
    """Refuse an empty sheet, and one that is too large to be looked at."""
    if not (0 < images <= _MOST_IMAGES and 0 < models <= _MOST_MODELS):
        raise InputError(
            f"A sheet must have 1 to {_MOST_IMAGES} images and 1 to {_MOST_MODELS} models, got {images} "
            f"images and {models} models. Make several sheets."
        )
