"""`gazemap compare`: two models' scores, image by image, and a figure of their differences."""

from __future__ import annotations

from pathlib import Path

from gazemap.evaluation import comparison
from gazemap.evaluation.model_comparison import ModelComparison
from gazemap.evaluation.scores import Scores
from gazemap.reports.figures.saving import check_figure


def compare(
    a: Scores | str | Path,
    b: Scores | str | Path,
    *,
    protocol: str | None = None,
    split: str | None = None,
    row_a: str | None = None,
    row_b: str | None = None,
    sort_by: str | None = None,
    out: str | Path | None = None,
    figure: str | Path | None = None,
    progress: bool = False,
) -> ModelComparison:
    """Compare two models, or a model with a baseline, on the same images, and draw the differences.

    All but the figure is done by `evaluation.comparison.compare`, which says more of each argument.

    Args:
        a: a run folder that was evaluated, a file of scores, or scores.
        b: what A is compared with; differences are B - A.
        protocol: whose scores are compared.
        split: the images.
        row_a: a model or baseline of A.
        row_b: a model or baseline of B.
        sort_by: the metric by which images are listed.
        out: the table of the differences, .parquet or .csv.
        figure: a file that shows the differences of every image, a panel per metric; .png, .pdf or .svg.
        progress: show a bar.

    Raises:
        InputError: the name of a file that no figure can have; see there for the rest.
    """
    if figure:
        check_figure(Path(figure))
    found = comparison.compare(
        a,
        b,
        protocol=protocol,
        split=split,
        row_a=row_a,
        row_b=row_b,
        sort_by=sort_by,
        out=out,
        progress=progress,
    )
    if figure:
        _draw(found, Path(figure))
    return found


def _draw(found: ModelComparison, figure: Path) -> None:
    from gazemap.reports.figures.saving import write_figure

    write_figure(found.plot(), figure)
