"""The recipes that come with gazemap, as files."""

from __future__ import annotations

from importlib import resources

from gazemap.system.yaml_files import names_in

RECIPES = resources.files("gazemap.training") / "recipes"


def shipped_recipes() -> list[str]:
    """The names of the recipes that come with gazemap."""
    return names_in(RECIPES)
