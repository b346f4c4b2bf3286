"""The figure and the table of two compared models."""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure

from gazemap.evaluation.model_comparison import ModelComparison
from gazemap.reports.figures.runs import score_differences
from gazemap.reports.figures.saving import check_figure
from gazemap.system.files import replacing


def comparison_figure(comparison: ModelComparison) -> Figure:
    """The differences of every image, a panel per metric."""
    return score_differences(comparison.differences, comparison.names, comparison.title)


def write_comparison(comparison: ModelComparison, path: Path) -> Path:
    """Write the figure of the differences, a panel per metric, and their table beside it.

    Args:
        comparison: from `compare`.
        path: of the figure, e.g. compare.png, .pdf or .svg.

    Returns:
        the path of the table, e.g. compare-differences.parquet.

    Raises:
        InputError: no format of figures.
        OutputError: a file cannot be written.
    """
    check_figure(path)
    with replacing(path) as temporary:
        comparison_figure(comparison).savefig(temporary, dpi=150)
    target = path.with_name(f"{path.stem}-differences.parquet")
    comparison.write(target)
    return target
