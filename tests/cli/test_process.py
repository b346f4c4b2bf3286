"""Settings of the whole process are made by the command line."""

import os

from gazemap import cli
from gazemap.system import memory


def test_the_command_line_sets_how_memory_is_taken(run, monkeypatch):
    monkeypatch.delenv("THP_MEM_ALLOC_ENABLE", raising=False)
    set_by_main = []
    monkeypatch.setattr(cli, "keep_freed_memory", lambda: set_by_main.append("malloc"))
    run("recipes")
    assert os.environ["THP_MEM_ALLOC_ENABLE"] == "1"
    assert set_by_main == ["malloc"]


def test_what_the_user_has_set_is_left_alone(monkeypatch):
    monkeypatch.setenv("THP_MEM_ALLOC_ENABLE", "0")
    memory.use_huge_pages()
    assert os.environ["THP_MEM_ALLOC_ENABLE"] == "0"
