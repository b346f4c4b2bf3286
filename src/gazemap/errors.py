"""The exception tree. Every message says what came, what is accepted and what to do.

GazemapError
├── InputError            an argument, file or setting that cannot be used (also a ValueError)
│   ├── DataError         a file or folder of gaze data
│   ├── RecipeError       a recipe: an unknown key, a wrong type or value
│   └── WeightsError      a weights file or run folder
├── MissingPackageError   a package of an extra that is not installed (also an ImportError)
├── OutputError           a result that cannot be written: disk full, folder read-only or in use
└── TrainingError         training cannot go on, e.g. the loss is no longer finite
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import TypeVar

_Entry = TypeVar("_Entry")


class GazemapError(Exception):
    """The root: catch this to catch everything that gazemap raises on purpose."""


class InputError(GazemapError, ValueError):
    """An argument, file or setting that cannot be used."""


class DataError(InputError):
    """A file or folder of gaze data that is missing, unreadable or inconsistent."""


class RecipeError(InputError):
    """A recipe with an unknown key, a wrong type or a value out of range."""


class WeightsError(InputError):
    """A weights file or run folder that cannot be loaded."""


class MissingPackageError(GazemapError, ImportError):
    """A package that a part of gazemap needs is not installed; says which extra brings it."""


class OutputError(GazemapError):
    """A result that cannot be written where it was asked for."""


class TrainingError(GazemapError):
    """Training that cannot go on; the last good checkpoint is kept."""


def lookup(kind: str, name: str, table: Mapping[str, _Entry]) -> _Entry:
    """The entry of a table, by name.

    Args:
        kind: what the table lists, e.g. "metric"; for the message.
        name: the key.
        table: every entry by its name.

    Raises:
        InputError: no such name; gives the nearest one and all names.
    """
    if name not in table:
        check_name(kind, name, table)
    return table[name]


def check_name(
    kind: str, name: str, known: Iterable[str], error: type[InputError] = InputError, hint: str = ""
) -> None:
    """Refuse a name that is not among those that are known.

    Args:
        kind: what is named, e.g. "metric"; for the message.
        name: what came.
        known: all names.
        error: what is raised.
        hint: a last sentence of the message.

    Raises:
        InputError: no such name; gives the nearest one and all names.
    """
    names = sorted(known)
    if name not in names:
        listed = f"There is no {kind} named {name!r}.{meant(name, names)} Known: {', '.join(names)}."
        raise error(f"{listed} {hint}".rstrip())


def meant(name: str, known: Iterable[str]) -> str:
    """The question after the nearest name, for a message: " Did you mean 'nss'?"; empty where none is near.

    Args:
        name: what came, in small or capital letters.
        known: all names.
    """
    small = {entry.lower(): entry for entry in known}
    near = difflib.get_close_matches(name.lower(), small, n=1)
    return f" Did you mean {small[near[0]]!r}?" if near else ""
