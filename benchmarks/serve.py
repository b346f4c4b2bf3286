"""`gazemap serve`: images per second beside those of a folder, times of answers, and what it withstands.

    python benchmarks/serve.py [--images 1000] [--rounds 3] [--clients 1 4 16] [--requests 10000]

Files are 640 x 480 JPEGs of matplotlib's sample photograph, each moved by some pixels. The folder is
predicted by `predict_files` in a process of its own, which writes what the API answers: numbers, as JSON.
The clients are threads of another process on the same machine, and take a part of its time. Both sides
take turns. Processor time is printed, too, since other work on the machine changes it less.

Then every fifth request is malformed, by each of the kinds of `serve_requests`: every answer must be
right, and the server's memory may not grow. It is read from the system once per second.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib
import numpy as np
from arguments import benchmark_parser, read_arguments
from PIL import Image, ImageChops

from gazemap.prediction.files.predict_files import predict_files
from gazemap.prediction.predict import predict
from gazemap.prediction.predictor import load_predictor

SECONDS = 5  # of the server's patience with a body that does not come
MEGABYTES = 1  # of a body
PICTURES = 50  # that differ


def make(folder: Path, images: int) -> None:
    """Files, of which `PICTURES` differ."""
    file = Path(matplotlib.get_data_path(), "sample_data", "grace_hopper.jpg")
    photo = Image.open(file).convert("RGB").crop((0, 60, 512, 444)).resize((640, 480))
    contents = []
    for number in range(min(PICTURES, images)):
        content = io.BytesIO()
        ImageChops.offset(photo, 13 * number, 7 * number).save(content, "JPEG", quality=90)
        contents.append(content.getvalue())
    for number in range(images):
        (folder / f"{number:05}.jpg").write_bytes(contents[number % len(contents)])


class Rate(NamedTuple):
    """Images per second, and milliseconds of processor time per image."""

    images: float
    worked: float


def of_folder(folder: Path) -> Rate:
    """The rate of a folder, by a process of its own."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, __file__, "--folder", str(folder), "--out", out]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Rate(*map(float, done.stdout.split()))


def predict_folder(folder: Path, out: Path) -> None:
    """Predict a folder, and print its rate."""
    load_predictor(threads=1)  # which stays open
    started, worked = time.perf_counter(), time.process_time()
    outcome = predict_files([folder], out, write=["json"])
    seconds, worked = time.perf_counter() - started, time.process_time() - worked
    print(outcome.predicted / seconds, 1000 * worked / outcome.predicted)


@contextmanager
def server() -> Iterator[tuple[int, int]]:
    """A server's process number, and its port."""
    command = [sys.executable, "-m", "gazemap", "serve", "--port", "0", "--model", "gazenet"]
    command += ["--seconds", str(SECONDS), "--max-megabytes", str(MEGABYTES)]
    with tempfile.TemporaryFile("w+") as log, subprocess.Popen(command, stderr=log) as process:
        try:
            while not (found := _address(log)):
                time.sleep(0.05)
                assert process.poll() is None, "the server has ended"
            yield process.pid, found
            assert process.poll() is None, "the server has ended"
        finally:
            process.terminate()
            process.wait(60)
        log.seek(0)
        said = log.read()
        print(f"the server's log: {said.count('Traceback')} tracebacks")


def _address(log: Any) -> int:  # noqa: ANN401 - an open file
    log.seek(0)
    found = re.search(r"Serving at http://\S+:(\d+);", log.read())
    return int(found[1]) if found else 0


def load(port: int, folder: Path, clients: int, requests: int, *more: str) -> dict[str, Any]:
    """What clients in another process found."""
    command = [sys.executable, str(Path(__file__).with_name("serve_load.py")), str(port), str(folder)]
    command += [str(clients), str(requests), *more]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def throughput(folder: Path, images: int, all_clients: Sequence[int], rounds: int) -> None:
    """Print images per second of both sides, and the times of answers."""
    folders: list[Rate] = []
    rates: dict[int, list[Rate]] = {clients: [] for clients in all_clients}
    times: dict[int, list[float]] = {clients: [] for clients in all_clients}
    with server() as (process, port):
        for _ in range(rounds):
            folders.append(of_folder(folder))
            for clients in all_clients:
                before = processor_seconds(process)
                found = load(port, folder, clients, images)
                worked = 1000 * (processor_seconds(process) - before) / images
                rates[clients].append(Rate(images / found["all"], worked))
                times[clients] += found["each"]
    own = Rate(*np.median(folders, axis=0))
    print(f"predict of a folder: {own.images:6.1f} images/s, {own.worked:.1f} ms of processor time per image")
    for clients in all_clients:
        rate = Rate(*np.median(rates[clients], axis=0))
        p50, p99 = (1000 * value for value in np.percentile(times[clients], (50, 99)))
        share = rate.images / own.images
        print(
            f"{clients:2} clients: {rate.images:6.1f} images/s, {share:.2f} of the folder's; "
            f"p50 {p50:.0f} ms, p99 {p99:.0f} ms; {rate.worked:.1f} ms of processor time per image"
        )


def processor_seconds(process: int) -> float:
    """What a process has used so far."""
    numbers = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")


class Memory(threading.Thread):
    """The resident memory of a process in MB, once per second."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.seen: list[float] = []
        self._process = process
        self._stopped = threading.Event()

    def run(self) -> None:
        """Read it until it is stopped."""
        while not self._stopped.wait(1):
            text = Path(f"/proc/{self._process}/status").read_text()
            self.seen.append(int(re.findall(r"VmRSS:\s+(\d+)", text)[0]) / 1000)

    def stop(self) -> None:
        """Read it no more."""
        self._stopped.set()
        self.join()


def soak(folder: Path, requests: int) -> None:
    """Print what became of many requests, and the memory."""
    predictor = load_predictor(threads=1)
    grids = folder.with_name("grids.npy")
    np.save(grids, [predict(path, predictor).grid for path in sorted(folder.iterdir())])
    with server() as (process, port):
        load(port, folder, 16, max(requests // 10, 20), "--grids", str(grids))  # until its memory is used
        memory = Memory(process)
        memory.start()
        found = load(port, folder, 16, requests, "--grids", str(grids))
        memory.stop()
    bad = requests - found["counts"]["good"]
    print(f"requests: {requests:,}, malformed: {bad:,}, wrong answers: {len(found['wrong'])}")
    for line in found["wrong"][:20]:
        print("  ", line)
    print("kinds:", ", ".join(f"{name} {count}" for name, count in sorted(found["counts"].items())))
    if memory.seen:
        first, last, growth = memory.seen[0], memory.seen[-1], max(memory.seen) - min(memory.seen)
        print(f"memory: {first:.0f} MB at first, {last:.0f} at last, growth {growth:.0f} MB")


def main() -> None:
    """Measure and print."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    options = read_arguments(parser, images=20, rounds=1, requests=100)
    if options.folder:
        predict_folder(options.folder, options.out)
        return
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made, "images")
        folder.mkdir()
        make(folder, options.images)
        if options.rounds:
            throughput(folder, options.images, options.clients, options.rounds)
        if options.requests:
            soak(folder, options.requests)


if __name__ == "__main__":
    main()
