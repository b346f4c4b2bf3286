"""Workers as processes of this machine: each takes a shard after another, and one that dies is replaced."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import asdict
from queue import Empty, SimpleQueue
from typing import Any

from gazemap.errors import GazemapError
from gazemap.prediction.cluster.shard import Job, ShardDone, ShardWorker, as_done

_DEATHS = 3  # of workers at one shard, before it is given up
_START = "from gazemap.prediction.cluster.processes import work; work()"


def run_in_processes(job: Job, shards: Sequence[int], workers: int) -> Iterator[ShardDone]:
    """Do shards in several processes; what is done comes as it is.

    A worker that is killed loses the shard that it was at, which is begun anew; nothing of it was published.
    Where this process is killed, its workers end with the shard that they are at.

    Raises:
        GazemapError: what a worker says it cannot go on for.
    """
    left = SimpleQueue[int]()
    for shard in shards:
        left.put(shard)
    processes = [_Process(job) for _ in range(min(workers, len(shards)))]
    pool = ThreadPoolExecutor(len(processes))
    try:
        waiting = {pool.submit(_next_done, process, left): process for process in processes}
        while waiting:
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                process = waiting.pop(future)
                done = future.result()
                if done is not None:
                    waiting[pool.submit(_next_done, process, left)] = process
                    yield done
    finally:
        for process in processes:
            process.end()
        pool.shutdown(cancel_futures=True)


def _next_done(process: _Process, left: SimpleQueue[int]) -> ShardDone | None:
    """The end of the next shard; None where none is left."""
    try:
        shard = left.get_nowait()
    except Empty:
        return None
    for _ in range(_DEATHS):
        answer = process.ask(shard)
        if answer is not None:
            return answer
        ending = process.ending
        process.replace()
    lost = (
        f"Shard {shard} ended {_DEATHS} workers, the last by {ending}. It may need more memory than there "
        "is: take fewer --workers."
    )
    return ShardDone(shard, lost=lost)


class _Process:
    """A worker, from the driver's side: a line of JSON for each shard, and one for its answer."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._lock = threading.Lock()
        self._ended = False
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._say(asdict(self._job))

    def replace(self) -> None:
        """Start another in place of one that has died, unless the work has ended."""
        with self._lock:
            if not self._ended:
                self._close()
                self._start()

    @property
    def ending(self) -> str:
        """How it ended, in words."""
        code = self._process.wait()
        return f"the signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

    def ask(self, shard: int) -> ShardDone | None:
        """What becomes of a shard; None where the worker dies over it.

        Raises:
            GazemapError: what it says it cannot go on for.
        """
        assert self._process.stdout is not None
        self._say({"shard": shard})
        line = self._process.stdout.readline()
        if not line.endswith("\n"):
            return None
        answer = json.loads(line)
        if "refused" in answer:
            raise GazemapError(answer["refused"])
        return as_done(answer)

    def _say(self, values: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it has died, as reading its answer shows
            self._process.stdin.write(json.dumps(values) + "\n")
            self._process.stdin.flush()

    def end(self) -> None:
        """Kill it: what it is at is not published, and is done by the next run."""
        with self._lock:
            self._ended = True
            self._process.kill()
            self._process.wait()
            self._close()

    def _close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(BrokenPipeError):
                pipe.close()  # type: ignore[union-attr]


def work() -> None:
    """A worker: reads the job and then shards from the standard input until that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the driver, which ends its workers
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print is no answer
    worker: ShardWorker | None = None
    job = Job(**json.loads(sys.stdin.readline()))
    for line in sys.stdin:
        try:
            worker = worker or ShardWorker(job)
            answer = asdict(worker.run(json.loads(line)["shard"]))
        except GazemapError as error:
            answer = {"refused": str(error)}
        try:
            answers.write(json.dumps(answer) + "\n")
            answers.flush()
        except BrokenPipeError:  # the driver was killed; what was made is published all the same
            os._exit(0)
