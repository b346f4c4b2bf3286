"""What the table of importers says of each foreign format."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from gazemap.data.dataset import DatasetInfo
from gazemap.data.importers.stated import described, placed
from gazemap.data.importers.typed import Option, explained
from gazemap.data.writing.items import Counts, ImportedSet
from gazemap.errors import InputError, check_name
from gazemap.system.checking import checked_options, options_of

_OF_POINTS = options_of(placed)
_NO_POINTS = {
    "pixels": "its fixations are pixels of maps, and the option is for points",
    "images": "it has no points",
}


@dataclass(frozen=True)
class Importer:
    """A foreign format, or one data set's own.

    Attributes:
        read: turns the source, as its authors publish it, into what is written, or into what `then`
            takes. Its keyword-only parameters are options of the import, beside those of all formats
            (`stated.py`), of which one of the same name is left out.
        info: title, citation, license, home page and convention of coordinates.
        editions: the complete set's counts, by edition; "" where there is only one. Empty for formats
            that many sets use.
        oddities: what a user should know before trusting it, in parts with "; " between them.
        stimuli: the images' sizes, and by how many people each was seen, where that is published.
        holds: points, pixels of maps, or only images or dense maps: which options of all formats it has.
        without: options of all formats that make no sense for this one, each with the reason.
        then: makes the set out of what `read` returns, with options of its own that several formats share.
    """

    read: Callable[..., Any]
    info: DatasetInfo
    editions: Mapping[str, Counts]
    oddities: str
    holds: Literal["points", "pixels", "images"] = "points"
    without: Mapping[str, str] = field(default_factory=dict)
    stimuli: str = ""
    then: Callable[..., ImportedSet] | None = None

    @property
    def options(self) -> dict[str, inspect.Parameter]:
        """The import's options, by name: its own, then those of all formats."""
        return {name: own for names in self._steps.values() for name, own in names.items()}

    @property
    def explained(self) -> list[Option]:
        """Each option with its values, its default and its meaning."""
        return [
            option
            for step, names in self._steps.items()
            for option in explained(step)
            if option.name in names
        ]

    @property
    def choices(self) -> list[str]:
        """Each option as a user types it: "edition=2015|2017", "sigma=FLOAT, default 3"."""
        return [str(option) for option in self.explained]

    def as_json(self) -> dict[str, Any]:
        """The format's title, license, editions, images, options and oddities, as JSON values."""
        return {
            "title": self.info.title,
            "citation": self.info.citation,
            "license": self.info.license,
            "editions": {name: asdict(counts) for name, counts in self.editions.items()},
            "options": [asdict(option) for option in self.explained],
            "images": self.stimuli,
            "oddities": self.oddities,
        }

    def checked(self, options: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The options of `read`, of what is stated of the points and of the set, checked and converted.

        Those of `then` follow those of `read`, where it is there.

        Raises:
            InputError: an unknown option, one that makes no sense for this format, or a wrong value.
        """
        for name in options:
            if reason := self._refused(name):
                raise InputError(f"{name} is no option of this format: {reason}. Leave it out.")
            check_name("option of the import", name, self.options)
        if {"sigma", "pixels_per_degree"} <= options.keys():
            raise InputError(
                "Give sigma, a blur in pixels, or pixels_per_degree, whose blur is one degree of visual "
                "angle, not both."
            )
        return [
            checked_options("the import", step, {key: options[key] for key in options if key in names})
            for step, names in self._steps.items()
        ]

    def open(self, source: Path, options: Mapping[str, Any]) -> ImportedSet:
        """Read the source with the options checked.

        Raises:
            InputError: an unknown option or a wrong value.
            DataError: the source is not of this format.
        """
        own, *of_then, of_points, of_set = self.checked(options)
        found = self.read(source, **own)
        if self.then:
            found = self.then(source, found, **of_then[0])
        found = replace(found, expected=self.editions.get(found.info.edition, Counts()))
        return described(placed(found, **of_points), **of_set)

    @property
    def _steps(self) -> dict[Callable[..., ImportedSet], dict[str, inspect.Parameter]]:
        """What an import calls one after the other, with the options of each."""
        own = {step: options_of(step) for step in (self.read, self.then) if step}
        taken = {name for options in own.values() for name in options}
        return {
            **own,
            **{
                step: {
                    name: parameter
                    for name, parameter in options_of(step).items()
                    if name not in taken and not self._refused(name)
                }
                for step in (placed, described)
            },
        }

    def _refused(self, name: str) -> str:
        """Why an option of all formats is none of this one; empty where it is, or where nobody knows it."""
        if any(name in options_of(step) for step in (self.read, self.then) if step):
            return ""
        of_other = _NO_POINTS.get(self.holds, "") if name in _OF_POINTS else ""
        return self.without.get(name, of_other)
