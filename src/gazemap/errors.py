"""The exception tree. Every message says what came, what is accepted and what to do.

GazemapError
├── InputError            an argument, file or setting that cannot be used (also a ValueError)
│   ├── DataError         a file or folder of gaze data
│   ├── RecipeError       a recipe: an unknown key, a wrong type or value
│   └── WeightsError      a weights file or run folder
├── OutputError           a result that cannot be written: disk full, folder read-only or in use
└── TrainingError         training cannot go on, e.g. the loss is no longer finite
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


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


class OutputError(GazemapError):
    """A result that cannot be written where it was asked for."""


class TrainingError(GazemapError):
    """Training that cannot go on; the last good checkpoint is kept."""


def unknown_name(kind: str, name: str, known: Iterable[str]) -> str:
    """The message for a name that is in no table: what came, the nearest name, all names."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"There is no {kind} named {name!r}.{hint} Known: {', '.join(names)}."
