"""Scores that are kept in a file, and used again only where all that made them is the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gazemap.data.dataset import GazeDataset
from gazemap.errors import OutputError
from gazemap.evaluation.evaluate import evaluate
from gazemap.evaluation.fingerprint import what_makes
from gazemap.evaluation.predictions import Predictions
from gazemap.evaluation.score_files import check_scores_file
from gazemap.evaluation.scores import Scores
from gazemap.metrics import Protocol
from gazemap.models.base import SaliencyModel
from gazemap.system.fingerprint import differences


def scores_in(
    path: Path,
    models: SaliencyModel | Mapping[str, SaliencyModel | Predictions],
    dataset: GazeDataset,
    split: str = "val",
    protocol: str | Protocol = "exact",
    *,
    metrics: Sequence[str] | None = None,
    one_map: bool = False,
    seed: int = 0,
    unseen: bool = False,
    replace_others: bool = True,
    progress: bool = False,
) -> Scores:
    """The scores that a file holds, where all that made them is the same; else they are made and kept there.

    Args:
        path: .parquet, .csv (which does not say what made it, and so is never used again) or .json.
        models: as for `evaluate`, and so are the rest.
        dataset: with fixation points.
        split: the images to score.
        protocol: a key of `PROTOCOLS`, or a protocol of your own.
        metrics: keys of `METRICS`; the protocol's own by default.
        one_map: score log densities by one map for all metrics, too.
        seed: draws the other images whose fixations are a protocol's negatives.
        unseen: leave out the images that a model was trained on.
        replace_others: whether scores in `path` that other things made are replaced, or refused.
        progress: show bars.

    Raises:
        InputError: a suffix of no format.
        DataError: `path` is a file that holds no scores; see `evaluate` for the rest.
        OutputError: `path` holds scores of other things, all of which are named, and they are not to be
            replaced; or it cannot be written.
    """
    check_scores_file(path)
    asked: dict[str, Any] = {"metrics": metrics, "one_map": one_map, "seed": seed, "unseen": unseen}
    if path.exists():
        kept = Scores.read(path)
        changed = differences(kept.made_by or None, what_makes(models, dataset, split, protocol, **asked))
        if not changed:
            return kept
        if not replace_others:
            raise OutputError(
                f"{path} holds other scores: {'; '.join(changed)}. Replace them with --force, or choose "
                "another file with --out."
            )
    scores = evaluate(models, dataset, split, protocol, **asked, progress=progress)
    scores.write(path)
    return scores
