"""What a launcher's environment variables say, and which command takes part."""

import pytest
from typer.testing import CliRunner

from gazemap.cli import app
from gazemap.errors import InputError
from gazemap.system import ranks


def launched(monkeypatch, **variables):
    for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def test_without_a_launcher_a_process_is_alone(monkeypatch):
    launched(monkeypatch)
    assert (ranks.rank(), ranks.size(), ranks.local_rank()) == (0, 1, 0)
    launched(monkeypatch, RANK="3")  # of something else
    assert (ranks.rank(), ranks.size()) == (0, 1)


def test_a_launcher_numbers_processes(monkeypatch):
    launched(monkeypatch, RANK="5", WORLD_SIZE="8", LOCAL_RANK="1")
    assert (ranks.rank(), ranks.size(), ranks.local_rank()) == (5, 8, 1)


def test_what_is_no_number_is_refused(monkeypatch):
    launched(monkeypatch, WORLD_SIZE="many")
    with pytest.raises(InputError, match="WORLD_SIZE is 'many'"):
        ranks.size()


def test_other_commands_are_refused(monkeypatch):
    launched(monkeypatch, RANK="0", WORLD_SIZE="2")
    with pytest.raises(InputError, match="2 processes were started at once, and `gazemap train` alone"):
        CliRunner().invoke(app, ["metrics"], catch_exceptions=False)
