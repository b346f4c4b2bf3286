"""`gazemap areas`: what is predicted for areas of an image, and how observers looked at them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gazemap.analysis.area_files import AreasLike, area_files, areas_of, read_areas
from gazemap.analysis.area_shares import SECONDS, area_shares, share_notes
from gazemap.analysis.looks import AreaLooks
from gazemap.analysis.seen import check_seconds
from gazemap.analysis.tables import check_table, write_table
from gazemap.errors import InputError
from gazemap.gaze.shapes import Area, check_areas, overlapping
from gazemap.images.folds import Viewport, ViewportLike, folds_of, parse_viewport
from gazemap.images.reading import read_size
from gazemap.models.files import DEFAULT_MODEL
from gazemap.prediction.predict import predict
from gazemap.prediction.predictor import load_predictor
from gazemap.reports.area_table import AreaTable, MeasuredAreas, PredictedAreas
from gazemap.reports.figures.saving import check_figure, write_figure
from gazemap.reports.measured_areas import MeasuredArea, measured_areas
from gazemap.system.progress import bar
from gazemap.types import Size

if TYPE_CHECKING:
    from gazemap.data.dataset import DatasetLike, GazeDataset
    from gazemap.data.sample import Sample
    from gazemap.prediction.predictor import ModelLike

_TOLD = 10  # names in a sentence


def areas(
    source: DatasetLike,
    *,
    areas: AreasLike,
    measured: DatasetLike | None = None,
    seconds: float = SECONDS,
    out: str | Path | None = None,
    looks: str | Path | None = None,
    figure: str | Path | None = None,
    model: ModelLike | None = None,
    condition: str | None = None,
    engine: str = "auto",
    device: str = "auto",
    center_bias: bool = True,
    viewport: ViewportLike = None,
    progress: bool = False,
) -> AreaTable:
    """How much attention areas of an image are predicted to get, how observers looked at areas, or both.

    Of an image that is longer than a screen, what is predicted is of each fold, see `predict`.

    Args:
        source: an image file, for which areas are predicted; or a gaze data set or its folder, in whose
            images areas are measured. Images without areas are left out.
        areas: of all images alike, or of images by their names; see `read_areas`.
        measured: a gaze data set that has the image, too, under its name: how its observers looked at the
            areas is told beside what is predicted.
        seconds: within how many an area is looked at, to be counted as seen.
        out: the table's file, .csv or .json; see `AreaTable.rows`.
        looks: a file of every observer's looks at every area, .csv or .json; the columns are the image and
            the names of `AreaLooks`.
        figure: a file that shows the areas and their predicted shares, .png, .pdf or .svg.
        model: a name, a run folder, a weights or ONNX file, or a model in memory; see `load_predictor`. None:
            gazenet.
        condition: the viewing condition by name, such as "web-page"; as in `load_predictor`.
        engine: "auto" or one of `ENGINES`; see `load_predictor`.
        device: "auto", "cpu" or "cuda".
        center_bias: False leaves the model's own center bias out, for images that are parts of others.
        viewport: what is seen at once, as for `predict`.
        progress: show a bar.

    Raises:
        InputError: areas of another form, of no image, or outside of theirs; seconds that are not over 0;
            what only predictions have, asked of a data set, or the other way around; an image that the data
            set lacks or has at another size, or that is predicted fold by fold beside it; the name of a file
            that cannot be written.
        DataError: the image or the data set cannot be read, or does not say who looked.
        WeightsError: there is no such model, see `load_predictor`.
        OutputError: a file cannot be written.
    """
    check_seconds(seconds)
    out, looks, figure = (Path(file) if file else None for file in (out, looks, figure))
    if out is not None and out == looks:
        raise InputError(f"The table and every observer's looks must be two files, got {out} for both.")
    for file in (out, looks):
        if file:
            check_table(file, *area_files(areas))
    if not isinstance(source, str | os.PathLike) or Path(source).is_dir():
        stated = (model, condition, figure, measured, viewport) != (None,) * 5
        if stated or (engine, device, center_bias) != ("auto", "auto", True):
            raise InputError(
                f"{source} is a data set, in which nothing is predicted. Give an image to predict areas, and "
                "the data set by --measured to have both; or leave out the model and what belongs to it."
            )
        found = _measured(source, areas, seconds, progress=progress)
    else:
        image, seen = Path(source), parse_viewport(viewport)
        if looks and measured is None:
            raise InputError(f"{looks} is to hold observers' looks: say by --measured whose.")
        if figure:
            check_figure(figure, image)
        named = areas_of(image, areas)
        size = read_size(image)
        check_areas(named, size)
        recorded = None if measured is None else _recorded(measured, image, size, named, seen, seconds)
        predictor = load_predictor(
            model or DEFAULT_MODEL, condition=condition, engine=engine, device=device, center_bias=center_bias
        )
        prediction = predict(image, model=predictor, viewport=seen)
        rows = area_shares(prediction, named, seconds)
        predicted = PredictedAreas(image, predictor.name, prediction, named, rows)
        remarks = [*share_notes(prediction, named, rows), *(_unknown(recorded.rows) if recorded else ())]
        found = AreaTable(seconds, predicted, recorded, remarks)
    found = replace(found, out=out, looks=looks, figure=figure)
    _write(found)
    return found


def _measured(source: DatasetLike, areas: AreasLike, seconds: float, *, progress: bool) -> AreaTable:
    """The table of a data set."""
    from gazemap.data.dataset import as_dataset

    dataset, named = as_dataset(source), read_areas(areas)
    chosen = [(sample, own) for sample in dataset if (own := named.of(sample.image_id))]
    unlike = _strangers(named.strangers(dataset.image_ids))
    if not chosen:
        raise InputError(f"No image of {dataset.name} has areas. {' '.join(unlike)}")
    for sample, own in chosen:
        try:
            check_areas(own, sample.size)
        except InputError as error:
            raise InputError(f"{sample.image_id}: {error}") from None
    found = _of_samples(dataset.name, bar(chosen, "Measuring", progress=progress), seconds)
    overlaps = [
        f"{sample.image_id}: {a} and {b} overlap; a fixation on both counts for each."
        for sample, own in chosen
        for a, b in overlapping(own, sample.size)
    ]
    return AreaTable(seconds, None, found, [*unlike, *_unknown(found.rows), *overlaps])


def _recorded(
    source: DatasetLike, image: Path, size: Size, areas: list[Area], viewport: Viewport, seconds: float
) -> MeasuredAreas:
    """How observers looked at the areas of an image that the data set has, too."""
    from gazemap.data.dataset import as_dataset

    dataset = as_dataset(source)
    sample = _sample(dataset, image)
    if sample.size != size:
        raise InputError(
            f"{image} is {size[1]} x {size[0]} pixels and {sample.image_id} in {dataset.name} "
            f"{sample.size[1]} x {sample.size[0]}; both must be one image."
        )
    if len(folds_of(size, viewport)) > 1:
        raise InputError(
            f"{image.name} is longer than a screen and is predicted screen by screen, but observers were "
            "measured on all of it. If they saw it at once, give --viewport whole."
        )
    return _of_samples(dataset.name, [(sample, areas)], seconds)


def _sample(dataset: GazeDataset, image: Path) -> Sample:
    """The image in the data set: of its name, or else of its name without the suffix."""
    for named in (lambda name: name == image.name, lambda name: Path(name).stem == image.stem):
        known = [name for name in dataset.image_ids if named(name)]
        if len(known) == 1:
            return dataset[known[0]]
    raise InputError(
        f"{dataset.name} has no image {image.name} or {image.stem}; its first is {dataset.image_ids[0]}. "
        "Give an image of the data set, by its name there."
    )


def _of_samples(name: str, chosen: Iterable[tuple[Sample, list[Area]]], seconds: float) -> MeasuredAreas:
    rows: list[MeasuredArea] = []
    looks: dict[str, Sequence[AreaLooks]] = {}
    for sample, own in chosen:
        found, looks[sample.image_id] = measured_areas(sample, own, seconds)
        rows += found
    return MeasuredAreas(name, rows, looks)


def _strangers(names: Sequence[str]) -> list[str]:
    if not names:
        return []
    more = f" and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
    return [f"There are areas of images that the set does not have: {', '.join(names[:_TOLD])}{more}."]


def _unknown(rows: Sequence[MeasuredArea]) -> list[str]:
    """What the data set does not know, in sentences."""
    looked_at = [row for row in rows if row.observers]
    notes = []
    if any(not row.visits.is_known for row in looked_at):
        notes.append("The set has no onsets: first looks, what is seen in time, and visits are not known.")
    if any(not row.fixation_time.is_known for row in looked_at):
        notes.append("The set has no durations: dwell times are not known.")
    return notes


def _write(found: AreaTable) -> None:
    """Write the files that were asked for."""
    if found.out:
        write_table(found.out, found.rows())
    if found.looks and found.measured:
        every = [
            {"image": image} | asdict(row) for image, some in found.measured.looks.items() for row in some
        ]
        if not every:
            raise InputError(
                f"No observer of {found.measured.dataset} looked at an image that has areas, so that "
                f"{found.looks} would be empty."
            )
        write_table(found.looks, every)
    if found.figure and found.predicted:
        write_figure(found.plot(), found.figure, found.predicted.prediction.icc_profile)
