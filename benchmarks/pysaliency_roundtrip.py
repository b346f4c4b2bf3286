"""gazemap -> pysaliency's HDF5 -> pysaliency -> its HDF5 -> gazemap: every bit must come back.

    python benchmarks/pysaliency_roundtrip.py --data gaze/osie --peer-python PYTHON

PYTHON is that of an environment with pysaliency (`pip install pysaliency "setuptools<81"`). It reads
both files in another process and writes them again; what it read is compared with the data set, and
what it wrote is imported and compared to the last bit.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from json import loads
from pathlib import Path
from typing import Any

import numpy as np
from arguments import benchmark_parser, gaze_set, read_arguments

from gazemap import GazeDataset, load_dataset
from gazemap.data.exporting import export_dataset
from gazemap.data.importers import import_dataset
from gazemap.data.sample import Sample
from gazemap.gaze.fixations import Fixations

COLUMNS = ("x", "y", "observer", "onset", "duration")
KEPT = ("image_id", "size", "split", "group", "domain", "sigma", "pixels_per_degree")


def peer(python: str, folder: Path) -> dict[str, Any]:
    """What pysaliency says of the folder's files, which it has then written again."""
    script = Path(__file__).with_name("pysaliency_peer.py")
    done = subprocess.run([python, str(script), str(folder)], stdout=subprocess.PIPE, text=True, check=True)
    told: dict[str, Any] = loads(done.stdout.splitlines()[-1])
    return told


def differences(first: Sample, second: Sample) -> list[str]:
    """What of an image has not come back as it was."""
    assert first.file is not None
    assert second.file is not None
    found = [name for name in KEPT if getattr(first, name) != getattr(second, name)]
    found += ["file"] if first.file.read_bytes() != second.file.read_bytes() else []
    empty = Fixations(np.empty(0), np.empty(0))
    one, other = first.fixations or empty, second.fixations or empty
    for name in COLUMNS:
        values = [getattr(points, name) for points in (one, other)]
        if not (values[0] is values[1] is None or same_bits(*values)):
            found.append(name)
    return found


def same_bits(first: np.ndarray | None, second: np.ndarray | None) -> bool:
    """Whether two arrays are equal, with NaN, -0.0 and the last digit."""
    if first is None or second is None:
        return False
    if first.dtype.kind == "U":
        return bool(np.array_equal(first, second))
    return first.dtype == second.dtype and first.tobytes() == second.tobytes()


def pixels(dataset: GazeDataset) -> int:
    """The checksum of all points' pixels that the peer gives, too."""
    points = [sample.fixations for sample in dataset if sample.fixations is not None]
    x, y = (np.concatenate([getattr(own, axis) for own in points]) for axis in "xy")
    return int((np.trunc(y).astype(int) * 100_000 + np.trunc(x).astype(int)).sum())


def told_rightly(told: dict[str, Any], dataset: GazeDataset) -> bool:
    """Print what the peer found; whether these are the points that the data set has."""
    points = [(s, own) for s in dataset if (own := s.fixations) is not None]
    count = sum(len(own) for _, own in points)
    inside = sum(
        np.count_nonzero((own.x >= 0) & (own.y >= 0) & (own.x < s.size[1]) & (own.y < s.size[0]))
        for s, own in points
    )
    same = bool(told["pixels"] == pixels(dataset))
    print(f"{dataset.path}, pysaliency {told['version']} ({', '.join(told['types'])}); it finds:")
    print(f"  stimuli    {told['stimuli']:,} of {len(dataset):,}, decoded with their shape {told['images']}")
    print(f"  fixations  {told['fixations']:,} of {count:,}, {'in the same pixels' if same else 'ELSEWHERE'}")
    print(f"  inside     {told['inside']:,}, here {inside:,}")
    return same and bool(told["fixations"] == count)


def compare(dataset: GazeDataset, python: str | None) -> bool:
    """Go there and back, and print what has changed; whether nothing has."""
    right = True
    with tempfile.TemporaryDirectory() as folder:
        exported = export_dataset(dataset, Path(folder) / "exported", format="pysaliency").folder
        if python is None:
            print("pysaliency does not take part: give --peer-python. gazemap reads its own files again.")
        else:
            right = told_rightly(peer(python, exported), dataset)
        again = import_dataset(exported, Path(folder) / "again", format="pysaliency")
        changed = [
            f"{first.image_id}: {', '.join(what)}"
            for first, second in zip(dataset, again, strict=True)
            if (what := differences(first, second))
        ]
    written = "written again by it and imported" if python else "written and imported"
    print(f"{written}: {len(changed)} of {len(dataset):,} images differ in")
    print(f"  {', '.join((*KEPT, 'file', *COLUMNS))}")
    for line in changed[:10]:
        print(f"  {line}")
    return right and not changed


def main() -> None:
    """Go there and back, and print what has changed."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("--data", default="gaze/osie", type=Path, help="a gaze data set's folder")
    parser.add_argument("--peer-python", help="the Python of an environment with pysaliency")
    options = read_arguments(parser, data=None)
    with gaze_set(options.data) as data:
        sys.exit(not compare(load_dataset(data), options.peer_python))


if __name__ == "__main__":
    main()
