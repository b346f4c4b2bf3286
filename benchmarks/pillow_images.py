"""Every file of a folder is predicted, listed as failed, or named: checked against what Pillow itself opens.

    python benchmarks/pillow_images.py --images PILLOW/Tests/images

Pillow's source distribution carries some thousand images of every format, depth and damage in Tests/images.
`gazemap predict` is run on the folder. Then its numbers must add up to that of the files, each file that
Pillow opens and loads, and whose ending or first bytes gazemap accepts, must be predicted, and stderr must
hold nothing but a reason for each of the first failures. Exits with 1 where one of these does not hold.
"""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from arguments import benchmark_parser, read_arguments
from PIL import Image

from gazemap.images.formats import ENDINGS, START, format_of


def main() -> int:
    """Run, compare and print."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("--images", type=Path, help="the folder Tests/images of Pillow's source distribution")
    options = read_arguments(parser)
    with _folder(options.images) as folder, tempfile.TemporaryDirectory() as out:
        words = ["predict", str(folder), "--out", out, "--write", "json", "--json"]
        command = [sys.executable, "-m", "gazemap", *words]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode not in (0, 1):
            print(done.stderr)
            return 1
        counts = json.loads(done.stdout)
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        listed = _rows(Path(out) / "failed.jsonl")
        unread = {path for path, reason in listed.items() if "which is not read here" in reason}
        passed_over = sum(_number(line) for line in counts["besides"])
        total = counts["predicted"] + counts["failed"] + passed_over
        lines = done.stderr.splitlines()
        noise = [line for line in lines if not line.startswith(str(folder))]
        refused = {path: reason for path, reason in listed.items() if _is_opened(Path(path))}
        wrong = {path: reason for path, reason in refused.items() if path not in unread}
    print(f"files:                            {len(files):6,}")
    print(f"predicted:                        {counts['predicted']:6,}")
    print(f"failed:                           {counts['failed']:6,}")
    print(f"named or counted:                 {passed_over:6,}")
    print(f"of the failed, Pillow opens:      {len(wrong):6,}")
    print(f"lines on stderr that are not ours: {len(noise):5,}")
    for path, reason in wrong.items():
        print(f"  {path}: {reason}")
    for line in noise:
        print(f"  {line}")
    print("" if total == len(files) else f"The numbers add up to {total:,}.", end="")
    return int(bool(wrong or noise) or total != len(files))


@contextmanager
def _folder(path: Path | None) -> Iterator[Path]:
    """The folder, or one with a few files of our own."""
    if path is not None:
        yield path
        return
    with tempfile.TemporaryDirectory() as name:
        picture = Image.radial_gradient("L")
        for ending in (".jpg", ".png", ".avif", ".jp2", ".tga", ".pgm"):
            picture.save(Path(name) / f"picture{ending}")
        (Path(name) / "cut.jpg").write_bytes((Path(name) / "picture.jpg").read_bytes()[:900])
        (Path(name) / "drawing.psd").write_bytes(b"8BPS\0\1")
        (Path(name) / "words.txt").write_text("no image")
        yield Path(name)


def _rows(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    rows = (json.loads(line) for line in file.read_text("utf-8").splitlines())
    return {row["path"]: row["reason"] for row in rows}


def _number(line: str) -> int:
    """How many files a sentence counts."""
    counted = re.sub(r"\(.*\)", "", line)
    return sum(int(number.replace(",", "")) for number in re.findall(r"\b\d[\d,]*\b", counted))


def _is_opened(path: Path) -> bool:
    """Whether gazemap accepts the file by its ending or first bytes, and Pillow opens and loads it."""
    with path.open("rb") as file:
        if not (path.name.lower().endswith(ENDINGS) or format_of(file.read(START))):
            return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path) as image:
                image.load()
    except Exception:
        return False
    return True


if __name__ == "__main__":
    logging.getLogger("PIL").addHandler(logging.NullHandler())
    sys.exit(main())
