"""What `faults.py` kills: the commands with the arguments that make them small, and all that they work on."""

from __future__ import annotations

import hashlib
import io
import re
import threading
import time
import zipfile
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import torch
import yaml
from PIL import Image
from torch import Tensor, nn

from gazemap.data.download.catalogue import SOURCES, PublicSource, RemoteFile
from gazemap.models.base import SaliencyModel
from gazemap.models.parts import log_softmax
from gazemap.models.table import MODELS
from gazemap.reports.studies.reproduction import STUDIES, Study

IMAGES = 24  # of the gaze data set: 16 train, 4 val
PHOTOS = 24
_CHUNK = 2**15  # bytes that the server sends at once
_PAUSE = 0.005  # seconds between two of them


@dataclass(frozen=True)
class Case:
    """A command that is killed.

    Attributes:
        start: its arguments; {inputs} is what it works on, {out} where its results go.
        again: what is added to run it again after a kill.
        cold: whether the cache is empty, and belongs to the results.
        refused: what it says instead of working where an earlier run has done all already.
        tolerance: the most by which values of a result may differ, in levels of a picture.
    """

    start: str
    again: str = ""
    cold: bool = False
    refused: str = ""
    tolerance: int = 0


CASES = {
    "train": Case("train {inputs}/tiny.yaml --data {inputs}/set --out {out}/run", "--resume"),
    "import": Case(
        "data import {inputs}/raw/points.csv --format table --out {out}/set", refused="exists already"
    ),
    "prepare": Case("data prepare {inputs}/set --recipe {inputs}/tiny.yaml", cold=True),
    "predict": Case("predict {inputs}/photos --out {out}/maps --write saliency,npy"),
    "evaluate": Case("evaluate gazenet --data {inputs}/set --out {out}/scores.parquet"),
    "sweep": Case("sweep {inputs}/sweep.yaml --data {inputs}/set --out {out}/sweep"),
    "cross-validate": Case("cross-validate {inputs}/tiny.yaml --data {inputs}/set --out {out}/cv --folds 2"),
    "reproduce": Case("reproduce tiny --data {inputs}/set --out {out}/study"),
    "download": Case("data download tiny --out {out}/raw"),
}

_RECIPE = {
    "name": "tiny",
    "model": {"name": "tiny"},
    "loss": {"mse": 1.0},
    "optimizer": {"name": "sgd", "lr": 0.05, "momentum": 0.9},
    "training": {"epochs": 2, "batch_size": 8, "average": 0.9},
    "pretext": {"source": "sobel", "epochs": 1},
}


class Tiny(SaliencyModel):
    """Two convolutions: what is measured is not how a network learns."""

    architecture = "tiny"

    def __init__(self, *, output: str = "saliency") -> None:
        super().__init__(input_size=(24, 24), output_size=(12, 12), output=output)  # type: ignore[arg-type]
        self.convolution = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.readout = nn.Conv2d(8, 1, 1)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, 24, 24) -> (B, 12, 12)."""
        grid: Tensor = self.readout(torch.relu(self.norm(self.convolution(images))))[:, 0]
        return grid if self.output == "saliency" else log_softmax(grid)


def make_inputs(folder: Path) -> None:
    """A small gaze data set, its files before an import, photos, recipes and a sweep."""
    from gazemap.data.popout.generate import popout

    made = popout(folder / "set", images=IMAGES, size=(96, 128))
    (folder / "raw" / "images").mkdir(parents=True)
    lines = ["image,x,y,observer"]
    for sample in made:
        assert sample.file is not None
        assert sample.fixations is not None
        (folder / "raw" / "images" / sample.file.name).write_bytes(sample.file.read_bytes())
        points = zip(sample.fixations.x, sample.fixations.y, strict=True)
        lines += [f"{sample.file.name},{x},{y},{number % 5}" for number, (x, y) in enumerate(points)]
    (folder / "raw" / "points.csv").write_text("\n".join(lines))
    (folder / "photos").mkdir()
    generator = np.random.default_rng(0)
    for number in range(PHOTOS):
        small = generator.integers(0, 256, (6, 8, 3), dtype=np.uint8)
        Image.fromarray(small).resize((160, 120)).save(folder / "photos" / f"{number}.jpg")
    (folder / "tiny.yaml").write_text(yaml.safe_dump(_RECIPE))
    entries = {"pretext": [], "longer": ["training.epochs=3", "pretext=null"]}
    sweep = {
        "name": "tiny",
        "recipe": str(folder / "tiny.yaml"),
        "metrics": ["nss", "cc"],
        "entries": entries,
    }
    (folder / "sweep.yaml").write_text(yaml.safe_dump(sweep))


def register(inputs: Path) -> None:
    """Make the tiny model, study and public source known in this process, and serve the source's file."""
    MODELS["tiny"] = Tiny
    STUDIES["tiny"] = Study("Tiny", recipes=(str(inputs / "tiny.yaml"),), protocols=("exact",), published=())
    content = _archive()
    checksum = f"sha256:{hashlib.sha256(content).hexdigest()}"
    file = RemoteFile(f"{_serve(content)}/tiny.zip", checksum)
    SOURCES["tiny"] = PublicSource(files=(file,), page="https://example.org/tiny", format="table")


def _archive() -> bytes:
    content = io.BytesIO()
    generator = np.random.default_rng(1)
    with zipfile.ZipFile(content, "w") as file:
        for number in range(30):
            file.writestr(f"images/{number}.bin", generator.bytes(50_000))
    return content.getvalue()


def _serve(content: bytes) -> str:
    """The address of a server that sends a file slowly, from where it is asked to."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            start = int(match[1]) if match else 0
            self.send_response(206 if match else 200)
            if match:
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            self.send_header("Content-Length", str(len(content) - start))
            self.send_header("ETag", '"1"')
            self.end_headers()
            for place in range(start, len(content), _CHUNK):
                self.wfile.write(content[place : place + _CHUNK])
                time.sleep(_PAUSE)

        def log_message(self, *arguments: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *arguments: object) -> None:
            pass  # a killed process hangs up

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"
