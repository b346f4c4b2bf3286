"""The results that are more than one table: what is printed of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gazemap.cli.command import Answer
from gazemap.cli.tables import Table

if TYPE_CHECKING:
    from gazemap.data.dataset import GazeDataset, Summary
    from gazemap.evaluation.model_comparison import ModelComparison
    from gazemap.evaluation.scores import Scores
    from gazemap.reports.studies.cross_validation import CrossValidation
    from gazemap.reports.studies.sweep import SweepResult
    from gazemap.reports.studies.transfer import Transfer


def scores_table(scores: Scores) -> Table:
    """The mean of each metric with its interval, of every model and baseline."""
    headings = ["", *(scores.heading(metric).replace(" (", "\n(") for metric in scores.metrics)]
    rows = [
        [scores.label(row), *(str(interval).replace(" [", "\n[") for interval in intervals)]
        for row, intervals in scores.table()
    ]
    return Table(headings, rows, scores.title, narrow="turn")


def comparison_parts(found: ModelComparison) -> list[str | Table]:
    """The differences by metric, how sure they are, and the images that differ most."""
    from gazemap.evaluation.intervals import three_decimals

    extremes = [
        [better, image_id, *map(three_decimals, (a, b, b - a))] for better, image_id, a, b in found.extremes()
    ]
    images = Table(("better", "image", "A", "B", "B - A"), extremes, f"Largest differences, {found.sort_by}")
    cells = [[cell.replace(" [", "\n[") for cell in row] for row in found.cells()]
    return [Table(found.headings, cells, found.title, narrow="list"), *found.notes(), images]


def made_dataset(dataset: GazeDataset) -> Answer:
    """What a data set holds, where it comes from, and under which terms."""
    found = dataset.summary()
    return Answer(found, _summary_lines(found))


def _summary_lines(found: Summary) -> list[str]:
    info = found.info
    (height, width), *others = found.sizes
    splits = ", ".join(f"{name} {count}" for name, count in found.splits.items())
    more = f" and {len(others)} other sizes" if others else ""
    people = f" of {found.observers} observers" if found.observers else ""
    return [
        f"{info.name}: {info.title}" + (f", {info.edition}" if info.edition else ""),
        f"  folder     {found.path}",
        f"  images     {found.images} ({splits}), {width} x {height}{more}",
        f"  fixations  {found.fixations:,}{people}",
        f"  maps       {found.maps}",
        "  blur       " + ("not stated" if info.sigma is None else f"{info.sigma} px"),
        f"  source     {info.source}",
        f"  license    {info.license}",
        f"  cite       {info.citation}",
        *(f"  recording  {entry}" for entry in info.recordings),
        *(f"  note       {note}" for note in info.notes),
        *(f"  set aside  {entry.item}: {entry.reason}" for entry in info.set_aside),
    ]


def sweep_parts(found: SweepResult) -> list[str | Table]:
    """The mean of each metric with its interval, of every entry."""
    metrics = found.sweep.metrics
    rows = [
        [row.name, *(str(row.intervals[metric]).replace(" [", "\n[") for metric in metrics)]
        for row in found.rows
    ]
    return [
        Table(("", *metrics), rows, f"{found.sweep.name}, {found.sweep.protocol}", narrow="turn"),
        *found.scores.notes(),
        f"Means over seeds and images, with bootstrap 95 % intervals over images: {found.table}",
        f"Figure: {found.figure}",
    ]


def cross_validation_parts(found: CrossValidation) -> list[str | Table]:
    """The scores of all images, or which folds are missing for them."""
    if found.scores is None:
        missing = ", ".join(map(str, found.missing))
        return [
            f"Folds not trained yet: {missing}. The scores of all images are computed when all {found.folds} "
            "folds are trained."
        ]
    return [scores_table(found.scores), *found.scores.notes(), f"Scores per image: {found.file}"]


def transfer_parts(found: Transfer) -> list[str | Table]:
    """The scores on each set that was left out, and what few numbers would gain there."""
    headings, *rows = found.score_rows
    cells = [[cell.replace(" [", "\n[").replace(" (", "\n(") for cell in row] for row in rows]
    gains, *numbers = found.curve_rows
    return [
        Table(headings, cells, found.title, narrow="turn"),
        Table(gains, numbers, "What few numbers of each set would gain, in bits", narrow="turn"),
        *found.notes(),
        f"Everything measured, with intervals: {found.table}",
        f"Figure: {found.figure}",
    ]
