"""How much shares of attention change when an image changes as it does between two runs of a check.

    python benchmarks/check_noise.py --data gaze/web-pages [--model gazenet] [--split all]

Each image is predicted as it is, saved as JPEG of quality 90, made 3 pixels wider and higher, and moved down
and to the right by 1 pixel, with its areas. The areas are cells of two grids, 4 x 4 and 8 x 6; and the parts
of a drawn web page, see screenshots.py. Printed, for areas with at least a hundredth of the attention and for
smaller ones: the change of the share relative to what it was, as the median, the 95th percentile and the
greatest. The default of `--tolerance` of `gazemap check` is the worst 95th percentile of the former, rounded
up to whole per cent.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
from arguments import benchmark_parser, gaze_set, read_arguments
from PIL import Image
from screenshots import PARTS, page

from gazemap.analysis.area_shares import area_shares
from gazemap.data.dataset import load_dataset
from gazemap.gaze.areas import Box
from gazemap.gaze.shapes import Area
from gazemap.models.files import DEFAULT_MODEL
from gazemap.prediction.predict import predict
from gazemap.prediction.predictor import Predictor, load_predictor
from gazemap.types import Floats, Pixels, Size

GRIDS = [(4, 4), (8, 6)]  # columns, rows
SMALL = 0.01  # of the attention
LARGER = 3  # pixels
Changed = tuple[Pixels, list[Area]]


def as_jpeg(pixels: Pixels, areas: list[Area]) -> Changed:
    """Saved with losses, and read back."""
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "JPEG", quality=90)
    return np.asarray(Image.open(content)), areas


def larger(pixels: Pixels, areas: list[Area]) -> Changed:
    """Made a little larger, and the areas with it."""
    size = pixels.shape[0], pixels.shape[1]
    into = size[0] + LARGER, size[1] + LARGER
    made = Image.fromarray(pixels).resize(into[::-1], Image.Resampling.BICUBIC)
    return np.asarray(made), [area.scaled(size, into) for area in areas]


def moved(pixels: Pixels, areas: list[Area]) -> Changed:
    """Moved by a pixel, the first row and column twice; areas are moved where they stay inside."""
    height, width = pixels.shape[:2]
    made = np.pad(pixels, [(1, 0), (1, 0), (0, 0)], mode="edge")[:height, :width]
    return made, [_moved(area, (height, width)) for area in areas]


def _moved(area: Area, size: Size) -> Area:
    corners = np.minimum(area.polygons[0] + 1, [size[1], size[0]])
    return Area(area.name, (corners,))


CHANGES: dict[str, Callable[[Pixels, list[Area]], Changed]] = {
    "JPEG of quality 90": as_jpeg,
    f"{LARGER} pixels larger": larger,
    "moved by 1 pixel": moved,
}


def cells(size: Size) -> list[Area]:
    """The cells of the grids."""
    height, width = size
    return [
        Area.of_box(
            Box(f"{columns}-{i}-{j}", j * width / columns, i * height / rows, width / columns, height / rows)
        )
        for columns, rows in GRIDS
        for i in range(rows)
        for j in range(columns)
    ]


def shares(model: Predictor, pixels: Pixels, areas: list[Area]) -> Floats:
    """(n,): the share of attention on each area."""
    rows = {row.name: row.attention for row in area_shares(predict(pixels, model, viewport="whole"), areas)}
    return np.array([rows[area.name] for area in areas])


def print_changes(name: str, before: Floats, after: Floats) -> None:
    """A line for areas of at least a hundredth of the attention, and one for smaller ones."""
    relative = np.abs(after - before) / before
    for kind, chosen in ((f"shares from {SMALL:.0%}", before >= SMALL), ("smaller", before < SMALL)):
        if chosen.any():
            found = 100 * relative[chosen]
            numbers = (np.median(found), np.percentile(found, 95), found.max())
            print(f"{name}, {kind}", chosen.sum(), *(f"{number:.2f}" for number in numbers), sep=" | ")


def main() -> None:
    """Measure and print."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("--data", default="gaze/web-pages", type=Path, help="a gaze data set's folder")
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--split", default="all")
    options = read_arguments(parser, data=None)
    model = load_predictor(options.model)
    with gaze_set(options.data) as data:
        dataset = load_dataset(data)
        chosen = dataset if options.split == "all" else dataset.split(options.split)
        images = [(sample.image, cells(sample.size)) for sample in chosen]
    images.append((page(720), PARTS))
    before = np.concatenate([shares(model, *one) for one in images])
    print(f"{options.model}, {len(images)} images: change of a share in per cent of it")
    print("change | areas | median | 95th percentile | greatest")
    changed = {
        name: np.concatenate([shares(model, *change(*one)) for one in images])
        for name, change in CHANGES.items()
    }
    for name, after in changed.items():
        print_changes(name, before, after)
    print_changes("all three", np.tile(before, len(changed)), np.concatenate([*changed.values()]))


if __name__ == "__main__":
    main()
