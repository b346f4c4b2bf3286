"""Help pages, plain text that is never cut with the commands under headings; and typing errors in words."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

_UsageError: Any = typer.BadParameter.__mro__[1]  # which Typer does not export
_BLANKS = (
    "Lists are written with commas and without blanks, as in nss,cc; a name with blanks stands in quotes."
)
_NAMES = 24  # columns for names: what is longer has its text on the next line
_NUMBERS = {"int_parsing": "a whole number", "float_parsing": "a number"}  # mistakes as pydantic names them


class Command(TyperCommand):
    """A command whose help names its arguments as a person would: no braces, no types of Python."""

    def get_help_option(self, ctx: Any) -> Any:  # noqa: ANN401 - classes that Typer does not export
        """The option --help."""
        return _off(super().get_help_option(ctx))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401
        """Read the options and arguments; a value that cannot be read is explained in plain words."""
        try:
            return super().parse_args(ctx, args)
        except typer.BadParameter as error:
            error.message = _plain(error)
            raise
        except _UsageError as error:
            if "extra argument" in error.message:
                error.message = f"{error.message.rstrip('.')}. {_BLANKS}"
            raise

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ANN401
        """The words of the line that begins with "Usage:", after the command's own."""
        options = [self.options_metavar] if self.options_metavar else []
        return [*options, *(_argument(own) for own in self.params if own.param_type_name == "argument")]

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """Write the lists of arguments and of options."""
        kinds: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": []}
        parameters: list[Any] = self.get_params(ctx)
        for own in parameters:
            if own.param_type_name == "argument":
                kinds["Arguments"].append((own.metavar or own.name, own.help))
            else:
                kinds["Options"].append(own.get_help_record(ctx))
        for heading, rows in kinds.items():
            if rows:
                with formatter.section(heading):
                    formatter.write_dl(rows, _NAMES)


class Group(TyperGroup):
    """Commands whose help lists them under the heading of each, with their whole first sentence."""

    def get_help_option(self, ctx: Any) -> Any:  # noqa: ANN401
        """The option --help."""
        return _off(super().get_help_option(ctx))

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """Write the lists of commands; Typer's own cuts the sentences and has one heading."""
        commands: dict[str, Any] = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
        wide = max(map(len, commands))
        headings: dict[str, list[tuple[str, str]]] = {}
        for name, own in commands.items():
            summary = " ".join((own.help or "").partition("\n\n")[0].split())
            headings.setdefault(own.rich_help_panel, []).append((name.ljust(wide), summary))
        for heading, rows in headings.items():
            with formatter.section(heading):
                formatter.write_dl(rows)


def _argument(own: Any) -> str:  # noqa: ANN401
    name = f"{own.metavar or own.name}{'...' if own.nargs != 1 else ''}"
    return name if own.required else f"[{name}]"


def _plain(error: typer.BadParameter) -> str:
    cause: Any = error.__cause__
    found = cause.errors() if hasattr(cause, "errors") else []
    if len(found) == 1 and found[0]["type"] in _NUMBERS:
        return f"it must be {_NUMBERS[found[0]['type']]}, got {found[0]['input']!r}."
    return error.message.removeprefix("Value error, ")


def _off(option: Any) -> Any:  # noqa: ANN401
    """The option --help off, not undecided: for the latter, Typer would import pydantic at every start."""
    if option is not None:
        option.default, option.show_default = False, False
    return option
