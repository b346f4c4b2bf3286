"""The cache: a first build, a second use, and what decoding anew at every epoch would cost.

    python benchmarks/cache.py --data gaze/osie

Every build is in a new process and an empty cache folder. The plain side opens, converts and resizes
each image with Pillow, one after the other, as a data loader without a cache does at every epoch.
Both kinds of epoch use one thread: two of PyTorch's wait for each other on a machine that has other work.
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
from unittest.mock import patch

import numpy as np
import torch
from arguments import benchmark_parser, gaze_set, read_arguments
from PIL import Image

from gazemap.data.batches.arrays import epoch_batches, load_arrays
from gazemap.data.batches.targets import Target
from gazemap.data.dataset import load_dataset

SIZE = (240, 320)
GRID = (60, 80)


def build(data: Path) -> None:
    """Time one call and one epoch; prints seconds, seconds and the peak memory in MiB."""
    dataset = load_dataset(data)
    started = time.perf_counter()
    arrays = load_arrays(dataset, input_size=SIZE, target_size=GRID, target=Target())
    loaded = time.perf_counter() - started
    torch.set_num_threads(1)
    total = 0
    with patch.object(Image, "open", side_effect=AssertionError("an image was decoded")):
        started = time.perf_counter()
        for batch in epoch_batches(arrays, batch_size=32, mirror="half", seed=0, epoch=0):
            total += len(batch)
        epoch = time.perf_counter() - started
    assert total == len(dataset)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(loaded, epoch, peak)


def plain_epoch(data: Path) -> float:
    """Seconds for decoding and resizing every image once."""
    started = time.perf_counter()
    for sample in load_dataset(data):
        assert sample.file is not None
        with Image.open(sample.file) as image:
            np.asarray(image.convert("RGB").resize((SIZE[1], SIZE[0]), Image.Resampling.BILINEAR))
    return time.perf_counter() - started


def compare(data: Path) -> None:
    """Measure both sides and print."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--data", str(data), "--build"]
        environment = {**os.environ, "GAZEMAP_CACHE": folder}
        runs = [
            subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
            for _ in range(2)
        ]
        size = sum(path.stat().st_size for path in Path(folder).rglob("*.npy")) / 2**20
    (first, epoch, peak), (second, _, _) = (map(float, run.split()) for run in runs)
    plain = plain_epoch(data)
    images = len(load_dataset(data))
    print(
        f"{images} images of {data} at {SIZE[1]} x {SIZE[0]}, targets {GRID[1]} x {GRID[0]}, {size:.0f} MiB"
    )
    print(f"build, {os.cpu_count()} cores          {first:8.2f} s, peak memory of the caller {peak:.0f} MiB")
    print(f"open again               {second:8.2f} s")
    print(f"an epoch of batches      {epoch:8.2f} s, no image decoded")
    print(f"an epoch decoded plainly {plain:8.2f} s: {plain / epoch:.0f} times as much")


def main() -> None:
    """Measure and print."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("--data", default="gaze/osie", type=Path, help="a gaze data set's folder")
    parser.add_argument("--build", action="store_true", help=argparse.SUPPRESS)
    options = read_arguments(parser, data=None)
    if options.build:
        build(options.data)
        return
    with gaze_set(options.data) as data:
        compare(data)


if __name__ == "__main__":
    main()
