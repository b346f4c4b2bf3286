"""Completion by the Tab key, as Typer has it; its own options would cost 0.1 s at every start."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer

_ASKED = "_GAZEMAP_COMPLETE"  # set by a shell that wants to complete a command


def _install(context: typer.Context, parameter: typer.CallbackParam, asked: bool) -> None:
    from typer.completion import completion_init, install_callback  # type: ignore[attr-defined]

    if asked:
        completion_init()
        install_callback(context, parameter, asked)


def _show(context: typer.Context, parameter: typer.CallbackParam, asked: bool) -> None:
    from typer.completion import completion_init, show_callback  # type: ignore[attr-defined]

    if asked:
        completion_init()
        show_callback(context, parameter, asked)


def _flag(name: str, callback: Any, help: str) -> Any:  # noqa: ANN401 - what typer.Option takes and returns
    return typer.Option(name, metavar="", is_eager=True, callback=callback, expose_value=False, help=help)


InstallOption = Annotated[
    bool, _flag("--install-completion", _install, "Let the Tab key complete commands in your shell.")
]
ShowOption = Annotated[
    bool, _flag("--show-completion", _show, "Print the script for that, to install it yourself.")
]


def start() -> None:
    """Make completion known to Typer, if a shell asks for it now."""
    if _ASKED in os.environ:
        from typer.completion import completion_init  # type: ignore[attr-defined]

        completion_init()
