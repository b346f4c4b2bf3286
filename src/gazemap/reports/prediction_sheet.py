"""Several models' predictions of the same images on one sheet, as `gazemap sheet` writes it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gazemap.images.reading import read_image, read_size
from gazemap.models.base import SaliencyModel
from gazemap.models.files import DEFAULT_MODEL
from gazemap.models.weights import load_model
from gazemap.prediction.predict import predict
from gazemap.reports.figures.predictions import check_sheet, sheet, sheet_row
from gazemap.reports.figures.saving import check_figure, write_figure
from gazemap.system.progress import bar


def write_prediction_sheet(
    images: Sequence[Path],
    path: Path,
    *,
    models: Sequence[SaliencyModel | str | Path] = (DEFAULT_MODEL,),
    progress: bool = False,
) -> None:
    """Write a sheet with a row per image and a column per model, all maps on one scale.

    Args:
        images: up to 30 files.
        path: of the figure, .png, .pdf or .svg; one that is there is replaced.
        models: up to 8 models, or what `load_model` takes.
        progress: show a bar.

    Raises:
        InputError: too many images or models, or a name that no figure can have.
        DataError: an image is missing or damaged.
        WeightsError: see `load_model`.
        OutputError: the figure cannot be written.
    """
    check_figure(path)
    check_sheet(len(images), len(models))
    for image in images:
        read_size(image)
    networks = [model if isinstance(model, SaliencyModel) else load_model(model) for model in models]
    rows = [
        sheet_row(image.name, read_image(image), [predict(network, image).density for network in networks])
        for image in bar(images, "Predicting", progress=progress)
    ]
    write_figure(sheet(rows, [network.name for network in networks]), path)
