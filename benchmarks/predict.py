"""Prediction: time of one image, images per second of a folder, and memory, which does not grow with them.

    python benchmarks/predict.py [--model RUN] [--peer PEER.onnx] [--engines torch onnx openvino]
                                 [--images 1000 10000] [--write saliency] [--threads 2]

The image is a 640 x 480 JPEG of matplotlib's sample photograph. Time of one image: from the file's bytes
to the network's grid, decoding and resizing included, the median of many; the peer is an ONNX network of
one image that ONNX Runtime runs on as many threads, after the same decoding and resizing. A folder's
files are links to the one, each decoded and its results written; every folder is predicted in a new
process, whose processor time is printed too, since other work on the machine changes it less.
"""

from __future__ import annotations

import argparse
import io
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import matplotlib
import numpy as np
import torch
from arguments import benchmark_parser, read_arguments
from numpy.typing import NDArray
from PIL import Image

from gazemap.models.files import DEFAULT_MODEL
from gazemap.prediction.files.predict_files import predict_files
from gazemap.prediction.predict import predict
from gazemap.prediction.predictor import ENGINES, Predictor, load_predictor

ROUNDS = 5  # the sides take turns so often


def photo() -> bytes:
    """A 640 x 480 JPEG."""
    file = Path(matplotlib.get_data_path(), "sample_data", "grace_hopper.jpg")
    image = Image.open(file).convert("RGB").crop((0, 60, 512, 444)).resize((640, 480))
    content = io.BytesIO()
    image.save(content, "JPEG", quality=90)
    return content.getvalue()


def resized(content: bytes, size: tuple[int, int]) -> NDArray[np.uint8]:
    """A file's bytes -> (*size, 3)."""
    image = Image.open(io.BytesIO(content)).convert("RGB")
    return np.asarray(image.resize(size[::-1], Image.Resampling.BILINEAR))


def peer(path: str, threads: int) -> Callable[[bytes], object]:
    """What another network makes of a file's bytes."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    entry = session.get_inputs()[0]
    height, width = entry.shape[2:]

    def run(content: bytes) -> object:
        frame = resized(content, (height, width)).transpose(2, 0, 1)[None]
        return session.run(None, {entry.name: frame.astype(np.float32) / 255})[0]

    return run


def own_grid(predictor: Predictor, content: bytes) -> object:
    """What gazemap makes of a file's bytes."""
    return predict(content, predictor).grid


def latency(options: argparse.Namespace) -> None:
    """Print the time of one image by each engine, and by the peer, measured in turns."""
    content = photo()
    sides: dict[str, Callable[[bytes], object]] = {}
    for name in options.engines:
        predictor = load_predictor(options.model, engine=name, threads=options.threads)
        sides[name] = partial(own_grid, predictor)
    if options.peer:
        sides["peer"] = peer(options.peer, options.threads)
    times: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, side in sides.items():
            for run in range(options.runs):
                started = time.perf_counter()
                side(content)
                if run >= options.runs // 3:  # when the threads of the side before have gone to sleep
                    times[name].append(1000 * (time.perf_counter() - started))
    medians = {name: statistics.median(values) for name, values in times.items()}
    if not options.peer:
        print("no peer was measured: give --peer PEER.onnx")
    for name, median in medians.items():
        ratio = f", {median / medians['peer']:.2f} of the peer's" if options.peer else ""
        print(f"one image, {name}: {median:.1f} ms{ratio}")


def make(folder: Path, images: int) -> None:
    """A folder of images, a thousand in each folder below."""
    first = folder / "photo.jpg"
    first.write_bytes(photo())
    for index in range(images):
        below = folder / "images" / f"{index // 1000:03}"
        below.mkdir(parents=True, exist_ok=True)
        os.link(first, below / f"{index:06}.jpg")


def run(folder: Path, engine: str, model: str, write: list[str]) -> None:
    """Predict a folder; prints seconds, processor seconds, the peak memory in MiB and the images."""
    load_predictor(model, engine=engine, threads=1)  # which stays open
    started, worked = time.perf_counter(), time.process_time()
    outcome = predict_files([folder / "images"], folder / "out", model=model, write=write, engine=engine)
    seconds, worked = time.perf_counter() - started, time.process_time() - worked
    print(seconds, worked, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, outcome.predicted)


def throughput(options: argparse.Namespace, engine: str, images: int) -> None:
    """Print how a folder of images is predicted, by a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder), images)
        command = [sys.executable, __file__, "--run", folder, "--model", options.model]
        command += ["--engines", engine, "--threads", str(options.threads), "--write", *options.write]
        result = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, worked, memory, predicted = map(float, result.stdout.split())
    assert predicted == images
    print(
        f"{images:6} images, {engine}: {seconds:6.1f} s, {images / seconds:.1f} images/s, "
        f"{1000 * worked / images:.1f} ms of processor time per image, peak memory {memory:.0f} MiB"
    )


def main() -> None:
    """Measure and print."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--peer", help="An ONNX file: one image in, float32 (1, 3, H, W) in [0, 1].")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=["torch", "onnx"])
    parser.add_argument("--images", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--runs", type=int, default=30, help="of one image, by each side in a row")
    parser.add_argument("--write", nargs="+", default=["saliency"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    options = read_arguments(parser, images=[10], runs=3)
    torch.set_num_threads(options.threads)
    if options.run:
        run(options.run, options.engines[0], options.model, options.write)
        return
    print(f"{options.model}, {options.threads} threads, 640 x 480 JPEG")
    latency(options)
    for engine in options.engines:
        for images in options.images:
            throughput(options, engine, images)


if __name__ == "__main__":
    main()
