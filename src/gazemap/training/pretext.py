"""The pretext task: what a network learns from images alone, before it learns where people look.

The 2021 replication names it as future work: edges and corners first, gaze afterwards. That the same
network learns both, and the settings below, are our choice.
"""

from __future__ import annotations

from gazemap.errors import RecipeError
from gazemap.models.table import MODELS
from gazemap.training.recipe import ModelSection, Recipe


def pretext_recipe(recipe: Recipe) -> Recipe:
    """The recipe of the training that comes first: the same network, optimizer and schedule, other targets.

    The network predicts a density and learns that of the edges by the KL divergence. A squared error would
    not
    do: most pixels lie on no edge, so that a sigmoid soon predicts zeros everywhere and learns nothing more.

    Raises:
        RecipeError: the recipe has no pretext.
    """
    if recipe.pretext is None:
        raise RecipeError(f"Recipe {recipe.name} has no section pretext.")
    has_choice = len(MODELS[recipe.model.name].outputs) > 1
    options = recipe.model.options | ({"output": "log_density"} if has_choice else {})
    target = recipe.data.target.model_copy(update={"of": recipe.pretext.source})
    return recipe.model_copy(
        update={
            "name": f"{recipe.name}-{recipe.pretext.source}",
            "model": ModelSection(name=recipe.model.name, options=options),
            "data": recipe.data.model_copy(update={"target": target}),
            "loss": {"kld": 1.0},
            "training": recipe.training.model_copy(update={"epochs": recipe.pretext.epochs}),
            "pretext": None,
            "teachers": None,
        }
    )
