"""One training step of `shallow`: our loop beside a plain one, in one run.

    python benchmarks/training_step.py [--device cuda] [--steps 12]

The plain loop is written as the 2021 replication wrote it: a DataLoader over a list of dicts of
float arrays, float32, contiguous tensors, ReLU before the pool, maxout as a reduction over pairs,
the optimizer's default form, PyTorch's default memory. It runs in a process of its own, and the two
take turns, so that a change of the machine's speed meets both. Each number is the least of all turns:
other work of the machine makes a turn longer, and never shorter. Processor time is of all threads.

Below stands what the products of a step, and the memory traffic of its optimizer, take at the rate of one
large product, and of a copy, of the same run.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from arguments import benchmark_parser, read_arguments
from torch import Tensor, nn

from gazemap.data.batches.arrays import Arrays
from gazemap.system.device import choose_device
from gazemap.system.memory import keep_all_freed_memory, use_huge_pages
from gazemap.training.recipe import load_recipe
from gazemap.training.setup import Run, assemble
from gazemap.training.steps import train_one_epoch

ROUNDS = 4  # the two take turns so often
WEIGHTS = 76_778_816
# SGD with Nesterov momentum reads a weight, its gradient and its momentum, and writes two of them; the norm
# of the gradients reads these once more.
TRAFFIC = 6 * 4 * WEIGHTS
# Multiplications of one forward pass of one image; forward and backward take three times as many.
MACS = 96 * 96 * 2400 + 48 * 48 * 18432 + 23 * 23 * 73728 + 15488 * 4608 + 2304 * 2304


class Spent(NamedTuple):
    """Seconds of the clock, and of the processors."""

    clock: float
    processors: float


class PlainShallow(nn.Module):
    """The replication's network, as its text reads."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 32, 5, padding=2)
        self.pool1 = nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(32, 64, 3, padding=1)
        self.pool2 = nn.MaxPool2d(3, 2)
        self.conv3 = nn.Conv2d(64, 128, 3, padding=1)
        self.pool3 = nn.MaxPool2d(3, 2)
        self.fc1 = nn.Linear(15488, 4608)
        self.fc2 = nn.Linear(2304, 2304)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, 96, 96) -> (B, 2304)."""
        x = self.pool1(torch.relu(self.conv1(images)))
        x = self.pool2(torch.relu(self.conv2(x)))
        x = self.pool3(torch.relu(self.conv3(x)))
        x = self.fc1(x.flatten(1))
        maxout = x.reshape(len(x), 2304, 2).max(dim=2).values
        prediction: Tensor = self.fc2(maxout)
        return prediction


class DictDataset(torch.utils.data.Dataset[tuple[Tensor, Tensor]]):
    """A list of dicts of arrays, converted one by one."""

    def __init__(self, arrays: Arrays) -> None:
        images, targets = arrays.images.numpy() / 255.0, arrays.targets.numpy()
        self.records = [{"X": x, "y": y} for x, y in zip(images, targets, strict=True)]

    def __len__(self) -> int:
        return len(self.records)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        record = self.records[index]
        image = torch.from_numpy(record["X"].astype(np.float32))
        return image, torch.from_numpy(record["y"].astype(np.float32)).reshape(-1)


def synthetic(images: int) -> Arrays:
    """Arrays of the right size; what they show does not change the time of a step."""
    random = torch.Generator().manual_seed(0)
    return Arrays(
        torch.randint(0, 256, (images, 3, 96, 96), dtype=torch.uint8, generator=random),
        torch.rand(images, 48, 48, generator=random),
        torch.zeros(images, 48, 48, dtype=torch.int16),
    )


def plain_steps(arrays: Arrays, batch: int, device: torch.device) -> Iterator[None]:
    """Train plainly for ever; each item is a finished step."""
    torch.manual_seed(0)
    model = PlainShallow().to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.03, momentum=0.9, nesterov=True, weight_decay=5e-4)
    loader = torch.utils.data.DataLoader(DictDataset(arrays), batch_size=batch, shuffle=True)
    while True:
        for images, targets in loader:
            prediction = model(images.to(device))
            loss = nn.functional.mse_loss(prediction, targets.to(device))
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            loss.item()  # the replication logs every step
            yield


class PlainProcess:
    """The plain loop in another process, whose memory settings are PyTorch's own."""

    def __init__(self, device: str, images: int, batch: int) -> None:
        environment = {k: v for k, v in os.environ.items() if k != "THP_MEM_ALLOC_ENABLE"}
        command = [sys.executable, __file__, "--device", device, "--serve-plain", str(images)]
        command += ["--batch", str(batch)]
        self._process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def spent(self, steps: int) -> Spent:
        """Have it make some steps and say how long they took."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{steps}\n")
        self._process.stdin.flush()
        clock, processors = map(float, self._process.stdout.readline().split())
        return Spent(clock, processors)

    def close(self) -> None:
        """End it."""
        self._process.communicate()


def serve_plain(images: int, batch: int, device: torch.device) -> None:
    """The other process: for every line, make that many steps and print how long they took."""
    steps = plain_steps(synthetic(images), batch, device)

    def go(count: int) -> None:
        for _ in range(count):
            next(steps)

    for line in sys.stdin:
        print(*timed(partial(go, int(line)), device), flush=True)


def take_turns(run: Run, plain: PlainProcess, steps: int, device: torch.device) -> tuple[Spent, Spent]:
    """What a step of our loop takes, as `train` runs it, and one of the plain loop."""
    train_one_epoch(run, epoch=0)
    plain.spent(2)
    ours, theirs = [], []
    for epoch in range(1, ROUNDS + 1):
        ours.append(timed(partial(train_one_epoch, run, epoch), device))
        theirs.append(plain.spent(steps))
    return least(ours, 1 / steps), least(theirs, 1 / steps)


def product_time(device: torch.device, side: int, batch: int, dtype: torch.dtype) -> Spent:
    """What the multiplications of a step take at the rate of a matrix product of `side` x `side`."""
    a, b = (torch.rand(side, side, device=device).to(dtype) for _ in range(2))
    return least([timed(lambda: a @ b, device) for _ in range(5)], 3 * MACS * batch / side**3)


def traffic_time(device: torch.device) -> Spent:
    """What the optimizer's memory traffic takes at the rate of a copy."""
    source, target = torch.rand(WEIGHTS // 4, device=device), torch.zeros(WEIGHTS // 4, device=device)
    share = TRAFFIC / (2 * source.nbytes)  # a copy reads and writes
    return least([timed(lambda: target.copy_(source), device) for _ in range(5)], share)


def timed(work: Callable[[], object], device: torch.device) -> Spent:
    """How long it takes until the device is done."""
    started, spent = time.perf_counter(), time.process_time()
    work()
    if device.type == "cuda":
        torch.cuda.synchronize()
    return Spent(time.perf_counter() - started, time.process_time() - spent)


def least(turns: list[Spent], scale: float) -> Spent:
    """The least of either clock, times a number."""
    return Spent(min(turn.clock for turn in turns) * scale, min(turn.processors for turn in turns) * scale)


def print_table(batch: int, sides: dict[str, Spent]) -> None:
    """Seconds per step of both loops, and of what bounds ours."""
    print(f"{'':34}{'s per step':>12}{'of processors':>15}{'images/s':>10}")
    for name, spent in sides.items():
        print(f"{name:34}{spent.clock:>12.3f}{spent.processors:>15.3f}{batch / spent.clock:>10.0f}")
    theirs, ours = sides["plain loop"], sides["gazemap"]
    print(f"{'ratio':34}{theirs.clock / ours.clock:>12.2f}{theirs.processors / ours.processors:>15.2f}")
    images = 1000 * 20_000
    print(f"1000 epochs of 20,000 images at this rate: {images / batch * ours.clock / 3600:.1f} hours")


def main() -> None:
    """Measure and print."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--batch", type=int, default=128, help="images per step")
    parser.add_argument("--steps", type=int, help="steps of each loop (default: 12, on a GPU 500)")
    parser.add_argument("--matrix", type=int, help="side of the matrices (default: 3072, on a GPU 8192)")
    parser.add_argument("--set", action="append", default=[], help="change our recipe, a.b=value")
    parser.add_argument("--serve-plain", type=int, help=argparse.SUPPRESS)
    options = read_arguments(parser, batch=2, steps=ROUNDS, matrix=256)
    device = choose_device(options.device)
    if options.serve_plain:
        serve_plain(options.serve_plain, options.batch, device)
        return
    use_huge_pages()
    keep_all_freed_memory()
    on_gpu = device.type == "cuda"
    steps = max(1, (options.steps or (500 if on_gpu else 12)) // ROUNDS)

    images = options.batch * steps
    plain = PlainProcess(options.device, images, options.batch)
    recipe = load_recipe("nurick2021-shallow", [f"training.batch_size={options.batch}", *options.set])
    run = assemble(recipe, synthetic(images), synthetic(options.batch), device, "none")
    ours, theirs = take_turns(run, plain, steps, device)
    plain.close()
    dtype = torch.bfloat16 if recipe.training.precision == "bf16" else torch.float32
    side = options.matrix or (8192 if on_gpu else 3072)
    sides = {
        "plain loop": theirs,
        "gazemap": ours,
        "products, at the rate of one": product_time(device, side, options.batch, dtype),
        "optimizer's traffic, as a copy": traffic_time(device),
    }

    threads = "" if on_gpu else f", {torch.get_num_threads()} threads"
    print(
        f"One step of shallow, batch {options.batch}, {recipe.training.precision}, {device}{threads}; "
        f"the least of {ROUNDS} turns of {steps} steps"
    )
    print_table(options.batch, sides)


if __name__ == "__main__":
    main()
