"""Drawing visual-search displays: one target among distractors, on varied backgrounds."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from gazemap.gaze.blurring import blur_by_taps
from gazemap.types import Floats, Pixels, Size

Random = np.random.Generator
Color = tuple[int, int, int]

KINDS = ("color", "orientation", "size", "shape", "texture")
_SHAPES = ("bar", "disc", "square", "triangle", "cross", "ring")
_SUPERSAMPLING = 2  # items are drawn larger and reduced, so that edges are smooth


@dataclass(frozen=True, eq=False)
class Display:
    """A drawn display: the image, and the target's center (x, y) in pixels. Compared as an object."""

    image: Pixels
    target: tuple[float, float]


@dataclass(frozen=True)
class _Item:
    """What an item looks like; the target differs from its fellows in one of these."""

    color: Color
    angle: float
    size: float
    shape: str


def draw_display(kind: str, size: Size, random: Random) -> Display:
    """One display of a kind of `KINDS`."""
    background = _background(size, random)
    if kind == "texture":
        return _texture(background, size, random)
    centers = _jittered_grid(size, random)
    inside = [
        i
        for i, (x, y) in enumerate(centers)
        if 0.08 * size[1] < x < 0.92 * size[1] and 0.1 * size[0] < y < 0.9 * size[0]
    ]
    target = int(random.choice(inside))
    fellow, odd = _pair(kind, background, size, random)
    scale = _SUPERSAMPLING
    canvas = Image.fromarray(background).resize((size[1] * scale, size[0] * scale))
    pen = ImageDraw.Draw(canvas)
    for index, (x, y) in enumerate(centers):
        item = odd if index == target else fellow
        _draw(pen, item, x * scale, y * scale, item.size * scale)
    reduced = canvas.resize((size[1], size[0]), Image.Resampling.BOX)
    return Display(np.asarray(reduced), (float(centers[target][0]), float(centers[target][1])))


def _jittered_grid(size: Size, random: Random) -> Floats:
    height, width = size
    rows = int(random.integers(3, 7))
    columns = round(rows * width / height)
    cell_y, cell_x = height / rows, width / columns
    y, x = np.meshgrid((np.arange(rows) + 0.5) * cell_y, (np.arange(columns) + 0.5) * cell_x, indexing="ij")
    jitter = random.uniform(-0.2, 0.2, (rows * columns, 2)) * [cell_x, cell_y]
    return np.stack([x.ravel(), y.ravel()], axis=1) + jitter


def _pair(kind: str, background: Pixels, size: Size, random: Random) -> tuple[_Item, _Item]:
    """A distractor and the target, equal but for one feature."""
    hue = random.random()
    light = 0.75 if background.mean() < 128 else 0.3
    angle = random.uniform(0, 180)
    side = size[0] * random.uniform(0.045, 0.065)
    shape = "bar" if kind == "orientation" else str(random.choice(_SHAPES))
    fellow = _Item(_color(hue, light), angle, side, shape)
    if kind == "color":
        odd = _Item(_color(hue + random.uniform(0.3, 0.7), light), angle, side, shape)
    elif kind == "orientation":
        odd = _Item(fellow.color, angle + random.uniform(45, 135), side, shape)
    elif kind == "size":
        odd = _Item(fellow.color, angle, side * random.uniform(1.7, 2.1), shape)
    else:
        others = [name for name in _SHAPES if name != shape]
        odd = _Item(fellow.color, angle, side * 1.1, str(random.choice(others)))
    return fellow, odd


def _color(hue: float, lightness: float) -> Color:
    red, green, blue = colorsys.hls_to_rgb(hue % 1.0, lightness, 0.85)
    return round(red * 255), round(green * 255), round(blue * 255)


_OUTLINES: dict[str, list[tuple[float, float]]] = {
    "bar": [(-1.2, -0.35), (1.2, -0.35), (1.2, 0.35), (-1.2, 0.35)],
    "square": [(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)],
    "triangle": [(0.0, -1.1), (1.0, 0.75), (-1.0, 0.75)],
    "cross": [
        *[(-0.3, -1.0), (0.3, -1.0), (0.3, -0.3), (1.0, -0.3), (1.0, 0.3), (0.3, 0.3)],
        *[(0.3, 1.0), (-0.3, 1.0), (-0.3, 0.3), (-1.0, 0.3), (-1.0, -0.3), (-0.3, -0.3)],
    ],
}


def _draw(pen: ImageDraw.ImageDraw, item: _Item, x: float, y: float, radius: float) -> None:
    box = (x - radius, y - radius, x + radius, y + radius)
    if item.shape == "disc":
        pen.ellipse(box, fill=item.color)
    elif item.shape == "ring":
        pen.ellipse(box, outline=item.color, width=max(round(radius * 0.45), 1))
    else:
        turn = np.deg2rad(item.angle)
        corners = np.array(_OUTLINES[item.shape]) * radius
        rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        pen.polygon([(x + px, y + py) for px, py in corners @ rotation], fill=item.color)


def _background(size: Size, random: Random) -> Pixels:
    """Plain, a gradient, or noise of a random spectral slope; dim or bright, weakly colored."""
    base = random.uniform(20, 75) if random.random() < 0.5 else random.uniform(180, 235)
    tint = random.uniform(-12, 12, 3)
    style = random.integers(3)
    if style == 0:
        relief = np.zeros(size)
    elif style == 1:
        direction = random.uniform(0, 2 * np.pi)
        y, x = np.mgrid[-1 : 1 : size[0] * 1j, -1 : 1 : size[1] * 1j]
        relief = 22 * (np.cos(direction) * x + np.sin(direction) * y)
    else:
        relief = 14 * _noise(size, random.uniform(0.6, 1.6), random)
    return np.clip(base + tint + relief[..., None], 0, 255).astype(np.uint8)


def _noise(size: Size, slope: float, random: Random) -> Floats:
    """Noise with amplitude 1 / frequency^slope, mean 0, variance 1; natural images have slope 1."""
    frequency = np.hypot(np.fft.fftfreq(size[0])[:, None], np.fft.rfftfreq(size[1])[None])
    frequency[0, 0] = np.inf
    spectrum = np.fft.rfft2(random.standard_normal(size)) / frequency**slope
    field = np.fft.irfft2(spectrum, s=size)
    return np.asarray((field - field.mean()) / field.std())


def _texture(background: Pixels, size: Size, random: Random) -> Display:
    """Natural-looking texture: 1/f noise or dead leaves, with one patch of other contrast and color."""
    height, width = size
    if random.random() < 0.5:
        field = np.stack([_noise(size, 1.1, random) for _ in range(3)], axis=-1)
        mixed = 0.8 * field[..., :1] + 0.35 * field
        picture = 120 + 32 * mixed
    else:
        picture = _dead_leaves(size, random)
    target = (random.uniform(0.12, 0.88) * width, random.uniform(0.15, 0.85) * height)
    y, x = np.mgrid[0.5 : height + 0.5, 0.5 : width + 0.5]
    distance = np.hypot(x - target[0], y - target[1])
    patch = blur_by_taps((distance < 0.055 * width).astype(np.float64), 2)[..., None]
    color = np.array(_color(random.random(), 0.55), dtype=np.float64)
    rings = (128 + 110 * np.sign(np.sin(distance * (2 * np.pi / (0.035 * width)))))[..., None]
    shown = (1 - patch) * picture + patch * (0.55 * color + 0.45 * rings)
    return Display(np.clip(shown, 0, 255).astype(np.uint8), target)


def _dead_leaves(size: Size, random: Random) -> Floats:
    """Overlapping discs of power-law sizes (Lee, Mumford & Huang 2001), drawn back to front."""
    height, width = size
    canvas = Image.new("RGB", (width, height), (128, 128, 128))
    pen = ImageDraw.Draw(canvas)
    count = 450
    radii = 4 / np.sqrt(random.uniform((4 / 60) ** 2, 1, count))
    centers = random.uniform(0, 1, (count, 2)) * [width, height]
    gray = random.uniform(70, 170, count)
    tints = random.uniform(-22, 22, (count, 3))
    for radius, (x, y), level, tint in zip(radii, centers, gray, tints, strict=True):
        red, green, blue = np.clip(level + tint, 0, 255).astype(int).tolist()
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(red, green, blue))
    return np.moveaxis(blur_by_taps(np.moveaxis(np.asarray(canvas), -1, 0), 0.6), 0, -1)
