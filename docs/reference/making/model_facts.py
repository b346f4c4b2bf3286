"""What the tables MODELS, of recipes and of shipped weights say of a model."""

from __future__ import annotations

import inspect
import re
from functools import cache

import torch
from architecture import figure
from tables import facts, sentence, table
from torch.utils.flop_counter import FlopCounterMode

from gazemap.data.importers.typed import meanings
from gazemap.models.base import SaliencyModel
from gazemap.models.files import describe, model_card, shipped_weights
from gazemap.models.table import MODELS, create_model
from gazemap.reports.studies.recipes import recipes
from gazemap.training.recipe import load_recipe

_SHIPPED = shipped_weights()
NAMES = list(dict.fromkeys([*_SHIPPED, *MODELS]))


def summary(name: str) -> str:
    """The first sentence of its module, or of its card."""
    if name in MODELS:
        module = inspect.getmodule(MODELS[name])
        return sentence((inspect.getdoc(module) or "").partition("\n")[0])
    return sentence(f"A larger {_network(name)} that comes with gazemap: better, and slower")


def _network(name: str) -> str:
    """The architecture of a page's model."""
    return name if name in MODELS else str(describe(_SHIPPED[name])["model"])


@cache
def _model(name: str) -> SaliencyModel:
    """The model without memory for its weights: as shipped, else with its default options."""
    options = describe(_SHIPPED[name])["options"] if name in _SHIPPED else {}
    with torch.device("meta"):
        return create_model(_network(name), **options)


def _figure(name: str) -> str:
    return figure(_model(name))


def _cost(name: str) -> str:
    model = _model(name)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model.eval()(torch.empty(1, 3, *model.input_size, device="meta"))
    return facts(
        {
            "Input": "{} x {} pixels, height x width".format(*model.input_size),
            "Output": "{} x {}, ".format(*model.output_size) + model.output.replace("_", " "),
            "Parameters": f"{model.parameter_count():,}",
            "Multiply-adds": f"{counter.get_total_flops() / 2e9:.2f} billion for each image",
        }
    )


def _options(name: str) -> str:
    model = MODELS[_network(name)]
    said = meanings(model) or meanings(model.__mro__[1])
    rows = [
        (f"`{own.name}`", f"`{_plain(own.default)}`", sentence(said.get(own.name, "")))
        for own in inspect.signature(model.__init__).parameters.values()
        if own.kind is own.KEYWORD_ONLY
    ]
    return table(("option", "default", "meaning"), rows)


def _plain(value: object) -> object:
    """As a recipe has it."""
    if isinstance(value, tuple):
        return list(value)
    return {"None": "null", "True": "true", "False": "false"}.get(str(value), value)


def _recipes(name: str) -> str:
    """The recipes that train it, each with the command of its header."""
    rows = []
    for file in recipes().files:
        if file.kind == "recipe" and _page_of(file.name) == name:
            command = re.search(r"^# Command: +(.*)$", file.text, re.M)
            rows.append((f"`{file.name}`", file.summary, f"`{command[1]}`" if command else ""))
    return table(("recipe", "what it is", "command"), rows)


@cache
def _page_of(recipe: str) -> str:
    """The model whose page a recipe is on: the shipped one that it makes or teaches, else its network."""
    network = load_recipe(recipe).model.name
    named = [name for name in _SHIPPED if recipe.startswith(name) and _network(name) == network]
    return max(named, key=len, default=network)


def _card(name: str) -> str:
    """Its card, one level down."""
    return re.sub(r"^(#+) ", r"#\1 ", model_card(name).partition("\n")[2], flags=re.M).strip()


MAKERS = {"figure": _figure, "cost": _cost, "options": _options, "recipes": _recipes, "card": _card}
