"""A split's images scored by several workers, each of which opens the same models and the whole data set."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from gazemap.data.dataset import DatasetLike, GazeDataset, load_dataset
from gazemap.errors import InputError
from gazemap.evaluation.blurs import blurred_for, seen_at
from gazemap.evaluation.image_scores import ImageScores, Score, Scoring
from gazemap.evaluation.rows import Models, Row, open_rows
from gazemap.metrics import Protocol
from gazemap.models.files import absolute_name
from gazemap.prediction.predict import ALIKE
from gazemap.prediction.predictor import Predictor
from gazemap.system.workers.run import Crew
from gazemap.system.workers.work import Work

_WORKER = "gazemap.evaluation.by_workers:PartScorer"


@dataclass(frozen=True)
class ScoringCrew:
    """Workers that score, and what each of them opens.

    Attributes:
        crew: who works.
        opens: models, data set and how they are computed, as JSON values.
    """

    crew: Crew
    opens: Mapping[str, Any]

    def scores(
        self,
        rows: Mapping[str, Row],
        split: str,
        protocol: Protocol,
        count: int,
        *,
        progress: bool = False,
        **asked: Any,  # noqa: ANN401 - JSON
    ) -> list[ImageScores]:
        """The scores of all images, in order: the same bits as `Scoring.scores`.

        Args:
            rows: as they are open here; every worker's must be the same.
            split: of the data set.
            protocol: how they are scored.
            count: how many images there are.
            progress: show a bar.
            asked: seed, places, sigma and degrees, as for `Scoring` and `blurred_for`.

        Raises:
            GazemapError: what a worker says it cannot go on for, or one died three times over a part.
        """
        job = {**self.opens, "split": split, "protocol": asdict(protocol), "part": ALIKE} | asked
        job["made_by"] = _made_by(rows)
        on_gpu = any(isinstance(row, Predictor) and row.device == "cuda" for row in rows.values())
        work = Work(_WORKER, job, "The part", "cuda" if on_gpu else "cpu")
        parts = range(math.ceil(count / ALIKE))
        title = f"Scoring {split}, {protocol.name}, in parts of {ALIKE} images"
        found = self.crew.answers(work, parts, title, progress=progress)
        return [
            {row: {metric: Score(*score) for metric, score in own.items()} for row, own in image.items()}
            for part in parts
            for image in found[part]
        ]


def scoring_crew(
    models: Models,
    dataset: DatasetLike,
    workers: int | None,
    cluster: str | None,
    **opened: Any,  # noqa: ANN401 - JSON
) -> ScoringCrew | None:
    """The workers that are asked for; None where this process does it all.

    Args:
        models: as for `evaluate`.
        dataset: as for `evaluate`.
        workers: how many.
        cluster: "ray", or None.
        opened: JSON values: how models and the data set are opened, see `PartScorer`.

    Raises:
        InputError: no such number of workers or cluster, or something in memory, which other processes
            cannot open.
        MissingPackageError: Ray is not installed.
    """
    crew = Crew(workers, cluster)
    if not crew.is_several:
        return None
    folder = folder_of(dataset)
    if isinstance(models, Mapping):
        named: Any = {row: _name(model) for row, model in models.items()}
    else:
        named = [_name(model) for model in (models if isinstance(models, list | tuple) else [models])]
    return ScoringCrew(crew, {"models": named, "dataset": folder, **opened})


def folder_of(dataset: DatasetLike) -> str:
    """The folder of a data set, which workers open.

    Raises:
        InputError: it is in memory, and need not be what is in its folder.
    """
    if isinstance(dataset, GazeDataset):
        raise InputError(
            f"Workers open the data set themselves. Give its folder, not {dataset.name!r} in memory; write a "
            "part of a set as one of its own (gazemap data select). Or leave workers out."
        )
    return os.path.abspath(dataset)


def _name(model: object) -> str:
    if not isinstance(model, str | os.PathLike):
        raise InputError(
            f"Workers open what is scored themselves, and cannot open a {type(model).__name__} in memory. "
            "Give a model's name, a run folder, a weights or ONNX file, or a folder or file of maps. Or "
            "leave workers out."
        )
    return absolute_name(model)


def _made_by(rows: Mapping[str, Row]) -> dict[str, list[str]]:
    """What computes each model, and where; maps that are stored are read, and not computed."""
    return {
        name: [row.fingerprint, row.engine, row.device]
        for name, row in rows.items()
        if isinstance(row, Predictor)
    }


class PartScorer:
    """A worker that scores some images of a split, all rows and baselines.

    Args:
        models: names and paths, as for `evaluate`.
        dataset: the folder.
        split: whose images are scored.
        protocol: a `Protocol` as JSON.
        seed: draws other images.
        places: those of the split's images that are scored.
        sigma: the blur in pixels.
        degrees: in degrees.
        pixels_per_degree: where the data set does not state it.
        part: how many images a task has.
        made_by: what the driver's models are computed by.
        computed: as for `open_rows`.

    Raises:
        InputError: another model, engine or device than the driver's; and as `evaluate`.
    """

    def __init__(
        self,
        *,
        models: Models,
        dataset: str,
        split: str,
        protocol: Mapping[str, Any],
        seed: int,
        places: list[int],
        sigma: float | None,
        degrees: float | None,
        pixels_per_degree: float | None,
        part: int,
        made_by: Mapping[str, list[str]],
        **computed: Any,  # noqa: ANN401 - JSON
    ) -> None:
        whole, degrees = seen_at(load_dataset(dataset), pixels_per_degree, sigma=sigma, degrees=degrees)
        rows = open_rows(models, whole.split(split), **computed)
        for name, own in _made_by(rows).items():
            if own != [*made_by[name]]:
                raise InputError(
                    f"A worker computes {name} as {' '.join(own)}, and the others as "
                    f"{' '.join(made_by[name])}. Every machine needs the same model, and --engine and "
                    "--device that it has."
                )
        choices: dict[str, Any] = {**protocol, "metrics": tuple(protocol["metrics"])}
        chosen = Protocol(**{**choices, "frame": choices["frame"] and tuple(choices["frame"])})
        blurred, _ = blurred_for(whole, chosen, sigma=sigma, degrees=degrees)
        self._part = part
        self._scoring = Scoring(rows, blurred, split, chosen, seed=seed, places=places)

    def run(self, task: int) -> list[ImageScores]:
        """The scores of a part of the images; raises what `Scoring.scores` raises."""
        places = range(len(self._scoring.images))
        return self._scoring.scores(places[task * self._part :][: self._part])
