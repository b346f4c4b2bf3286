"""One training step of `shallow`, batch 128: our loop beside a plain one, in one run.

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

import numpy as np
import torch
from torch import Tensor, nn

from gazemap.data.batches.arrays import Arrays
from gazemap.system.memory import use_huge_pages
from gazemap.training.loop import Run, assemble, train_one_epoch
from gazemap.training.recipe import load_recipe
from gazemap.training.setup import choose_device

BATCH = 128
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
        return self.fc2(x.reshape(len(x), 2304, 2).max(dim=2).values)


class DictDataset(torch.utils.data.Dataset):
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


def plain_steps(arrays: Arrays, place: torch.device) -> Iterator[None]:
    """Train plainly for ever; each item is a finished step."""
    torch.manual_seed(0)
    model = PlainShallow().to(place)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.03, momentum=0.9, nesterov=True, weight_decay=5e-4)
    loader = torch.utils.data.DataLoader(DictDataset(arrays), batch_size=BATCH, shuffle=True)
    while True:
        for images, targets in loader:
            prediction = model(images.to(place))
            loss = nn.functional.mse_loss(prediction, targets.to(place))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            loss.item()  # the replication logs every step
            yield


class PlainProcess:
    """The plain loop in another process, whose memory settings are PyTorch's own."""

    def __init__(self, device: str, images: int) -> None:
        environment = {k: v for k, v in os.environ.items() if k != "THP_MEM_ALLOC_ENABLE"}
        command = [sys.executable, __file__, "--device", device, "--serve-plain", str(images)]
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


def serve_plain(place: torch.device, images: int) -> None:
    """The other process: for every line, make that many steps and print the seconds."""
    steps = plain_steps(synthetic(images), place)
    for line in sys.stdin:
        seconds = timed(lambda count=int(line): [next(steps) for _ in range(count)], place)
        print(seconds, flush=True)


def our_epoch(run: Run) -> Callable[[int], None]:
    """One epoch of our loop as `train` runs it."""
    return lambda epoch: train_one_epoch(run, epoch) and None


def matrix_rate(place: torch.device) -> float:
    """Multiply-adds a second of a large float32 matrix product."""
    side = 3072 if place.type == "cpu" else 8192
    a, b = torch.rand(side, side, device=place), torch.rand(side, side, device=place)
    seconds = [timed(lambda: a @ b, place) for _ in range(5)]
    return side**3 / min(seconds)


def timed(work: Callable[[], object], place: torch.device) -> float:
    """Seconds until the device is done."""
    started = time.perf_counter()
    work()
    if place.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - started


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--steps", type=int, help="steps of each loop (default: 12, on a GPU 500)")
    parser.add_argument("--set", action="append", default=[], help="change our recipe, a.b=value")
    parser.add_argument("--serve-plain", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    place = choose_device(options.device)
    if options.serve_plain:
        serve_plain(place, options.serve_plain)
        return
    use_huge_pages()
    steps = options.steps or (500 if place.type == "cuda" else 12)
    rounds, each = 4, max(1, steps // 4)

    plain = PlainProcess(options.device, BATCH * each)
    recipe = load_recipe("nurick2021-shallow", options.set)
    run = assemble(recipe, synthetic(BATCH * each), synthetic(BATCH), place, "none")
    ours = our_epoch(run)
    ours(0)
    plain.seconds(2)
    our_seconds, plain_seconds = [], []
    for epoch in range(1, rounds + 1):
        our_seconds.append(timed(lambda epoch=epoch: ours(epoch), place) / each)
        plain_seconds.append(plain.seconds(each) / each)
    plain.close()
    mine, theirs = statistics.median(our_seconds), statistics.median(plain_seconds)
    rate = matrix_rate(place)
    share = 3 * MACS * BATCH / rate

    threads = f", {torch.get_num_threads()} threads" if place.type == "cpu" else ""
    print(
        f"One step of shallow, batch {BATCH}, {recipe.training.precision}, {place}{threads}; "
        f"median of {rounds} rounds of {each} steps"
    )
    print(f"{'':14}{'s a step':>10}{'images/s':>10}{'share of the matrix-product rate':>36}")
    for name, seconds in (("plain loop", theirs), ("gazemap", mine)):
        print(f"{name:14}{seconds:>10.3f}{BATCH / seconds:>10.0f}{share / seconds:>35.0%}")
    print(f"ratio         {theirs / mine:>10.2f}")
    full = 1000 * 157 * mine
    print(f"1000 epochs of 20,000 images at this rate: {full / 3600:.1f} hours")


if __name__ == "__main__":
    main()
