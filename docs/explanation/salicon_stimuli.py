r"""SALICON's public stimuli as one folder to import: what the reproduction on SALICON was trained on.

    python docs/explanation/salicon_stimuli.py --source SALICON --out raw/salicon-650
    gazemap data import raw/salicon-650 --format salicon-folder --out gaze/salicon-650 \
        --option name=salicon-650 --option sigma=19

SALICON holds fixations/train/*.png (640 x 480), images/train (stimuli as they were shown) and
images-256/train (stimuli squashed to 256 x 256, which are stretched back here). A stimulus that is in both
is taken as it was shown. Of those in images-256, the 60 whose names have the smallest SHA-256 become the
split val, the others train; those in images/train alone become the split test.
"""

from __future__ import annotations

import argparse
from hashlib import sha256
from pathlib import Path
from shutil import copyfile

from PIL import Image

SHOWN = (640, 480)  # width and height of every stimulus of SALICON
VALIDATION = 60


def stems(folder: Path) -> dict[str, Path]:
    """The pictures of a folder by the stem of their names."""
    return {path.stem: path for path in sorted(folder.glob("*.jpg"))}


def splits(squashed: set[str], shown: set[str]) -> dict[str, list[str]]:
    """Which stimulus is in which split; it depends on the names alone."""
    ranked = sorted(squashed, key=lambda stem: sha256(stem.encode()).hexdigest())
    return {
        "train": sorted(ranked[VALIDATION:]),
        "val": sorted(ranked[:VALIDATION]),
        "test": sorted(shown - squashed),
    }


def place(stem: str, target: Path, shown: dict[str, Path], squashed: dict[str, Path]) -> None:
    """Copy a stimulus as it was shown, or stretch the squashed one back, to PNG, which loses nothing."""
    if stem in shown:
        copyfile(shown[stem], target.with_suffix(".jpg"))
        return
    with Image.open(squashed[stem]) as picture:
        picture.convert("RGB").resize(SHOWN, Image.Resampling.BICUBIC).save(target.with_suffix(".png"))


def main() -> None:
    """Write OUT/images/SPLIT and OUT/fixations/SPLIT, and print how many each split has."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    shown = stems(arguments.source / "images/train")
    squashed = stems(arguments.source / "images-256/train")
    for split, names in splits({*squashed}, {*shown}).items():
        images, fixations = (arguments.out / kind / split for kind in ("images", "fixations"))
        images.mkdir(parents=True, exist_ok=True)
        fixations.mkdir(parents=True, exist_ok=True)
        for stem in names:
            place(stem, images / stem, shown, squashed)
            copyfile(arguments.source / f"fixations/train/{stem}.png", fixations / f"{stem}.png")
        whole = sum(name in shown for name in names)
        print(f"{split}: {len(names)} stimuli, {whole} of them as they were shown")


if __name__ == "__main__":
    main()
