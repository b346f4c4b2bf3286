"""Start-up: what an installation weighs, and how long one waits for it and for the first heat map.

    python benchmarks/starting.py before.whl after.whl

A wheel is installed in a fresh environment, by `pip install WHEEL` as a user types it; a folder is an
environment that is there already. Each command runs in a new process, the sides in turn.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import numpy as np
from arguments import benchmark_parser, read_arguments
from PIL import Image

COMMANDS = {
    'python -c "import gazemap"': ["python", "-c", "import gazemap"],
    'python -c "import gazemap.metrics"': ["python", "-c", "import gazemap.metrics"],
    "gazemap --help": ["gazemap", "--help"],
    "gazemap predct photo.jpg (a typing error)": ["gazemap", "predct", "photo.jpg"],
    "gazemap predict photo.jpg": ["gazemap", "predict", "photo.jpg", "--out", "{new}"],
}
REFUSED = 2  # the exit code of a typing error


@dataclass
class Side:
    """An environment, and what was measured in it.

    Attributes:
        name: at the head of its column.
        folder: of the environment.
        figures: line of the table -> what stands there.
    """

    name: str
    folder: Path
    figures: dict[str, str] = field(default_factory=dict)

    def program(self, name: str) -> str:
        """A program of this environment."""
        return str(self.folder / "bin" / name)


def installed(wheel: Path, folder: Path) -> Side:
    """A fresh environment with the wheel."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    side = Side(str(wheel), folder)
    started = time.perf_counter()
    subprocess.run([side.program("pip"), "install", "--quiet", str(wheel)], check=True)
    side.figures["pip install, s"] = f"{time.perf_counter() - started:.1f}"
    return side


def weigh(side: Side) -> None:
    """Count what lies in the environment, pip included."""
    folders = list(side.folder.glob("lib/python*/site-packages"))
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    packages = [path for folder in folders for path in folder.glob("*.dist-info")]
    side.figures["packages"] = f"{len(packages)}"
    side.figures["MB"] = f"{sum(path.stat().st_size for path in files) / 1e6:,.0f}"


def seconds(side: Side, words: list[str]) -> float:
    """How long one command takes, in a folder with a photograph and with an empty cache."""
    with tempfile.TemporaryDirectory() as folder:
        random = np.random.default_rng(0)
        small = Image.fromarray(random.integers(0, 256, (12, 16, 3), dtype=np.uint8))
        small.resize((640, 480), Image.Resampling.BICUBIC).save(Path(folder) / "photo.jpg", quality=90)
        program, *rest = (word.format(new="out") for word in words)
        environment = {**os.environ, "GAZEMAP_CACHE": str(Path(folder) / "cache")}
        started = time.perf_counter()
        done = subprocess.run(
            [side.program(program), *rest], cwd=folder, env=environment, capture_output=True, text=True
        )
        taken = time.perf_counter() - started
    expected = REFUSED if "predct" in words else 0
    if done.returncode != expected:
        raise SystemExit(f"{' '.join(words)} of {side.name} ended with {done.returncode}:\n{done.stderr}")
    return taken


def measure(sides: list[Side], runs: int) -> None:
    """Time every command `runs` times, after one run that is not counted, the sides in turn."""
    for name, words in COMMANDS.items():
        taken: list[list[float]] = [[] for _ in sides]
        for run in range(runs + 1):
            for side, times in zip(sides, taken, strict=True):
                once = seconds(side, words)
                times += [once] if run else []
        for side, times in zip(sides, taken, strict=True):
            side.figures[name] = f"{min(times):.2f} {median(times):.2f}"


def show(sides: list[Side]) -> None:
    """Print a table, a column per side."""
    lines = list(dict.fromkeys(line for side in sides for line in side.figures))
    width = max(map(len, lines)) + 2
    print(" " * width + "  ".join(f"{side.name[-30:]:>30}" for side in sides))
    for line in lines:
        print(f"{line:{width}}" + "  ".join(f"{side.figures.get(line, '-'):>30}" for side in sides))


def main() -> None:
    """Measure and print."""
    parser = benchmark_parser(__doc__)
    parser.add_argument(
        "sides", type=Path, nargs="*", default=[Path(sys.prefix)], help="wheels, environments"
    )
    parser.add_argument("--runs", type=int, default=9)
    options = read_arguments(parser, runs=1)
    with tempfile.TemporaryDirectory() as folder:
        sides = [
            Side(str(path), path.absolute()) if path.is_dir() else installed(path, Path(folder) / str(index))
            for index, path in enumerate(options.sides)
        ]
        for side in sides:
            weigh(side)
        load = os.getloadavg()[0]
        print(f"Seconds are the minimum and the median of {options.runs} runs; load {load:.1f} at the start.")
        measure(sides, options.runs)
    show(sides)


if __name__ == "__main__":
    main()
