"""Weights files as files, without PyTorch: where they are, and what they say of themselves.

Those that come with gazemap are in the folder `pretrained`, by name.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from safetensors import SafetensorError, safe_open

from gazemap.errors import WeightsError, check_name, lookup, meant
from gazemap.models.known_conditions import split_condition
from gazemap.system.checking import mistakes
from gazemap.system.json_text import parse_json

BEST = "best.safetensors"
BEST_FORM = "best.onnx"  # next to it, of an adapted model
DEFAULT_MODEL = "gazenet"
SHIPPED = "shipped:"  # before the name of a model that comes with gazemap, where a path has that name, too


@contextmanager
def opened(path: Path, framework: Literal["np", "pt"] = "np") -> Iterator[Any]:
    """A weights file, to be read in part: as arrays or as tensors.

    Raises:
        WeightsError: the file is missing or damaged.
    """
    if path.suffix == ".onnx" and path.is_file():
        raise WeightsError(
            f"{path} is an ONNX form, which holds no weights for PyTorch. Predict and evaluate with it, "
            "or give the weights file that it was made from."
        )
    check_exists(path)
    try:
        with safe_open(path, framework=framework) as file:
            yield file
    except (SafetensorError, OSError) as error:
        reason = other_kind(path) or f"is damaged, or no safetensors file ({error})"
        raise WeightsError(
            f"{path} {reason}. Give a run folder, a .safetensors or .onnx file, or the name of a model that "
            "comes with gazemap."
        ) from error


def other_kind(path: Path) -> str:
    """What a file that is no model of the kind that its name says is by its first bytes; "" if not known."""
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError:
        return ""
    if start.startswith((b"PK\3\4", b"\x80\2", b"\x80\4")):
        return "is a file of torch.save, a pickle, which is never read: save it as safetensors"
    if start[8:9] == b"{":
        return "is a safetensors file: name it .safetensors"
    if start[:1] == b"\x08" and start[2:3] in (b"\x12", b"\x3a"):  # its version, then its maker or graph
        return "is an ONNX file: name it .onnx"
    return ""


def check_exists(path: Path) -> None:
    """Refuse a path of a model at which there is no file.

    Raises:
        WeightsError: says what can be given, with the nearest name of a model that comes with gazemap.
    """
    if path.is_file():
        return
    shipped = shipped_weights()
    names = ", ".join(SHIPPED + name for name in shipped)
    raise WeightsError(
        f"There is no model {path}.{meant(str(path), shipped)} Give a run folder, a .safetensors or "
        f".onnx file, or the name of a model that comes with gazemap: {names}."
    )


def description(file: Any, path: Path) -> dict[str, Any]:  # noqa: ANN401 - safetensors has no type
    """What an open weights file says of itself.

    Raises:
        WeightsError: nothing, or what cannot be; names the file, `path`.
    """
    from pydantic import ValidationError

    from gazemap.models.about import About

    try:
        about = parse_json((file.metadata() or {}).get("gazemap", "null"))
        if isinstance(about, dict):
            About.model_validate(about)
            return about
    except ValidationError as error:
        raise WeightsError(f"{path} is damaged: its description's {' '.join(mistakes(error))}") from error
    except ValueError as error:
        raise WeightsError(f"{path} is damaged: its description is no JSON ({error}).") from error
    raise WeightsError(f"{path} has no gazemap description in its metadata; gazemap made none.")


@cache  # the folder is the package's own, and every prediction asks
def shipped_weights() -> Mapping[str, Path]:
    """The weights that come with gazemap, by name."""
    folder = Path(str(resources.files("gazemap.models") / "pretrained"))
    files = sorted(folder.glob("*.safetensors"), key=lambda file: file.stem)
    return MappingProxyType({file.stem: file for file in files})


def form_beside(weights: Path) -> Path | None:
    """The ONNX form of weights that come with gazemap or were adapted, in the same folder; else None."""
    form = weights.with_suffix(".onnx")
    belongs = weights in shipped_weights().values() or weights.name == BEST
    return form if belongs and form.is_file() else None


def model_card(name: str) -> str:
    """The card of a model that comes with gazemap: its data, scores, limits.

    Raises:
        InputError: there is none of that name.
    """
    shipped = shipped_weights()
    return lookup("model with weights", name, shipped).with_suffix(".md").read_text(encoding="utf-8")


def describe(path: str | Path) -> dict[str, Any]:
    """What a run folder or a weights file says of itself; the weights are not read.

    Returns:
        model, options, and where `train` wrote it recipe, dataset, epoch and losses.

    Raises:
        WeightsError: as `load_model`.
    """
    file = located(path).file
    with opened(file) as content:
        return description(content, file)


class Located(NamedTuple):
    """Where a model is.

    Attributes:
        file: its weights file, or its ONNX form where that stands alone.
        name: of the model in it.
        condition: the name of the viewing condition that is asked for; None for the file's own.
    """

    file: Path
    name: str
    condition: str | None = None


def located(path: str | os.PathLike[str]) -> Located:
    """The model that is meant: by a name, a run folder or a file, and perhaps "@" and a viewing condition.

    What exists at that path comes first: a folder may be named "runs@home".
    """
    text, path = str(path), Path(path)
    if not path.exists():
        text, condition = split_condition(text)
        if condition is not None:
            return located(text)._replace(condition=condition)
    shipped = shipped_weights()
    if text.startswith(SHIPPED):
        name = text.removeprefix(SHIPPED)
        check_name("model that comes with gazemap", name, shipped, WeightsError)
        return Located(shipped[name], name)
    if path.is_dir():
        alone = (path / BEST_FORM).is_file() and not (path / BEST).is_file()
        return Located(path / (BEST_FORM if alone else BEST), path.resolve().name)
    if text in shipped and not path.exists():
        return Located(shipped[text], text)
    return Located(path, path.stem)


def absolute_name(model: str | os.PathLike[str]) -> str:
    """A model's name or path as `located` takes it, but so that it means the same in every folder."""
    text = os.fspath(model)
    is_path = os.path.exists(text) or os.path.exists(split_condition(text)[0])
    return os.path.abspath(text) if is_path else text
