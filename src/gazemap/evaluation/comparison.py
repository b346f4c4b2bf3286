"""ModelComparison of two models, image by image: `gazemap compare`."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from gazemap.errors import DataError, InputError, check_name, lookup
from gazemap.evaluation.evaluate import CENTER_BIAS, GOLD_STANDARD, MEAN_MAP, UNIFORM
from gazemap.evaluation.left_out import listed
from gazemap.evaluation.names import scores_files
from gazemap.evaluation.scores import Interval, Scores, resampled_means
from gazemap.evaluation.seen import Seen, sentences
from gazemap.evaluation.significance import Difference, differences
from gazemap.metrics import get_protocol
from gazemap.system.fingerprint import differences as fingerprint_differences

_GAIN = "information_gain"
_BASELINES = (CENTER_BIAS, UNIFORM, GOLD_STANDARD, MEAN_MAP)


@dataclass(frozen=True, eq=False)
class ModelComparison:
    """What `compare` returns.

    Attributes:
        protocol: the name of the protocol that all scores were computed by.
        dataset: the data set's name.
        split: the split's name.
        image_ids: the images, in the order of the differences.
        names: of A and B.
        differences: B - A, one entry per metric.
        explained: the share of the gold standard's information gain that A and B reach.
        explained_on: on how many images; the same for both.
        left_out: metric -> image_id -> which of the two has no score there, and why.
        seen: image_id -> how A knows the image, and B; see `Scores.seen`.
    """

    protocol: str
    dataset: str
    split: str
    image_ids: tuple[str, ...]
    names: tuple[str, str]
    differences: list[Difference]
    explained: tuple[Interval, Interval]
    explained_on: int
    left_out: dict[str, dict[str, str]]
    seen: tuple[Seen, Seen] = ({}, {})

    @property
    def title(self) -> str:
        """What was scored, and how."""
        return f"{self.dataset} {self.split}, {len(self.image_ids)} images, {self.protocol}"

    def difference(self, metric: str | None = None) -> Difference:
        """One metric's; the protocol's first by default.

        Raises:
            InputError: the protocol has no such metric.
        """
        known = {entry.metric: entry for entry in self.differences}
        metric = metric or next(iter(known))
        return lookup("metric", metric, known)

    def extremes(self, metric: str | None = None, count: int = 5) -> list[tuple[str, str, float, float]]:
        """The images that differ most: ("A" or "B" is better, image_id, A's score, B's), `count` each."""
        entry = self.difference(metric)
        order = np.argsort(entry.gains, kind="stable")  # NaN is sorted last
        for_a, for_b = order[entry.gains[order] < 0], order[entry.gains[order] > 0][::-1]
        return [
            (better, self.image_ids[index], float(entry.a[index]), float(entry.b[index]))
            for better, indices in (("A", for_a[:count]), ("B", for_b[:count]))
            for index in indices
        ]

    def notes(self) -> list[str]:
        """What a reader of the table must know: names, statistics, images seen in training or left out."""
        tested = sum(not np.isnan(entry.p) for entry in self.differences)
        lines = [
            f"A: {self.names[0]}. B: {self.names[1]}.",
            "B - A: mean over images with bootstrap 95 % interval. p: two-sided sign-flip permutation test; "
            f"Holm's correction for {tested} metric(s).",
            *(
                line
                for row in zip(self.names, self.seen, strict=True)
                for line in sentences(*row, self.image_ids)
            ),
        ]
        if not any(np.isnan(share.mean) for share in self.explained):
            shares = " ".join(f"{name} {share}." for name, share in zip("AB", self.explained, strict=True))
            few = self.explained_on < len(self.image_ids)
            on = f", on {self.explained_on} of {len(self.image_ids)} images" if few else ""
            lines.append(f"Share of the gold standard's information gain{on}: {shares}")
        lines += [
            f"{metric}: {len(missing)} of {len(self.image_ids)} images without a score of both "
            f"({listed(missing)})."
            for metric, missing in self.left_out.items()
            if missing
        ]
        return lines

    def table(self) -> pa.Table:
        """Of the differences: image_id, metric, a, b, difference, reason and what they are of.

        `reason` says why there is no difference, and is empty where there is one.
        """
        reasons = [
            self.left_out[entry.metric].get(i, "") for entry in self.differences for i in self.image_ids
        ]
        count = len(self.image_ids) * len(self.differences)
        about = {"name_a": self.names[0], "name_b": self.names[1]}
        about |= {"protocol": self.protocol, "dataset": self.dataset, "split": self.split}
        return pa.table(
            {
                "image_id": self.image_ids * len(self.differences),
                "metric": np.repeat([entry.metric for entry in self.differences], len(self.image_ids)),
                "a": np.concatenate([entry.a for entry in self.differences]),
                "b": np.concatenate([entry.b for entry in self.differences]),
                "difference": np.concatenate([entry.values for entry in self.differences]),
                "reason": reasons,
                **{name: [value] * count for name, value in about.items()},
            }
        )


def compare(a: Scores, b: Scores, row_a: str, row_b: str, *, progress: bool = False) -> ModelComparison:
    """Compare a row of one table of scores with a row of another, or of the same.

    Args:
        a: with `row_a`.
        b: of the same protocol, data set, split and images, in any order.
        row_a: a model or baseline.
        row_b: what it is compared with; differences are B - A.
        progress: show a bar.

    Raises:
        InputError: no such row, an infinite score, or scores that are not of the same images by the
            same protocol; names what differs.
    """
    for scores, row in ((a, row_a), (b, row_b)):
        check_name("row", row, scores.rows)
    _refuse_unlike(a, b)
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
        seen=(a.seen.get(row_a, {}), b.seen.get(row_b, {})),
    )


def compare_runs(
    a: str | Path,
    b: str | Path,
    *,
    protocol: str = "exact",
    split: str = "val",
    row_a: str | None = None,
    row_b: str | None = None,
    progress: bool = False,
) -> ModelComparison:
    """Compare what `gazemap evaluate` or `gazemap reproduce` wrote about two models.

    Args:
        a: a run folder, in which the file of this protocol and split is found, or a file of scores.
        b: the same.
        protocol: a key of `PROTOCOLS`.
        split: the images.
        row_a: which row of `a`; by default the run's own, or the only one that is no baseline.
        row_b: which row of `b`.
        progress: show a bar.

    Raises:
        DataError: a file that is missing or holds no scores.
        InputError: a row that must be chosen; see `compare` for the rest.
    """
    paths = (Path(a), Path(b))
    scores_a, scores_b = (read_scores(path, protocol, split) for path in paths)
    row_a = row_a or _own_row(scores_a, paths[0], "--row-a")
    row_b = row_b or _own_row(scores_b, paths[1], "--row-b")
    if row_a == row_b and paths[0].resolve() == paths[1].resolve():
        raise InputError(f"A and B are both {row_a!r} of {a}. Choose another row with --row-b.")
    result = compare(scores_a, scores_b, row_a, row_b, progress=progress)
    return result if row_a != row_b else replace(result, names=(str(a), str(b)))


def read_scores(source: Path, protocol: str, split: str) -> Scores:
    """The scores of one protocol and split in a run folder or a file.

    Raises:
        DataError: a folder without such scores or with those of several data sets, or a file that
            cannot be used.
        InputError: no such protocol, or a file of another protocol or split.
    """
    get_protocol(protocol)
    path = _find_scores(source, protocol, split) if source.is_dir() else source
    scores = Scores.read(path)
    if (scores.protocol, scores.split) != (protocol, split):
        raise InputError(
            f"{path} holds scores of the split {scores.split} by the protocol {scores.protocol}, not of "
            f"{split} by {protocol}. Give another file, or --split {shlex.quote(scores.split)} --protocol "
            f"{scores.protocol}."
        )
    return scores


def explained(scores: Scores, row: str) -> Interval:
    """Information gain explained: the share of the gold standard's that a row reaches.

    The mean information gain of the row divided by the mean of the gold standard (Kuemmerer, Wallis and
    Bethge 2015, PNAS 112, "information gain explained"), over the images of all the table's means, see
    `Scores.scored`.
    Its bootstrap 95 % interval resamples both on the same images.

    Args:
        scores: with information_gain and the row "gold standard"; without them there is no share.
        row: a model or baseline: the center bias has 0, the gold standard 1.

    Returns:
        a share, 1 for all; NaN where it is not defined: scores without a gold standard, infinite
        scores, or a gold standard that gains nothing in some resample.

    Raises:
        InputError: no such row.
    """
    undefined = Interval(float("nan"), float("nan"), float("nan"))
    check_name("row", row, scores.rows)
    if GOLD_STANDARD not in scores.rows or _GAIN not in scores.metrics:
        return undefined
    pair = np.stack([scores.per_image[name][_GAIN] for name in (row, GOLD_STANDARD)], axis=1)
    pair = pair[scores.scored(_GAIN)]
    if not len(pair) or not np.isfinite(pair).all():
        return undefined
    gained, possible = resampled_means(pair).T
    if possible.min() <= 0:
        return undefined
    low, high = np.percentile(gained / possible, [2.5, 97.5])
    return Interval(float(pair[:, 0].mean() / pair[:, 1].mean()), float(low), float(high))


def _both_scored(a: Scores, b: Scores) -> tuple[str, ...]:
    """The images over which both tables have their means of information gain."""
    known = a.scored(_GAIN) & b.scored(_GAIN) if _GAIN in a.metrics else np.ones(len(a.image_ids), bool)
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
                f"A has the {what} {ours!r}, B has {theirs!r}. Only scores of one protocol, data set, "
                "split and set of metrics can be compared; evaluate both alike."
            )
    for what in {"dataset", "protocol"} & a.made_by.keys() & b.made_by.keys():
        if changed := fingerprint_differences(a.made_by[what], b.made_by[what], what):
            raise InputError(f"A and B were not made alike: {'; '.join(changed)}. Evaluate both alike.")
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
        raise DataError(
            f"{run} holds no scores of the split {split} by the protocol {protocol}. Make them with "
            f"`gazemap evaluate {run} --data SET --split {split} --protocol {protocol}`, or name a file of "
            "scores."
        )
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise DataError(f"{run} holds several files of such scores: {names}. Name one of the files.")
    return found[0]


def _own_row(scores: Scores, source: Path, option: str) -> str:
    models = [name for name in scores.rows if name not in _BASELINES]
    if source.resolve().name in models:
        return source.resolve().name
    if len(models) == 1:
        return models[0]
    raise InputError(f"{source} has the rows {', '.join(scores.rows)}. Choose one with {option}.")
