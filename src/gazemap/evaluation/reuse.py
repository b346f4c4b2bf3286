"""Scores that are kept in a file, and used again only where all that made them is the same."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gazemap.data.dataset import DatasetLike, GazeDataset
from gazemap.errors import OutputError
from gazemap.evaluation.by_workers import ScoringCrew
from gazemap.evaluation.evaluate import evaluate_opened
from gazemap.evaluation.fingerprint import what_makes
from gazemap.evaluation.opened import open_all
from gazemap.evaluation.rows import Models, Row
from gazemap.evaluation.score_files import check_scores_file
from gazemap.evaluation.scores import Scores
from gazemap.metrics import Protocol
from gazemap.system.fingerprint import differences
from gazemap.system.locks import clear_lock, only_one_file
from gazemap.system.writing import check_writable


def scores_in(
    path: Path,
    models: Models,
    dataset: DatasetLike,
    split: str = "val",
    protocol: str | Protocol = "exact",
    *,
    metrics: Sequence[str] | None = None,
    one_map: bool = False,
    seed: int = 0,
    unseen: bool = False,
    sigma: float | None = None,
    degrees: float | None = None,
    holds: str = "saliency",
    engine: str = "auto",
    device: str = "auto",
    workers: int | None = None,
    cluster: str | None = None,
    replace_others: bool = True,
    progress: bool = False,
) -> Scores:
    """The scores in a file, where everything that made them is still the same; else made and written there.

    Args:
        path: .parquet, .csv or .json. A CSV file does not say what made its scores, so they are never reused.
        models: as for `evaluate`, and so are the arguments that follow.
        dataset: with fixation points.
        split: the images to score.
        protocol: a key of `PROTOCOLS`, or a protocol of your own.
        metrics: keys of `METRICS`; the protocol's own by default.
        one_map: score log densities by one map for all metrics, too.
        seed: draws the other images whose fixations are a protocol's negatives.
        unseen: leave out the images that a model was trained on.
        sigma: the blur of the ground truth, in pixels.
        degrees: the same in degrees of visual angle.
        holds: what maps in folders and files hold.
        engine: what computes models.
        device: where.
        workers: processes that share the images.
        cluster: "ray": actors of Ray do.
        replace_others: whether other scores in `path` (of another model, data set, protocol or version) are
            replaced, or refused.
        progress: show bars.

    Raises:
        InputError: a suffix of no format.
        DataError: `path` is a file that holds no scores; see `evaluate` for the rest.
        OutputError: `path` holds other scores, which are not to be replaced (names all that differs); or it
            cannot be written.
    """
    check_scores_file(path)
    computed: dict[str, Any] = {"holds": holds, "engine": engine, "device": device}
    blur: dict[str, Any] = {"sigma": sigma, "degrees": degrees}
    rows, dataset, split, _, by = open_all(
        models, dataset, split, **blur, workers=workers, cluster=cluster, **computed
    )
    asked: dict[str, Any] = {"metrics": metrics, "one_map": one_map, "seed": seed, "unseen": unseen}
    asked |= blur
    return found_or_made(
        path, rows, dataset, split, protocol, **asked, by=by, replace_others=replace_others, progress=progress
    )[0]


def found_or_made(
    path: Path,
    rows: dict[str, Row],
    dataset: GazeDataset,
    split: str,
    protocol: str | Protocol,
    *,
    by: ScoringCrew | None = None,
    replace_others: bool,
    progress: bool = False,
    **asked: Any,  # noqa: ANN401 - the options of `what_makes`
) -> tuple[Scores, bool]:
    """The scores as by `scores_in`, its rows already open, by workers or not, and whether they were there.

    Of two processes that score into one file, the second waits for the first, and then finds its scores.
    """
    made_by = what_makes(rows, dataset, split, protocol, **asked)
    found = _found_in(path, made_by, replace_others)
    if found is not None:
        clear_lock(path)
        return found, True
    check_writable(path)  # before the work
    with only_one_file(path, "scoring", wait=True):
        found = _found_in(path, made_by, replace_others)
        if found is not None:
            return found, True
        scores = evaluate_opened(
            rows, dataset, split, protocol, **asked, made_by=made_by, by=by, progress=progress
        )
        scores.write(path)
    return scores, False


def _found_in(path: Path, made_by: dict[str, Any], replace_others: bool) -> Scores | None:
    """The scores in a file that were made by the same; else None.

    Raises:
        DataError: `path` is a file that holds no scores.
        OutputError: it holds other scores, which are not to be replaced; names all that differs.
    """
    if not path.exists():
        return None
    kept = Scores.read(path)
    changed = differences(kept.made_by or None, made_by)
    if changed and not replace_others:
        raise OutputError(
            f"{path} holds other scores: {'; '.join(changed)}. Replace them with --force, or choose "
            "another file with --out."
        )
    return None if changed else kept
