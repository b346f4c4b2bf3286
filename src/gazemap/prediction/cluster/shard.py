"""One shard -> one part: the task that every worker does, wherever it runs."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from typing import Any

from threadpoolctl import threadpool_limits

from gazemap.errors import DataError, InputError, MissingPackageError
from gazemap.images.folds import parse_viewport
from gazemap.prediction.cluster.manifest import Manifest, Row
from gazemap.prediction.cluster.parts import (
    PartRow,
    failed_places,
    failed_row,
    has_failed,
    part_name,
    predicted_row,
    rewrite_part,
    write_part,
)
from gazemap.prediction.cluster.results import open_out
from gazemap.prediction.cluster.sources import Source, sources
from gazemap.prediction.cluster.stores import is_address
from gazemap.prediction.files.result_folder import made_by_table, made_by_text, refuse_other
from gazemap.prediction.files.threads import ahead, batched
from gazemap.prediction.placing import PlacedImage, read_placed
from gazemap.prediction.predict import computing_by_one_thread, predict_placed
from gazemap.prediction.predictor import load_predictor

_BATCH = 4  # on a GPU; on a CPU one at a time, which is as fast there
_READERS = 2  # threads that decode while the network computes
_REMOTE_READERS = 16  # most of which wait for a server
_SHOWN = 3
_MADE_BY = "_made_by.json"  # what reads a folder of Parquet files passes over such a name
_TOO_LARGE = "It needs more memory than there is. Make it smaller first."
_Read = tuple[Row, PlacedImage | str]


@dataclass(frozen=True)
class Job:
    """All that a worker must know, as plain JSON values.

    Attributes:
        manifest: its path.
        out: where the parts go.
        model: a name or a path.
        condition: as for `load_predictor`, like the three below.
        engine: what computes the network.
        device: "auto", "cpu" or "cuda".
        center_bias: False leaves out where people look anyway.
        viewport: what is seen at once, as a text; None: by the image's shape.
        density: a key of `DENSITIES`.
        retry_failed: make parts with failed images again, and no others.
    """

    manifest: str
    out: str
    model: str
    condition: str | None
    engine: str
    device: str
    center_bias: bool
    viewport: str | None
    density: str
    retry_failed: bool


@dataclass(frozen=True)
class ShardDone:
    """What became of a shard.

    Attributes:
        shard: its number.
        images: how many are new; 0 where the part was there already.
        failed: how many of them could not be predicted.
        failures: the first of these, each with the reason.
    """

    shard: int
    images: int = 0
    failed: int = 0
    failures: tuple[str, ...] = ()


class ShardWorker:
    """Opens the model and the manifest once, and turns one shard after another into its part.

    A part depends on the shard alone: images go through the network in the same batches, and by one
    thread, whatever else runs beside.
    """

    def __init__(self, job: Job) -> None:
        """Open what the job names.

        Raises:
            InputError: as `load_predictor`.
            DataError: the manifest cannot be read.
            OutputError: nothing can be written there.
        """
        self._job = job
        self._viewport = parse_viewport(job.viewport)
        self.manifest = Manifest(job.manifest)
        self.results = open_out(job.out)
        self.predictor = load_predictor(
            job.model,
            condition=job.condition,
            engine=job.engine,
            device=job.device,
            center_bias=job.center_bias,
            threads=1,
        )
        self.made_by = made_by_table(
            self.predictor,
            self._viewport,
            engine=self.predictor.engine,
            device=self.predictor.device,
            density=job.density,
            manifest=self.manifest.digest,
        )

    def claim(self) -> None:
        """Say in _made_by.json what makes the parts; refuse a place where something else did.

        Raises:
            OutputError: names what differs.
        """
        content = made_by_text(self.predictor, self.made_by)
        self.results.create_text(_MADE_BY, content)
        refuse_other(self.results.name, self.results.text(_MADE_BY), content)

    def run(self, task: int) -> dict[str, Any]:
        """Make the part of a shard, unless it is there: a `ShardDone` as JSON values.

        Raises:
            DataError: the manifest or an old part is damaged.
            OutputError: the part cannot be written.
        """
        return asdict(self._done(task))

    def _done(self, shard: int) -> ShardDone:
        name = part_name(shard)
        if self._job.retry_failed:
            return self._again(shard, name)
        if self.results.has(name):  # another has made it meanwhile
            return ShardDone(shard)
        rows, tally = self.manifest.shard(shard), _Tally(shard)
        with self.results.publishing(name) as file:
            write_part(tally.counted(self._rows(rows)), file, self._job.density, self.made_by, shard)
        return tally.done()

    def _again(self, shard: int, name: str) -> ShardDone:
        if not self.results.has(name):
            return ShardDone(shard)
        with self.results.opened(name) as old:
            if not has_failed(old):
                return ShardDone(shard)
            rows, tally = self.manifest.shard(shard), _Tally(shard)
            failed = [rows[place] for place in failed_places(old)]
            new = tally.counted(self._rows(failed))
            with self.results.publishing(name, replace=True) as file:
                rewrite_part(old, new, file, self._job.density, self.made_by, shard)
        return tally.done()

    def _rows(self, rows: Sequence[Row]) -> Iterator[PartRow]:
        """What is written of images, in order; some are decoded while others are computed."""
        size = 1 if self.predictor.device == "cpu" else _BATCH
        with ExitStack() as held:
            held.enter_context(warnings.catch_warnings())
            warnings.filterwarnings("ignore", module="PIL")  # of damage that it gets over
            held.enter_context(threadpool_limits(1, user_api="blas"))
            held.enter_context(computing_by_one_thread(self.predictor))
            readers = _REMOTE_READERS if any(is_address(row.path) for row in rows) else _READERS
            pool = ThreadPoolExecutor(readers)
            held.callback(pool.shutdown, cancel_futures=True)
            for batch in batched(ahead(pool, self._read, sources(rows), 2 * readers), size):
                yield from self._predicted(batch)

    def _read(self, item: tuple[Row, Source]) -> _Read:
        row, source = item
        try:
            return row, replace(read_placed(self.predictor, source(), self._viewport), pixels=None)
        except (DataError, InputError, MissingPackageError, MemoryError) as error:
            return row, str(error) or _TOO_LARGE

    def _predicted(self, batch: Sequence[_Read]) -> Iterator[PartRow]:
        placed = [image for _, image in batch if isinstance(image, PlacedImage)]
        found = iter(predict_placed(self.predictor, placed, [b""] * len(placed), batch=_BATCH))
        for row, image in batch:
            if isinstance(image, str):
                yield failed_row(row.image_id, image)
            else:
                yield predicted_row(row.image_id, next(found), self._job.density)


class _Tally:
    """Counts rows that pass."""

    def __init__(self, shard: int) -> None:
        self._shard = shard
        self._images = 0
        self._failures: list[str] = []
        self._failed = 0

    def counted(self, rows: Iterator[PartRow]) -> Iterator[PartRow]:
        for row in rows:
            self._images += 1
            if reason := row.get("error"):
                self._failed += 1
                self._failures += [f"{row['image_id']}: {reason}"] * (self._failed <= _SHOWN)
            yield row

    def done(self) -> ShardDone:
        return ShardDone(self._shard, self._images, self._failed, tuple(self._failures))


def shard_worker(**job: Any) -> ShardWorker:  # noqa: ANN401 - JSON
    """The worker of a job that has come as JSON values; raises what `ShardWorker` raises."""
    return ShardWorker(Job(**job))
