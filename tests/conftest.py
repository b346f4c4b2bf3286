import functools
import os
from importlib.util import find_spec
from pathlib import Path

import pytest

TORCH = find_spec("torch") is not None  # tests/light runs without it, too
if TORCH:
    from gazemap.system.device import register_vision_operators

    register_vision_operators()  # before any test module imports torchmetrics

SHARED = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session", autouse=True)
def _one_thread_a_worker():
    """Two test processes with two threads each would fight over two cores."""
    if TORCH:
        import torch

        torch.set_num_threads(1)


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    """Tests neither read nor fill the user's cache."""
    os.environ["GAZEMAP_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session", autouse=True)
def _no_waiting_for_the_disk():
    """No test cuts the power, so that none needs its files on the disk itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def _one_command_line():
    """The command line is built once, and not anew for each call of a command."""
    import typer.main

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typer.main, "get_command", functools.cache(typer.main.get_command))
        yield


@pytest.fixture(scope="session")
def shared_data():
    """Real gaze data, where it exists beside the repository."""
    if not SHARED.is_dir():
        pytest.skip("no real gaze data beside this repository")
    return SHARED


@pytest.fixture(scope="session")
def popout_set(tmp_path_factory):
    """A small built-in data set, made once a test process."""
    from gazemap.data.popout.generate import popout

    return popout(tmp_path_factory.mktemp("gaze") / "popout", images=30, size=(96, 128))


@pytest.fixture
def run(monkeypatch, capsys):
    """A command as a user types it: its exit code, and all that it prints."""
    from gazemap import cli

    def call(*arguments):
        monkeypatch.setattr("sys.argv", ["gazemap", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        captured = capsys.readouterr()
        return stopped.value.code or 0, captured.out + captured.err

    return call
