"""Pictures for benchmarks/unlike.py that no photograph looks like: noise, gratings, charts, and panoramas."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from gazemap.types import Floats, Pixels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIZE = (480, 640)
Random = np.random.Generator


def dots(random: Random) -> Pixels:
    """White points on black: from 1 to 50 % of all pixels."""
    return np.repeat((random.random((*SIZE, 1)) < random.uniform(0.01, 0.5)) * np.uint8(255), 3, axis=2)


def _shown(values: Floats) -> Pixels:
    """(H, W) or (H, W, 3) of mean 0 -> gray around 128, with a standard deviation of 48."""
    values = 128 + 48 * values / values.std()
    gray = values.clip(0, 255).astype(np.uint8)
    return gray if gray.ndim == 3 else np.repeat(gray[..., None], 3, axis=2)


def uniform(random: Random) -> Pixels:
    """Each pixel and channel of its own."""
    return random.integers(0, 256, (*SIZE, 3), np.uint8)


def black_and_white(random: Random) -> Pixels:
    """Each pixel black or white."""
    return np.repeat(random.integers(0, 2, (*SIZE, 1), np.uint8) * np.uint8(255), 3, axis=2)


def spectral(random: Random, slope: float) -> Pixels:
    """Gaussian noise whose amplitude falls with 1 / frequency to the power of `slope`."""
    return _shown(_colored(random, slope))


def _colored(random: Random, slope: float) -> Floats:
    down, across = np.fft.fftfreq(SIZE[0])[:, None], np.fft.rfftfreq(SIZE[1])[None]
    distance = np.hypot(down, across)
    distance[0, 0] = np.inf
    waves = np.fft.rfft2(random.normal(size=SIZE)) / distance**slope
    return np.asarray(np.fft.irfft2(waves, SIZE))


def blocks(random: Random) -> Pixels:
    """Squares of 4 to 16 pixels, each of one gray."""
    side = int(random.integers(4, 17))
    cells = random.integers(0, 256, [-(-length // side) for length in SIZE], np.uint8)
    gray = np.kron(cells, np.ones((side, side), np.uint8))[: SIZE[0], : SIZE[1]]
    return np.repeat(gray[..., None], 3, axis=2)


def grating(random: Random) -> Pixels:
    """Waves of one direction, as vision science shows them."""
    angle, waves = random.uniform(0, np.pi), random.uniform(4, 60)
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]] / SIZE[1]
    return _shown(np.sin(2 * np.pi * waves * (columns * np.cos(angle) + rows * np.sin(angle))))


def scrambled(photo: Pixels, random: Random) -> Pixels:
    """A photograph's spectrum with random phases: noise of its colors."""
    values = np.asarray(Image.fromarray(photo).resize(SIZE[::-1]), dtype=np.float64)
    phases = np.angle(np.fft.rfft2(random.normal(size=SIZE)))[..., None]
    waves = np.fft.rfft2(values, axes=(0, 1))
    waves[1:] *= np.exp(1j * phases[1:])
    waves[:1, 1:] *= np.exp(1j * phases[:1, 1:])
    return np.fft.irfft2(waves, SIZE, axes=(0, 1)).clip(0, 255).astype(np.uint8)


def compressed(picture: Pixels) -> bytes:
    """The same as a JPEG file of Pillow's usual quality."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG")
    return file.getvalue()


NOISE: dict[str, Callable[[Random], Pixels]] = {
    "each pixel of its own color": uniform,
    "each pixel black or white": black_and_white,
    "white points on black": dots,
    "white noise (Gaussian)": lambda random: spectral(random, 0),
    "pink noise (1/f)": lambda random: spectral(random, 1),
    "brown noise (1/f²)": lambda random: spectral(random, 2),
    "squares of one gray": blocks,
    "gratings": grating,
}


def charts(number: int) -> Iterator[Pixels]:
    """Charts and diagrams of twelve kinds in turn, of several sizes and styles, drawn by matplotlib."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    styles = ("default", "ggplot", "seaborn-v0_8-whitegrid", "dark_background")
    for index in range(number):
        random = np.random.default_rng(index)
        with plt.style.context(styles[index // len(CHARTS) % len(styles)]):
            shape = [(6.4, 4.8), (8, 4.5), (5, 5)][index % 3]
            figure = plt.figure(figsize=shape, dpi=int(random.choice([80, 100, 150, 200])))
            CHARTS[index % len(CHARTS)](figure, random)
            figure.canvas.draw()
            yield np.asarray(figure.canvas.buffer_rgba())[..., :3].copy()  # type: ignore[attr-defined]
            plt.close(figure)


def _lines(figure: Figure, random: Random) -> None:
    axes = figure.add_subplot()
    for number in range(4):
        axes.plot(random.normal(size=60).cumsum(), label=f"group {number}")
    axes.legend()
    axes.set(title="A walk of four groups", xlabel="time (s)", ylabel="distance (m)")


def _bars(figure: Figure, random: Random) -> None:
    axes = figure.add_subplot()
    axes.bar(list("ABCDEFG"), random.uniform(1, 9, 7), yerr=random.uniform(0.1, 1, 7))
    axes.set(title="Seven means", ylabel="score")


def _scatter(figure: Figure, random: Random) -> None:
    axes = figure.add_subplot()
    x, y = random.normal(size=(2, 300))
    axes.scatter(x, y, c=random.uniform(size=300), s=random.uniform(5, 90, 300))
    axes.set(xlabel="x", ylabel="y")


def _pie(figure: Figure, random: Random) -> None:
    figure.add_subplot().pie(random.uniform(1, 9, 6), labels=list("uvwxyz"), autopct="%.0f %%")


def _histogram(figure: Figure, random: Random) -> None:
    figure.add_subplot().hist(random.normal(size=(800, 3)), bins=25, histtype="stepfilled", alpha=0.6)


def _heat_map(figure: Figure, random: Random) -> None:
    axes = figure.add_subplot()
    figure.colorbar(axes.imshow(random.uniform(size=(9, 12)), aspect="auto"))


def _boxes(figure: Figure, random: Random) -> None:
    figure.add_subplot().boxplot(random.normal(size=(80, 8)))


def _contours(figure: Figure, random: Random) -> None:
    rows, columns = np.mgrid[-3:3:80j, -3:3:80j]
    values = np.sin(rows * random.uniform(1, 3)) + np.cos(columns * random.uniform(1, 3))
    figure.colorbar(figure.add_subplot().contourf(columns, rows, values))


def _areas(figure: Figure, random: Random) -> None:
    figure.add_subplot().stackplot(range(40), random.uniform(1, 3, (5, 40)), labels=list("abcde"))


def _flow(figure: Figure, random: Random) -> None:
    """Boxes and arrows."""
    axes = figure.add_subplot()
    axes.axis("off")
    places = [(x, y) for y in (0.85, 0.5, 0.15) for x in (0.15, 0.5, 0.85)]
    for number, place in enumerate(places):
        other = places[int(random.integers(len(places)))]
        axes.annotate("", other, place, arrowprops={"arrowstyle": "->"})
        axes.text(*place, f"step {number}", ha="center", va="center", bbox={"boxstyle": "round,pad=0.8"})


def _table(figure: Figure, random: Random) -> None:
    axes = figure.add_subplot()
    axes.axis("off")
    cells = [[f"{value:.2f}" for value in row] for row in random.uniform(size=(12, 6))]
    axes.table(cells, colLabels=list("abcdef"), loc="center")


def _four(figure: Figure, random: Random) -> None:
    for axes in figure.subplots(2, 2).flat:
        axes.plot(random.normal(size=(30, 2)).cumsum(axis=0), marker="o")
    figure.tight_layout()


CHARTS: Sequence[Callable[[Figure, Random], None]] = (
    _lines, _bars, _scatter, _pie, _histogram, _heat_map,
    _boxes, _contours, _areas, _flow, _table, _four,
)  # fmt: skip


def drawing(random: Random) -> Pixels:
    """A dozen shapes of one color each, as in a logo or a map."""
    image = Image.new("RGB", SIZE[::-1], tuple(random.integers(0, 256, 3).tolist()))
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        x, y, width, height = map(int, random.integers((0, 0, 20, 20), (SIZE[1], SIZE[0], 260, 200)))
        box = [x, y, x + width, y + height]
        shape = draw.ellipse if random.integers(2) else draw.rectangle
        shape(box, fill=tuple(random.integers(0, 256, 3).tolist()))
    return np.asarray(image)


def panorama(walls: Sequence[Pixels], random: Random, height: int = 512) -> Pixels:
    """All that is seen from a place in a room whose six walls are pictures, in equirectangular projection.

    Args:
        walls: six pictures, of any size.
        random: where in the room one stands, and which way one looks.
        height: of the panorama, half its width.
    """
    turn = random.uniform(0, 2 * np.pi)
    longitude = (np.arange(2 * height) + 0.5) / height * np.pi + turn
    latitude = (0.5 - (np.arange(height) + 0.5) / height)[:, None] * np.pi
    ray = np.stack(
        np.broadcast_arrays(
            np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)
        )
    )
    place = random.uniform(-0.5, 0.5, 3)  # of a room from -1 to 1 in each direction
    far = (np.sign(ray) - place[:, None, None]) / np.where(ray == 0, 1e-12, ray)  # of each pair of walls
    axis = far.argmin(axis=0)
    hit = (place[:, None, None] + far.min(axis=0) * ray + 1) / 2
    made = np.empty((height, 2 * height, 3), np.uint8)
    for number, wall in enumerate(walls[:6]):
        along, side = divmod(number, 2)
        here = (axis == along) & ((ray[along] > 0) == side)
        across, up = (hit[other][here] for other in range(3) if other != along)
        rows = ((1 - up) * wall.shape[0]).astype(int).clip(0, wall.shape[0] - 1)
        columns = (across * wall.shape[1]).astype(int).clip(0, wall.shape[1] - 1)
        made[here] = wall[rows, columns]
    return made


def half_as_high(photo: Pixels) -> Pixels:
    """The middle of a photograph, twice as wide as high: what a panorama must not be mistaken for."""
    height = min(photo.shape[0], photo.shape[1] // 2)
    top, left = (photo.shape[0] - height) // 2, (photo.shape[1] - 2 * height) // 2
    return photo[top : top + height, left : left + 2 * height]
