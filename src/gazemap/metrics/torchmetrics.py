"""The metrics as torchmetrics, for training loops elsewhere: one class for every entry of METRICS.

`TORCHMETRICS` lists them by the metric's name; each is also here by its own, e.g. `NSS`, `AUCJudd`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from gazemap.errors import InputError
from gazemap.metrics.kernels.arrays import FixationMaps, Maps
from gazemap.metrics.scoring.metric import Metric
from gazemap.metrics.scoring.table import METRICS
from gazemap.system.extras import require

require("torchmetrics", "gazemap.metrics.torchmetrics")

import torch  # noqa: E402 - only where the extra is there
from torch import Tensor  # noqa: E402

from gazemap.system.device import register_vision_operators  # noqa: E402

register_vision_operators()  # torchmetrics imports torchvision where it is installed
import torchmetrics  # noqa: E402


class SaliencyMetric(torchmetrics.Metric):
    """The mean over images of a function of `gazemap.metrics`; it says formula, range and truth.

    `update` takes the prediction and what of the truth the function takes, by the same names:
    tensors of one image (H, W), of a batch (B, H, W), or with the one channel of many networks'
    output (B, 1, H, W), in any floating type; fixations may also be points. `compute` gives a
    float64 scalar, NaN where no image has a score. It has no gradient: as a loss, take the function
    itself.

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
    metric: ClassVar[Metric]
    function: ClassVar[Callable[..., Any]]
    scored: Tensor
    unscored: Tensor

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        known = self.metric.options
        own = {key: options.pop(key) for key in known if key in options}
        try:
            super().__init__(**options)
        except ValueError as error:
            raise InputError(
                f"{error}. {type(self).__name__} accepts {', '.join(known) or 'no options'}, besides "
                "those of torchmetrics.Metric."
            ) from error
        pixel = [[1.0]]  # tried once, so that a wrong value stops no epoch at its end
        self.function(pixel, *[pixel for _ in self.metric.needs], **own)
        self.options = own
        # A collection updates only one of those metrics whose states have the same names and, after
        # the first batch, the same values: the name says what is summed, so that none is taken for another.
        self._total = f"{self.metric.name} {own}"
        exact = torch.float32 if torch.backends.mps.is_available() else torch.float64  # Apple's GPUs lack it
        self.add_state(self._total, torch.zeros((), dtype=exact), dist_reduce_fx="sum")
        for count in ("scored", "unscored"):
            self.add_state(count, torch.zeros((), dtype=torch.int64), dist_reduce_fx="sum")

    plot = torchmetrics.Metric._plot  # torchmetrics leaves it to each metric to say that it can be drawn

    def update(self, saliency: Maps, *truth: FixationMaps, **named: FixationMaps) -> None:
        """Score one image or a batch; each class names the truth that its function takes."""
        given = inspect.signature(type(self).update).bind(self, saliency, *truth, **named)
        scores = self.function(*map(_bare, given.args[1:]), **self.options)
        total: Tensor = getattr(self, self._total)
        scores = torch.as_tensor(scores, dtype=total.dtype, device=total.device).reshape(-1)
        setattr(self, self._total, total + scores.nansum())
        self.scored = self.scored + (~scores.isnan()).sum()
        self.unscored = self.unscored + scores.isnan().sum()

    def compute(self) -> Tensor:
        """The mean over the images that have a score, of all processes."""
        total: Tensor = getattr(self, self._total)
        return total / self.scored


def _bare(values: FixationMaps) -> FixationMaps:
    """Maps without a channel and without gradient."""
    if not isinstance(values, Tensor):
        return values
    values = values.detach()
    return values[:, 0] if values.ndim == 4 and values.shape[1] == 1 else values


def _class_of(metric: Metric) -> type[SaliencyMetric]:
    """The class of a metric; its `update` has the parameters of the function."""

    def update(self: Any, *given: Any, **named: Any) -> None:  # noqa: ANN401 - its signature says what
        SaliencyMetric.update(self, *given, **named)

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    taken = inspect.signature(metric.function).parameters
    update.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter("self", kind),
            inspect.Parameter("saliency", kind, annotation="Maps"),
            *(inspect.Parameter(name, kind, annotation=taken[name].annotation) for name in metric.needs),
        ],
        return_annotation=None,
    )
    update.__doc__ = f"Score one image or a batch, given {', '.join(('saliency', *metric.needs))}."
    options = ", ".join(f"`{name}`" for name in metric.options)
    bounds = [bound if abs(bound) < float("inf") else None for bound in (metric.low, metric.high)]
    return type(
        metric.class_name,
        (SaliencyMetric,),
        {
            "__doc__": f"Mean of `gazemap.metrics.{metric.name}`; options {options or 'none'}.\n\n"
            + inspect.cleandoc(metric.function.__doc__ or ""),
            "__module__": __name__,
            "metric": metric,
            "function": staticmethod(metric.function),
            "higher_is_better": metric.higher_is_better,
            "plot_lower_bound": bounds[0],
            "plot_upper_bound": bounds[1],
            "update": update,
        },
    )


TORCHMETRICS: dict[str, type[SaliencyMetric]] = {name: _class_of(entry) for name, entry in METRICS.items()}
globals().update({made.__name__: made for made in TORCHMETRICS.values()})

if TYPE_CHECKING:

    def __getattr__(name: str) -> type[SaliencyMetric]:
        """The classes of the table, for type checkers."""
