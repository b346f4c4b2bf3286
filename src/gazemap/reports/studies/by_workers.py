"""The parts of a study by workers: each trains in run folders of its own, where the driver finds them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gazemap.data.dataset import DatasetLike, GazeDataset
from gazemap.evaluation.by_workers import folder_of
from gazemap.system.workers.run import Crew
from gazemap.system.workers.work import Task, Work


@dataclass(frozen=True)
class StudyCrew:
    """Workers that make the parts of a study.

    Attributes:
        crew: who works.
        work: what they do.
    """

    crew: Crew
    work: Work

    def make(self, parts: Sequence[Task], title: str, *, progress: bool = False) -> None:
        """Make parts; what a worker makes lies in its run folder.

        Raises:
            GazemapError: what a worker says it cannot go on for, when that part's turn comes; or, when all
                else is made, that workers died over some parts.
        """
        self.crew.answers(self.work, parts, title, progress=progress)


def study_crew(
    worker: str,
    called: str,
    out: str | Path,
    *,
    workers: int | None,
    cluster: str | None,
    device: str,
    sets: Mapping[str, DatasetLike | Sequence[DatasetLike]],
    **job: Any,  # noqa: ANN401 - JSON
) -> StudyCrew | None:
    """The workers that are asked for; None where this process does it all.

    Args:
        worker: their class, as "module:Class"; it is given `out`, `device`, the folders of `sets`, and `job`.
        called: what a part is called in messages.
        out: the study's folder.
        workers: how many.
        cluster: "ray", or None.
        device: auto, cpu or cuda.
        sets: data sets by the names of arguments.
        job: what else the class takes, as JSON values.

    Raises:
        InputError: no such number of workers, cluster or device, or a data set in memory.
        MissingPackageError: Ray or PyTorch is not installed.
    """
    crew = Crew(workers, cluster)
    if not crew.is_several:
        return None
    from gazemap.system.device import choose_device

    folders = {
        name: folder_of(one) if isinstance(one, str | Path | GazeDataset) else [*map(folder_of, one)]
        for name, one in sets.items()
    }
    own = {"out": os.path.abspath(out), "device": device, **folders, **job}
    return StudyCrew(crew, Work(worker, own, called, choose_device(device).type))
