"""The figure of two compared models."""

from __future__ import annotations

from matplotlib.figure import Figure

from gazemap.evaluation.model_comparison import ModelComparison
from gazemap.reports.figures.runs import score_differences


def comparison_figure(comparison: ModelComparison) -> Figure:
    """The differences of every image, a panel per metric."""
    return score_differences(comparison.differences, comparison.names, comparison.title)
