"""What weights have learned from: fingerprints of the images, 40 bytes each, kept in their file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gazemap.errors import WeightsError
from gazemap.images.fingerprints import FINGERPRINT, Bytes
from gazemap.system.fingerprint import digest

_KEY = "training_images"  # in the file's description, and the start of the tensors' names


@dataclass(frozen=True, eq=False)
class TrainingImages:
    """Fingerprints (`images.fingerprints`) of the images that made weights what they are.

    What the weights that a training started from, its pretext's and its teachers' have learned from was
    learned from, too. The encoder's own images (ImageNet's) are not among them.

    Attributes:
        trained: uint8 (n, 40), of the images that it was trained on.
        chosen: uint8 (m, 40), of those whose loss chose the epoch.
        complete: whether these are all; not where a start or a teacher does not know its own.
    """

    trained: Bytes
    chosen: Bytes
    complete: bool = True

    def with_those_of(self, others: Iterable[TrainingImages | None]) -> TrainingImages:
        """These and the others', each image once; None is of weights that do not know theirs."""
        parts = [*others]
        known = [self, *(part for part in parts if part is not None)]
        return TrainingImages(
            trained=_united([part.trained for part in known]),
            chosen=_united([part.chosen for part in known]),
            complete=len(known) == 1 + len(parts) and all(part.complete for part in known),
        )

    def tensors(self) -> dict[str, Tensor]:
        """As a weights file keeps them, beside the weights."""
        kept = {"trained": self.trained, "chosen": self.chosen}
        return {f"{_KEY}.{name}": torch.tensor(values) for name, values in kept.items()}

    def digest(self) -> str:
        """A short name of them all."""
        return digest([self.trained.tobytes(), self.chosen.tobytes(), repr(self.complete).encode()])

    def about(self) -> dict[str, Any]:
        """What the description of a weights file says of them."""
        counts = {"trained": len(self.trained), "chosen": len(self.chosen)}
        return {_KEY: {**counts, "complete": self.complete}}


def split_off(
    tensors: Mapping[str, Tensor], about: Mapping[str, Any], path: Path
) -> tuple[dict[str, Tensor], TrainingImages | None]:
    """The weights of a file without the fingerprints, and these; None where the file has none.

    Raises:
        WeightsError: fingerprints of another form; names the file, `path`.
    """
    weights = {key: tensor for key, tensor in tensors.items() if not key.startswith(f"{_KEY}.")}
    if _KEY not in about:
        return weights, None
    try:
        trained, chosen = (tensors[f"{_KEY}.{name}"].numpy() for name in ("trained", "chosen"))
        complete = bool(about[_KEY]["complete"])
    except (KeyError, TypeError) as error:
        raise WeightsError(f"{path} is damaged: its {_KEY} lack {error}.") from error
    for values in (trained, chosen):
        if values.dtype != np.uint8 or values.shape[1:] != (FINGERPRINT,):
            raise WeightsError(
                f"{path} is damaged: its {_KEY} must be uint8 (n, {FINGERPRINT}), "
                f"got {values.dtype} {values.shape}."
            )
    return weights, TrainingImages(trained, chosen, complete)


def _united(parts: Iterable[Bytes]) -> Bytes:
    """Each fingerprint once, in the order of their bytes."""
    return np.unique(np.concatenate([*parts]).reshape(-1, FINGERPRINT), axis=0)
