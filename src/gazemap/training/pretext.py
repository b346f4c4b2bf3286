"""The pretext: what a network learns of images alone, before it learns where people look.

The 2021 replication names it as future work: edges and corners first, gaze afterwards. That the same
network learns both, and what is set below, are our choice.
"""

from __future__ import annotations

from gazemap.errors import RecipeError
from gazemap.models.table import MODELS
from gazemap.training.recipe import ModelSection, Recipe


def pretext_recipe(recipe: Recipe) -> Recipe:
    """The training that comes before `recipe`: its network, optimizer and schedule, other targets.

    The network puts out a density and learns that of the edges by their divergence: most of an image
    is no edge, and the squared error of a sigmoid soon ends in maps of zeros, from which it learns
    nothing more.

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
