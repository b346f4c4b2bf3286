"""Attacks: files of every kind, mutated by the thousand, each read within limits. What fails?

    python benchmarks/attacks.py --images 5000 --others 8000 --seed 0

Half of the mutations are of bytes (flipped, cut off, taken out, put in, repeated, zeroed), half of values
(nothing, text, not a number, infinite, huge, negative, empty, nested, of another length), where the file's
structure is known. A file passes if it is read, or refused by one of gazemap's own errors. All else counts:
other exceptions, the end of the process, more than 20 seconds, more than 2 GB. Memory is limited to 2 GB
beyond what the libraries take when they are loaded: what asks for more gets a MemoryError, which counts, too.
`--kind NAME` attacks one kind; `--show` prints the first failure of each sort with its traceback. The exit
status is 1 where a file failed.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from arguments import benchmark_parser, read_arguments
from attacks_doors import Target, targets
from attacks_mutations import mutated

_LONGEST = 20.0  # seconds of one file
_MEMORY = 2 * 10**9  # bytes of one file
_PER_PROCESS = 200  # files, after which a new process is begun

Failure = tuple[str, str]  # its sort, and its traceback or what else is known


@dataclass
class Row:
    """What the files of one kind showed.

    Attributes:
        files: that were read.
        refused: of these by gazemap's own errors.
        slowest: seconds of one file.
        failures: sort -> how often.
        examples: of each sort the first.
    """

    files: int = 0
    refused: int = 0
    slowest: float = 0.0
    failures: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def fail(self, sort: str, example: str) -> None:
        """Count a failure."""
        self.failures[sort] += 1
        self.examples.setdefault(sort, example)


def _size(what: str) -> int:
    """Bytes of this process: VmSize, VmRSS, VmHWM."""
    text = Path("/proc/self/status").read_text()
    return 1024 * int(text.split(f"{what}:")[1].split()[0])


def _sort_of(error: BaseException) -> Failure:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "/gazemap/" in frame.filename]
    place = f"{Path(own[-1].filename).name}:{own[-1].lineno}" if own else "?"
    text = "".join(traceback.format_exception(error))
    return f"{type(error).__name__} {place}", text if len(text) < 6000 else f"{text[:3000]}...{text[-3000:]}"


def read_once(target: Target, root: Path, seed: int | None) -> Failure | str:
    """Mutate a target's file (None: leave it), read it, put it back: "read", "refused" or how it failed."""
    from gazemap.errors import GazemapError

    file = root / target.file
    sound = (target.root / target.file).read_bytes()
    suffix = ".tar" if ".tar" in target.file.suffixes else target.file.suffix.lower()
    file.write_bytes(sound if seed is None else mutated(sound, suffix, random.Random(seed)))
    try:
        target.use(root)
    except GazemapError as error:
        return "refused" if seed is not None else _sort_of(error)
    except BaseException as error:
        return _sort_of(error)
    finally:
        file.write_bytes(sound)
    return "read"


def _work(entries: list[tuple[Target, int | None]], scratch: Path, pipe: Connection) -> None:
    """Read the files of a share, one after the other; says at each when it begins and how it ended."""
    warnings.simplefilter("ignore")
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    limit = _size("VmSize") + _MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    before = _size("VmRSS")
    for index, (target, seed) in enumerate(entries):
        root = scratch / target.root.name
        if not root.exists():
            shutil.copytree(target.root, root)
        pipe.send(index)
        started = time.perf_counter()
        ended = read_once(target, root, seed)
        if target.kind in ("logs", "checkpoints"):  # which are written on, too
            shutil.rmtree(root)
        if (grown := _size("VmHWM") - before) > _MEMORY:
            ended = ("memory", f"{grown:,} bytes")
        pipe.send((ended, time.perf_counter() - started))
    pipe.send(None)


def _outcomes(
    entries: list[tuple[Target, int | None]],
) -> Iterator[tuple[Target, int | None, Failure | str, float]]:
    """Read files in processes, each forked anew where the one before it ended, hung or had done its share."""
    context = multiprocessing.get_context("fork")
    while entries:
        share, entries = entries[:_PER_PROCESS], entries[_PER_PROCESS:]
        ours, theirs = context.Pipe()
        with tempfile.TemporaryDirectory() as scratch:
            process = context.Process(target=_work, args=(share, Path(scratch), theirs))
            process.start()
            theirs.close()
            index, failed = 0, ""
            while True:
                try:
                    if not ours.poll(_LONGEST if index else 30):  # the first opens the model
                        failed = "hangs"
                        os.kill(process.pid or 0, signal.SIGKILL)
                        break
                    said: Any = ours.recv()
                except (EOFError, OSError):
                    failed = "crash"
                    break
                if said is None:
                    break
                if isinstance(said, int):
                    index = said
                else:
                    yield (*share[index], *said)
            process.join()
            if failed:
                yield (*share[index], (failed, f"exit status {process.exitcode}"), 0.0)
                entries = share[index + 1 :] + entries


def attack(chosen: list[Target], count: int, seed: int, rows: dict[str, Row]) -> None:
    """Attack targets of one kind, in turns, with `count` files together."""
    entries: list[tuple[Target, int | None]] = [
        (target, zlib.crc32(f"{seed} {index} {target.root.name} {target.file}".encode()))
        for index in range(count)
        for target in [chosen[index % len(chosen)]]
    ]
    entries += [(target, None) for target in chosen]  # sound files must be read
    entries.sort(key=lambda entry: str(entry[0].root))
    row = rows.setdefault(chosen[0].kind, Row())
    for target, own, ended, seconds in _outcomes(entries):
        if own is None:
            assert ended == "read", f"{target.root.name}/{target.file}, as it was made: {ended}"
            continue
        row.files += 1
        row.slowest = max(row.slowest, seconds)
        if ended == "refused":
            row.refused += 1
        elif isinstance(ended, tuple):
            row.fail(ended[0], f"{target.root.name}/{target.file}, seed {own}\n{ended[1]}")


def table(rows: dict[str, Row]) -> str:
    """The rows as text."""
    line = "{:18} {:>6} {:>8} {:>8} {:>11} {:>8} {:>6} {:>7} {:>9}"
    head = ("kind", "files", "read", "refused", "exceptions", "crashes", "hangs", "memory", "slowest")
    lines = [line.format(*head)]
    for kind, row in rows.items():
        special = [row.failures[name] for name in ("crash", "hangs", "memory")]
        others = row.failures.total() - sum(special)
        read = row.files - row.refused - row.failures.total()
        lines.append(
            line.format(kind, row.files, read, row.refused, others, *special, f"{row.slowest:.1f} s")
        )
    files, failed = (
        sum(n) for n in zip(*((r.files, r.failures.total()) for r in rows.values()), strict=True)
    )
    return "\n".join([*lines, f"all: {files:,} files, failed: {failed:,}"])


def main() -> None:
    """Read the arguments, attack, print."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("--images", type=int, default=5000, help="mutated images")
    parser.add_argument("--others", type=int, default=8000, help="mutated files of all other kinds")
    parser.add_argument("--kind", help="one kind alone")
    parser.add_argument("--only", default="", help="targets whose path holds this text")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", action="store_true", help="the traceback of each sort of failure")
    arguments = read_arguments(parser, images=40, others=160)
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    rows: dict[str, Row] = {}
    with tempfile.TemporaryDirectory() as made, contextlib.redirect_stdout(sys.stderr):
        kinds: dict[str, list[Target]] = {}
        for target in targets(Path(made), arguments.kind):
            if arguments.only in str(target.root / target.file):
                kinds.setdefault(target.kind, []).append(target)
        others = sum(kind != "images" for kind in kinds)
        for kind, chosen in kinds.items():
            count = arguments.images if kind == "images" else arguments.others // others
            attack(chosen, count, arguments.seed, rows)
            print(kind, dict(rows[kind].failures), flush=True)
    print(table(rows))
    for kind, row in rows.items():
        for sort, count in row.failures.most_common():
            print(f"{kind}: {count} x {sort}" + (f": {row.examples[sort]}" if arguments.show else ""))
    sys.exit(any(row.failures for row in rows.values()))


if __name__ == "__main__":
    main()
