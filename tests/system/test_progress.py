import sys

import pytest
import rich.console

from gazemap.system.progress import bar


@pytest.mark.parametrize(("terminal", "progress"), [(True, True), (True, False), (False, True)])
def test_a_bar_is_shown_on_a_terminal_alone(terminal, progress, monkeypatch, capsys):
    console = rich.console.Console(file=sys.stdout, force_terminal=terminal)
    monkeypatch.setattr(rich, "_console", console)
    assert list(bar(range(3), "Working", progress=progress)) == [0, 1, 2]
    shown = capsys.readouterr().out
    assert ("Working" in shown) == (terminal and progress)
    assert bool(shown) == (terminal and progress)
