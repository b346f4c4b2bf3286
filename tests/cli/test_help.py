"""Every page of help can be read at 80 columns, by someone who has not seen the source."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from support.commands import all_commands, check_command, root

import gazemap

COMMANDS = all_commands()
OWN = {"--help", "--version", "--install-completion", "--show-completion", "--array"}  # the last is Slurm's
GROUPS = {"": root(), "data": root().commands["data"]}


@pytest.fixture(autouse=True)
def _columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture(params=["xterm-256color", "dumb"])
def _terminal(request, monkeypatch):
    monkeypatch.setenv("TERM", request.param)


@pytest.mark.usefixtures("_terminal")
@pytest.mark.parametrize("words", [*COMMANDS, *GROUPS])
def test_nothing_is_cut_at_80_columns(run, words):
    code, page = run(*words.split(), "--help")
    assert code == 0
    _, *rest = page.splitlines()  # the first line has "SOURCE..." for one or several
    assert not [line for line in rest if "…" in line or "..." in line]
    assert max(map(len, page.splitlines())) <= 80
    text = " ".join(page.split())
    for parameter in (COMMANDS | GROUPS)[words].params:
        for name in (*parameter.opts, *parameter.secondary_opts):
            assert name in page or parameter.param_type_name == "argument", name
        assert " ".join(parameter.help.split()) in text


@pytest.mark.parametrize("words", COMMANDS)
def test_every_line_of_help_is_a_sentence(words):
    command = COMMANDS[words]
    for parameter in command.params:
        assert parameter.help[0].isupper(), parameter.name
        assert parameter.help.endswith("."), parameter.name
        assert parameter.metavar is not None, f"{parameter.name} shows a type of Python"
        assert ("May be given several times." in parameter.help) == getattr(parameter, "multiple", False)
    assert command.help.endswith((".", "?"))


@pytest.mark.parametrize("words", COMMANDS)
def test_every_help_ends_with_examples_that_are_commands(run, words):
    page = run(*words.split(), "--help")[1]
    title, *examples = page[page.index("  Example") :].splitlines()
    assert title.strip() == ("Example:" if len(examples) == 1 else "Examples:")
    assert 1 <= len(examples) <= 2
    for example in examples:
        assert example.startswith(f"    gazemap {words}")
        check_command(example.strip(), whole=True)


@pytest.mark.usefixtures("_terminal")
def test_commands_stand_in_groups_that_say_what_one_wants(run):
    headings = [line for line in run("--help")[1].splitlines() if line.endswith(":") and line[0] != " "]
    assert headings == ["Options:", "Predict:", "Page and API:", "Gaze data:", "Score:", "Train:", "Models:"]
    headings = [line for line in run("data", "--help")[1].splitlines() if line.endswith(":")]
    assert headings == ["Options:", "Get:", "Look:", "Change:", "Use elsewhere:"]


@pytest.mark.usefixtures("_terminal")
@pytest.mark.parametrize("words", GROUPS)
def test_without_a_command_the_help_is_shown(run, words):
    assert run(*words.split()) == run(*words.split(), "--help") == run(*words.split(), "-h")
    assert run(*words.split())[0] == 0


def test_the_version(run):
    code, text = run("--version")
    assert (code, text.startswith("gazemap ")) == (0, True)
    assert text.split()[1][0].isdigit()


def test_gazemap_is_a_module_too():
    made = subprocess.run([sys.executable, "-m", "gazemap", "models", "-h"], capture_output=True, text=True)
    assert made.stdout.startswith("Usage: gazemap models [OPTIONS] [NAME]")


def test_a_shell_can_complete_commands(run):
    code, script = run("--show-completion")
    if code == 0:  # the shell that runs the tests is known
        assert "_GAZEMAP_COMPLETE" in script
    asked = {"_GAZEMAP_COMPLETE": "complete_bash", "COMP_WORDS": "gazemap re", "COMP_CWORD": "1"}
    made = subprocess.run(
        [sys.executable, "-m", "gazemap"], env=os.environ | asked, capture_output=True, text=True
    )
    assert set(made.stdout.split()) == {"report", "reproduce", "recipes"}


@pytest.mark.usefixtures("_terminal")
def test_the_page_of_commands_shows_the_help_as_it_is():
    script = Path(__file__).parents[2] / "docs" / "reference" / "commands.py"
    names = runpy.run_path(str(script))
    assert names["PAGE"].read_text() == names["page"](), "Make it anew: python docs/reference/commands.py"


def test_options_that_messages_name_exist():
    options = [own for command in COMMANDS.values() for own in command.params]
    known = {name for own in options for name in (*own.opts, *own.secondary_opts)}
    for path in Path(gazemap.__file__).parent.rglob("*.py"):
        named = {*re.findall(r"(?<![\w-])--[a-z][a-z-]+", path.read_text())} - OWN
        assert named <= known, path
