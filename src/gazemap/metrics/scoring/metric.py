"""What a line of the table of metrics says."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gazemap.metrics.kernels.arrays import Array
from gazemap.metrics.scoring.best_maps import Best
from gazemap.metrics.scoring.comparing import Comparison
from gazemap.metrics.scoring.undefined import Reason
from gazemap.system.extras import is_installed


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric as protocols use it; its function says what it is.

    Attributes:
        function: its first parameter is the prediction, the others without a default are the truth,
            named as in `GroundTruth`.
        class_name: of its class in `gazemap.metrics.torchmetrics`.
        undefined: why a score may be NaN, the first that holds.
        low: the least possible score.
        high: the greatest possible score.
        unit: of the scores; empty for shares and correlations.
        higher_is_better: which way it runs.
        best: which of a density's maps is best for it, see `best_map`.
        choices: the function's options that a protocol sets, by the names that both have for them.
        package: what computes it, where not everybody has that; see `gazemap.system.extras`.
        ranks: whether it only ranks the pixels, so that logarithms have the same score.
        takes_density: whether a saliency map must become a density first.
        is_gain: whether it is the logarithm of a probability, which saliency maps may not have.
    """

    function: Callable[..., Any]
    class_name: str
    undefined: tuple[Reason, ...]
    low: float = 0.0
    high: float = 1.0
    unit: str = ""
    higher_is_better: bool = True
    best: Best = "density"
    choices: tuple[str, ...] = ()
    package: str = ""
    ranks: bool = False
    takes_density: bool = False
    is_gain: bool = False

    @property
    def name(self) -> str:
        """Of its function: the key in `METRICS`."""
        return self.function.__name__

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """What of the truth it is computed from, as `score` names it."""
        return self._parameters(optional=False)[1:]

    @cached_property
    def options(self) -> tuple[str, ...]:
        """The names of its function's options."""
        return self._parameters(optional=True)

    @property
    def is_installed(self) -> bool:
        """Whether the package that computes it is there."""
        return not self.package or is_installed(self.package)

    def compute(self, comparison: Comparison) -> Array:
        """The score of a comparison as its protocol has it; one per image of a batch."""
        truth = (getattr(comparison.truth, need) for need in self.needs)
        chosen = {choice: getattr(comparison.protocol, choice) for choice in self.choices}
        return self.function(comparison, *truth, **chosen)

    def _parameters(self, *, optional: bool) -> tuple[str, ...]:
        parameters = inspect.signature(self.function).parameters.values()
        return tuple(p.name for p in parameters if (p.default is not p.empty) is optional)
