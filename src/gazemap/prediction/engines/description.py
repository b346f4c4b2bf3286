"""What a network is, apart from its numbers; and how the file of its ONNX form says so."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazemap.errors import WeightsError
from gazemap.images.fingerprints import FINGERPRINT
from gazemap.models.conditions import ViewingCondition
from gazemap.models.known_conditions import KnownConditions, known_conditions_in
from gazemap.models.training_images import TrainingImages, training_images_in
from gazemap.system.fingerprint import digest
from gazemap.system.json_text import parse_json
from gazemap.types import Fit, Output, Size

_ABOUT = "gazemap"  # the key of the metadata that holds JSON; arrays are next to it, in base64
_PRIOR = "gazemap.log_prior"


@dataclass(frozen=True, eq=False)
class NetworkDescription:
    """What must be known of a network to predict with it and to score it.

    Attributes:
        name: what its row of scores is called.
        architecture: a key of `MODELS`.
        input_size: (H, W) of the images that it takes.
        output: what its grids hold.
        fit: how an image lies in its frame, see `images.placement`.
        target_range: the values between which a regression network's targets were scaled.
        digest: the SHA-256, in hexadecimal digits, of all that its output depends on.
        training_images: what its weights have learned from; None where that is not known.
        log_prior: (h, w), the fixed center bias that a log density is the sum of, before its softmax;
            None where there is none.
        conditions: under which its density can be used, and under which it is; see `ViewingCondition`. They
            are no part of what the network itself puts out.
    """

    name: str
    architecture: str
    input_size: Size
    output: Output
    fit: Fit
    target_range: tuple[float, float]
    digest: str
    training_images: TrainingImages | None
    log_prior: NDArray[np.float32] | None
    conditions: KnownConditions

    @property
    def condition(self) -> ViewingCondition | None:
        """Under which its density is used; None as it was trained."""
        return self.conditions.used

    @property
    def learned_from(self) -> TrainingImages | None:
        """What the weights, and the condition in use, have learned from; None where that is not known."""
        if self.training_images is None or self.condition is None:
            return self.training_images
        images = self.condition.images
        return TrainingImages(images, images[:0]).with_those_of([self.training_images])

    @property
    def fingerprint(self) -> str:
        """A digest of all that is used of its grids: the network's and the condition's."""
        if self.condition is None:
            return self.digest
        return digest([self.digest.encode(), self.condition.digest().encode()])

    def as_under_its_condition(self) -> NetworkDescription:
        """Of a graph that has the viewing condition in itself: another network, which has none."""
        return replace(
            self,
            digest=self.fingerprint,
            training_images=self.learned_from,
            log_prior=None,
            conditions=KnownConditions(),
        )

    def used(self, grids: NDArray[np.float32]) -> NDArray[np.float32]:
        """What is used of grids of the network that has the viewing condition's weights, (N, h, w)."""
        return grids if self.condition is None else self.condition.applied(grids, self.log_prior)

    def metadata(self, about: Mapping[str, Any]) -> dict[str, str]:
        """As the file of an ONNX form keeps it.

        Args:
            about: what the weights file says of itself, JSON values.
        """
        network = {
            "input_size": self.input_size,
            "output": self.output,
            "fit": self.fit,
            "target_range": self.target_range,
            "digest": self.digest,
        }
        arrays: dict[str, NDArray[Any]] = {} if self.log_prior is None else {_PRIOR: self.log_prior}
        known: dict[str, Any] = {}
        if self.training_images is not None:
            arrays |= {f"gazemap.{key}": values for key, values in self.training_images.arrays().items()}
            known = self.training_images.about()
        if self.log_prior is not None:
            network["grid"] = self.log_prior.shape
        content = {"model": self.architecture, **about, **known, "network": network}
        # not those of the weights' file: here they may have become a part of the graph
        return {
            _ABOUT: json.dumps(self.conditions.in_place_of_those(content)),
            **{key: base64.b64encode(values.tobytes()).decode() for key, values in arrays.items()},
        }


def read_metadata(metadata: Mapping[str, str], name: str, file: str) -> NetworkDescription:
    """What the file of an ONNX form says of its network; see `NetworkDescription.metadata`.

    Args:
        metadata: of the file.
        name: of the model.
        file: for messages.

    Raises:
        WeightsError: it says nothing, or its words are damaged.
    """
    if _ABOUT not in metadata:
        raise WeightsError(
            f"{file} does not say what network it is: gazemap did not write it. "
            "Give a file that `gazemap export` wrote."
        )
    try:
        about = parse_json(metadata[_ABOUT])
        network = about["network"]
        return NetworkDescription(
            name=name,
            architecture=str(about["model"]),
            input_size=_pair(network["input_size"], int),
            output=network["output"],
            fit=network["fit"],
            target_range=_pair(network["target_range"], float),
            digest=str(network["digest"]),
            training_images=training_images_in(_fingerprints(metadata), about, file),
            log_prior=_prior(metadata, network),
            conditions=known_conditions_in(about, file),
        )
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, WeightsError):
            raise
        raise WeightsError(
            f"{file} is damaged, or of another version: its description lacks {error}. Export it anew."
        ) from error


def _pair(values: Any, kind: type[Any]) -> tuple[Any, Any]:  # noqa: ANN401 - JSON
    first, second = values
    return kind(first), kind(second)


def _prior(metadata: Mapping[str, str], network: Mapping[str, Any]) -> NDArray[np.float32] | None:
    if _PRIOR not in metadata:
        return None
    height, width = _pair(network["grid"], int)
    values = np.frombuffer(base64.b64decode(metadata[_PRIOR]), "<f4")
    if values.size != prod((height, width)):
        raise ValueError(f"the values of its center bias, {height} x {width}")
    return values.reshape(height, width)


def _fingerprints(metadata: Mapping[str, str]) -> dict[str, NDArray[Any]]:
    return {
        key.removeprefix("gazemap."): np.frombuffer(base64.b64decode(text), np.uint8).reshape(-1, FINGERPRINT)
        for key, text in metadata.items()
        if key.startswith("gazemap.training_images.")
    }
