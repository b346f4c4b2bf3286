"""A manifest -> one file per shard, made by any number of workers, here or on many machines."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from gazemap.errors import InputError
from gazemap.images.folds import ViewportLike, parse_viewport, viewport_text
from gazemap.models.files import DEFAULT_MODEL, absolute_name
from gazemap.prediction.cluster.parts import part_number, part_schema
from gazemap.prediction.cluster.shard import Job, ShardWorker
from gazemap.prediction.cluster.stores import absolute
from gazemap.system.plain import plain
from gazemap.system.processors import usable_cores
from gazemap.system.progress import bar
from gazemap.system.workers.run import Crew
from gazemap.system.workers.work import Done, Work

_WORKER = "gazemap.prediction.cluster.shard:shard_worker"
_SHOWN = 10


@dataclass(frozen=True)
class ShardsOutcome:
    """What `predict_manifest` returns.

    Attributes:
        out: where the parts are.
        shards: how many this call was to see to.
        made: how many parts are new.
        images: how many images these hold.
        failed: how many of them could not be predicted; their rows say why.
        lost: how many shards have no part, since workers died over them.
        failures: why, of the first ten shards and images.
    """

    out: str
    shards: int
    made: int
    images: int
    failed: int
    lost: int
    failures: tuple[str, ...]

    def notes(self) -> list[str]:
        """What was done, in sentences."""
        there = self.shards - self.made - self.lost
        parts = [f"{self.made:,} of {self.shards:,} parts made, of {self.images:,} images, in {self.out}"]
        if there:
            parts.append(f"{there:,} were left as they are")
        if self.failed:
            parts.append(f"{self.failed:,} images failed, see the column error and --retry-failed")
        if self.lost:
            parts.append(f"{self.lost:,} shards have no part, run it again")
        return ["; ".join(parts) + "."]

    def as_json(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        values: dict[str, Any] = plain(asdict(self))
        return values


def predict_manifest(
    manifest: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    model: str | os.PathLike[str] = DEFAULT_MODEL,
    density: str = "float16",
    condition: str | None = None,
    engine: str = "auto",
    device: str = "auto",
    center_bias: bool = True,
    viewport: ViewportLike = None,
    workers: int | None = None,
    shard: str | None = None,
    retry_failed: bool = False,
    cluster: str | None = None,
    progress: bool = False,
) -> ShardsOutcome:
    """Predict the images of a manifest: of shard 123, write `out`/part-000123.parquet.

    A part depends on its shard alone, and is there whole or not at all. So what is there is finished, and
    what is missing is done by running the same call again, after whatever end. Any number of calls may work
    on one folder at once, on machines that share it.

    Args:
        manifest: see `make_manifest`.
        out: a folder or an address; _made_by.json in it keeps what made the parts.
        model: a name or a path, which every worker opens.
        density: "float16" (in times chance) or "uint8" (the greatest value is 255).
        condition: one that the model keeps by name.
        engine: what computes the network.
        device: "auto", "cpu" or "cuda".
        center_bias: False leaves out where people look anyway.
        viewport: what is seen at once, as for `predict`.
        workers: processes of this machine; by default as many as there are cores. 1: this process itself.
        shard: "12/400": only the 12th of 400 equal parts of the work, for jobs that start alone.
        retry_failed: predict failed images of the parts that are there again, and do nothing else.
        cluster: "ray": workers are actors of Ray, wherever `ray.init()` leads, by default as many as it has
            cores or GPUs. All its machines must see the images and `out`.
        progress: show a bar.

    Raises:
        InputError: no such density, engine, viewport, shard or cluster.
        MissingPackageError: Ray is not installed.
        DataError: the manifest cannot be read.
        WeightsError: as `load_predictor`.
        OutputError: `out` cannot be written, or holds parts of another manifest, model or version.
    """
    part_schema(density)
    crew = Crew(workers, cluster)
    seen = parse_viewport(viewport)
    job = Job(
        manifest=absolute(os.fspath(manifest)),
        out=absolute(os.fspath(out)),
        model=absolute_name(model),
        condition=condition,
        engine=engine,
        device=device,
        center_bias=center_bias,
        viewport=None if seen is None else viewport_text(seen),
        density=density,
        retry_failed=retry_failed,
    )
    worker = ShardWorker(job)
    chosen = shards_of(shard, len(worker.manifest))
    worker.claim()
    left = _left(worker, chosen, retry_failed)
    # every worker computes as this one, whatever "auto" would mean where it runs
    job = replace(job, engine=worker.predictor.engine, device=worker.predictor.device)
    if cluster is None:
        crew = Crew(min(workers or usable_cores(), max(1, len(left))))
    done: Iterator[Done]
    if crew.is_several and left:
        done = crew.run(Work(_WORKER, asdict(job), "Shard", job.device), left)
    else:
        done = (Done(number, worker.run(number)) for number in left)
    return _outcome(job.out, len(chosen), bar(done, "Predicting", len(left), progress=progress))


def shards_of(part: str | None, count: int) -> range:
    """The shards of one of several equal parts of the work, as "12/400"; all for None.

    Raises:
        InputError: it is no such part.
    """
    if part is None:
        return range(count)
    match = re.fullmatch(r"(\d{1,9})/(\d{1,9})", part)
    number, parts = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= number <= parts:
        raise InputError(
            f"shard must be NUMBER/PARTS, from 1/400 to 400/400, got {part!r}. Slurm counts "
            "so with --array=1-400."
        )
    return range(number - 1, count, parts)


def _left(worker: ShardWorker, chosen: range, retry_failed: bool) -> list[int]:
    """The shards that are to be done, from a random one on.

    So calls that start together begin at different places, and each finds done what the others did.
    """
    there = {number for name in worker.results.names() if (number := part_number(name)) is not None}
    left = [shard for shard in chosen if (shard in there) == retry_failed]
    start = random.randrange(len(left)) if left else 0
    return left[start:] + left[:start]


def _outcome(out: str, shards: int, steps: Iterable[Done]) -> ShardsOutcome:
    made = images = failed = lost = 0
    failures: list[str] = []
    for step in steps:
        if step.lost:
            lost += 1
            failures.append(step.lost)
        else:
            made += step.answer["images"] > 0
            images += step.answer["images"]
            failed += step.answer["failed"]
            failures += step.answer["failures"]
        del failures[_SHOWN:]
    return ShardsOutcome(out, shards, made, images, failed, lost, tuple(failures))
