"""Import: seconds per image, and memory that does not grow with the images.

    python benchmarks/importing.py

Each import is in a new process, of as many 640 x 480 images as stated, with a PNG of 100 fixated pixels
each. The files are links to one image and one PNG, which the import decodes each time.
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

import numpy as np
from arguments import benchmark_parser, read_arguments
from PIL import Image
from scipy.ndimage import gaussian_filter

POINTS = 100


def make(folder: Path, images: int) -> None:
    """Folders of images and fixation maps."""
    random = np.random.default_rng(0)
    noise = gaussian_filter(random.random((480, 640, 3)), (3, 3, 0))
    photo = folder / "photo.jpg"
    Image.fromarray(np.uint8(255 * (noise - noise.min()) / np.ptp(noise))).save(photo, quality=90)
    fixated = np.zeros(480 * 640, np.uint8)
    fixated[random.permutation(fixated.size)[:POINTS]] = 255
    Image.fromarray(fixated.reshape(480, 640)).save(folder / "fixated.png")
    for kind, file, suffix in (("images", photo, "jpg"), ("fixations", folder / "fixated.png", "png")):
        (folder / kind / "train").mkdir(parents=True)
        for index in range(images):
            os.link(file, folder / kind / "train" / f"{index:06}.{suffix}")


def run(folder: str) -> None:
    """Import; prints seconds and the peak memory in MiB before and after."""
    from gazemap.data.importers import IMPORTERS
    from gazemap.data.writing.folder import write_folder

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    started = time.perf_counter()
    write_folder(IMPORTERS["salicon-folder"].open(Path(folder), {}), Path(folder) / "out")
    print(time.perf_counter() - started, before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> None:
    """Measure and print."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("--images", type=int, nargs="+", default=[500, 2000, 8000])
    parser.add_argument("--run", help=argparse.SUPPRESS)
    options = read_arguments(parser, images=[10, 20])
    if options.run:
        run(options.run)
        return
    for images in options.images:
        with tempfile.TemporaryDirectory() as folder:
            make(Path(folder), images)
            command = [sys.executable, __file__, "--run", folder]
            result = subprocess.run(command, check=True, capture_output=True, text=True)
        seconds, before, after = map(float, result.stdout.split())
        print(
            f"{images:6} images: {seconds:6.1f} s, {1000 * seconds / images:.1f} ms per image; "
            f"peak memory {before:.0f} MiB at the start, {after:.0f} MiB at the end"
        )


if __name__ == "__main__":
    main()
