"""A network's own grid -> the maps that are scored, as a protocol says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gazemap.gaze.blurring import blur_by_taps
from gazemap.images.resizing import resize, resize_8_bit
from gazemap.metrics.densities import density_of, exponentiate, shift_to_density, softmax
from gazemap.metrics.kernels.arrays import Array, Maps, check_shape, in_main_memory, shape_of
from gazemap.metrics.kernels.checks import is_below_zero
from gazemap.metrics.kernels.reading import Reader
from gazemap.metrics.scoring.best_maps import Best, best_map, overlapping_map
from gazemap.metrics.scoring.metric import Metric
from gazemap.metrics.scoring.protocols import Protocol
from gazemap.types import AnyFloats, Floats, Output, Size


@dataclass(frozen=True, eq=False)
class Context:
    """What a density's best maps are derived with, besides the density itself.

    Attributes:
        baseline: (H, W), the density of the other images' fixations.
        sigma: of the ground truth's blur, in pixels.
        fixations: how many an image has on average.
    """

    baseline: Floats
    sigma: float
    fixations: float


@dataclass(frozen=True)
class Prepared:
    """A prediction at the truth's size, and the map of it that each metric scores.

    Attributes:
        saliency: (H, W) or (B, H, W), an array or a tensor, for the metrics that take any scale; the
            density itself, where there is one.
        is_density: whether it sums to 1 already.
        protocol: how it is scored.
        context: of the maps that are derived for each metric; None scores one map by all metrics.
    """

    saliency: Array
    is_density: bool
    protocol: Protocol
    context: Context | None = None
    _made: dict[str, Array] = field(default_factory=dict, repr=False, compare=False)

    def map_for(self, metric: Metric) -> Array | None:
        """(H, W), what a metric scores; None where there is no density for one that wants it.

        The protocol may give none to a saliency map, and a map that is nowhere above 0 and
        somewhere below has none: cut at 0, nothing would be left of it.
        """
        about = self.derived_with
        if about is not None:
            return self._best(metric.best, about)
        if self.is_density or not metric.takes_density or self.protocol.from_saliency == "raw":
            return self.saliency
        if self.is_below_zero:
            return None
        if self.protocol.from_saliency == "floor":
            return self._once("floor", lambda: density_of(self.reader))
        return None if metric.is_gain else self._once("shift", lambda: shift_to_density(self.saliency))

    @property
    def derived_with(self) -> Context | None:
        """What each metric's own map is derived with; None where one map serves all."""
        return self.context if self.is_density and self.protocol.derives else None

    def _best(self, best: Best, about: Context) -> Array:
        def make() -> Array:
            if best == "overlapping":
                blurred = self._best("blurred", about)
                return overlapping_map(self.saliency, about.sigma, about.fixations, blurred)
            return best_map(self.saliency, best, baseline=about.baseline, sigma=about.sigma)

        return self._once(best, make)

    @cached_property
    def is_below_zero(self) -> bool:
        """Whether a saliency map, or any of a batch, is nowhere above 0 and somewhere below."""
        pixels = self.reader.first
        return not self.is_density and bool(pixels.xp.any(is_below_zero(pixels)))

    @cached_property
    def reader(self) -> Reader:
        """The saliency, read once for all who ask for it."""
        return Reader(self.saliency)

    def _once(self, kind: str, make: Callable[[], Array]) -> Array:
        if kind not in self._made:
            self._made[kind] = make()
        return self._made[kind]


def prepare(
    grid: Maps,
    protocol: Protocol,
    size: Size,
    output: Output,
    context: Context | None = None,
) -> Prepared:
    """Bring a prediction to the size at which it is scored.

    Args:
        grid: (h, w) or (B, h, w), saliency (where 8 bits matter, on a scale of 0 to 1) or log density.
        protocol: how it is scored.
        size: (H, W) of the truth.
        output: what the grid holds.
        context: for deriving the best map for each metric of a log density.

    Raises:
        InputError: neither (h, w) nor (B, h, w); a log density whose logsumexp is not 0 within 1e-3.
    """
    check_shape(shape_of(grid), "saliency" if output == "saliency" else "log_density")
    if protocol.eight_bit != "no":
        blurred = _through_8_bits(in_main_memory(grid), protocol, size, output)
        return Prepared(Reader(grid).like(blurred), False, protocol)
    if output == "saliency":
        return Prepared(resize(grid, size, protocol.interpolation), False, protocol)
    density = exponentiate(grid)
    if density.shape[-2:] != size:  # bilinearly: a kernel with negative weights could leave its range
        density = softmax(resize(grid, size))
    return Prepared(density, True, protocol, context)


def prepare_density(density: Floats, protocol: Protocol, context: Context | None = None) -> Prepared:
    """As `prepare` of its logarithm, for a density, (H, W), that has the truth's size already."""
    if protocol.eight_bit == "no":
        return Prepared(density, True, protocol, context)
    shown = _through_8_bits(density / density.max(), protocol, density.shape, "saliency")
    return Prepared(shown, False, protocol)


def _through_8_bits(grid: AnyFloats, protocol: Protocol, size: Size, output: Output) -> Floats:
    """Rounded to 8 bits, enlarged and blurred, as the 2021 replication did."""
    shown = np.exp(grid - np.max(grid)) if output == "log_density" else grid
    small = to_8_bit(shown, wrap=protocol.eight_bit == "wrap")
    enlarged = resize_8_bit(small, size).astype(np.float64) / 255
    return blur_by_taps(enlarged, protocol.blur) if protocol.blur else enlarged


def to_8_bit(saliency: NDArray[np.floating], *, wrap: bool) -> NDArray[np.uint8]:
    """(h, w) on a scale of 0 to 1 -> uint8, truncated toward zero.

    Args:
        saliency: any values.
        wrap: values outside [0, 1] wrap around modulo 256, as a C cast does on x86-64 (-0.01
            becomes 254, 1.02 becomes 4); otherwise they are clipped.
    """
    levels = np.trunc(saliency * 255)
    kept = levels.astype(np.int64) % 256 if wrap else np.clip(levels, 0, 255)
    return np.asarray(kept, dtype=np.uint8)
