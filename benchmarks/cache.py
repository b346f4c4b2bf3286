"""The cache: a first build, a second use, and what decoding anew at every epoch would cost.

    python benchmarks/cache.py --data gaze/osie

Every build is in a new process and an empty cache folder. The plain side opens, converts and resizes
each image with Pillow, one after the other, as a data loader without a cache does at every epoch.
Both kinds of epoch use one thread: two of PyTorch's wait for each other on a machine that has other work.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from gazemap.data.batches.arrays import epoch_batches, load_arrays
from gazemap.data.batches.targets import Target
from gazemap.data.dataset import load_dataset

SIZE = (240, 320)
GRID = (60, 80)


def build(data: str) -> None:
    """Time one call and one epoch; prints seconds, seconds and the peak memory in MiB."""
    dataset = load_dataset(data)
    started = time.perf_counter()
    arrays = load_arrays(dataset, input_size=SIZE, target_size=GRID, target=Target())
    loaded = time.perf_counter() - started
    torch.set_num_threads(1)
    total = 0
    opened = []
    Image.open = opened.append  # an image that is decoded would fail, and be counted
    started = time.perf_counter()
    for batch in epoch_batches(arrays, batch_size=32, mirror="half", seed=0, epoch=0):
        total += len(batch)
    epoch = time.perf_counter() - started
    assert total == len(dataset)
    assert not opened
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(loaded, epoch, peak)


def plain_epoch(data: str) -> float:
    """Seconds for decoding and resizing every image once."""
    started = time.perf_counter()
    for sample in load_dataset(data):
        with Image.open(sample.file) as image:
            np.asarray(image.convert("RGB").resize((SIZE[1], SIZE[0]), Image.Resampling.BILINEAR))
    return time.perf_counter() - started


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default="gaze/osie")
    parser.add_argument("--build", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.build:
        build(options.data)
        return
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--data", options.data, "--build"]
        runs = [
            subprocess.run(
                command,
                env={**os.environ, "GAZEMAP_CACHE": folder},
                check=True,
                capture_output=True,
                text=True,
            ).stdout.split()
            for _ in range(2)
        ]
        size = sum(path.stat().st_size for path in Path(folder).rglob("*.npy")) / 2**20
    (first, epoch, peak), (second, _, _) = (map(float, run) for run in runs)
    plain = plain_epoch(options.data)
    images = len(load_dataset(options.data))
    print(
        f"{images} images of {options.data} at {SIZE[1]} x {SIZE[0]}, "
        f"targets {GRID[1]} x {GRID[0]}, {size:.0f} MiB"
    )
    print(f"build, {os.cpu_count()} cores          {first:8.2f} s, peak memory of the caller {peak:.0f} MiB")
    print(f"open again               {second:8.2f} s")
    print(f"an epoch of batches      {epoch:8.2f} s, no image decoded")
    print(f"an epoch decoded plainly {plain:8.2f} s: {plain / epoch:.0f} times as much")


if __name__ == "__main__":
    main()
