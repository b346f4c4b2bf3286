"""Workers as processes of this machine: each takes a task after another, and one that dies is replaced."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import asdict
from queue import Empty, SimpleQueue
from typing import Any

from gazemap import errors
from gazemap.errors import GazemapError
from gazemap.system.extras import is_installed
from gazemap.system.memory import keep_freed_memory
from gazemap.system.processors import usable_cores
from gazemap.system.workers.work import Done, Task, Work, Worker

_DEATHS = 3  # of workers at one task, before it is given up
_START = "from gazemap.system.workers.processes import work; work()"
_THREADS = "OMP_NUM_THREADS"


def run_in_processes(work: Work, tasks: Sequence[Task], workers: int) -> Iterator[Done]:
    """Do tasks in several processes; what is done comes as it is.

    The workers share the cores: each computes with its part of the threads, or with OMP_NUM_THREADS of them
    where that is set. On GPUs, they take one each, in turn. A worker that is killed loses the task that it
    was at, which is begun anew. Where this process is killed, its workers end at once.

    Raises:
        GazemapError: what a worker says it cannot go on for, of the class that it was of.
    """
    left = SimpleQueue[Task]()
    for task in tasks:
        left.put(task)
    number = min(workers, len(tasks))
    threads = {_THREADS: str(max(1, usable_cores() // number))}
    gpus = _gpus() if work.device == "cuda" else [{}]
    processes = [_Process(work, {**threads, **os.environ, **gpus[i % len(gpus)]}) for i in range(number)]
    pool = ThreadPoolExecutor(number)
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


def _next_done(process: _Process, left: SimpleQueue[Task]) -> Done | None:
    """The end of the next task; None where none is left."""
    try:
        task = left.get_nowait()
    except Empty:
        return None
    for _ in range(_DEATHS):
        answer = process.ask(task)
        if answer is not None:
            return Done(task, answer["answer"])
        ending = process.ending
        process.replace()
    lost = (
        f"{process.work.called} {task} ended {_DEATHS} workers, the last by {ending}. It may need more "
        "memory than there is: take fewer --workers."
    )
    return Done(task, lost=lost)


def _gpus() -> list[dict[str, str]]:
    """What makes a worker see one of the GPUs, for each of them."""
    if not is_installed("torch"):
        return [{}]
    from gazemap.system.device import visible_gpus

    return [{"CUDA_VISIBLE_DEVICES": gpu} for gpu in visible_gpus()] or [{}]


class _Process:
    """A worker, from the driver's side: a line of JSON for each task, and one for its answer."""

    def __init__(self, work: Work, environment: dict[str, str]) -> None:
        self.work = work
        self._environment = environment
        self._lock = threading.Lock()
        self._ended = False
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=self._environment,
        )
        self._say(asdict(self.work))

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

    def ask(self, task: Task) -> dict[str, Any] | None:
        """What it answers to a task; None where it dies over it.

        Raises:
            GazemapError: what it says it cannot go on for.
        """
        assert self._process.stdout is not None
        self._say({"task": task})
        line = self._process.stdout.readline()
        if not line.endswith("\n"):
            return None
        answer: dict[str, Any] = json.loads(line)
        if "refused" in answer:
            raise getattr(errors, answer["kind"], GazemapError)(answer["refused"])
        return answer

    def _say(self, values: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it has died, as reading its answer shows
            self._process.stdin.write(json.dumps(values) + "\n")
            self._process.stdin.flush()

    def end(self) -> None:
        """Kill it: what it is at is done by the next run."""
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
    """A worker: takes the work and then tasks from the standard input, and ends with that."""
    try:
        _do_tasks()
    except BaseException:  # also of no memory: the driver sees that it ended
        traceback.print_exc()
        os._exit(1)  # the thread that listens holds the standard input, which a common exit would wait for


def _do_tasks() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the driver, which ends its workers
    keep_freed_memory()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print is no answer
    lines = SimpleQueue[str]()
    threading.Thread(target=_listen, args=[lines], daemon=True).start()
    asked = Work(**json.loads(lines.get()))
    worker: Worker | None = None
    while True:
        task = json.loads(lines.get())["task"]
        try:
            worker = worker or asked.opened()
            answer = {"answer": worker.run(task)}
        except GazemapError as error:
            answer = {"refused": str(error), "kind": type(error).__name__}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _listen(lines: SimpleQueue[str]) -> None:
    """Pass on what the driver says; end when it has ended, whatever is at work: the next run does that."""
    for line in sys.stdin:
        lines.put(line)
    os._exit(0)
