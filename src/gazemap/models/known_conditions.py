"""The viewing conditions that a model's file keeps, and under which of them the model is used."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazemap.errors import InputError, WeightsError, check_name
from gazemap.images.fingerprints import FINGERPRINT, Bytes
from gazemap.models.conditions import ViewingCondition, Weights

AS_TRAINED = "as-trained"  # which every model has: no condition
FREE_VIEWING = "free-viewing"  # for photographs of a source that the model never saw
_ALL, _DEFAULT = "conditions", "condition"  # in the description of a model's file; the latter is a name
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True)
class KnownConditions:
    """The viewing conditions that a model has.

    Attributes:
        by_name: all of them.
        default: the name of that under which the model is used; None as it was trained.
    """

    by_name: Mapping[str, ViewingCondition] = field(default_factory=dict)
    default: str | None = None

    @property
    def used(self) -> ViewingCondition | None:
        """That under which the model is used; None as it was trained."""
        return None if self.default is None else self.by_name[self.default]

    @property
    def weights(self) -> Weights:
        """With which the network computes, in the place of its own of these names; none for its own."""
        return {} if self.used is None else self.used.weights

    @property
    def start(self) -> ViewingCondition:
        """What new ones are drawn towards: "free-viewing" where the model has it, else as it was trained.

        The latter, too, where "free-viewing" has a center bias or weights of its own, as adapted ones have.
        """
        as_trained = ViewingCondition(AS_TRAINED)
        start = self.by_name.get(FREE_VIEWING, as_trained)
        return as_trained if start.weights or start.log_prior is not None else start

    def under(self, name: str, model: str) -> KnownConditions:
        """The same, where the model is used under the one of that name; every model has "as-trained".

        Raises:
            InputError: the model has none of that name; gives all that it has.
        """
        check_name(f"viewing condition of {model}", name, [AS_TRAINED, *self.by_name])
        return replace(self, default=None if name == AS_TRAINED else name)

    def with_one(self, condition: ViewingCondition, *, is_default: bool) -> KnownConditions:
        """These and one more, in the place of one of its name."""
        by_name = {**self.by_name, condition.name: condition}
        return KnownConditions(by_name, condition.name if is_default else self.default)

    def in_place_of_those(self, about: Mapping[str, Any]) -> dict[str, Any]:
        """The description of a model's file, with these in the place of its own; without any, it has none."""
        others = {key: value for key, value in about.items() if key not in (_ALL, _DEFAULT)}
        if not self.by_name:
            return others
        return others | {_ALL: [*map(_as_json, self.by_name.values())], _DEFAULT: self.default}


def check_condition_name(name: str) -> None:
    """Refuse what cannot be the name of a condition.

    Raises:
        InputError: it has other signs than small letters, digits and hyphens, or is "as-trained".
    """
    if not _can_be(name):
        raise InputError(
            f"A viewing condition cannot be named {name!r}. Take small letters, digits and hyphens, as in "
            f"web-page; {AS_TRAINED} is the model without a condition."
        )


def split_condition(model: str) -> tuple[str, str | None]:
    """A name such as "gazenet@web-page" -> the model, and its viewing condition; None where none is named."""
    name, sign, condition = model.rpartition("@")
    return (name, condition) if sign and name and _NAME.fullmatch(condition) else (model, None)


def known_conditions_in(about: Mapping[str, Any], file: str) -> KnownConditions:
    """The conditions that a model's file keeps.

    Args:
        about: what the file says of itself.
        file: its name, for messages.

    Raises:
        WeightsError: its words are damaged.
    """
    default = about.get(_DEFAULT)
    try:
        found = [_from_json(content) for content in about.get(_ALL, ())]
    except (KeyError, TypeError, ValueError) as error:
        raise WeightsError(f"{file} is damaged: its viewing condition cannot be {error}.") from error
    by_name = {condition.name: condition for condition in found}
    if default is not None and default not in by_name:
        raise WeightsError(
            f"{file} is damaged: it is used under a viewing condition {default!r} that it lacks."
        )
    return KnownConditions(by_name, default)


def _can_be(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and name != AS_TRAINED


def _as_json(condition: ViewingCondition) -> dict[str, Any]:
    content: dict[str, Any] = {"name": condition.name, "power": condition.power, "blur": condition.blur}
    if condition.log_prior is not None:
        grid = list(condition.log_prior.shape)
        content |= {"grid": grid, "log_prior": _text(condition.log_prior.astype("<f4"))}
    if condition.weights:
        content["weights"] = {
            name: {"shape": list(values.shape), "values": _text(values.astype("<f4"))}
            for name, values in condition.weights.items()
        }
    return content | {"about": dict(condition.about), "images": _text(condition.images)}


def _from_json(content: Mapping[str, Any]) -> ViewingCondition:
    name, power, blur = str(content["name"]), float(content["power"]), float(content["blur"])
    if not (0 < power < np.inf and 0 <= blur < 1):
        raise ValueError(f"power {power:g} and blur {blur:g}")
    if not _can_be(name):
        raise ValueError(f"named {name!r}")
    about, images = dict(content["about"]), _images(content)
    return ViewingCondition(name, power, blur, _prior(content), about, images, _weights(content))


def _prior(content: Mapping[str, Any]) -> NDArray[np.float32] | None:
    if "log_prior" not in content:
        return None
    height, width = map(int, content["grid"])
    return _floats(content["log_prior"], (height, width), "a center bias")


def _weights(content: Mapping[str, Any]) -> dict[str, NDArray[np.float32]]:
    return {
        str(name): _floats(one["values"], tuple(map(int, one["shape"])), f"weights {name}")
        for name, one in dict(content.get("weights", {})).items()
    }


def _floats(text: str, shape: tuple[int, ...], what: str) -> NDArray[np.float32]:
    values = np.frombuffer(base64.b64decode(text), "<f4")
    if min(shape, default=1) < 0 or values.size != prod(shape) or not np.isfinite(values).all():
        raise ValueError(f"{what} of {' x '.join(map(str, shape))}")
    return values.reshape(shape)


def _images(content: Mapping[str, Any]) -> Bytes:
    return np.frombuffer(base64.b64decode(content["images"]), np.uint8).reshape(-1, FINGERPRINT)


def _text(values: NDArray[Any]) -> str:
    return base64.b64encode(values.tobytes()).decode()
