"""Prediction of a folder: images a second, and memory that does not grow with the images.

    python benchmarks/predict.py
    python benchmarks/predict.py --model runs/mine --images 1000 10000 --write saliency

Each folder is predicted in a new process. Its 640 x 480 JPEGs are links to one, which is decoded each
time; the results are written for each. Without --model, a MobileNetV2 with a light readout and random
weights. Prints the processor time too, which other work on the machine changes less.
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
from PIL import Image
from scipy.ndimage import gaussian_filter

SMALL = {"encoder": "mobilenetv2", "center_bias": "none", "input_size": (240, 320)}


def make(folder: Path, images: int) -> None:
    """A folder of images, a thousand in each folder below."""
    noise = gaussian_filter(np.random.default_rng(0).random((480, 640, 3)), (3, 3, 0))
    photo = folder / "photo.jpg"
    Image.fromarray(np.uint8(255 * (noise - noise.min()) / np.ptp(noise))).save(photo, quality=90)
    for index in range(images):
        below = folder / "images" / f"{index // 1000:03}"
        below.mkdir(parents=True, exist_ok=True)
        os.link(photo, below / f"{index:06}.jpg")


def run(folder: Path, model: str, write: list[str]) -> None:
    """Predict; prints seconds, processor seconds, and the peak memory in MiB before and after."""
    from gazemap.models import create_model
    from gazemap.models.weights import load_model
    from gazemap.prediction import predict, predict_files

    network = load_model(model) if model else create_model("deepgaze2", **SMALL).eval()
    predict(network, np.zeros((480, 640, 3), np.uint8))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    started, worked = time.perf_counter(), time.process_time()
    outcome = predict_files(network, [folder / "images"], folder / "out", write=write)
    seconds, worked = time.perf_counter() - started, time.process_time() - worked
    print(
        seconds, worked, before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, outcome.predicted
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--model", default="", help="A run folder or a weights file.")
    parser.add_argument("--write", nargs="+", default=["saliency", "overlay"])
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        run(options.run, options.model, options.write)
        return
    for images in options.images:
        with tempfile.TemporaryDirectory() as folder:
            make(Path(folder), images)
            command = [sys.executable, __file__, "--run", folder, "--model", options.model, "--write"]
            result = subprocess.run([*command, *options.write], check=True, capture_output=True, text=True)
        seconds, worked, before, after, predicted = map(float, result.stdout.split())
        assert predicted == images
        print(
            f"{images:6} images: {seconds:6.1f} s, {images / seconds:.1f} images/s, "
            f"{1000 * worked / images:.1f} ms of processor time an image; "
            f"peak memory {before:.0f} MiB at the start, {after:.0f} MiB at the end"
        )


if __name__ == "__main__":
    main()
