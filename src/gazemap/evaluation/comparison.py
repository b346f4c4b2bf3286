"""The comparison of two models, image by image: `gazemap compare`."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np

from gazemap.errors import DataError, InputError, check_name
from gazemap.evaluation.baselines import BASELINES
from gazemap.evaluation.explained import GAIN, explained
from gazemap.evaluation.model_comparison import ModelComparison, check_table_file
from gazemap.evaluation.names import scores_files
from gazemap.evaluation.scores import Scores
from gazemap.evaluation.significance import differences
from gazemap.metrics import get_protocol
from gazemap.system.fingerprint import differences as fingerprint_differences


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
    progress: bool = False,
) -> ModelComparison:
    """Compare two models, or a model with a baseline, on the same images.

    Args:
        a: a run folder in which `gazemap evaluate` or `gazemap reproduce` wrote scores, a file of scores, or
            scores in memory.
        b: what A is compared with: of the same protocol, data set, split and images, in any order.
            Differences are B - A.
        protocol: whose scores are compared; by default "exact" of a folder, and what a file or `Scores` hold.
        split: the images; by default "val" of a folder, and what a file or `Scores` hold.
        row_a: a model or baseline of A; by default the run's own, or the only one that is no baseline.
        row_b: the same of B.
        sort_by: the metric by which images are listed; by default the first of the scores.
        out: where the table of differences is written, .parquet or .csv; see `ModelComparison.to_arrow`.
        progress: show a bar.

    Raises:
        DataError: a file that is missing or holds no scores.
        InputError: no such row, protocol or metric, a row that must be chosen, an infinite score, or scores
            that are not of the same images by the same protocol; names what differs.
        OutputError: `out` cannot be written.
    """
    if out is not None:
        check_table_file(Path(out))
    scores_a, scores_b = (_scores(given, protocol, split) for given in (a, b))
    row_a = row_a or _own_row(scores_a, a, "--row-a")
    row_b = row_b or _own_row(scores_b, b, "--row-b")
    for scores, row in ((scores_a, row_a), (scores_b, row_b)):
        check_name("row", row, scores.rows)
    if row_a == row_b and _is_same(a, b):
        raise InputError(f"A and B are both {row_a!r} of {_text(a, 'the same scores')}. Choose with --row-b.")
    _refuse_unlike(scores_a, scores_b)
    if sort_by is not None:
        check_name("metric", sort_by, scores_a.metrics)
    result = _compared(scores_a, scores_b, row_a, row_b, sort_by or scores_a.metrics[0], progress)
    if row_a == row_b:  # the same name twice would say nothing
        names = (_text(a, f"{row_a} (A)"), _text(b, f"{row_b} (B)"))
        result = replace(result, names=names)
    if out is not None:
        result.write(out)
    return result


def _compared(a: Scores, b: Scores, row_a: str, row_b: str, sort_by: str, progress: bool) -> ModelComparison:
    b = b.of_images(a.image_ids)
    shared = _both_scored(a, b)
    return ModelComparison(
        protocol=a.protocol,
        dataset=a.dataset,
        split=a.split,
        image_ids=a.image_ids,
        names=(row_a, row_b),
        differences=differences(a.per_image[row_a], b.per_image[row_b], progress=progress),
        explained=(explained(a.of_images(shared), row_a), explained(b.of_images(shared), row_b)),
        explained_on=len(shared),
        left_out={metric: _left_out(a, b, row_a, row_b, metric) for metric in a.metrics},
        sort_by=sort_by,
        seen=(a.seen.get(row_a, {}), b.seen.get(row_b, {})),
    )


def _is_same(a: Scores | str | Path, b: Scores | str | Path) -> bool:
    if isinstance(a, Scores) or isinstance(b, Scores):
        return a is b
    return Path(a).resolve() == Path(b).resolve()


def _text(given: Scores | str | Path, of_scores: str) -> str:
    return of_scores if isinstance(given, Scores) else str(given)


def _scores(given: Scores | str | Path, protocol: str | None, split: str | None) -> Scores:
    """What was handed over as A or B, read where it is a path.

    Raises:
        DataError: a folder without such scores or with those of several data sets, or a file that
            cannot be used.
        InputError: no such protocol, or scores of another protocol or split.
    """
    if isinstance(given, Scores):
        scores, where = given, "These scores are"
    else:
        path = Path(given)
        if path.is_dir():
            path = _find_scores(path, protocol or "exact", split or "val")
        scores, where = Scores.read(path), f"{path} holds scores"
    wanted = (protocol or scores.protocol, split or scores.split)
    if (scores.protocol, scores.split) != wanted:
        raise InputError(
            f"{where} of the split {scores.split} by the protocol {scores.protocol}, not of {wanted[1]} by "
            f"{wanted[0]}. Give another file, or --split {shlex.quote(scores.split)} --protocol "
            f"{scores.protocol}."
        )
    return scores


def _both_scored(a: Scores, b: Scores) -> tuple[str, ...]:
    """The images over which both tables have their means of information gain."""
    known = a.scored(GAIN) & b.scored(GAIN) if GAIN in a.metrics else np.ones(len(a.image_ids), bool)
    return tuple(image_id for image_id, both in zip(a.image_ids, known, strict=True) if both)


def _left_out(a: Scores, b: Scores, row_a: str, row_b: str, metric: str) -> dict[str, str]:
    """image_id -> which of two rows has no score there, and why."""
    sides = {"A": a.left_out(row_a, metric), "B": b.left_out(row_b, metric)}
    return {
        image_id: ", ".join(
            f"in {side} {missing[image_id]}" for side, missing in sides.items() if image_id in missing
        )
        for image_id in a.image_ids
        if any(image_id in missing for missing in sides.values())
    }


def _refuse_unlike(a: Scores, b: Scores) -> None:
    for what in ("protocol", "dataset", "split", "metrics"):
        ours, theirs = getattr(a, what), getattr(b, what)
        if ours != theirs:
            raise InputError(
                f"A has the {what} {ours!r}, B has {theirs!r}. Only scores of the same protocol, data "
                "set, split and metrics can be compared: evaluate both in the same way."
            )
    for what in {"dataset", "protocol"} & a.made_by.keys() & b.made_by.keys():
        if changed := fingerprint_differences(a.made_by[what], b.made_by[what], what):
            raise InputError(
                f"A and B were not made in the same way: {'; '.join(changed)}. Evaluate both in the same way."
            )
    for name, missing in (
        ("A", set(b.image_ids) - set(a.image_ids)),
        ("B", set(a.image_ids) - set(b.image_ids)),
    ):
        if missing:
            raise InputError(
                f"{name} has no scores of {len(missing)} of the other's images, e.g. "
                f"{', '.join(sorted(missing)[:3])}. Evaluate both on the same images."
            )


def _find_scores(run: Path, protocol: str, split: str) -> Path:
    found = scores_files(run, split, protocol)
    if not found:
        get_protocol(protocol.removesuffix("-one-map"))  # a name that is misspelled is the likelier mistake
        raise DataError(
            f"{run} holds no scores of the split {split} by the protocol {protocol}. Make them with "
            f"`gazemap evaluate {run} --data SET --split {split} --protocol {protocol}`, or give a file of "
            "scores."
        )
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise DataError(f"{run} holds several files of such scores: {names}. Give one of the files.")
    return found[0]


def _own_row(scores: Scores, given: Scores | str | Path, option: str) -> str:
    models = [name for name in scores.rows if name not in BASELINES]
    if not isinstance(given, Scores) and Path(given).resolve().name in models:
        return Path(given).resolve().name
    if len(models) == 1:
        return models[0]
    raise InputError(
        f"The rows of {_text(given, 'these scores')} are {', '.join(scores.rows)}. Choose one with {option}."
    )
