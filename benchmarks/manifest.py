"""A manifest of very many images: how fast it is made and listed, its bytes, and the memory of both.

    python benchmarks/manifest.py --images 1e6 1e8
    python benchmarks/manifest.py --images 1e6 --shrink 1000

Each is made and listed by a process of its own, from addresses as a bucket has them. Listed means that
every shard is opened, and each of its rows counted. Seconds are of the processor, since other work on the
machine changes these less. Memory is the peak of the whole process, Python and Arrow included.

What grows with the images is the table of row groups at the file's end. With --shrink 1000 groups and shards
are so much smaller that a million images have the table of a billion; one shard of a thousand is then listed.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from arguments import benchmark_parser, read_arguments

from gazemap.prediction.cluster import manifest as manifests
from gazemap.prediction.cluster.manifest import SHARD, Manifest, Row, write_manifest


def make(file: Path, images: int, shrink: int) -> None:
    """Write the manifest."""
    manifests._ROWS //= shrink
    rows = (
        Row(
            f"{index // 10_000:06}/{index:010}.jpg",
            f"s3://bucket/images/{index // 10_000:06}/{index:010}.jpg",
        )
        for index in range(images)
    )
    write_manifest(rows, file, shard_size=SHARD // shrink)


def list_all(file: Path, images: int, shrink: int) -> None:
    """Open it and go through its shards."""
    manifests._ROWS //= shrink
    manifest = Manifest(str(file))
    listed = sum(len(manifest.shard(number)) for number in range(0, len(manifest), shrink))
    assert listed == -(-images // shrink)


STEPS = {"made": make, "listed": list_all}


def measured(step: str, file: Path, images: int, shrink: int) -> tuple[float, float]:
    """Seconds of processor time and the peak of the memory, MiB, of a step in a new process."""
    command = [sys.executable, __file__, "--step", step, "--file", str(file), "--images", str(images)]
    command += ["--shrink", str(shrink)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, memory = map(float, done.stdout.split())
    return seconds, memory


def main() -> None:
    """Measure and print."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("--images", type=float, nargs="+", default=[1e6, 1e7])
    parser.add_argument("--shrink", type=int, default=1, help="groups and shards, so many times")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = read_arguments(parser, images=[1e4, 1e5])
    if options.step:
        started = time.process_time()
        STEPS[options.step](options.file, int(options.images[0]), options.shrink)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(time.process_time() - started, peak)
        return
    print(f"load {os.getloadavg()[0]:.1f} at the start", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "manifest.parquet"
        for images in map(int, options.images):
            for step in STEPS:
                seconds, memory = measured(step, file, images, options.shrink)
                gone_through = images if step == "made" else images // options.shrink
                print(
                    f"{images:,} images {step}: {seconds:.1f} s of processor time, "
                    f"{gone_through / seconds:,.0f} "
                    f"images/s, peak {memory:.0f} MiB, {file.stat().st_size / images:.2f} bytes per image",
                    flush=True,
                )


if __name__ == "__main__":
    main()
