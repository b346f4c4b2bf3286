"""Weights that explain themselves: safetensors with the network's name, options and history."""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file

from gazemap.errors import InputError, WeightsError
from gazemap.models.base import SaliencyModel
from gazemap.models.conditions import Weights
from gazemap.models.files import BEST, DEFAULT_MODEL, SHIPPED, description, located, opened
from gazemap.models.known_conditions import known_conditions_in
from gazemap.models.table import create_model
from gazemap.models.training_images import TrainingImages, is_kept, training_images_in
from gazemap.system.files import replacing


def save_tensors(path: Path, tensors: dict[str, torch.Tensor], about: dict[str, Any]) -> None:
    """Write tensors and a JSON description of them, whole or not at all.

    Raises:
        OutputError: the folder cannot be written.
    """
    plain = {key: tensor.detach().cpu().contiguous() for key, tensor in tensors.items()}
    with replacing(path) as temporary:
        try:
            save_file(plain, temporary, metadata={"gazemap": json.dumps(about)})
        except SafetensorError as error:  # how safetensors reports a full disk
            raise OSError(str(error)) from error


def load_tensors(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Read what `save_tensors` wrote.

    Raises:
        WeightsError: the file is missing, damaged or not ours.
    """
    with opened(path, "pt") as file:
        about = description(file, path)
        return {key: file.get_tensor(key) for key in file.keys()}, about  # noqa: SIM118


def save_model(path: Path, model: SaliencyModel, **about: Any) -> None:  # noqa: ANN401 - JSON
    """Write a model's weights with all that `load_model` and a curious reader need.

    Args:
        path: where to write.
        model: the model, on any device.
        about: JSON values that say how the weights came to be (recipe, data, scores).
    """
    description = {"model": model.architecture, "options": model.options, "fit": model.fit, **about}
    _save(path, model.state_dict(), model.training_images, model.conditions.in_place_of_those(description))


def save_half(path: Path, model: SaliencyModel, about: dict[str, Any]) -> None:
    """Write a model's weights in float16, with what they have learned from.

    Args:
        path: where to write.
        model: the model; its weights are left as they are.
        about: the whole description, as `describe` gives it.

    Raises:
        InputError: a weight beyond the range of 16 bits.
    """
    halves = {
        key: value.half() if value.is_floating_point() else value for key, value in model.state_dict().items()
    }
    if not all(value.isfinite().all() for value in halves.values()):
        raise InputError(f"Weights of {model.name} are beyond the range of 16 bits. Keep them as they are.")
    # under the condition that the model was asked for, which may be another than its file's own
    _save(path, halves, model.training_images, model.conditions.in_place_of_those(about))


def record_training_images(path: str | Path, images: TrainingImages) -> None:
    """Keep in a weights file, in place, what its weights have learned from; the weights stay as they are.

    `train` does it on its own; this is for weights that were made elsewhere or before.

    Raises:
        WeightsError: nothing is there, or it is no weights file.
        OutputError: the file cannot be written.
    """
    file = located(path).file
    tensors, about = load_tensors(file)
    _save(file, {name: tensor for name, tensor in tensors.items() if not is_kept(name)}, images, about)


def _save(
    path: Path, weights: dict[str, torch.Tensor], images: TrainingImages | None, about: dict[str, Any]
) -> None:
    known = {name: torch.tensor(values) for name, values in images.arrays().items()} if images else {}
    save_tensors(path, weights | known, about | (images.about() if images else {}))


def _images_in(tensors: dict[str, torch.Tensor], about: dict[str, Any], file: Path) -> TrainingImages | None:
    kept = {name: tensor.numpy() for name, tensor in tensors.items() if is_kept(name)}
    return training_images_in(kept, about, str(file))


def load_model(path: str | Path = SHIPPED + DEFAULT_MODEL) -> SaliencyModel:
    """A model with its weights, in eval mode on the CPU.

    Args:
        path: a run folder (its best weights), a weights file, or the name of one that comes with
            gazemap (`shipped_weights`). What exists at that path comes first; "shipped:gazenet" always
            means the one that comes with gazemap. With "@" and a name of one of its viewing conditions, the
            model is used under that.

    Returns:
        a model whose `name` is the shipped name, the run folder's own name, or the file's without suffix.

    Raises:
        WeightsError: nothing is there, or it does not fit the model that it names.
        InputError: it has no such viewing condition.
    """
    file, name, condition = located(path)
    tensors, about = load_tensors(file)
    weights = {name: tensor for name, tensor in tensors.items() if not is_kept(name)}
    if "model" not in about:
        raise WeightsError(f"{file} holds no model. Give a run folder or its {BEST}.")
    try:
        with torch.random.fork_rng(devices=[]):  # the initial draw is thrown away: leave no trace
            model = create_model(about["model"], **about.get("options", {}))
    except InputError as error:
        raise WeightsError(f"{file} is of a model that cannot be made here. {error}") from error
    try:
        model.load_state_dict(weights)
    except RuntimeError as error:
        raise WeightsError(f"{file} does not fit its model {about['model']!r}: {error}") from error
    model.name = name
    model.fit = about.get("fit", "stretch")
    model.training_images = _images_in(tensors, about, file)
    model.conditions = known_conditions_in(about, str(file))
    for known in model.conditions.by_name.values():
        _check_fit(model, known.weights, f"{file} is damaged: its viewing condition {known.name}")
    if condition is not None:
        model.conditions, model.name = model.conditions.under(condition, name), f"{name}@{condition}"
    return model.eval()


def with_weights(model: SaliencyModel, weights: Weights) -> SaliencyModel:
    """A copy of a model in eval mode, with some weights in the place of its own; without any, the model.

    Raises:
        WeightsError: it has no weights of such a name and shape.
    """
    if not weights:
        return model
    _check_fit(model, weights, f"The viewing condition of {model.name}")
    other = copy.deepcopy(model).eval()
    other.load_state_dict({name: torch.tensor(values) for name, values in weights.items()}, strict=False)
    return other


def _check_fit(model: SaliencyModel, weights: Weights, what: str) -> None:
    own = {name: tuple(parameter.shape) for name, parameter in model.named_parameters()}
    for name, values in weights.items():
        if own.get(name) != values.shape:
            raise WeightsError(
                f"{what} has weights {name} of {values.shape}, and its network has "
                f"{f'them of {own[name]}' if name in own else 'none of that name'}."
            )


def digest(model: SaliencyModel) -> str:
    """The SHA-256, in hexadecimal digits, of all that the model's output depends on; its name is not."""
    total = hashlib.sha256(repr((model.architecture, model.options, model.fit, model.target_range)).encode())
    for name, tensor in model.state_dict().items():
        total.update(name.encode())
        total.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy())
    return total.hexdigest()


def start_from(model: SaliencyModel, path: str | Path) -> None:
    """Give a model the weights of another run of the same network, and what these have learned from.

    The runs may differ in output or input size; buffers of another shape, such as a fixed center bias,
    are left as they are.

    Raises:
        WeightsError: nothing is there, or a parameter does not fit.
    """
    file = located(path).file
    tensors, about = load_tensors(file)
    own = model.state_dict()
    wrong = [k for k, p in model.named_parameters() if k not in tensors or tensors[k].shape != p.shape]
    if wrong:
        raise WeightsError(
            f"{file} cannot be the start of this {model.architecture}: {len(wrong)} parameters differ in "
            f"name or shape; the first is {wrong[0]} {tuple(own[wrong[0]].shape)}. "
            "Start from the same network."
        )
    fitting = {key: value for key, value in tensors.items() if key in own and value.shape == own[key].shape}
    model.load_state_dict(fitting, strict=False)
    model.training_images = _images_in(tensors, about, file)
