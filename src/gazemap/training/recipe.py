"""Recipes: one YAML file says everything about a training run, and nothing else decides."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from gazemap.data.batches.edges import Filter
from gazemap.data.batches.options import Augmentation, Mirror
from gazemap.data.batches.targets import Target
from gazemap.errors import RecipeError
from gazemap.system.checking import validated
from gazemap.system.extras import naming_extra
from gazemap.system.yaml_files import read_yaml
from gazemap.system.yaml_text import parse_yaml
from gazemap.training.shipped import RECIPES
from gazemap.types import Fit

Auto = Literal["auto"]
_SAVED = {"saved": True}  # tells validators that model and losses were checked when the weights were trained


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ModelSection(_Section):
    """Which network: a key of `MODELS` and its options."""

    name: str
    options: dict[str, Any] = {}

    @model_validator(mode="after")
    def _options_are_the_model_s(self, info: ValidationInfo) -> Self:
        if info.context != _SAVED:
            with naming_extra("Training"):
                from gazemap.models.table import checked_model_options
            checked_model_options(self.name, self.options)
        return self


class DataSection(_Section):
    """What the network sees.

    Attributes:
        fit: how images of another aspect ratio are placed in its frame; see `images.placement`.
        target: how the maps that it learns are made from fixations.
        mirror: which training images are mirrored; see `data.batches.arrays.epoch_batches`.
        augment: how training images are changed at random; see `data.batches.augmentation`.
    """

    fit: Fit = "stretch"
    target: Target = Target()
    mirror: Mirror = "none"
    augment: Augmentation | None = None


class OptimizerSection(_Section):
    """How the weights are updated; momentum and nesterov are for "sgd" alone.

    Attributes:
        lr: the learning rate.
        encoder_lr: the learning rate of the model's encoder, by default the same; the schedule changes both
            in the same proportion.
        frozen: parts of the names of parameters that training leaves as they are, such as conv_dw, the
            depthwise kernels of timm's encoders.
    """

    name: Literal["sgd", "adam", "adamw", "rmsprop"] = "sgd"
    lr: float = Field(gt=0)
    encoder_lr: float | None = Field(default=None, gt=0)
    frozen: tuple[str, ...] = ()
    momentum: float = Field(default=0.0, ge=0, lt=1)
    nesterov: bool = False
    weight_decay: float = Field(default=0.0, ge=0)


class ScheduleSection(_Section):
    """How the learning rate (and momentum) change from epoch to epoch.

    "constant": they stay. "step": every `every` epochs the rate is multiplied by `factor`, while it is above
    `floor`. "linear": both go from the optimizer's values to `lr_end` and `momentum_end` in the last epoch.
    "cosine": the rate follows half a cosine from the optimizer's to `lr_end` (0 by default) after the last
    epoch.
    """

    name: Literal["constant", "step", "linear", "cosine"] = "constant"
    factor: float = Field(default=1.0, gt=0, le=1)
    every: int = Field(default=1, ge=1)
    floor: float = Field(default=0.0, ge=0)
    lr_end: float | None = Field(default=None, gt=0)
    momentum_end: float | None = Field(default=None, ge=0, lt=1)


class TrainingSection(_Section):
    """For how long, in what batches and how fast.

    Attributes:
        epochs: passes over the training split.
        batch_size: images per step.
        validate_every: epochs between two validations.
        clip: the largest norm of the gradient; longer gradients are scaled down to it.
        average: the decay of the weights' moving average, such as 0.99 per step, lower in the first steps.
            The average is then validated and saved in place of the weights.
        seed: of the initial weights, the order of the images and their augmentation.
        precision: "bf16" computes matrix products in bfloat16.
        channels_last: layout of images in memory; "auto", here and below, is what measures fastest on the
            device.
        fused_optimizer: use PyTorch's fused optimizers, which compute the same faster.
        compile: use torch.compile.
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


class PretextSection(_Section):
    """What the network learns first, from the images alone: edges or corners; see `training.pretext`.

    Attributes:
        source: what is learned; see `data.batches.edges`.
        epochs: passes over the training split.
    """

    source: Filter
    epochs: int = Field(ge=1)


class TeachersSection(_Section):
    """Trained networks that the network learns from as well; see `training.distillation`.

    Attributes:
        runs: their run folders or weights files.
        weight: of the loss against what they predict; `loss` has 1 - weight.
    """

    runs: tuple[str, ...] = Field(min_length=1)
    weight: float = Field(gt=0, le=1)


class Recipe(_Section):
    """Everything about one training run.

    Attributes:
        name: of the recipe, as reports show it.
        model: which network is trained.
        data: what it sees.
        loss: entries of `gazemap.losses.LOSSES`, each with its weight, or with {weight: ..., and its
            parameters}.
        start: a run folder or weights file of the same network, whose weights this one starts from.
        pretext: what it learns first, from the images alone.
        teachers: trained networks that it learns from, in addition to the fixations.
        optimizer: how the weights are updated.
        schedule: how the learning rate changes.
        training: for how long, in what batches and how fast.
    """

    name: str
    model: ModelSection
    data: DataSection = DataSection()
    loss: dict[str, float | dict[str, Any]] = Field(min_length=1)
    start: str | None = None
    pretext: PretextSection | None = None
    teachers: TeachersSection | None = None
    optimizer: OptimizerSection
    schedule: ScheduleSection = ScheduleSection()
    training: TrainingSection

    @field_validator("loss", mode="before")
    @classmethod
    def _losses_are_known(cls, loss: object, info: ValidationInfo) -> object:
        if isinstance(loss, dict) and info.context != _SAVED:
            with naming_extra("Training"):
                from gazemap.losses import check_weights
            check_weights(loss)
        return loss


RecipeLike = Recipe | str | Path  # a recipe, the name of one that comes with gazemap, or a .yaml file


def load_recipe(recipe: RecipeLike, overrides: Sequence[str] = ()) -> Recipe:
    """Read a recipe and check every key, name, type and range of it; nothing is built.

    Args:
        recipe: the name of one that comes with gazemap, or a .yaml file; a recipe that was read before is
            only given the overrides.
        overrides: "a.b=value" strings, each value read as YAML, that replace single keys.

    Raises:
        RecipeError: no such recipe, not YAML, or a wrong key or value, with the nearest right name.
        MissingPackageError: PyTorch is not installed, which has the models and losses to check against.
    """
    if isinstance(recipe, Recipe):
        if not overrides:
            return recipe
        content, source = recipe.model_dump(mode="json"), f"Recipe {recipe.name}"
    else:
        content, source = read_yaml("recipe", recipe, RECIPES)
    for override in overrides:
        _override(content, override)
    return parse_recipe(content, source)


def parse_recipe(content: object, source: str) -> Recipe:
    """Check a recipe's content, as `load_recipe` does; `source` is what messages call it."""
    return validated(Recipe, content, source, RecipeError)


def saved_recipe(content: object, source: str) -> Recipe:
    """The recipe in the metadata of weights, without PyTorch.

    Its model and losses were checked when the weights were trained, and are not checked again.

    Args:
        content: what the metadata hold.
        source: what messages call it.

    Raises:
        RecipeError: a wrong key or value, with the nearest right name.
    """
    return validated(Recipe, content, source, RecipeError, _SAVED)


def _override(content: dict[str, Any], override: str) -> None:
    key, separator, value = override.partition("=")
    if not separator or not all(key.split(".")):
        raise RecipeError(f"--set takes a.b=value, such as training.epochs=40, got {override!r}.")
    *sections, last = key.split(".")
    for section in sections:
        content = content.setdefault(section, {})
        if not isinstance(content, dict):
            raise RecipeError(f"--set {override!r}: {section!r} is a value, not a section.")
    try:
        content[last] = parse_yaml(value)
    except ValueError as error:
        raise RecipeError(f"--set {override!r}: {value!r} is not valid YAML: {error}.") from error
