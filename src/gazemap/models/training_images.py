"""What weights have learned from: fingerprints of the images, 40 bytes each, kept in their file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

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

    def arrays(self) -> dict[str, Bytes]:
        """As a file of a model keeps them, next to the weights."""
        return {f"{_KEY}.trained": self.trained, f"{_KEY}.chosen": self.chosen}

    def digest(self) -> str:
        """A short name of them all."""
        return digest([self.trained.tobytes(), self.chosen.tobytes(), repr(self.complete).encode()])

    def about(self) -> dict[str, Any]:
        """What the description of a weights file says of them."""
        counts = {"trained": len(self.trained), "chosen": len(self.chosen)}
        return {_KEY: {**counts, "complete": self.complete}}


def is_kept(name: str) -> bool:
    """Whether an array of a file holds fingerprints, and no weights."""
    return name.startswith(f"{_KEY}.")


def training_images_in(
    arrays: Mapping[str, NDArray[Any]], about: Mapping[str, Any], file: str
) -> TrainingImages | None:
    """The fingerprints that a file of a model keeps; None where it has none.

    Args:
        arrays: by name, see `TrainingImages.arrays`; others may be among them.
        about: what the file says of itself.
        file: its name, for messages.

    Raises:
        WeightsError: fingerprints of another form.
    """
    if _KEY not in about:
        return None
    try:
        trained, chosen = (arrays[f"{_KEY}.{name}"] for name in ("trained", "chosen"))
        complete = bool(about[_KEY]["complete"])
    except (KeyError, TypeError) as error:
        raise WeightsError(f"{file} is damaged: its {_KEY} lack {error}.") from error
    for values in (trained, chosen):
        if values.dtype != np.uint8 or values.shape[1:] != (FINGERPRINT,):
            raise WeightsError(
                f"{file} is damaged: its {_KEY} must be uint8 (n, {FINGERPRINT}), "
                f"got {values.dtype} {values.shape}."
            )
    return TrainingImages(trained, chosen, complete)


def _united(parts: Iterable[Bytes]) -> Bytes:
    """Each fingerprint once, in the order of their bytes."""
    return np.unique(np.concatenate([*parts]).reshape(-1, FINGERPRINT), axis=0)
