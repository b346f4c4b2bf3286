"""Tasks by processes: answers to the last bit, workers that die, what a worker refuses; Ray does the same."""

import math
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from support.killing import environment

from gazemap.errors import DataError, GazemapError, InputError
from gazemap.system.workers.run import Crew
from gazemap.system.workers.work import Done, Work


@pytest.fixture
def work(tmp_path, monkeypatch):
    """What makes the work of the worker in `support.plain_worker`."""
    monkeypatch.setenv("PYTHONPATH", environment()["PYTHONPATH"])
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)

    def made(**job):
        return Work("support.plain_worker:Plain", {"folder": str(tmp_path), **job}, "Task")

    return made


def test_every_task_is_answered_once_to_the_last_bit(work):
    answers = Crew(2).answers(work(), ["a", "b", "c", 4], "Testing")
    assert [answers[task]["task"] for task in ("a", "b", "c", 4)] == ["a", "b", "c", 4]
    assert {own["third"] for own in answers.values()} == {1 / 3}
    assert all(math.isnan(own["none"]) for own in answers.values())
    assert Crew(2).answers(work(), [], "Testing") == {}


def test_workers_share_the_cores_unless_threads_are_stated(work, monkeypatch):
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    [done] = Crew(3).run(work(), [1])  # one task needs one worker
    assert done.answer["OMP_NUM_THREADS"] == str(cores)
    threads = {done.answer["OMP_NUM_THREADS"] for done in Crew(cores).run(work(), range(cores))}
    assert threads == {"1"}
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert {done.answer["OMP_NUM_THREADS"] for done in Crew(2).run(work(), [1, 2])} == {"3"}


def test_workers_on_gpus_see_one_each_in_turn(work, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,5")
    answers = Crew(3).answers(replace(work(), device="cuda"), range(9), "Testing")
    assert {own["CUDA_VISIBLE_DEVICES"] for own in answers.values()} == {"2", "5"}


def test_a_worker_that_is_killed_is_replaced_and_its_task_done(work):
    answers = Crew(2).answers(work(dies_once=[1, 2]), [0, 1, 2, 3], "Testing")
    assert answers.keys() == {0, 1, 2, 3}


def test_a_task_that_ends_three_workers_is_said_and_the_rest_is_done(work):
    done = {step.task: step for step in Crew(2).run(work(dies=[1], fails=[3]), [0, 1, 2, 3])}
    assert done[1] == Done(1, lost=done[1].lost)
    assert "Task 1 ended 3 workers, the last by the signal SIGKILL" in done[1].lost
    assert "Task 3 ended 3 workers, the last by exit code 1" in done[3].lost
    assert [done[task].answer["task"] for task in (0, 2)] == [0, 2]
    with pytest.raises(GazemapError, match="Task 1 ended 3 workers"):
        Crew(2).answers(work(dies=[1]), [0, 1], "Testing")


def test_what_a_worker_refuses_ends_the_work_as_the_same_kind_of_error(work):
    with pytest.raises(DataError, match=r"^2 cannot be read\.$"):
        Crew(2).answers(work(refuses=[2]), [1, 2, 3], "Testing")


def test_no_worker_and_no_such_cluster_are_refused():
    with pytest.raises(InputError, match="at least 1 worker, got 0"):
        Crew(0)
    with pytest.raises(InputError, match="Known: ray"):
        Crew(2, "spark")
    assert [Crew().is_several, Crew(1).is_several, Crew(2).is_several] == [False, False, True]


def test_workers_end_at_once_with_their_driver(work):
    """A driver that is killed leaves nobody behind who would hold its folders."""
    script = """
import os, time
from gazemap.system.workers.processes import _Process
from gazemap.system.workers.work import Work
worker = _Process(Work("builtins:dict", {}, "Task"), {**os.environ})
print("started", flush=True)
time.sleep(100)
"""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", script], **pipes) as driver:
        driver.stdout.readline()
        driver.kill()
        driver.communicate(timeout=20)  # the worker has the same standard error, which ends with the last


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_ray_does_the_same(work):
    asked = work(dies_once=[1], refuses=["x"])
    answers = Crew(2, "ray").answers(asked, [0, 1, 2], "Testing")
    assert {task: own["third"] for task, own in answers.items()} == dict.fromkeys((0, 1, 2), 1 / 3)
    with pytest.raises(DataError, match="x cannot be read"):
        Crew(2, "ray").answers(asked, ["x"], "Testing")
