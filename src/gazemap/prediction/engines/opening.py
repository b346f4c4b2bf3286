"""The engines of one network: with its own weights, and with those of conditions; each opened once."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

from gazemap.models.conditions import Weights, digest_of_weights
from gazemap.prediction.engines.grids import Engine

_one_by_one = threading.Lock()


def _unlock() -> None:
    """In a forked process: a thread that is not there may hold the lock."""
    global _one_by_one
    _one_by_one = threading.Lock()


if hasattr(os, "register_at_fork"):  # Windows has no fork
    os.register_at_fork(after_in_child=_unlock)


class OpenedOnce:
    """Engines of one network by the weights that are in the place of its own; several threads may ask.

    Args:
        opener: opens the network with some weights.
        weights: with which it is open already.
        engine: that computes it with these.
    """

    def __init__(self, opener: Callable[[Weights], Engine], weights: Weights, engine: Engine) -> None:
        self._opener = opener
        self._engines = {digest_of_weights(weights): engine}

    def __call__(self, weights: Weights) -> Engine:
        """The engine that computes the network with these weights in the place of its own of their names.

        Raises:
            WeightsError: they do not fit the network, or its file is another one by now.
        """
        key = digest_of_weights(weights)
        if key not in self._engines:
            with _one_by_one:
                if key not in self._engines:
                    self._engines[key] = self._opener(weights)
        return self._engines[key]
