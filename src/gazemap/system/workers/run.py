"""The one door: tasks are done by processes of this machine or by actors of Ray."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gazemap.errors import GazemapError, InputError, check_name
from gazemap.system.extras import require
from gazemap.system.progress import bar
from gazemap.system.workers.processes import run_in_processes
from gazemap.system.workers.ray_actors import run_on_ray
from gazemap.system.workers.work import Done, Task, Work

CLUSTERS = ("ray",)


@dataclass(frozen=True)
class Crew:
    """Who does the work.

    Attributes:
        workers: how many; by default all cores of the cluster, or its GPUs.
        cluster: "ray"; None for processes of this machine.

    Raises:
        InputError: no worker, or no such cluster.
        MissingPackageError: Ray is not installed.
    """

    workers: int | None = None
    cluster: str | None = None

    def __post_init__(self) -> None:
        if self.workers is not None and self.workers < 1:
            raise InputError(f"There must be at least 1 worker, got {self.workers}.")
        if self.cluster is not None:
            check_name("cluster", self.cluster, CLUSTERS)
            require("ray", "The cluster ray")

    @property
    def is_several(self) -> bool:
        """Whether there are others than this process."""
        return self.cluster is not None or (self.workers or 1) > 1

    def run(self, work: Work, tasks: Sequence[Task]) -> Iterator[Done]:
        """Do tasks; what is done comes as it is, also what was lost since workers died over it.

        Raises:
            GazemapError: what a worker says it cannot go on for.
        """
        if self.cluster is not None:
            return run_on_ray(work, tasks, self.workers)
        return run_in_processes(work, tasks, self.workers or 1)

    def answers(
        self, work: Work, tasks: Sequence[Task], title: str, *, progress: bool = False
    ) -> dict[Task, Any]:
        """Do tasks all of which are needed, with a bar: task -> answer.

        Raises:
            GazemapError: what a worker says it cannot go on for; or, when all else is done, that some were
                lost since workers died over them.
        """
        steps = self.run(work, tasks) if tasks else iter(())
        done = [*bar(steps, title, len(tasks), progress=progress)]
        if lost := [step.lost for step in done if step.lost]:
            raise GazemapError(" ".join(lost))
        return {step.task: step.answer for step in done}
