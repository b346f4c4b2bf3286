"""A manifest by processes and by Ray, on the same images: images per second, efficiency, memory, same bytes.

    python benchmarks/cluster.py --photos ../shared/data/coco-unlabelled-256 --images 4000

Each side predicts the manifest in a new process, start included. "plain" is this one process, "processes"
and "ray" are the workers of gazemap, "ray data" gives the same task to actors by Ray Data's `map_batches`.
Times of a busy machine say little, so that the processor's time stands beside: of all processes of a side.
Memory is the peak of what its processes hold together, shared pages counted once (PSS), and how much of
that is Ray's own. Ray sees none of what its workers hold: they reserve none, and put nothing in its store.
Ray's workers give way to all other work of a machine (niceness 15), and here they do not, as the processes.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from unittest.mock import patch

from arguments import benchmark_parser, read_arguments
from predict import photo

from gazemap.prediction.cluster.make_manifest import make_manifest
from gazemap.prediction.cluster.predict_manifest import predict_manifest
from gazemap.system.workers import run as module
from gazemap.system.workers.work import Done, Task, Work

SIDES = {
    "plain, 1": (1, None),
    "processes, 2": (2, None),
    "ray, 1": (1, "ray"),
    "ray, 2": (2, "ray"),
    "ray data, 1": (1, "ray data"),
    "ray data, 2": (2, "ray data"),
}
_RAYS_OWN = ("gcs_server", "raylet", "/ray/dashboard/", "/ray/_private/", "ray::IDLE")
_TICKS = os.sysconf("SC_CLK_TCK")


def run(side: str, manifest: Path, out: Path, engine: str) -> None:
    """Predict the manifest by one side."""
    workers, cluster = SIDES[side]
    if cluster == "ray data":
        with patch.object(module, "run_on_ray", run_on_ray_data):
            predict_manifest(manifest, out, engine=engine, workers=workers, cluster="ray")
    else:
        predict_manifest(manifest, out, engine=engine, workers=workers, cluster=cluster)


def run_on_ray_data(work: Work, tasks: Sequence[Task], workers: int | None) -> Iterator[Done]:
    """The same tasks by Ray Data: a dataset of shards, mapped by actors that open the model once."""
    import ray
    import ray.data

    class Mapped:
        def __init__(self) -> None:
            self.worker = work.opened()

        def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
            done = [self.worker.run(int(shard)) for shard in batch["item"]]
            return {"shard": batch["item"], "images": [one["images"] for one in done]}

    ray.init(include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    pool = ray.data.ActorPoolStrategy(size=workers or 1)
    numbers = ray.data.from_items(list(tasks), override_num_blocks=len(tasks))
    for row in numbers.map_batches(Mapped, batch_size=1, compute=pool, num_cpus=1).iter_rows():
        yield Done(row["shard"], {"images": row["images"], "failed": 0, "failures": []})
    ray.shutdown()


@dataclass
class Held:
    """What the processes of a side took.

    Attributes:
        peak: MiB of all at once.
        rays: MiB of Ray's own processes among them, at that moment.
        seconds: of the processor, in all.
    """

    peak: float = 0
    rays: float = 0
    seconds: float = 0


def watched(process: subprocess.Popen[bytes]) -> Held:
    """What a process and all that it starts take until it ends, looked at twice per second."""
    held, worked = Held(), dict[int, float]()
    while process.poll() is None:
        sizes = {pid: pss(pid) for pid in tree(process.pid)}
        worked.update({pid: processor_seconds(pid) for pid in sizes})
        if sum(sizes.values()) > held.peak:
            own = sum(size for pid, size in sizes.items() if any(name in command(pid) for name in _RAYS_OWN))
            held.peak, held.rays = sum(sizes.values()), own
        time.sleep(0.5)
    held.seconds = sum(worked.values())
    return held


def tree(pid: int) -> list[int]:
    """A process and all below it, whichever thread has started them."""
    listed = [read(str(path)) for path in Path(f"/proc/{pid}/task").glob("*/children")]
    return [pid, *(found for child in " ".join(listed).split() for found in tree(int(child)))]


def pss(pid: int) -> float:
    """MiB that a process holds; a page that n share counts 1/n."""
    lines = read(f"/proc/{pid}/smaps_rollup").splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def processor_seconds(pid: int) -> float:
    """Of its own, so far."""
    fields = read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS if fields else 0.0


def command(pid: int) -> str:
    """How it was started, or what it calls itself."""
    return read(f"/proc/{pid}/cmdline").replace("\0", " ")


def read(path: str) -> str:
    """A file of /proc; empty where the process has ended."""
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def make(folder: Path, photos: Path | None, images: int, shards: int) -> Path:
    """A manifest of so many images, those of a folder again and again."""
    if photos is None:
        photos = folder / "photos"
        photos.mkdir()
        (photos / "photo.jpg").write_bytes(photo())
    found = sorted(path.absolute() for path in photos.rglob("*.jp*g"))
    (folder / "list.txt").write_text("".join(f"{path}\n" for path in islice(cycle(found), images)))
    manifest = folder / "manifest.parquet"
    make_manifest([f"@{folder / 'list.txt'}"], manifest, shard_size=-(-images // shards))
    return manifest


def steady(out: Path, size: int, workers: int) -> float:
    """Images per second once all workers have made a part: their start is left out."""
    times = sorted(path.stat().st_mtime for path in out.glob("part-*"))
    return size * (len(times) - workers) / (times[-1] - times[workers - 1])


def main() -> None:
    """Measure and print."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("--photos", type=Path, help="a folder of JPEG files; by default one of 640 x 480")
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--shards", type=int, default=16)
    parser.add_argument("--sides", nargs="+", choices=SIDES, default=list(SIDES))
    parser.add_argument("--engine", default="auto", help="what computes the network, see load_predictor")
    parser.add_argument("--run", nargs=3, help=argparse.SUPPRESS)
    options = read_arguments(parser, images=16, shards=4, sides=["plain, 1", "processes, 2", "ray, 2"])
    if options.run:
        run(options.run[0], Path(options.run[1]), Path(options.run[2]), options.engine)
        return
    first: dict[str, float] = {}
    expected = None
    with tempfile.TemporaryDirectory() as name:
        manifest = make(Path(name), options.photos, options.images, options.shards)
        print(f"{options.images:,} images in {options.shards} shards, {os.cpu_count()} cores")
        print(
            f"{'':14}{'seconds':>9}{'images/s':>10}{'started':>10}{'of linear':>11}{'CPU ms':>8}"
            f"{'MiB':>7}{'Ray own':>9}{'load':>7}  same bytes"
        )
        for side in options.sides:
            out, workers = Path(name) / "out", SIDES[side][0]
            began = time.perf_counter()
            words = [sys.executable, __file__, "--engine", options.engine]
            words += ["--run", side, str(manifest), str(out)]
            equal = {**os.environ, "RAY_worker_niceness": "0"}
            with subprocess.Popen(words, stdout=subprocess.DEVNULL, env=equal) as process:
                held = watched(process)
            seconds = time.perf_counter() - began
            if process.returncode:
                raise SystemExit(f"{side} ended with {process.returncode}.")
            made = {path.name: path.read_bytes() for path in out.glob("part-*")}
            expected = expected or made
            kind = side.split(",")[0]
            rate = steady(out, -(-options.images // options.shards), workers)
            one = "plain" if kind == "processes" else kind
            if workers == 1:
                first[one] = rate
            linear = f"{rate / first[one] / workers:.2f}" if one in first else "-"
            print(
                f"{side:14}{seconds:9.1f}{options.images / seconds:10.1f}{rate:10.1f}"
                f"{linear:>11}{1000 * held.seconds / options.images:8.1f}{held.peak:7.0f}"
                f"{held.rays:9.0f}{os.getloadavg()[0]:7.1f}  {'yes' if made == expected else 'NO'}",
                flush=True,
            )
            shutil.rmtree(out)


if __name__ == "__main__":
    main()
