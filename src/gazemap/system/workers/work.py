"""What workers do, as plain JSON values: no pickle is read, whoever sends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol, TypeAlias

Task: TypeAlias = int | str  # a part of the work, by its number or name


class Worker(Protocol):
    """Does one task after another."""

    def run(self, task: Any) -> Any:  # noqa: ANN401 - JSON
        """Do a task of the work, and answer by JSON values.

        Raises:
            GazemapError: the work cannot go on; it ends the whole.
        """


@dataclass(frozen=True)
class Work:
    """A worker, and what it is made of.

    Attributes:
        worker: its class, as "gazemap.room.module:Class".
        job: JSON values, which are the class's keyword arguments.
        called: what a task is called in messages, as "Shard".
        device: "cuda" where each worker computes on a GPU, of which it sees one.
    """

    worker: str
    job: Mapping[str, Any]
    called: str
    device: str = "cpu"

    def opened(self) -> Worker:
        """The worker, made here; raises what its class raises."""
        module, _, name = self.worker.partition(":")
        worker: Worker = getattr(import_module(module), name)(**self.job)
        return worker


@dataclass(frozen=True)
class Done:
    """What became of a task.

    Attributes:
        task: which.
        answer: of the worker; None where it was lost.
        lost: why there is no answer: workers died over it. Empty where there is one.
    """

    task: Task
    answer: Any = None
    lost: str = ""
