"""Kills: each command is ended by SIGKILL at random moments and run again. What is lost, left over or other?

    python benchmarks/faults.py --kills 100 --seed 0

Half of the kills come at a random time, half just before a random one of the command's operations on files
(open to write, rename, remove, make a folder), where half-made things would show. All are in the command's
own work: each process is forked from one that has imported gazemap. After a kill, what stands under a final
name must be whole; after the second run, which is never killed, all must be as in a run that never was: the
same files with the same content (but for times and speeds), and nothing besides.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from arguments import benchmark_parser, read_arguments
from faults_cases import CASES, Case, make_inputs, register

_WRITES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.chmod"}
_IMPORTED = (
    *(f"gazemap.{name}" for name in ("cli", "data.download.fetching", "data.popout.generate")),
    *(f"gazemap.{name}" for name in ("evaluation.kept", "prediction.files.predict_files", "reports.report")),
    *(f"gazemap.reports.studies.{name}" for name in ("cross_validation", "reproduction", "sweep")),
    *(f"gazemap.training.{name}" for name in ("loop", "prepare")),
    *("filelock", "kornia", "matplotlib.backends.backend_agg", "msgspec", "onnxruntime", "tensorboardX"),
    *("pydantic.type_adapter", "torch._dynamo"),
)
_LONGEST = 120  # seconds of one run


@dataclass
class Outcome:
    """What the kills of one command showed.

    Attributes:
        kills: that met the command at work.
        late: processes that had ended before their kill; not counted.
        faults: kind -> how often.
        examples: of each kind, the first.
    """

    kills: int = 0
    late: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def add(self, kind: str, example: str) -> None:
        """Count a fault."""
        self.faults[kind] += 1
        self.examples.setdefault(kind, example)


@dataclass(frozen=True)
class Place:
    """The folders of one run.

    Attributes:
        inputs: what commands work on.
        out: where results go.
        said: the file of what the command prints.
        cache: its cache.
    """

    inputs: Path
    out: Path
    said: Path
    cache: Path

    def words(self, case: Case, *, again: bool) -> list[str]:
        """The command's arguments."""
        text = f"{case.start} {case.again}" if again else case.start
        return text.format(inputs=self.inputs, out=self.out).split()


def in_a_fork(work: Callable[[], int | None]) -> int:
    """The process that does it; its exit code is what the function returns, or 0."""
    pid = os.fork()
    if pid:
        return pid
    try:
        os._exit(work() or 0)
    finally:
        traceback.print_exc()
        os._exit(70)


def start(place: Place, words: list[str], counted: Callable[[int], None] | None = None) -> int:
    """A process that runs a command; `counted` is called before each operation on files with its number."""

    def work() -> int:
        from gazemap.cli import main

        said = os.open(place.said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(said, 1)
        os.dup2(said, 2)
        os.chdir(place.out)
        os.environ["GAZEMAP_CACHE"] = str(place.cache)
        sys.argv = ["gazemap", *words]
        if counted:
            _watch(counted)
        try:
            main()
        except SystemExit as stopped:
            sys.stdout.flush()
            return int(stopped.code or 0)
        return 0

    return in_a_fork(work)


def _watch(counted: Callable[[int], None]) -> None:
    number, busy = 0, False

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal number, busy
        flags = arguments[2] if event == "open" and len(arguments) > 2 else 0
        writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if not busy and (event in _WRITES or writes):
            number, busy = number + 1, True
            counted(number)  # which may open a file itself
            busy = False

    sys.addaudithook(hook)


def ended(pid: int, longest: float = _LONGEST) -> int | None:
    """The exit code of a process; None where it had to be ended."""
    until = time.monotonic() + longest
    while time.monotonic() < until:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None


def contents(folder: Path) -> dict[str, str]:
    """Each file below a folder -> a digest of its content, without times and speeds."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir():
            found[f"{name}/"] = ""
        elif "/events/" not in f"/{name}":  # TensorBoard's: a file for each time that a run went on
            content = path.read_bytes()
            if path.name == "metrics.jsonl":
                rows = [json.loads(line) for line in content.splitlines()]
                content = json.dumps([{**row, "images_per_second": 0} for row in rows]).encode()
            if path.suffix == ".html":
                content = re.sub(rb"[\d,.]+ images/s|\d+ s\b", b"", content)
            found[name] = hashlib.sha256(content).hexdigest()[:16]
    return found


def difference(whole: dict[str, str], got: dict[str, str]) -> tuple[str, str] | None:
    """The kind of the first difference, and where; None where there is none."""
    if extra := sorted(got.keys() - whole.keys()):
        return "left over", ", ".join(extra[:3])
    if lost := sorted(whole.keys() - got.keys()):
        return "lost", ", ".join(lost[:3])
    other = sorted(name for name in whole if whole[name] != got[name])
    return ("another result", ", ".join(other[:3])) if other else None


def unfinished(name: str) -> bool:
    """Whether a name says that what it names is not to be used yet: hidden, or a part."""
    parts = Path(name).parts
    return any(part.startswith(".") or ".part" in part or ".done." in part for part in parts) or any(
        part.endswith((".download", ".lock")) for part in parts
    )


class Kills:
    """One command, killed again and again."""

    def __init__(self, name: str, inputs: Path, work: Path, generator: random.Random) -> None:
        self.case = CASES[name]
        self.inputs, self.work, self.random = inputs, work, generator
        self.outcome = Outcome()
        self._run_whole(self.place("warm"))  # fills the cache
        place = self.place("whole")
        count = place.said.with_suffix(".count")
        began = time.monotonic()
        code = ended(start(place, place.words(self.case, again=False), lambda n: _note(count, n)))
        self.seconds = time.monotonic() - began
        if code != 0:
            raise SystemExit(f"{name} fails without a kill ({code}): {place.said.read_text()}")
        self.operations = int(count.read_text())
        self.whole = contents(place.out)

    def place(self, name: str) -> Place:
        """New folders for a run."""
        out = self.work / name / "out"
        shutil.rmtree(self.work / name, ignore_errors=True)
        out.mkdir(parents=True)
        cache = out / "cache" if self.case.cold else self.work / "cache"
        return Place(self.inputs, out, self.work / name / "said.txt", cache)

    def _run_whole(self, place: Place) -> None:
        ended(start(place, place.words(self.case, again=False)))

    def kill(self) -> None:
        """One kill, and the run after it."""
        place = self.place("killed")
        words = place.words(self.case, again=False)
        if self.random.random() < 0.5:
            moment = self.random.uniform(0, self.seconds)
            where = f"after {moment:.3f} s"
            pid = start(place, words)
            time.sleep(moment)
            os.kill(pid, signal.SIGKILL)
            _, status = os.waitpid(pid, 0)
        else:
            chosen = self.random.randint(1, self.operations)
            where = f"before operation {chosen} of {self.operations}"
            pid = start(place, words, lambda n: os.kill(os.getpid(), signal.SIGKILL) if n == chosen else None)
            _, status = os.waitpid(pid, 0)
        if not os.WIFSIGNALED(status):
            self.outcome.late += 1
            return
        self.outcome.kills += 1
        try:
            self._judge(place, where)
        except (OSError, ValueError) as error:
            self.outcome.add("unreadable", f"{where}: {error}")

    def _judge(self, place: Place, where: str) -> None:
        after = {name: digest for name, digest in _whole_files(place.out).items() if not unfinished(name)}
        self._check_parts(after, where)
        code = ended(start(place, place.words(self.case, again=True)))
        said = place.said.read_text(errors="replace")
        refused = self.case.refused and self.case.refused in said
        if code != 0 and not refused:
            self.outcome.add("does not go on", f"{where}: {said.strip()[-300:]}")
        if "Traceback" in said:
            self.outcome.add("traceback", f"{where}: {said.strip()[-300:]}")
        if found := difference(self.whole, contents(place.out)):
            kind, what = found
            self.outcome.add(kind, f"{where}: {what}{' (refused)' if refused else ''}")

    def _check_parts(self, after: dict[str, int], where: str) -> None:
        """Files under a final name are whole, and a folder that is made at once has all of its files."""
        for top in {Path(name).parts[0] for name in after}:
            if top in ("set", "raw"):
                inside = {n for n in self.whole if Path(n).parts[0] == top and not n.endswith("/")}
                wanted = {n for n in inside if not unfinished(n)}
                if lost := wanted - after.keys():
                    self.outcome.add("partial", f"{where}: {top} lacks {len(lost)} files")
        for name, size in after.items():
            if size == 0 and not name.endswith(".jsonl"):  # a log of nothing yet
                self.outcome.add("partial", f"{where}: {name} is empty")


def _whole_files(folder: Path) -> dict[str, int]:
    return {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file() and "/events/" not in str(path)
    }


def _note(file: Path, number: int) -> None:
    file.write_text(str(number))


def main() -> None:
    """Kill and print."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("--kills", type=int, default=100, help="of each command")
    parser.add_argument("--seed", type=int, default=0, help="of their moments")
    parser.add_argument("--only", help=f"commands, with commas between: {', '.join(CASES)}")
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    options = read_arguments(parser, kills=2)
    torch.set_num_threads(1)
    print(f"{'command':15} {'kills':>6} {'faults':>7}   run s  operations", flush=True)
    total = Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        inputs = Path(folder) / "inputs"
        inputs.mkdir()
        assert ended(in_a_fork(lambda: make_inputs(inputs))) == 0
        register(inputs)
        _import_all()
        for name in options.only.split(",") if options.only else CASES:
            kills = Kills(name, inputs, Path(folder) / name, random.Random(f"{options.seed} {name}"))
            while kills.outcome.kills < options.kills and kills.outcome.late < 10 * options.kills:
                kills.kill()
            shutil.rmtree(kills.work)
            outcome = kills.outcome
            faults = sum(outcome.faults.values())
            print(
                f"{name:15} {outcome.kills:6} {faults:7} {kills.seconds:7.2f} {kills.operations:11}",
                flush=True,
            )
            for kind, count in outcome.faults.items():
                print(f"    {kind}: {count}, the first {outcome.examples[kind]}", flush=True)
            total.update(kills=outcome.kills, faults=faults)
    print(f"{'all':15} {total['kills']:6} {total['faults']:7}")
    sys.exit(1 if total["faults"] else 0)


def _import_all() -> None:
    """What the commands import, so that forked processes need not."""
    for name in _IMPORTED:
        importlib.import_module(name)


if __name__ == "__main__":
    main()
