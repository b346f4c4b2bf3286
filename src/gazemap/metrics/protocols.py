"""Protocols: named, complete choices of how a score is computed. `PROTOCOLS` lists them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import gaussian_filter

from gazemap.errors import InputError, unknown_name
from gazemap.metrics.arrays import Floats
from gazemap.metrics.auc import auc, auc_borji, auc_judd, auc_shuffled, sauc
from gazemap.metrics.densities import to_density
from gazemap.metrics.distribution import cc, kld, sim
from gazemap.metrics.location import information_gain, nss
from gazemap.metrics.resizing import resize, resize_8_bit

Output = Literal["saliency", "log_density"]


@dataclass(frozen=True)
class Prepared:
    """A prediction ready to be scored, (H, W) at the size of the truth.

    Attributes:
        saliency: for the metrics that take any scale.
        is_density: whether it sums to 1 already.
    """

    saliency: Floats
    is_density: bool

    @cached_property
    def density(self) -> Floats:
        """Sums to 1; for the metrics of densities. Made of a saliency map by `to_density`."""
        return self.saliency if self.is_density else to_density(self.saliency)


@dataclass(frozen=True)
class Protocol:
    """How predictions and truth are prepared, and which metrics are computed.

    Attributes:
        name: as every table of scores prints it.
        summary: one sentence for people.
        metrics: names of functions of `gazemap.metrics`, in the table's order.
        frame: (H, W) at which everything is scored; None for each image's own size.
        sigma: of the ground truth's blur, in pixels of the frame; None for the data set's own.
        others: how many other images give the negatives of the shuffled AUC; None for all.
        repeats: whether several fixations of one pixel count more than one.
        eight_bit: whether predictions pass through 8 bits ("wrap": values outside [0, 1] wrap
            around; "clip": they are clipped), are enlarged bicubically and blurred.
        blur: sigma of that blur, in pixels of the frame.
    """

    name: str
    summary: str
    metrics: tuple[str, ...]
    frame: tuple[int, int] | None = None
    sigma: float | None = None
    others: int | None = None
    repeats: bool = True
    eight_bit: Literal["no", "wrap", "clip"] = "no"
    blur: float = 0.0

    def prepare(self, grid: NDArray[np.floating], size: tuple[int, int], output: Output) -> Prepared:
        """A network's own grid -> the maps that are scored.

        Args:
            grid: (h, w), saliency (where 8 bits matter, on a scale of 0 to 1) or log density.
            size: (H, W) of the image; the protocol's frame, where it has one, goes before.
            output: what the grid holds.
        """
        size = self.frame or size
        if self.eight_bit != "no":
            shown = np.exp(grid - grid.max()) if output == "log_density" else grid
            small = to_8_bit(shown, wrap=self.eight_bit == "wrap")
            enlarged = resize_8_bit(small, size, "bicubic").astype(np.float64) / 255
            saliency = gaussian_filter(enlarged, self.blur)
            return Prepared(saliency, is_density=False)
        resized = resize(grid, size)
        if output == "log_density":
            density = np.exp(resized - resized.max())  # logsumexp in its safe form, at half the cost
            density /= density.sum()
            return Prepared(density, is_density=True)
        return Prepared(resized, is_density=False)

    def score(
        self,
        prediction: Prepared,
        *,
        fixation_map: ArrayLike,
        density: ArrayLike | None = None,
        other_fixation_map: ArrayLike | None = None,
        baseline: ArrayLike | None = None,
        metrics: tuple[str, ...] | None = None,
    ) -> dict[str, float]:
        """The protocol's metrics (or those named) of one prepared prediction.

        Raises:
            InputError: a metric's truth is missing; names both.
        """
        truth = {
            "fixation_map": fixation_map,
            "density": density,
            "other_fixation_map": other_fixation_map,
            "baseline": baseline,
        }
        return {name: _compute(name, prediction, truth) for name in metrics or self.metrics}


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


_NEEDS: dict[str, tuple[str, ...]] = {
    "auc": ("fixation_map",),
    "auc_judd": ("fixation_map",),
    "auc_borji": ("fixation_map",),
    "nss": ("fixation_map",),
    "auc_shuffled": ("fixation_map", "other_fixation_map"),
    "sauc": ("fixation_map", "other_fixation_map"),
    "information_gain": ("fixation_map", "baseline"),
    "cc": ("density",),
    "sim": ("density",),
    "kld": ("density",),
}
_FUNCTIONS: dict[str, Callable[..., float]] = {
    f.__name__: f for f in (auc, auc_judd, auc_borji, auc_shuffled, sauc, nss, cc, sim, kld, information_gain)
}
_ON_DENSITY = frozenset({"information_gain", "kld", "sim"})  # all others take any scale


def _compute(name: str, prediction: Prepared, truth: dict[str, ArrayLike | None]) -> float:
    if name not in _FUNCTIONS:
        raise InputError(unknown_name("metric", name, _FUNCTIONS))
    missing = [need for need in _NEEDS[name] if truth[need] is None]
    if missing:
        raise InputError(f"Metric {name!r} needs {' and '.join(missing)}, which did not come.")
    first = prediction.density if name in _ON_DENSITY else prediction.saliency
    result: float = _FUNCTIONS[name](first, *(truth[need] for need in _NEEDS[name]))
    return result


_BRISTOL = {
    "metrics": ("cc", "auc_shuffled", "auc_borji"),
    "frame": (480, 640),
    "sigma": 19.0,
    "others": 10,
    "repeats": False,
    "blur": 2.0,
}

PROTOCOLS: dict[str, Protocol] = {
    protocol.name: protocol
    for protocol in (
        Protocol(
            name="exact",
            summary=(
                "No 8-bit step, bilinear to the image's own size; exact AUCs with ties half, "
                "all other images' fixations as negatives, repeated fixations count."
            ),
            metrics=("auc", "sauc", "nss", "cc", "information_gain", "kld", "sim"),
        ),
        Protocol(
            name="bristol2021",
            summary=(
                "The 2021 replication's own evaluation: 8 bits with wrap-around, 640 x 480, blur 2 px; "
                "CC against fixations blurred with 19 px; AUCs with step 0.1, 10 other images."
            ),
            eight_bit="wrap",
            **_BRISTOL,  # type: ignore[arg-type]
        ),
        Protocol(
            name="bristol2021-clipped",
            summary="As bristol2021, but values outside [0, 1] are clipped before the 8-bit step.",
            eight_bit="clip",
            **_BRISTOL,  # type: ignore[arg-type]
        ),
    )
}


def get_protocol(name: str) -> Protocol:
    """A protocol by name.

    Raises:
        InputError: unknown; gives the nearest name and all names.
    """
    if name not in PROTOCOLS:
        raise InputError(unknown_name("protocol", name, PROTOCOLS))
    return PROTOCOLS[name]


def score(
    saliency: ArrayLike,
    *,
    fixation_map: ArrayLike,
    density: ArrayLike | None = None,
    other_fixation_map: ArrayLike | None = None,
    baseline: ArrayLike | None = None,
    protocol: str = "exact",
    metrics: tuple[str, ...] | None = None,
) -> dict[str, float]:
    """All metrics of a protocol for one image.

    Args:
        saliency: (h, w), the prediction; resized to the truth's size as the protocol says.
        fixation_map: (H, W) counts.
        density: (H, W), the blurred fixations; for cc, sim and kld.
        other_fixation_map: (H, W) counts of other images' fixations; for sauc and auc_shuffled.
        baseline: (H, W), sums to 1; for information_gain.
        protocol: a key of `PROTOCOLS`.
        metrics: some of the metrics only; by default those of the protocol whose truth came.

    Returns:
        metric name -> score.

    Raises:
        InputError: an unknown protocol or metric, or a metric whose truth did not come.
    """
    chosen = get_protocol(protocol)
    counts = np.asarray(fixation_map)
    given = {"fixation_map"}
    for name, value in (
        ("density", density),
        ("other_fixation_map", other_fixation_map),
        ("baseline", baseline),
    ):
        if value is not None:
            given.add(name)
    possible = tuple(name for name in chosen.metrics if given.issuperset(_NEEDS[name]))
    return chosen.score(
        chosen.prepare(np.asarray(saliency), (counts.shape[0], counts.shape[1]), "saliency"),
        fixation_map=counts,
        density=density,
        other_fixation_map=other_fixation_map,
        baseline=baseline,
        metrics=metrics or possible,
    )
