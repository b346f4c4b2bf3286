"""How every command works: it calls one Python function, and what that returns is printed, or is JSON."""

from __future__ import annotations

import functools
import inspect
import json as json_format
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from gazemap.cli.help import Command
from gazemap.cli.tables import Table, print_table
from gazemap.errors import InputError

_BY_SEVERAL = "train"  # the command that torchrun may start in several processes
JsonOption = Annotated[
    bool,
    typer.Option("--json", metavar="", help="Print the result as one JSON document, for other programs."),
]


@dataclass(frozen=True)
class Answer:
    """What a command has found.

    Attributes:
        result: for --json: see `plain_result`.
        parts: lines and tables for people to read; made only where they are printed.
        code: the exit code.
    """

    result: Any
    parts: Iterable[str | Table] = ()
    code: int = 0


def command(
    app: typer.Typer, heading: str, *examples: str, name: str | None = None
) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Make a function a command: it gets the option --json, and its answer is printed.

    While it works, whatever is written to the standard output goes to the standard error, so that the
    former holds the answer and nothing else.

    Args:
        app: receives the command.
        heading: under which `--help` lists it.
        examples: whole commands, shown at the end of its help.
        name: of the command; by default the function's.
    """

    def add(function: Callable[..., Answer]) -> Callable[..., Answer]:
        signature = inspect.signature(function, eval_str=True)
        called = name or function.__name__
        group = f"{examples[0]} ".partition(f" {called} ")[0]  # gazemap, or gazemap data

        @functools.wraps(function)
        def run(*, json: bool, **arguments: Any) -> None:  # noqa: ANN401 - of the command's options
            from gazemap.system import ranks
            from gazemap.system.extras import naming_extra
            from gazemap.system.memory import keep_all_freed_memory, keep_freed_memory, use_huge_pages

            _refuse_several(called, ranks.size())
            use_huge_pages()
            keep_freed_memory()
            if called == "train":
                keep_all_freed_memory()
            with redirect_stdout(sys.stderr), naming_extra(f"`{group} {called}`"):
                answer = function(**arguments)
            if ranks.rank() == 0:
                _print(answer, json=json)
            raise typer.Exit(answer.code)

        asked = inspect.Parameter(
            "json", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=JsonOption
        )
        given = [*signature.parameters.values(), asked]
        run.__signature__ = signature.replace(parameters=given)  # type: ignore[attr-defined]
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in given}
        shown = "\n".join(
            ("\b", "Examples:" if len(examples) > 1 else "Example:", *(f"  {e}" for e in examples))
        )
        app.command(
            called, cls=Command, rich_help_panel=heading, epilog=shown, help=inspect.getdoc(function)
        )(run)
        return function

    return add


def _refuse_several(called: str, processes: int) -> None:
    """Refuse a command that torchrun has started several times, unless it is the one made for that."""
    if processes > 1 and called != _BY_SEVERAL:
        raise InputError(
            f"{processes} processes were started at once, and `gazemap {_BY_SEVERAL}` alone is made for "
            f"that. Run `gazemap {called}` without torchrun."
        )


def complain(lines: Iterable[object]) -> None:
    """Write lines on the standard error, whatever signs are in them."""
    from gazemap.system.plain import shown

    for line in lines:
        typer.echo(shown(str(line)), err=True)


def plain_result(result: Any) -> Any:  # noqa: ANN401 - whatever a command returns
    """A result as JSON's own values; a number that is not finite becomes null.

    Args:
        result: has a method `as_json`, or is a mapping of such results, or of plain values.
    """
    from gazemap.system.plain import plain

    if hasattr(result, "as_json"):
        return plain(result.as_json())
    if isinstance(result, Mapping):
        return {str(name): plain_result(entry) for name, entry in result.items()}
    return plain(result)


def _print(answer: Answer, *, json: bool) -> None:
    if json:
        typer.echo(json_format.dumps(plain_result(answer.result), indent=2, allow_nan=False))
        return
    from gazemap.system.plain import shown

    for part in answer.parts:
        if isinstance(part, str):
            typer.echo(shown(part))  # names of files may hold anything
        else:
            print_table(part)
