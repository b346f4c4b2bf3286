"""What a user wrote, checked before it is used: keys, names and values, each mistake worded in one way."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_type_hints

from gazemap.errors import InputError, check_name, meant

if TYPE_CHECKING:
    from pydantic import BaseModel, TypeAdapter, ValidationError

_Section = TypeVar("_Section", bound="BaseModel")


def validated(
    section: type[_Section],
    content: object,
    source: str,
    error: type[InputError] = InputError,
    context: Mapping[str, Any] | None = None,
) -> _Section:
    """What a file holds, as the model that says which keys and values there are.

    Args:
        section: the model.
        content: YAML or JSON values; lists become tuples, which strict validation asks for.
        source: what messages call the file.
        error: what is raised.
        context: what the model's validators know of the check.

    Raises:
        InputError: names every mistake, with the nearest right names.
    """
    from pydantic import ValidationError

    try:
        return section.model_validate(_lists_to_tuples(content), context=context)
    except ValidationError as invalid:
        lines = mistakes(invalid, section)
        raise error("\n  ".join([f"{source} has {len(lines)} mistake(s):", *lines])) from invalid


def _lists_to_tuples(content: Any) -> Any:  # noqa: ANN401 - any YAML value
    if isinstance(content, dict):
        return {key: _lists_to_tuples(value) for key, value in content.items()}
    if isinstance(content, list):
        return tuple(_lists_to_tuples(value) for value in content)
    return content


def mistakes(
    error: ValidationError, section: type[BaseModel] | None = None, within: tuple[str, ...] = ()
) -> list[str]:
    """What pydantic found wrong, one line per mistake, e.g. "training.epochs: missing.".

    Args:
        error: what validation raised.
        section: the model that was validated, whose keys an unknown one is compared with.
        within: keys that lead to what was validated.
    """
    lines = []
    for mistake in error.errors():
        location = [str(part) for part in mistake["loc"]]
        where = ".".join([*within, *location])
        if mistake["type"] == "extra_forbidden" and section:
            known = _keys(section, location[:-1])
            text = f"unknown key.{meant(location[-1], known)} Known here: {', '.join(known)}."
        elif mistake["type"] == "missing":
            text = "missing."
        elif mistake["type"] == "literal_error":
            got, expected = mistake["input"], mistake["ctx"]["expected"]  # e.g. "'a', 'b' or 'c'"
            known = re.findall(r"'([^']*)'", expected)
            choices = expected.replace("'", "")
            text = f"must be {choices}, got {got!r}.{meant(str(got), known)}"
        elif mistake["type"] == "value_error":
            own = mistake["ctx"]["error"]
            text = str(own) if isinstance(own, InputError) else f"{own}, got {mistake['input']!r}."
        else:
            text = f"{mistake['msg'].replace('Input should', 'must')}, got {mistake['input']!r}."
        lines.append(f"{where}: {text}" if where else text)
    return lines


def _keys(section: type[BaseModel], location: list[str]) -> list[str]:
    """The keys of the section at a location, below another."""
    from pydantic import BaseModel

    for part in location:
        annotation = section.model_fields[part].annotation
        kinds = (annotation, *get_args(annotation))  # of a section that may be missing, itself and None
        sections = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
        if not sections:
            return []
        section = sections[0]
    return list(section.model_fields)


def options_of(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """The keyword-only parameters of a function, or of a class's constructor, by name."""
    parameters = inspect.signature(_called(function)).parameters.values()
    return {entry.name: entry for entry in parameters if entry.kind is entry.KEYWORD_ONLY}


def checked_options(
    owner: str, function: Callable[..., Any], options: Mapping[str, Any], error: type[InputError] = InputError
) -> dict[str, Any]:
    """Options of a function or class, checked by its signature and converted; it is not called.

    Values are converted to the types that the signature asks for: a list to a tuple, text to a path or a
    number, and a number to text, since YAML reads the edition 2015 as one.

    Args:
        owner: whose options they are, for messages, e.g. "the model gazenet".
        function: its keyword-only parameters are the options.
        options: what a user gave.
        error: what is raised.

    Raises:
        InputError: an unknown name, with the nearest right one, or a value of a wrong type.
    """
    from pydantic import TypeAdapter, ValidationError

    for name in options:
        check_name(f"option of {owner}", name, options_of(function), error)
    called = _called(function)
    hints = get_type_hints(called.func if isinstance(called, partial) else called, include_extras=True)
    checked, wrong = {}, []
    for name, value in options.items():
        try:
            checked[name] = _converted(TypeAdapter(hints.get(name, Any)), value)
        except ValidationError as mistake:
            wrong += mistakes(mistake, within=(name,))
    if wrong:
        raise error(f"Options of {owner}: {' '.join(wrong)}")
    return checked


def _converted(kind: TypeAdapter[Any], value: object) -> object:
    from pydantic import ValidationError

    if type(value) in (int, float):
        for form in (value, str(value)):  # "2015" may be the name of an edition
            with suppress(ValidationError):
                return kind.validate_python(form)
    return kind.validate_python(value)


def _called(function: Callable[..., Any]) -> Callable[..., Any]:
    return function.__init__ if isinstance(function, type) else function  # type: ignore[misc]
