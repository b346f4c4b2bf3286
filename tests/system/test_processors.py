import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from gazemap.system.processors import usable_cores


@pytest.mark.parametrize(("asked", "cores"), [("", 3), ("2", 2), ("2,4", 2), ("0", 1), ("many", 3), ("9", 3)])
def test_the_cores_that_the_process_may_use_and_fewer_where_asked(asked, cores, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 5, 7}, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", asked)
    assert usable_cores() == cores


def test_where_the_system_does_not_say_there_is_at_least_one(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert usable_cores() == 1
    assert ThreadPoolExecutor(usable_cores())._max_workers == 1
