"""Maxout (Goodfellow et al. 2013): each unit is the greatest of several linear pieces."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Maxout(nn.Module):
    """(B, pieces * n) -> (B, n): h_i = max_j z_ij over `pieces` **adjacent** units.

    Replications differ in which units form a pair (adjacent here, as in Lasagne's FeaturePoolLayer;
    halves elsewhere). The functions are equal up to a permutation of the previous layer's rows.
    """

    def __init__(self, pieces: int = 2) -> None:
        super().__init__()
        self.pieces = pieces

    def forward(self, features: Tensor) -> Tensor:
        """Raises ValueError when the units cannot be divided into groups of `pieces`."""
        if features.shape[1] % self.pieces:
            raise ValueError(f"{features.shape[1]} units cannot form groups of {self.pieces}.")
        # slices and `maximum` measure faster than a reduction over a short last axis
        result = features[:, 0 :: self.pieces]
        for piece in range(1, self.pieces):
            result = torch.maximum(result, features[:, piece :: self.pieces])
        return result
