"""The recipes and sweeps that come with gazemap, as files to read; PyTorch is not needed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import takewhile
from typing import Any, Literal

from gazemap.errors import RecipeError, check_name
from gazemap.system.yaml_files import names_in
from gazemap.training.shipped import RECIPES

_ENTRY = re.compile(r"# [A-Z][a-z]+: ")  # of a header, such as "# Source:   ..."
SWEEPS = resources.files("gazemap.reports.studies") / "sweeps"


@dataclass(frozen=True)
class ShippedFile:
    """A recipe or a sweep that comes with gazemap.

    Attributes:
        name: what commands and `train` or `sweep` take.
        kind: "recipe" or "sweep".
        text: the file; its header says source, command, hardware, time and expected scores.
    """

    name: str
    kind: Literal["recipe", "sweep"]
    text: str

    @property
    def summary(self) -> str:
        """What it trains or compares: the sentences at the top of the header."""
        header = takewhile(
            lambda line: line.startswith("#") and not _ENTRY.match(line), self.text.splitlines()
        )
        return " ".join(line.removeprefix("#").strip() for line in header)


@dataclass(frozen=True)
class RecipeList:
    """What `recipes` found."""

    files: tuple[ShippedFile, ...]

    def as_json(self) -> dict[str, Any]:
        """Name, kind, summary and text of each as plain JSON values."""
        return {
            "recipes": [
                {"name": file.name, "kind": file.kind, "summary": file.summary, "text": file.text}
                for file in self.files
            ]
        }


def recipes(name: str | None = None) -> RecipeList:
    """The recipes that come with gazemap, for `train`, and the sweeps, for `sweep`.

    Args:
        name: only this one.

    Raises:
        RecipeError: none of that name; gives the nearest one.
    """
    found = [*_files("recipe", RECIPES), *_files("sweep", SWEEPS)]
    if name is not None:
        check_name("recipe or sweep", name, [file.name for file in found], RecipeError)
        found = [file for file in found if file.name == name]
    return RecipeList(tuple(found))


def _files(kind: Literal["recipe", "sweep"], folder: Traversable) -> list[ShippedFile]:
    return [
        ShippedFile(name, kind, (folder / f"{name}.yaml").read_text(encoding="utf-8"))
        for name in names_in(folder)
    ]
