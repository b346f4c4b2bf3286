"""What a newcomer gets by `pip install`: each archive in a fresh environment, and the first heat map offline.

    make wheel-test

builds the wheel and the sdist and calls this with both. pip is not given constraints.txt, and what runs is
the installed package, outside of the checkout. It ends with an error where something is not as it should be.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

ENVIRONMENT = {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "PIP_CONSTRAINT"}}
ALONE = ["unshare", "--map-root-user", "--net"]  # Linux: a process that has no network
BLOCKED = (
    "import socket\ndef refused(*_): raise OSError('no network here')\nsocket.socket.connect = refused\n"
)
CHECK = """
import importlib.metadata, json, pathlib
import gazemap
folder = pathlib.Path(gazemap.__file__).resolve().parent
prediction = gazemap.predict("photo.jpg")
print(json.dumps({
    "version": importlib.metadata.version("gazemap"),
    "folder": str(folder),
    "shape": prediction.density.shape,
    "sum": float(prediction.density.sum()),
    "models": sorted(path.name for path in (folder / "models/pretrained").iterdir()),
}))
"""


def run(words: list[str], folder: Path, **more: str) -> str:
    """What a program prints; an error of it ends this check."""
    done = subprocess.run(
        words, cwd=folder, env={**ENVIRONMENT, **more}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def offline() -> tuple[list[str], str]:
    """Words that start a program without a network, and how that is done; none where Python must do it."""
    if shutil.which("unshare") and not subprocess.run([*ALONE, "true"], capture_output=True).returncode:
        return ALONE, "in a process without a network"
    return [], "with Python's connections refused"


def take_photograph(path: Path) -> None:
    """A picture of soft spots, as large as a web page."""
    random = np.random.default_rng(0)
    small = Image.fromarray(random.integers(0, 256, (12, 16, 3), dtype=np.uint8))
    small.resize((1280, 960), Image.Resampling.BICUBIC).save(path, quality=90)


def install(archive: Path, folder: Path) -> Path:
    """A fresh environment with the archive, as `pip install ARCHIVE` makes it; prints what that took."""
    run([sys.executable, "-m", "venv", str(folder / "venv")], folder)
    programs = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    before = size_of(folder / "venv")
    started = time.perf_counter()
    run([str(programs / "python"), "-m", "pip", "install", "--quiet", str(archive)], folder)
    taken = time.perf_counter() - started
    run([str(programs / "python"), "-m", "pip", "check"], folder)
    print(f"  pip install: {taken:.0f} s, {size_of(folder / 'venv') - before:,.0f} MB")
    return programs


def size_of(folder: Path) -> float:
    """Megabytes of the files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def predict_offline(programs: Path, folder: Path) -> None:
    """The commands and the function, without a network and with an empty cache; prints the time that took."""
    take_photograph(folder / "photo.jpg")
    alone, how = offline()
    more = {"GAZEMAP_CACHE": str(folder / "cache")}
    if not alone:
        (folder / "blocked").mkdir()
        (folder / "blocked/sitecustomize.py").write_text(BLOCKED)
        more["PYTHONPATH"] = str(folder / "blocked")
    started = time.perf_counter()
    run([*alone, str(programs / "gazemap"), "predict", "photo.jpg"], folder, **more)
    print(f"  gazemap predict photo.jpg, {how}: {time.perf_counter() - started:.1f} s to the first heat map")
    with Image.open(folder / "predictions/photo.jpg.overlay.jpg") as overlay:
        assert overlay.size == (1280, 960), overlay.size
    run([*alone, str(programs / "gazemap"), "page", "--single-file", "page.html"], folder, **more)
    assert (folder / "page.html").stat().st_size > 10e6, "the page has no models"
    found = json.loads(run([*alone, str(programs / "python"), "-c", CHECK], folder, **more))
    assert Path(found["folder"]).is_relative_to((folder / "venv").resolve()), found["folder"]
    assert found["shape"] == [960, 1280], found["shape"]
    assert abs(found["sum"] - 1) < 1e-4, found["sum"]
    assert {"gazenet.onnx", "gazenet-large.onnx", "gazenet.md"} <= {*found["models"]}, found["models"]


def main() -> None:
    """Try every archive that is named."""
    archives = [Path(word).resolve() for word in sys.argv[1:]]
    assert archives, "Name the archives to try, as `make wheel-test` does."
    for archive in archives:
        print(f"{archive.name}, {archive.stat().st_size / 1e6:.1f} MB:")
        with tempfile.TemporaryDirectory() as folder:
            predict_offline(install(archive, Path(folder)), Path(folder))


if __name__ == "__main__":
    main()
