"""Drivers and workers, by processes and by Ray, are killed at random moments: nothing is lost or doubled.

GAZEMAP_KILLS=50 sets how many moments there are for each, and GAZEMAP_SEED which.
"""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from support.killing import SUPPORT, environment

from gazemap.prediction.cluster.predict_manifest import predict_manifest

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]
KILLS = int(os.environ.get("GAZEMAP_KILLS", "3"))
SEED = int(os.environ.get("GAZEMAP_SEED", "0"))
ENGINES = ["processes", "ray"]
WORKERS = {"processes": b"workers.processes import work", "ray": b"ray::RayWorker"}


def parts_of(folder):
    return {path.name: path.read_bytes() for path in folder.glob("part-*")}


@pytest.fixture
def expected(tmp_path, manifest):
    """What one process makes."""
    predict_manifest(manifest, tmp_path / "expected", workers=1)
    return parts_of(tmp_path / "expected")


def start(manifest, out, engine):
    script = [sys.executable, SUPPORT / "predict_shards.py", manifest, out, "2", engine]
    return subprocess.Popen([*map(str, script)], env=environment())


def below(pid):
    """All processes that it started, and that these did."""
    found = []
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(child) for child in listed.read_text().split()]
        except OSError:
            continue
        found += [*children, *(deeper for child in children for deeper in below(child))]
    return found


def command(pid):
    """How it was started, or what it calls itself; empty once it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def kill(pid, how=signal.SIGKILL):
    if command(pid):
        os.kill(pid, how)


def gone(pids, longest=120):
    """Wait for the end of processes that have lost their driver."""
    end = time.monotonic() + longest
    while time.monotonic() < end and any(map(command, pids)):
        time.sleep(0.05)
    return not any(map(command, pids))


@pytest.mark.parametrize("engine", ENGINES)
def test_killed_at_random_moments(tmp_path, manifest, expected, engine):
    """At any moment of the run, and of its part that has workers: most of Ray's is its start."""
    out, chance = tmp_path / "out", random.Random(SEED)
    began = time.monotonic()
    driver = start(manifest, out, engine)
    assert started(driver, engine)
    worked = time.monotonic()
    assert driver.wait() == 0
    whole, working = time.monotonic() - began, time.monotonic() - worked
    hit = dict.fromkeys(("driver", "worker"), 0)
    for _ in range(KILLS):
        if parts_of(out) == expected:
            for path in out.glob("part-*"):
                path.unlink()
        driver, victim = start(manifest, out, engine), chance.choice(["driver", "worker"])
        if victim == "worker":
            started(driver, engine)
        end = time.monotonic() + (
            chance.uniform(0.1, whole) if victim == "driver" else chance.uniform(0, working)
        )
        while driver.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        children = below(driver.pid)
        workers = [pid for pid in children if WORKERS[engine] in command(pid)]
        if victim == "worker" and workers and driver.poll() is None:
            kill(chance.choice(workers))
            hit["worker"] += 1
            assert driver.wait() == 0  # another took its place
            assert parts_of(out) == expected
        else:
            hit["driver"] += driver.poll() is None
            driver.kill()
            driver.wait()
            for worker in workers:
                if chance.random() < 0.5:
                    kill(worker)
        assert gone(workers)
        for pid in children:  # Ray's own, which take a minute to see that their driver is dead
            kill(pid)
        assert parts_of(out).items() <= expected.items()  # whole, or not there
    print(f"{engine}: {hit}, a whole run takes {whole:.1f} s, the work {working:.1f} s")
    assert start(manifest, out, engine).wait() == 0
    assert parts_of(out) == expected
    assert (
        pq.read_table(out)["image_id"].to_pylist()
        == pq.read_table(tmp_path / "expected")["image_id"].to_pylist()
    )


def started(driver, engine):
    """Its workers, once they are there; none where it has ended before."""
    while driver.poll() is None:
        if workers := [pid for pid in below(driver.pid) if WORKERS[engine] in command(pid)]:
            return workers
        time.sleep(0.01)
    return []


@pytest.mark.parametrize("engine", ENGINES)
def test_two_drivers_on_one_folder(tmp_path, manifest, expected, engine):
    """The first one's workers wait until the second has its own: two Rays that start at once are slow."""
    first = start(manifest, tmp_path / "out", engine)
    waiting = started(first, engine)
    for pid in waiting:
        kill(pid, signal.SIGSTOP)
    second = start(manifest, tmp_path / "out", engine)
    started(second, engine)
    for pid in waiting:
        kill(pid, signal.SIGCONT)
    assert [driver.wait() for driver in (first, second)] == [0, 0]
    assert parts_of(tmp_path / "out") == expected
    assert pq.read_table(tmp_path / "out").num_rows == 11
