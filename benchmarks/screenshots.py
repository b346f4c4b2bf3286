"""Long screenshots: what a page's length does to the attention on its parts, and to where people looked.

    python benchmarks/screenshots.py --data gaze/web-pages [--model gazenet] [--split all]

First, a drawn web page with a navigation bar, a logo, a headline, a button and a face, cut at several
heights: the share of attention on each part, predicted as one picture and in the first fold of 1280 x 800.
Then, each three screens of equal size of a gaze data set are put below each other, as on a page of three
screens: NSS of the people's fixations on each screen, in the page predicted as one picture and fold by fold.
People saw each screen alone, so a fold has the prediction of its screen; the page as one picture has not.
Last, how far shares of attention can be trusted: each screen of the set is cut into cells of 4 x 4, and the
predicted share of each is compared with the share of people's fixations in it.
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import numpy as np
from arguments import benchmark_parser, gaze_set, read_arguments
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gazemap.analysis.area_shares import area_shares
from gazemap.data.dataset import load_dataset
from gazemap.data.sample import Sample
from gazemap.gaze.areas import Box, box_sums
from gazemap.gaze.shapes import Area
from gazemap.metrics import nss
from gazemap.models.files import DEFAULT_MODEL
from gazemap.prediction.predict import predict
from gazemap.prediction.predictor import Predictor, load_predictor
from gazemap.types import Pixels

PARTS = [
    Area.of_box(Box("navigation", 620, 10, 620, 44)),
    Area.of_box(Box("logo", 30, 10, 110, 44)),
    Area.of_box(Box("headline", 70, 170, 560, 170)),
    Area.of_box(Box("button", 80, 400, 200, 60)),
    Area.of_box(Box("face", 720, 140, 480, 480)),
]
SCREENS = 3  # of a page
CELLS = 4  # to each side
VIEWPORT = (800, 1280)


def page(height: int) -> Pixels:
    """A web page of 1280 pixels' width, with one more paragraph of text for every 360 pixels."""
    image = Image.new("RGB", (1280, height), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default
    draw.rectangle([0, 0, 1280, 64], fill="#f4f4f6")
    draw.text((40, 18), "Acme", fill="#d02040", font=font(28))
    for number, word in enumerate(("Product", "Pricing", "Docs", "Blog", "Sign in")):
        draw.text((640 + number * 120, 22), word, fill="#222", font=font(20))
    for number, words in enumerate(("Plan your week", "in five minutes")):
        draw.text((80, 180 + 80 * number), words, fill="#111", font=font(64))
    draw.rounded_rectangle([80, 400, 280, 460], 12, fill="#0a66ff")
    draw.text((120, 415), "Start free", fill="white", font=font(26))
    image.paste(face(), (720, 140))
    for y in range(760, height - 300, 360):
        draw.text((80, y), "Works offline", fill="#111", font=font(40))
        for line in range(5):
            draw.text((80, y + 70 + 34 * line), "Lorem ipsum dolor sit amet " * 3, fill="#666", font=font(20))
        draw.rectangle([900, y, 1200, y + 220], fill="#cde")
    return np.asarray(image)


def face() -> Image.Image:
    """Something like the photograph of a person, 480 x 480."""
    light = Image.radial_gradient("L").resize((480, 480))
    shades = [[max(top - v // 2, 0) for v in range(256)] for top in (255, 200, 150)]
    photo = Image.merge("RGB", [light.point(shade) for shade in shades])
    draw = ImageDraw.Draw(photo)
    draw.ellipse([140, 90, 340, 360], fill="#e8b890")
    for x in (190, 265):
        draw.ellipse([x, 190, x + 25, 210], fill="#222")
    draw.arc([200, 240, 280, 310], 20, 160, fill="#a02020", width=8)
    draw.pieslice([130, 60, 350, 260], 180, 360, fill="#5a3a20")
    return photo


def print_shares(model: Predictor, heights: list[int]) -> None:
    """A row for each page, in per cent of the attention on what is seen at once."""
    print("predicted as", *(box.name for box in PARTS), sep=" | ")
    for height in heights:
        for viewport in ("whole", VIEWPORT):
            if viewport == VIEWPORT and height < VIEWPORT[0]:
                continue
            rows = area_shares(predict(page(height), model, viewport=viewport), PARTS)
            shares = {row.name: row.attention for row in rows if row.fold == 1}
            seen = "one picture" if viewport == "whole" else "folds of 1280 x 800, the first"
            print(f"1280 x {height}, {seen}", *(f"{100 * shares[box.name]:.2f}" for box in PARTS), sep=" | ")


def pages(samples: list[Sample]) -> list[list[Sample]]:
    """Screens of equal size, `SCREENS` on each page; what is left over has no page."""
    ordered = sorted(samples, key=lambda sample: (sample.size, sample.image_id))
    alike = [list(group) for _, group in groupby(ordered, key=lambda sample: sample.size)]
    return [
        group[start : start + SCREENS]
        for group in alike
        for start in range(0, len(group) - SCREENS + 1, SCREENS)
    ]


def scores_of(model: Predictor, screens: list[Sample]) -> tuple[list[float], list[float]]:
    """NSS of each screen's fixations: in the page as one picture, and in its fold."""
    size = screens[0].size
    pixels = np.concatenate([screen.image for screen in screens])
    whole = predict(pixels, model, viewport="whole").density.reshape(len(screens), *size)
    folds = predict(pixels, model, viewport=size).folds
    points = [screen.fixation_map(size) for screen in screens]
    return (
        [float(nss(density, found)) for density, found in zip(whole, points, strict=True)],
        [float(nss(fold.density, found)) for fold, found in zip(folds, points, strict=True)],
    )


def cell_shares(model: Predictor, sample: Sample) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(16,) each: the predicted share of each cell of 4 x 4, and that of the fixations."""
    height, width = (side / CELLS for side in sample.size)
    boxes = [Box("", j * width, i * height, width, height) for i in range(CELLS) for j in range(CELLS)]
    predicted = predict(sample.image, model, viewport="whole").density
    looked = sample.fixation_map(sample.size)
    return box_sums(predicted, boxes), box_sums(looked / looked.sum(), boxes)


def print_cells(pairs: list[tuple[NDArray[np.float64], NDArray[np.float64]]]) -> None:
    """How alike predicted and observed shares are, over all cells of all screens, see `cell_shares`."""
    predicted, observed = (np.concatenate(side) for side in zip(*pairs, strict=True))
    same = np.corrcoef(predicted, observed)[0, 1]
    print(f"{len(pairs)} screens, {len(predicted)} cells of 4 x 4: predicted and observed share of attention")
    print(f"correlation: {same:.2f}")
    print(f"mean difference: {100 * np.abs(predicted - observed).mean():.1f} points of per cent")
    print(f"of an even spread: {100 * np.abs(1 / CELLS**2 - observed).mean():.1f}")
    rows = (values.reshape(-1, CELLS, CELLS).sum(axis=2).mean(axis=0) for values in (predicted, observed))
    for name, shares in zip(("predicted", "observed"), rows, strict=True):
        print(f"{name}, by rows from the top:", *(f"{100 * share:.0f} %" for share in shares))


def main() -> None:
    """Measure and print."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("--data", default="gaze/web-pages", type=Path, help="a gaze data set's folder")
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--split", default="all")
    parser.add_argument("--heights", type=int, nargs="+", default=[720, 960, 3000])
    options = read_arguments(parser, data=None, heights=[3000])
    model = load_predictor(options.model)
    print_shares(model, options.heights)
    whole: list[float] = []
    folded: list[float] = []
    with gaze_set(options.data) as data:
        dataset = load_dataset(data)
        chosen = dataset if options.split == "all" else dataset.split(options.split)
        samples = [sample for sample in chosen.samples if sample.fixations]
        for screens in pages(samples):
            one, other = scores_of(model, screens)
            whole += one
            folded += other
        cells = [cell_shares(model, sample) for sample in samples]
    gains = np.subtract(folded, whole)
    better = int((gains > 0).sum())
    print(f"{data}: {len(whole)} screens, {SCREENS} on a page; mean NSS of the fixations on each")
    print(f"the page as one picture: {np.mean(whole):.3f}")
    print(f"fold by fold: {np.mean(folded):.3f}, better on {better} of {len(gains)} screens")
    print_cells(cells)


if __name__ == "__main__":
    main()
