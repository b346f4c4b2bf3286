"""What the table of importers says of each foreign format."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from gazemap.data.dataset import DatasetInfo
from gazemap.data.writing.items import Counts, ImportedSet
from gazemap.system.checking import checked_options, options_of


def _kinds(hint: Any) -> list[str]:  # noqa: ANN401 - any annotation
    """A type as a user types it: the choices of a Literal, or TEXT, FLOAT, PATH and so on."""
    if get_origin(hint) is Literal:
        return [str(choice) for choice in get_args(hint)]
    if get_args(hint):
        inner = get_args(hint)
        return (
            _kinds(inner[0]) if get_origin(hint) is Annotated else [k for part in inner for k in _kinds(part)]
        )
    return ["NONE" if hint is type(None) else {str: "TEXT", Path: "PATH"}.get(hint, hint.__name__.upper())]


@dataclass(frozen=True)
class Importer:
    """A foreign format, or one data set's own.

    Attributes:
        read: turns the source, as its authors publish it, into what is written. Its keyword-only
            parameters are the import's options.
        info: title, citation, license, home page and convention of coordinates.
        editions: the complete set's counts, by edition; "" where there is only one. Empty for formats
            that many sets use.
        oddities: what a user should know before trusting it.
    """

    read: Callable[..., ImportedSet]
    info: DatasetInfo
    editions: Mapping[str, Counts]
    oddities: str

    @property
    def options(self) -> dict[str, inspect.Parameter]:
        """The import's options, by name."""
        return options_of(self.read)

    @property
    def choices(self) -> list[str]:
        """Each option as a user types it: "edition=2015|2017", "sigma=FLOAT, default 3"."""
        hints = get_type_hints(self.read.func if isinstance(self.read, partial) else self.read)
        lines = []
        for name, parameter in self.options.items():
            kinds = [kind for kind in _kinds(hints[name]) if kind != "NONE"]
            default = parameter.default
            known = "" if default in (None, parameter.empty) else f", default {default}"
            lines.append(f"{name}={'|'.join(kinds)}{known}")
        return lines

    def as_json(self) -> dict[str, Any]:
        """The format's title, editions, options, license and oddities, as JSON values."""
        return {
            "title": self.info.title,
            "citation": self.info.citation,
            "license": self.info.license,
            "editions": {name: asdict(counts) for name, counts in self.editions.items()},
            "options": self.choices,
            "oddities": self.oddities,
        }

    def open(self, source: Path, options: Mapping[str, Any]) -> ImportedSet:
        """Read the source with the options checked.

        Raises:
            InputError: an unknown option or a wrong value.
            DataError: the source is not of this format.
        """
        found = self.read(source, **checked_options("the import", self.read, options))
        return replace(found, expected=self.editions.get(found.info.edition, Counts()))
