"""The page commands.md beside this file: the help of every command, under the headings of `gazemap --help`.

python docs/reference/commands.py
"""

from __future__ import annotations

import os
from itertools import groupby
from pathlib import Path
from typing import Any

from typer.main import get_command

from gazemap.cli import app

PAGE = Path(__file__).with_suffix(".md")
ABOUT = """# Commands

The help of `gazemap` and of each command. `python docs/reference/commands.py` writes this page.

- What a command works on is an argument. All else is an option, of one name and one meaning everywhere.
- With `--json`, a command prints its result as one JSON document on the standard output. Notes and bars go to
  the standard error.
- The exit code is 0, or 1 where some images could not be predicted or a check was not met. It is 2 after a
  mistake, and 130 after Ctrl-C.
"""


def main() -> None:
    """Write the page."""
    PAGE.write_text(page())
    print(PAGE)


def page() -> str:
    """The text of the page."""
    os.environ["COLUMNS"] = "80"
    root: Any = get_command(app)
    context = root.context_class(root, info_name="gazemap", **root.context_settings)
    return "\n".join([ABOUT, _block(root, context), *_below(root, context, "##")])


def _below(group: Any, above: Any, heading: str) -> list[str]:  # noqa: ANN401 - classes that Typer does not export
    """A section for each command of a group; those of the root stand under the headings of its help."""
    sections = []
    for panel, commands in groupby(group.commands.items(), lambda named: named[1].rich_help_panel):
        if heading == "##":
            sections.append(f"## {panel}\n")
        for name, command in commands:
            context = command.context_class(command, info_name=name, parent=above)
            sections += [f"{heading}# {context.command_path}\n", _block(command, context)]
            if hasattr(command, "commands"):
                sections += _below(command, context, heading + "#")
    return sections


def _block(command: Any, context: Any) -> str:  # noqa: ANN401
    return f"```text\n{command.get_help(context).rstrip()}\n```\n"


if __name__ == "__main__":
    main()
