"""YAML files that say what is done: those that come with gazemap, by name, and a user's own, by path."""

from __future__ import annotations

from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from gazemap.errors import RecipeError, check_name


def names_in(folder: Traversable) -> list[str]:
    """The names of the files in a folder, without their suffix."""
    return sorted(file.name.removesuffix(".yaml") for file in folder.iterdir() if file.name.endswith(".yaml"))


def read_yaml(kind: str, name_or_path: str | Path, folder: Traversable) -> tuple[dict[str, Any], str]:
    """What a file holds, and what messages call it.

    Args:
        kind: what such a file is, e.g. "recipe"; for messages.
        name_or_path: a name in `folder`, or a path that ends in .yaml or .yml.
        folder: those that come with gazemap.

    Raises:
        RecipeError: no such file, no text, or no YAML with keys.
    """
    from gazemap.system.yaml_text import parse_yaml

    file: Path | Traversable = Path(name_or_path)
    if Path(name_or_path).suffix not in {".yaml", ".yml"}:
        check_name(kind, str(name_or_path), names_in(folder), RecipeError, "A path ends in .yaml.")
        file = folder / f"{name_or_path}.yaml"
    title = f"{kind.capitalize()} {name_or_path}"
    try:
        content = parse_yaml(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise RecipeError(f"{title} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise RecipeError(f"{title} cannot be read: {error}.") from error
    except ValueError as error:
        raise RecipeError(f"{title} is not valid YAML: {error}") from error
    if not isinstance(content, dict):
        raise RecipeError(f"{title} must hold keys, as a {kind} that comes with gazemap does.")
    return content, title
