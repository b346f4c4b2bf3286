"""The metrics as torchmetrics, for training loops elsewhere: `TORCHMETRICS` lists them all."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, ClassVar

import torch
from torch import Tensor

from gazemap.errors import InputError
from gazemap.metrics.auc import auc, auc_borji, auc_judd, auc_shuffled, sauc
from gazemap.metrics.distribution import cc, kld, sim
from gazemap.metrics.emd import emd
from gazemap.metrics.kernels.arrays import Fixated, Maps, Score
from gazemap.metrics.location import information_gain, log_likelihood, nss
from gazemap.metrics.scoring.table import METRICS
from gazemap.system.device import register_vision_operators

register_vision_operators()  # torchmetrics imports torchvision where it is installed
try:
    import torchmetrics
except ImportError as error:
    raise ImportError(
        f"gazemap.metrics.torchmetrics needs torchmetrics, which cannot be imported ({error}). "
        "Install it: pip install 'gazemap[torchmetrics]'"
    ) from error


class SaliencyMetric(torchmetrics.Metric):
    """The mean over images of a function of `gazemap.metrics`; it says formula, range and truth.

    `update` takes tensors of one image (H, W), of a batch (B, H, W), or with the one channel of
    many networks' output (B, 1, H, W), in any floating type; fixations may also be points.
    `compute` gives a float64 scalar, NaN where no image has a score. It has no gradient: as a loss,
    take the function itself.

    Args:
        **options: the function's, e.g. `NSS(ddof=1)`, and those of `torchmetrics.Metric`.

    Attributes:
        scored: how many images have a score (in this process).
        unscored: how many have none, NaN, and are left out of the mean.

    Raises:
        InputError: an option that does not exist, or a value that the function refuses.
    """

    is_differentiable = False
    full_state_update = False
    function: ClassVar[Callable[..., Score]]
    scored: Tensor
    unscored: Tensor

    def __init_subclass__(cls, function: Callable[..., Score] | None = None) -> None:
        super().__init_subclass__()
        if function is None:
            return
        entry = METRICS[function.__name__]
        cls.function = staticmethod(function)
        cls.higher_is_better = entry.higher_is_better
        cls.plot_lower_bound, cls.plot_upper_bound = (
            bound if abs(bound) < float("inf") else None for bound in (entry.low, entry.high)
        )

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        name, parameters = self.function.__name__, inspect.signature(self.function).parameters
        known = [key for key, parameter in parameters.items() if parameter.default is not parameter.empty]
        own = {key: options.pop(key) for key in known if key in options}
        try:
            super().__init__(**options)
        except ValueError as error:
            raise InputError(
                f"{error}. {type(self).__name__} accepts {', '.join(known) or 'no options'}, besides "
                "those of torchmetrics.Metric."
            ) from error
        pixel = [[1.0]]  # tried once, so that a wrong value stops no epoch at its end
        self.function(pixel, *[pixel for _ in METRICS[name].needs], **own)
        self.options = own
        # A collection updates only one of those metrics whose states have the same names and, after
        # the first batch, the same values: the name says what is summed, so that none is taken for another.
        self._total = f"{name} {own}"
        exact = torch.float32 if torch.backends.mps.is_available() else torch.float64  # Apple's GPUs lack it
        self.add_state(self._total, torch.zeros((), dtype=exact), dist_reduce_fx="sum")
        for count in ("scored", "unscored"):
            self.add_state(count, torch.zeros((), dtype=torch.int64), dist_reduce_fx="sum")

    plot = torchmetrics.Metric._plot  # torchmetrics leaves it to each metric to say that it can be drawn

    def compute(self) -> Tensor:
        """The mean over the images that have a score, of all processes."""
        total: Tensor = getattr(self, self._total)
        return total / self.scored

    def _add(self, *maps: Maps) -> None:
        scores = self.function(*[_bare(values) for values in maps], **self.options)
        total: Tensor = getattr(self, self._total)
        scores = torch.as_tensor(scores, dtype=total.dtype, device=total.device).reshape(-1)
        setattr(self, self._total, total + scores.nansum())
        self.scored = self.scored + (~scores.isnan()).sum()
        self.unscored = self.unscored + scores.isnan().sum()


def _bare(values: Maps) -> Maps:
    """Maps without a channel and without gradient."""
    if not isinstance(values, Tensor):
        return values
    values = values.detach()
    return values[:, 0] if values.ndim == 4 and values.shape[1] == 1 else values


class _AtFixations(SaliencyMetric):
    def update(self, saliency: Maps, fixation_map: Fixated) -> None:
        """Score one image or a batch at the pixels where people looked."""
        self._add(saliency, fixation_map)


class _AgainstOthers(SaliencyMetric):
    def update(self, saliency: Maps, fixation_map: Fixated, other_fixation_map: Fixated) -> None:
        """Score one image or a batch at its own fixations, against those of other images."""
        self._add(saliency, fixation_map, other_fixation_map)


class _BesideDensity(SaliencyMetric):
    def update(self, saliency: Maps, density: Maps) -> None:
        """Score one image or a batch beside the blurred fixations."""
        self._add(saliency, density)


class _OverBaseline(SaliencyMetric):
    def update(self, saliency: Maps, fixation_map: Fixated, baseline: Maps) -> None:
        """Score one image or a batch at the fixations, over a baseline; both maps sum to 1."""
        self._add(saliency, fixation_map, baseline)


class AUC(_AtFixations, function=auc):
    """Mean of `gazemap.metrics.auc`; options `negatives`, `repeats`."""


class AUCJudd(_AtFixations, function=auc_judd):
    """Mean of `gazemap.metrics.auc_judd`; options `jitter`, `seed`."""


class AUCBorji(_AtFixations, function=auc_borji):
    """Mean of `gazemap.metrics.auc_borji`; options `step`, `repeats`."""


class AUCShuffled(_AgainstOthers, function=auc_shuffled):
    """Mean of `gazemap.metrics.auc_shuffled`; options `step`, `repeats`."""


class SAUC(_AgainstOthers, function=sauc):
    """Mean of `gazemap.metrics.sauc`; option `repeats`."""


class NSS(_AtFixations, function=nss):
    """Mean of `gazemap.metrics.nss`; options `ddof`, `repeats`."""


class CC(_BesideDensity, function=cc):
    """Mean of `gazemap.metrics.cc`."""


class SIM(_BesideDensity, function=sim):
    """Mean of `gazemap.metrics.sim`; option `min_max`."""


class KLD(_BesideDensity, function=kld):
    """Mean of `gazemap.metrics.kld`; option `eps`."""


class InformationGain(_OverBaseline, function=information_gain):
    """Mean of `gazemap.metrics.information_gain`; options `min_max`, `eps`, `repeats`."""


class LogLikelihood(_AtFixations, function=log_likelihood):
    """Mean of `gazemap.metrics.log_likelihood`, of a density; option `repeats`."""


class EMD(_BesideDensity, function=emd):
    """Mean of `gazemap.metrics.emd`; option `downsize`."""


TORCHMETRICS: dict[str, type[SaliencyMetric]] = {
    "auc": AUC,
    "auc_judd": AUCJudd,
    "auc_borji": AUCBorji,
    "auc_shuffled": AUCShuffled,
    "sauc": SAUC,
    "nss": NSS,
    "cc": CC,
    "sim": SIM,
    "kld": KLD,
    "information_gain": InformationGain,
    "log_likelihood": LogLikelihood,
    "emd": EMD,
}
