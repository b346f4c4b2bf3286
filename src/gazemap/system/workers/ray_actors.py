"""Workers as actors of Ray, wherever `ray.init()` leads: each is made once and takes many tasks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from importlib import import_module
from typing import Any

from gazemap.errors import GazemapError
from gazemap.system.workers.work import Done, Task, Work, Worker

_TRIES = 3  # of a task whose worker dies, before it is given up


class RayWorker:
    """A worker that is made where the first task comes in, so that what it refuses is said."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._worker: Worker | None = None

    def run(self, task: Task) -> Any:  # noqa: ANN401 - JSON
        """Do a task; raises what the worker raises."""
        self._worker = self._worker or self._work.opened()
        return self._worker.run(task)


def run_on_ray(work: Work, tasks: Sequence[Task], workers: int | None) -> Iterator[Done]:
    """Do tasks by actors; what is done comes as it is.

    Ray starts an actor anew that dies, and gives it its task again. Each has one core, and a GPU where the
    work is computed on GPUs. All machines must see all files.

    Args:
        work: what they do.
        tasks: its parts.
        workers: how many actors; by default as many as the cluster has cores, or GPUs.

    Raises:
        GazemapError: Ray does not start, or what a worker says it cannot go on for.
    """
    ray: Any = import_module("ray")  # its types do not know what actors are asked
    with ExitStack() as held:
        if not ray.is_initialized():
            _start(ray)
            held.callback(ray.shutdown)
        kind = "GPU" if work.device == "cuda" else "CPU"
        number = min(workers or max(1, int(ray.cluster_resources().get(kind, 1))), len(tasks))
        resources = {"num_cpus": 1, "num_gpus": int(kind == "GPU")}
        made = ray.remote(RayWorker).options(max_restarts=-1, max_task_retries=_TRIES - 1, **resources)
        actors = [made.remote(work) for _ in range(number)]
        held.callback(lambda: [ray.kill(actor) for actor in actors])
        left = iter(tasks)
        waiting = {actor.run.remote(task): (actor, task) for actor, task in zip(actors, left, strict=False)}
        while waiting:
            (ready,), _ = ray.wait([*waiting], num_returns=1)
            actor, task = waiting.pop(ready)
            following = next(left, None)
            if following is not None:
                waiting[actor.run.remote(following)] = actor, following
            try:
                yield Done(task, ray.get(ready))
            except ray.exceptions.RayActorError as error:
                first = str(error).strip().splitlines()[0]
                yield Done(task, lost=f"{work.called} {task} ended {_TRIES} workers, the last so: {first}")
            except ray.exceptions.RayTaskError as error:
                if isinstance(error.cause, GazemapError):
                    raise error.cause from error
                raise


def _start(ray: Any) -> None:  # noqa: ANN401 - a module
    try:
        ray.init(include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    except Exception as error:  # of no kind of its own
        first = next(iter(str(error).strip().splitlines()), type(error).__name__).rstrip(".")
        raise GazemapError(
            f"Ray cannot be reached, or does not start here ({first}). On a busy machine it gives up after "
            "half a minute: run it again, or name a Ray that is running in RAY_ADDRESS."
        ) from error
