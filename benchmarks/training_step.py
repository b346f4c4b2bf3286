"""One training step of `shallow`: our loop beside a plain one, in one run.

    python benchmarks/training_step.py [--device cuda] [--steps 12]

The plain loop is written as the 2021 replication wrote it: a DataLoader over a list of dicts of
float arrays, float32, contiguous tensors, ReLU before the pool, maxout as a reduction over pairs,
the optimizer's default form, PyTorch's default memory. It runs in a process of its own, and the two
take turns, so that a change of the machine's speed meets both.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import torch
from arguments import benchmark_parser, read_arguments
from torch import Tensor, nn

from gazemap.data.batches.arrays import Arrays
from gazemap.system.device import choose_device
from gazemap.system.memory import use_huge_pages
from gazemap.training.recipe import Recipe, load_recipe
from gazemap.training.setup import Run, assemble
from gazemap.training.steps import train_one_epoch

ROUNDS = 4  # the two take turns so often
# Multiplications of one forward pass of one image; forward and backward take three times as many.
MACS = 96 * 96 * 2400 + 48 * 48 * 18432 + 23 * 23 * 73728 + 15488 * 4608 + 2304 * 2304


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

    def seconds(self, steps: int) -> float:
        """Have it make some steps and say how long they took."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{steps}\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def close(self) -> None:
        """End it."""
        self._process.communicate()


def serve_plain(images: int, batch: int, device: torch.device) -> None:
    """The other process: for every line, make that many steps and print the seconds."""
    steps = plain_steps(synthetic(images), batch, device)

    def go(count: int) -> None:
        for _ in range(count):
            next(steps)

    for line in sys.stdin:
        print(timed(partial(go, int(line)), device), flush=True)


def take_turns(run: Run, plain: PlainProcess, steps: int, device: torch.device) -> tuple[float, float]:
    """Median seconds per step of our loop, as `train` runs it, and of the plain one."""
    train_one_epoch(run, epoch=0)
    plain.seconds(2)
    ours, theirs = [], []
    for epoch in range(1, ROUNDS + 1):
        ours.append(timed(partial(train_one_epoch, run, epoch), device) / steps)
        theirs.append(plain.seconds(steps) / steps)
    return statistics.median(ours), statistics.median(theirs)


def matrix_rate(device: torch.device, side: int) -> float:
    """Multiply-adds per second of a float32 matrix product of `side` x `side`."""
    a, b = torch.rand(side, side, device=device), torch.rand(side, side, device=device)
    seconds = [timed(lambda: a @ b, device) for _ in range(5)]
    return side**3 / min(seconds)


def timed(work: Callable[[], object], device: torch.device) -> float:
    """Seconds until the device is done."""
    started = time.perf_counter()
    work()
    if device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - started


def print_table(recipe: Recipe, ours: float, theirs: float, rate: float) -> None:
    """Seconds per step of both, and the share of a matrix product's rate that they reach."""
    batch = recipe.training.batch_size
    print(f"{'':14}{'s per step':>10}{'images/s':>10}{'share of the matrix-product rate':>36}")
    for name, seconds in (("plain loop", theirs), ("gazemap", ours)):
        share = 3 * MACS * batch / rate / seconds
        print(f"{name:14}{seconds:>10.3f}{batch / seconds:>10.0f}{share:>35.0%}")
    print(f"ratio         {theirs / ours:>10.2f}")
    images = 1000 * 20_000
    print(f"1000 epochs of 20,000 images at this rate: {images / batch * ours / 3600:.1f} hours")


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
    on_gpu = device.type == "cuda"
    steps = max(1, (options.steps or (500 if on_gpu else 12)) // ROUNDS)

    images = options.batch * steps
    plain = PlainProcess(options.device, images, options.batch)
    recipe = load_recipe("nurick2021-shallow", [f"training.batch_size={options.batch}", *options.set])
    run = assemble(recipe, synthetic(images), synthetic(options.batch), device, "none")
    ours, theirs = take_turns(run, plain, steps, device)
    plain.close()
    rate = matrix_rate(device, options.matrix or (8192 if on_gpu else 3072))

    threads = "" if on_gpu else f", {torch.get_num_threads()} threads"
    print(
        f"One step of shallow, batch {options.batch}, {recipe.training.precision}, {device}{threads}; "
        f"median of {ROUNDS} rounds of {steps} steps"
    )
    print_table(recipe, ours, theirs, rate)


if __name__ == "__main__":
    main()
