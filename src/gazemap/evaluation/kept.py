"""What `gazemap evaluate` does: score, keep the scores in a file, and say how they came about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gazemap.data.dataset import DatasetLike, GazeDataset
from gazemap.evaluation.baselines import BASELINES
from gazemap.evaluation.evaluate import DERIVED
from gazemap.evaluation.explained import explained
from gazemap.evaluation.fingerprint import choose_protocol
from gazemap.evaluation.interchange.stored import StoredMaps
from gazemap.evaluation.intervals import Interval
from gazemap.evaluation.names import scores_file, scores_file_beside
from gazemap.evaluation.opened import open_all
from gazemap.evaluation.reuse import found_or_made
from gazemap.evaluation.rows import Models, Row
from gazemap.evaluation.score_files import check_scores_file
from gazemap.evaluation.scores import Scores
from gazemap.evaluation.seen import named_split
from gazemap.metrics import Protocol
from gazemap.system.plain import plain


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What `evaluate_and_keep` returns.

    Attributes:
        scores: of the models and the baselines.
        path: the file that holds them, image by image.
        reused: whether they were in that file already, made by the same models, data set and protocol.
        images: how many images the split has; `scores` has fewer where some were left out as seen.
        ignored: row -> how many stored maps belong to none of the images.
        derives: whether log densities were scored by the map that is best for each metric.
    """

    scores: Scores
    path: Path
    reused: bool
    images: int
    ignored: dict[str, int]
    derives: bool

    @property
    def explained(self) -> dict[str, Interval]:
        """Model -> the share of the gold standard's information gain that it reaches, where it is defined."""
        models = [row for row in self.scores.rows if row not in BASELINES]
        shares = {row: explained(self.scores, row) for row in models}
        return {row: share for row, share in shares.items() if share.is_known}

    def notes(self) -> list[str]:
        """What a reader must know: what the scores themselves say, and how and where they were made."""
        models = [row for row in self.scores.rows if row not in BASELINES]
        lines = self.scores.notes()
        lines += [
            f"{row}: {count} of its maps are of other images and were ignored."
            for row, count in self.ignored.items()
            if count
        ]
        if left := self.images - len(self.scores.image_ids):
            lines.append(f"Left out: {left} images that {' or '.join(models)} was trained on.")
        if self.reused:
            lines.append("These scores were made before, by the same model, data set and protocol.")
        lines.append(f"Mean over images with bootstrap 95 % interval. Scores per image: {self.path}")
        lines += [
            f"{self.scores.label(row)} explains {share} of the gold standard's information gain."
            for row, share in self.explained.items()
        ]
        return [*lines, DERIVED] if self.derives else lines

    def as_json(self) -> dict[str, Any]:
        """The table, the file and all notes as plain values; NaN is None."""
        about = {
            "path": self.path,
            "reused": self.reused,
            "left_out": self.images - len(self.scores.image_ids),
            "ignored_maps": self.ignored,
            "information_gain_explained": {row: s.as_json() for row, s in self.explained.items()},
        }
        values: dict[str, Any] = plain(about)
        return {**self.scores.as_json(), **values, "notes": self.notes()}


def evaluate_and_keep(
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
    pixels_per_degree: float | None = None,
    holds: str = "saliency",
    engine: str = "auto",
    device: str = "auto",
    center_bias: bool = True,
    workers: int | None = None,
    cluster: str | None = None,
    out: str | Path | None = None,
    force: bool = False,
    progress: bool = False,
) -> Evaluation:
    """Score models as `evaluate` does, and keep the scores of every image in a file.

    Scores that are in that file already are used again where everything that made them is the same.

    Args:
        models: as for `evaluate`, and so are the arguments that follow.
        dataset: a gaze data set or its folder.
        split: the images to score.
        protocol: a key of `PROTOCOLS`, or a protocol of your own.
        metrics: keys of `METRICS`; the protocol's own by default.
        one_map: score log densities by one map for all metrics, too.
        seed: draws the other images whose fixations are a protocol's negatives.
        unseen: leave out the images that a model was trained on.
        sigma: the blur of the ground truth, in pixels.
        degrees: the same in degrees of visual angle.
        pixels_per_degree: of visual angle, where the data set does not state it; see `seen_at`. The blur is
            then one degree, or `degrees`.
        holds: what maps in folders and files hold.
        engine: what computes models.
        device: where.
        center_bias: False leaves the models' own center bias out; the names of their rows then say so.
        workers: processes that share the images, to the same scores.
        cluster: "ray": actors of Ray share them.
        out: the file, .parquet, .csv or .json; by default a .parquet file in the model's folder, or next to
            the model's file; of several models, or of one in memory, in the working folder.
        force: replace scores in the file that another model, data set, protocol or version made.
        progress: show bars.

    Raises:
        InputError: a suffix of no format; see `evaluate` for the rest.
        OutputError: the file holds other scores and `force` is not set, or it cannot be written.
    """
    if out is not None:
        check_scores_file(Path(out))
    chosen = choose_protocol(protocol, metrics, one_map=one_map)
    rows, dataset, split, degrees, by = open_all(
        models,
        dataset,
        split,
        sigma=sigma,
        degrees=degrees,
        pixels_per_degree=pixels_per_degree,
        workers=workers,
        cluster=cluster,
        holds=holds,
        engine=engine,
        device=device,
        center_bias=center_bias,
    )
    part = named_split(split, unseen=unseen)
    path = Path(out) if out is not None else _default_file(models, rows, dataset, part, chosen.name)
    asked: dict[str, Any] = {"metrics": metrics, "one_map": one_map, "seed": seed, "unseen": unseen}
    asked |= {"sigma": sigma, "degrees": degrees}
    scores, found = found_or_made(
        path, rows, dataset, split, protocol, **asked, by=by, replace_others=force, progress=progress
    )
    return Evaluation(
        scores=scores,
        path=path,
        reused=found,
        images=len(dataset.split(split)),
        ignored={name: row.ignored for name, row in rows.items() if isinstance(row, StoredMaps)},
        derives=chosen.derives,
    )


def _default_file(
    models: Models, rows: dict[str, Row], dataset: GazeDataset, split: str, protocol: str
) -> Path:
    """Where scores are kept by default, see `names`."""
    if isinstance(models, list | tuple) and len(models) == 1:
        models = models[0]
    name = "+".join(rows)
    if isinstance(models, str | Path):
        return scores_file_beside(Path(models), name, dataset, split, protocol)
    return scores_file(Path(), dataset, split, protocol, name)
