"""Recipes: one YAML file says everything about a training run, and nothing else decides."""

from __future__ import annotations

import difflib
from importlib import resources
from pathlib import Path
from typing import Any, Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gazemap.data.batches.arrays import Mirror
from gazemap.data.batches.augmentation import Augmentation
from gazemap.data.batches.edges import Filter
from gazemap.data.batches.targets import Target
from gazemap.errors import RecipeError, check_name
from gazemap.types import Fit

Auto = Literal["auto"]
_SHIPPED = resources.files("gazemap.training") / "recipes"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ModelSection(_Section):
    """Which network: a key of `MODELS` and its options."""

    name: str
    options: dict[str, Any] = {}


class DataSection(_Section):
    """What the network sees.

    Attributes:
        fit: how images of another aspect are laid into its frame; see `data.fits`.
        target: how the maps that it learns are made of fixations.
        mirror: see `data.batches.epoch_batches`.
        augment: how training images are changed at random; see `data.augmentation`.
    """

    fit: Fit = "stretch"
    target: Target = Target()
    mirror: Mirror = "none"
    augment: Augmentation | None = None


class OptimizerSection(_Section):
    """How the weights follow the gradient; momentum and nesterov are for "sgd" alone.

    Attributes:
        lr: the learning rate.
        encoder_lr: that of the model's encoder, which changes in the same proportion; by default the same.
    """

    name: Literal["sgd", "adam", "adamw", "rmsprop"] = "sgd"
    lr: float = Field(gt=0)
    encoder_lr: float | None = Field(default=None, gt=0)
    momentum: float = Field(default=0.0, ge=0, lt=1)
    nesterov: bool = False
    weight_decay: float = Field(default=0.0, ge=0)


class ScheduleSection(_Section):
    """How the learning rate (and momentum) change from epoch to epoch.

    "constant"; "step": every `every` epochs, while the rate is above `floor`, times `factor`;
    "linear": from the optimizer's values to `lr_end` and `momentum_end` in the last epoch; "cosine":
    half a cosine from the optimizer's rate to `lr_end` (0 if there is none) after the last epoch.
    """

    name: Literal["constant", "step", "linear", "cosine"] = "constant"
    factor: float = Field(default=1.0, gt=0, le=1)
    every: int = Field(default=1, ge=1)
    floor: float = Field(default=0.0, ge=0)
    lr_end: float | None = Field(default=None, gt=0)
    momentum_end: float | None = Field(default=None, ge=0, lt=1)


class TrainingSection(_Section):
    """How long, in what batches and how fast.

    Attributes:
        epochs: passes over the training split.
        batch_size: images a step.
        validate_every: epochs between two validations.
        clip: the largest norm of the gradient; longer ones are shortened.
        average: how much of the weights' moving average stays at each step, such as 0.99, less in the
            first steps; that average is then what is validated and saved.
        seed: of everything random.
        precision: "bf16" computes matrix products in bfloat16.
        channels_last: layout of images in memory; "auto" is what measures fastest on the device.
        fused_optimizer: the same numbers in fewer steps.
        compile: through torch.compile.
    """

    epochs: int = Field(ge=1)
    batch_size: int = Field(default=128, ge=1)
    validate_every: int = Field(default=1, ge=1)
    clip: float | None = Field(default=None, gt=0)
    average: float | None = Field(default=None, gt=0, lt=1)
    seed: int = 0
    precision: Literal["fp32", "bf16"] = "fp32"
    channels_last: bool | Auto = "auto"
    fused_optimizer: bool | Auto = "auto"
    compile: bool | Auto = "auto"


class PerceptualSection(_Section):
    """The frozen encoder of the losses "deep_features" and "gram", and its weights as a model takes them."""

    encoder: str = "vgg16"
    weights: str | None = None


class PretextSection(_Section):
    """What the network learns first, of the images alone: edges or corners; see `training.pretext`.

    Attributes:
        source: what is learned; see `data.edges`.
        epochs: passes over the training split.
    """

    source: Filter
    epochs: int = Field(ge=1)


class TeachersSection(_Section):
    """Trained networks that the network learns from, too; see `training.teachers`.

    Attributes:
        runs: their run folders or weights files.
        weight: of what they say; `loss` has the rest.
    """

    runs: tuple[str, ...] = Field(min_length=1)
    weight: float = Field(gt=0, le=1)


class Recipe(_Section):
    """Everything about one training run.

    Attributes:
        name: of the recipe, as reports show it.
        model: which network.
        data: what it sees.
        loss: terms of `gazemap.losses.LOSSES` and their weights.
        perceptual: the encoder of the losses "deep_features" and "gram".
        start: a run folder or weights file of the same network, whose weights this one starts from.
        pretext: what is learned before.
        teachers: networks that it learns from beside the fixations.
        optimizer: how the weights follow the gradient.
        schedule: how its rate changes.
        training: how long.
    """

    name: str
    model: ModelSection
    data: DataSection = DataSection()
    loss: dict[str, float] = Field(min_length=1)
    perceptual: PerceptualSection = PerceptualSection()
    start: str | None = None
    pretext: PretextSection | None = None
    teachers: TeachersSection | None = None
    optimizer: OptimizerSection
    schedule: ScheduleSection = ScheduleSection()
    training: TrainingSection


def shipped_recipes() -> list[str]:
    """The names of the recipes that come with gazemap."""
    return sorted(
        file.name.removesuffix(".yaml") for file in _SHIPPED.iterdir() if file.name.endswith(".yaml")
    )


def load_recipe(name_or_path: str | Path, overrides: list[str] | None = None) -> Recipe:
    """Read a recipe and check every key, type and range of it.

    Args:
        name_or_path: a shipped recipe's name or a YAML file.
        overrides: "a.b=value" strings, each value read as YAML, that replace single keys.

    Raises:
        RecipeError: no such recipe, not YAML, or a wrong key or value, with the nearest right name.
    """
    text, source = _read(name_or_path)
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise RecipeError(f"{source} is not valid YAML: {error}") from error
    if not isinstance(content, dict):
        raise RecipeError(f"{source} must hold keys such as model, loss and training; it holds none.")
    for override in overrides or []:
        _override(content, override)
    return parse_recipe(content, source)


def parse_recipe(content: dict[str, Any], source: str) -> Recipe:
    """Check what a YAML file or the metadata of weights holds; `source` names it in messages.

    Raises:
        RecipeError: a wrong key or value, with the nearest right name.
    """
    try:
        return Recipe.model_validate(_lists_to_tuples(content))
    except ValidationError as error:
        raise RecipeError(_explain(error, source)) from error


def _read(name_or_path: str | Path) -> tuple[str, str]:
    path = Path(name_or_path)
    if path.suffix in {".yaml", ".yml"}:
        try:
            return path.read_text(encoding="utf-8"), str(path)
        except (OSError, UnicodeDecodeError) as error:
            raise RecipeError(f"Recipe {path} cannot be read: {error}.") from error
    check_name("recipe", str(name_or_path), shipped_recipes(), RecipeError, "A path ends in .yaml.")
    return (_SHIPPED / f"{name_or_path}.yaml").read_text(encoding="utf-8"), f"Recipe {name_or_path}"


def _override(content: dict[str, Any], override: str) -> None:
    key, separator, value = override.partition("=")
    if not separator or not all(key.split(".")):
        raise RecipeError(f"--set takes a.b=value, such as training.epochs=40; {override!r} came.")
    *sections, last = key.split(".")
    for section in sections:
        content = content.setdefault(section, {})
        if not isinstance(content, dict):
            raise RecipeError(f"--set {override!r}: {section!r} is a value, not a section.")
    try:
        content[last] = yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise RecipeError(f"--set {override!r}: {value!r} is not valid YAML: {error}.") from error


def _lists_to_tuples(content: Any) -> Any:  # noqa: ANN401 - any YAML value
    """YAML knows lists alone, and strict validation of a pair wants a tuple."""
    if isinstance(content, dict):
        return {key: _lists_to_tuples(value) for key, value in content.items()}
    if isinstance(content, list):
        return tuple(_lists_to_tuples(value) for value in content)
    return content


def _explain(error: ValidationError, source: str) -> str:
    lines = [f"{source} has {error.error_count()} mistake(s):"]
    for mistake in error.errors():
        location = [str(part) for part in mistake["loc"]]
        where = ".".join(location)
        if mistake["type"] == "extra_forbidden":
            known = _fields_of(location[:-1])
            near = difflib.get_close_matches(location[-1], known, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            lines.append(f"  {where}: unknown key.{hint} Known here: {', '.join(known)}.")
        elif mistake["type"] == "missing":
            lines.append(f"  {where}: missing.")
        else:
            lines.append(f"  {where}: {mistake['msg']}; {mistake['input']!r} came.")
    return "\n".join(lines)


def _fields_of(location: list[str]) -> list[str]:
    section: type[BaseModel] = Recipe
    for part in location:
        annotation = section.model_fields[part].annotation
        kinds = (annotation, *get_args(annotation))  # of a section that may be missing, itself and None
        sections = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
        if not sections:
            return []
        section = sections[0]
    return list(section.model_fields)
