"""Pictures, and fixations that are drawn from a model's densities of them, under a known condition."""

import numpy as np
from PIL import Image
from support.gaze_sets import dataset, sample

import gazemap
from gazemap.data.sample import Sample
from gazemap.gaze.fixations import Fixations
from gazemap.prediction.predictor import load_predictor

SIZE = (120, 160)
GRID = (60, 80)
AS_TRAINED = "shipped:gazenet@as-trained"


def draw_pictures(folder):
    """Discs of all sizes, places and colors on noise."""
    rng, files = np.random.default_rng(0), []
    down, across = np.ogrid[: SIZE[0], : SIZE[1]]
    for number in range(20):
        pixels = rng.integers(0, 90, (*SIZE, 3))
        for _ in range(3):
            y, x, radius = rng.integers(0, SIZE[0]), rng.integers(0, SIZE[1]), rng.integers(6, 25)
            pixels[(down - y) ** 2 + (across - x) ** 2 < radius**2] = rng.integers(0, 255, 3)
        files.append(folder / f"{number:02}.png")
        Image.fromarray(pixels.astype(np.uint8)).save(files[-1])
    return files


def looked_at(files, condition, points=300, model=AS_TRAINED):
    """A set whose fixations are drawn from a model's densities under a condition."""
    predictor, rng, samples = load_predictor(model), np.random.default_rng(1), []
    for file in files:
        grid = gazemap.predict(file, predictor).grid
        density = np.exp(condition.applied(grid[None], predictor.log_prior)[0].astype(np.float64))
        cells = rng.choice(density.size, points, p=density.ravel() / density.sum())
        y, x = np.unravel_index(cells, GRID)
        at = rng.random((2, points))
        looks = Fixations(x=(x + at[0]) * SIZE[1] / GRID[1], y=(y + at[1]) * SIZE[0] / GRID[0])
        known = sample(file.stem, size=SIZE, points=looks)
        samples.append(Sample(**{**known.__dict__, "file": file}))
    return dataset(*samples, name="known")
