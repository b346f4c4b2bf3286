"""Workers as actors of Ray, wherever `ray.init()` leads: each opens the model once and takes many shards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from importlib import import_module
from typing import Any

from gazemap.errors import GazemapError
from gazemap.prediction.cluster.shard import Job, ShardDone, ShardWorker

_TRIES = 3  # of a shard whose worker dies, before it is given up


def run_on_ray(job: Job, shards: Sequence[int], workers: int | None) -> Iterator[ShardDone]:
    """Do shards by actors; what is done comes as it is.

    Ray starts an actor anew that dies, and gives it its shard again. Each has one core, and a GPU where the
    job computes on GPUs. All machines must see the manifest, the images and the place of the parts.

    Args:
        job: what they do.
        shards: the numbers.
        workers: how many actors; by default as many as the cluster has cores, or GPUs.

    Raises:
        GazemapError: Ray does not start, or what a worker says it cannot go on for.
    """
    ray: Any = import_module("ray")  # its types do not know what actors are asked
    with ExitStack() as held:
        if not ray.is_initialized():
            _start(ray)
            held.callback(ray.shutdown)
        kind = "GPU" if job.device == "cuda" else "CPU"
        number = min(workers or max(1, int(ray.cluster_resources().get(kind, 1))), len(shards))
        resources = {"num_cpus": 1, "num_gpus": int(kind == "GPU")}
        made = ray.remote(ShardWorker).options(max_restarts=-1, max_task_retries=_TRIES - 1, **resources)
        actors = [made.remote(job) for _ in range(number)]
        held.callback(lambda: [ray.kill(actor) for actor in actors])
        left = iter(shards)
        waiting = {
            actor.run.remote(shard): (actor, shard) for actor, shard in zip(actors, left, strict=False)
        }
        while waiting:
            (ready,), _ = ray.wait([*waiting], num_returns=1)
            actor, shard = waiting.pop(ready)
            following = next(left, None)
            if following is not None:
                waiting[actor.run.remote(following)] = actor, following
            try:
                yield ray.get(ready)
            except ray.exceptions.RayActorError as error:
                first = str(error).strip().splitlines()[0]
                yield ShardDone(shard, lost=f"Shard {shard} ended {_TRIES} workers, the last so: {first}")
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
