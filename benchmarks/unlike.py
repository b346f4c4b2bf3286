"""Of which pictures a note says that they are unlike photographs, and how often it says so of photographs.

    python benchmarks/unlike.py --photographs gaze/osie gaze/scene PICTURES --pages gaze/web-pages

Photographs are the images of gaze data sets, or of plain folders. Each is looked at once more, cut to 2:1 as
a panorama is. Noise, waves, charts, drawings and panoramas are drawn; the last are rooms whose walls are some
of the photographs. All are laid into the frame of 320 x 240 pixels, as gazenet sees them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from arguments import benchmark_parser, gaze_set, read_arguments
from PIL import Image
from unlike_pictures import (
    NOISE,
    charts,
    compressed,
    drawing,
    half_as_high,
    panorama,
    scrambled,
)

from gazemap.data.dataset import load_dataset
from gazemap.images.formats import ENDINGS
from gazemap.images.reading import read_image
from gazemap.images.unlike import Looks, kind_of, looks_of
from gazemap.models.files import DEFAULT_MODEL
from gazemap.prediction.inputs import ImageLike
from gazemap.prediction.placing import read_placed
from gazemap.prediction.predictor import Predictor, load_predictor
from gazemap.system.progress import bar
from gazemap.types import Pixels

KINDS = ("flat", "noise", "panorama")
WALLS = 60  # photographs that panoramas and scrambled pictures are made of


def files_of(folder: Path) -> list[Path]:
    """The images of a gaze data set, or of a plain folder."""
    if (folder / "dataset.json").is_file():
        return [sample.file for sample in load_dataset(folder).samples if sample.file]
    return sorted(file for file in folder.rglob("*") if file.suffix.lower() in ENDINGS)


class Table:
    """A row for each kind of picture."""

    def __init__(self, model: Predictor) -> None:
        self._model = model
        self.photographs: list[Looks] = []
        print("pictures", "number", "noted", *KINDS, sep=" | ")

    def add(
        self, name: str, images: Iterable[ImageLike], total: int, *, are_photographs: bool = False
    ) -> None:
        """Count of how many images a note is made, and which."""
        found: Counter[str | None] = Counter()
        for image in bar(images, name, total, progress=True):
            placed = read_placed(self._model, image, "whole")
            looks = looks_of(placed.frames[0], placed.placements[0])
            found[kind_of([looks], placed.size)] += 1
            self.photographs += [looks] * are_photographs
        number = found.total()
        shares = (100 * count / number for count in (number - found[None], *(found[kind] for kind in KINDS)))
        print(name, number, *(f"{share:.1f} %" for share in shares), sep=" | ", flush=True)

    def print_photographs(self) -> None:
        """Where the statistics of photographs lie."""
        print("of all photographs", "least", "1 %", "median", "99 %", "greatest", sep=" | ")
        for name in ("smooth", "even", "flat", "common"):
            values = [getattr(looks, name) for looks in self.photographs]
            print(name, *(f"{q:.3f}" for q in np.percentile(values, [0, 1, 50, 99, 100])), sep=" | ")


def cut(files: Sequence[Path]) -> Iterator[Pixels]:
    """The photographs cut to 2:1."""
    return (half_as_high(read_image(file)) for file in files)


def main() -> None:
    """Measure and print."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("--photographs", nargs="+", type=Path, default=[Path("gaze/osie")])
    parser.add_argument("--pages", type=Path, help="a gaze data set of web pages, or a folder of them")
    parser.add_argument("--number", type=int, default=240, help="of pictures of each kind that is drawn")
    options = read_arguments(parser, photographs=[None], number=12)
    table = Table(load_predictor(DEFAULT_MODEL))
    every: list[Path] = []
    with gaze_set(options.photographs[0]) as first:
        for folder in [first, *options.photographs[1:]]:
            files = files_of(folder)
            table.add(f"photographs: {folder.name}", files, len(files), are_photographs=True)
            every += files
        table.add("photographs cut to 2:1", cut(every), len(every))
        walls = [shown(file) for file in every[:: max(1, len(every) // WALLS)]]
    add_drawn(table, walls, options.number)
    if options.pages:
        pages = files_of(options.pages)
        table.add("web pages", pages, len(pages))
    table.print_photographs()


def shown(file: Path) -> Pixels:
    """A photograph of at most 640 x 640 pixels."""
    image = Image.fromarray(read_image(file))
    image.thumbnail((640, 640))
    return np.asarray(image)


def add_drawn(table: Table, walls: Sequence[Pixels], number: int) -> None:
    """A row for each kind of picture that is drawn."""
    randoms = [np.random.default_rng(seed) for seed in range(number)]
    for name, draw in NOISE.items():
        table.add(name, map(draw, randoms), number)
    table.add(
        "photographs with random phases",
        (scrambled(walls[seed % len(walls)], random) for seed, random in enumerate(randoms)),
        number,
    )
    table.add("charts and diagrams", charts(number), number)
    table.add("the same as JPEG", map(compressed, charts(number)), number)
    table.add("drawings of flat shapes", map(drawing, randoms), number)
    table.add(
        "panoramas of 360 degrees",
        (panorama([walls[i] for i in random.choice(len(walls), 6)], random) for random in randoms),
        number,
    )


if __name__ == "__main__":
    main()
