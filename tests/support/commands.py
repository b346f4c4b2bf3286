"""The command line as it is built: all commands, and whether a text is a command that it takes."""

import shlex
from functools import cache

import typer

from gazemap import cli

UsageError = typer.BadParameter.__base__  # Typer brings its own click, or takes the one that is installed


@cache
def root():
    return typer.main.get_command(cli.app)


def all_commands():
    """Words after `gazemap` -> the command; groups are not among them."""

    def below(group, words):
        for name, command in group.commands.items():
            if hasattr(command, "commands"):
                yield from below(command, (*words, name))
            else:
                yield " ".join((*words, name)), command

    return dict(below(root(), ()))


def check_command(line, whole):
    """Refuse an unknown command or option; in a whole command also what is missing or of a wrong type."""
    words = shlex.split(line, comments=True)[1:]
    if "|" in words:  # `gazemap crop | areas`: names alone
        for name in (word for word in words if word != "|"):
            check_command(f"gazemap {name}", whole=False)
        return
    words = [word.strip("[]") for word in words]  # [--resume]: may be left out
    command = root()
    context = command.context_class(command, info_name="gazemap")
    while hasattr(command, "resolve_command") and words:
        name, command, words = command.resolve_command(context, words)
        context = command.context_class(command, info_name=name, parent=context)
    if whole:
        command.make_context(context.info_name, words, parent=context.parent)
    else:
        command.make_parser(context).parse_args(args=words)
