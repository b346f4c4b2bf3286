"""Options as a user types and reads them: their kinds by their types, their meaning by the docstring."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from gazemap.system.checking import options_of


@dataclass(frozen=True)
class Metavar:
    """How a value is typed, where its type does not say it: "WIDTHxHEIGHT"."""

    text: str


@dataclass(frozen=True)
class Option:
    """An option of a format.

    Attributes:
        name: as it is typed.
        values: what it may be: "s|ms|us", "TEXT", "FLOAT".
        default: what holds without it; empty where nothing does, or where `meaning` says it.
        meaning: a sentence.
    """

    name: str
    values: str
    default: str
    meaning: str

    def __str__(self) -> str:
        """As it is typed: "time=s|ms|us, default s"."""
        return f"{self.name}={self.values}{f', default {self.default}' if self.default else ''}"


def explained(function: Callable[..., Any]) -> list[Option]:
    """The keyword-only parameters of a function, with what its docstring says of each."""
    own = function.func if isinstance(function, partial) else function
    hints, said = get_type_hints(own, include_extras=True), meanings(own)
    found = []
    for name, parameter in options_of(function).items():
        kinds = [kind for kind in _kinds(hints[name]) if kind != "NONE"]
        default = "" if parameter.default in (None, parameter.empty) else str(parameter.default)
        found.append(Option(name, "|".join(kinds), default, said.get(name, "")))
    return found


def _kinds(hint: Any) -> list[str]:  # noqa: ANN401 - any annotation
    """A type as a user types it: the choices of a Literal, or TEXT, FLOAT, PATH and so on."""
    if get_origin(hint) is Literal:
        return [str(choice) for choice in get_args(hint)]
    if get_origin(hint) is Annotated:
        inner, *more = get_args(hint)
        shown = [entry.text for entry in more if isinstance(entry, Metavar)]
        return shown or _kinds(inner)
    if get_args(hint):
        return [kind for part in get_args(hint) for kind in _kinds(part)]
    return ["NONE" if hint is type(None) else {str: "TEXT", Path: "PATH"}.get(hint, hint.__name__.upper())]


def meanings(function: Callable[..., Any], section: str = "Args") -> dict[str, str]:
    """What a section of a docstring says of each parameter or attribute."""
    text = (inspect.getdoc(function) or "").partition(f"\n{section}:\n")[2]
    lines = text.partition("\n\n")[0]
    entries = re.findall(r"^ {4}(\w+): ((?:.+\n?)(?: {8}.+\n?)*)", lines, flags=re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in entries}
