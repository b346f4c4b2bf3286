"""What an evaluation needs, opened: what is scored, the data set, and the workers where there are any."""

from __future__ import annotations

from typing import Any, NamedTuple

from gazemap.data.dataset import DatasetLike, GazeDataset, as_dataset
from gazemap.data.split_names import split_named
from gazemap.evaluation.blurs import seen_at
from gazemap.evaluation.by_workers import ScoringCrew, scoring_crew
from gazemap.evaluation.rows import Models, Row, open_rows


class Opened(NamedTuple):
    """What is open.

    Attributes:
        rows: what is scored, by name.
        dataset: with the pixels per degree that were stated.
        split: its name.
        degrees: of the blur, where it is one of visual angle.
        by: the workers that score; None where this process does.
    """

    rows: dict[str, Row]
    dataset: GazeDataset
    split: str
    degrees: float | None
    by: ScoringCrew | None


def open_all(
    models: Models,
    dataset: DatasetLike,
    split: str,
    *,
    sigma: float | None,
    degrees: float | None,
    pixels_per_degree: float | None = None,
    workers: int | None,
    cluster: str | None,
    **computed: Any,  # noqa: ANN401 - as for `open_rows`
) -> Opened:
    """Open all that `evaluate` scores; arguments and errors are its own.

    What workers could not open is refused first.
    """
    by = scoring_crew(models, dataset, workers, cluster, pixels_per_degree=pixels_per_degree, **computed)
    known, degrees = seen_at(as_dataset(dataset), pixels_per_degree, sigma=sigma, degrees=degrees)
    split = split_named(split)
    return Opened(open_rows(models, known.split(split), **computed), known, split, degrees, by)
