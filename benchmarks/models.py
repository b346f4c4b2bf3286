"""Every model: parameters, multiply-adds, time of a prediction, time and memory of a training step.

    python benchmarks/models.py [--device cuda] [--threads 2] [--input-size 240 320] [--models NAME ...]

One row a model with its default options, SimpleNet with each of its encoders, all from random weights. A
training step is that of the model's recipe (loss, optimizer, precision, mirroring) with batches of 4, as
`gazemap train` makes it. Each row is measured in a process of its own, the training step first, so that
its peak is the memory of the whole process on a CPU, PyTorch included, and of its tensors on a GPU.
`--input-size` sets one size for all but the shallow network, whose size is fixed. Multiply-adds are those
of convolutions and matrix products. Times are medians; the first run of each kind is not counted.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import torch
from torch.utils.flop_counter import FlopCounterMode

from gazemap.data.batches.arrays import Arrays
from gazemap.models import MODELS, SaliencyModel, create_model
from gazemap.models.encoders import ENCODERS
from gazemap.system.memory import use_huge_pages
from gazemap.training.loop import train_one_epoch
from gazemap.training.recipe import Recipe, load_recipe
from gazemap.training.setup import assemble, choose_device

TRAINED, PREDICTED = 4, 8  # images in a batch
LEAST_RUNS, MOST_RUNS, SECONDS = 2, 30, 3.0  # of each measurement
RECIPES = {"shallow": "nurick2021-shallow"}  # the others are named as their model
ROWS = {
    label: (name, overrides)
    for name in MODELS
    for label, overrides in (
        [(f"simplenet-{encoder}", [f"model.options.encoder={encoder}"]) for encoder in ENCODERS]
        if name == "simplenet"
        else [(name, [])]
    )
}
COLUMNS = (
    "model",
    "input",
    "output",
    "parameters",
    "multiply-adds, billions",
    "ms an image",
    f"ms an image, batch of {PREDICTED}",
    f"s a training step, batch of {TRAINED}",
    "peak memory, MiB",
)


def recipe_of(label: str, input_size: list[int] | None) -> Recipe:
    """The recipe that trains a row's model, at batches of `TRAINED` and the input size asked for."""
    name, overrides = ROWS[label]
    if input_size and name != "shallow":
        overrides = [*overrides, f"model.options.input_size={input_size}"]
    return load_recipe(RECIPES.get(name, name), [*overrides, f"training.batch_size={TRAINED}"])


def training_step(recipe: Recipe, model: SaliencyModel, place: torch.device) -> tuple[float, float]:
    """Median seconds of a step and the peak memory in MiB; what images show changes neither."""
    random = torch.Generator().manual_seed(0)
    arrays = Arrays(
        torch.randint(0, 256, (TRAINED, 3, *model.input_size), dtype=torch.uint8, generator=random),
        torch.rand(TRAINED, *model.output_size, generator=random),
        torch.randint(0, 2, (TRAINED, *model.output_size), dtype=torch.int16, generator=random),
    )
    # mirrored copies would double the images, and so the steps of an epoch
    run = assemble(recipe, arrays, arrays, place, "half" if recipe.data.mirror == "half" else "none")
    seconds = median_seconds(lambda: train_one_epoch(run, epoch=0), place)
    if place.type == "cuda":
        return seconds, torch.cuda.max_memory_allocated() / 2**20
    unit = 1 if sys.platform == "darwin" else 2**10  # of ru_maxrss, in bytes
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


@torch.no_grad()
def prediction(model: SaliencyModel, count: int, place: torch.device) -> float:
    """Median milliseconds an image, `count` at once."""
    images = torch.rand(count, 3, *model.input_size, device=place)
    return 1000 * median_seconds(lambda: model(images), place) / count


@torch.no_grad()
def multiply_adds(model: SaliencyModel, place: torch.device) -> float:
    """Of one image, in billions; a multiply-add is two floating-point operations."""
    with FlopCounterMode(display=False) as counter:
        model(torch.rand(1, 3, *model.input_size, device=place))
    return float(counter.get_total_flops()) / 2e9


def median_seconds(work: Callable[[], object], place: torch.device) -> float:
    """Of as many runs as fit in `SECONDS`, within limits, after one that is not counted."""
    seconds: list[float] = []
    while len(seconds) <= LEAST_RUNS or (sum(seconds[1:]) < SECONDS and len(seconds) <= MOST_RUNS):
        started = time.perf_counter()
        work()
        if place.type == "cuda":
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds[1:])


def print_row(label: str, input_size: list[int] | None, place: torch.device) -> None:
    """Measure one model in this process."""
    recipe = recipe_of(label, input_size)
    with torch.device("meta"):
        shapes = create_model(recipe.model.name, **recipe.model.options)
    seconds, memory = training_step(recipe, shapes, place)
    model = create_model(recipe.model.name, **recipe.model.options).eval().to(place)
    cells = (
        f"`{label}`",
        "{} x {}".format(*model.input_size),
        "{} x {}".format(*model.output_size),
        f"{model.parameter_count():,}",
        f"{multiply_adds(model, place):.2f}",
        f"{prediction(model, 1, place):.1f}",
        f"{prediction(model, PREDICTED, place):.1f}",
        f"{seconds:.3f}",
        f"{memory:,.0f}",
    )
    print("| " + " | ".join(cells) + " |", flush=True)


def main() -> None:
    """Print the table, a row at a time."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="of a CPU")
    parser.add_argument("--models", nargs="+", default=list(ROWS), choices=list(ROWS), metavar="NAME")
    parser.add_argument("--input-size", nargs=2, type=int, metavar=("HEIGHT", "WIDTH"))
    parser.add_argument("--row", choices=list(ROWS), help=argparse.SUPPRESS)
    options = parser.parse_args()
    place = choose_device(options.device)
    if options.row:
        torch.set_num_threads(options.threads)
        use_huge_pages()
        print_row(options.row, options.input_size, place)
        return
    where = torch.cuda.get_device_name() if place.type == "cuda" else f"CPU, {options.threads} threads"
    print(f"{where}, PyTorch {torch.__version__}\n")
    print("| " + " | ".join(COLUMNS) + " |\n" + "|---" * len(COLUMNS) + "|", flush=True)
    shared = ["--device", options.device, "--threads", str(options.threads)]
    if options.input_size:
        shared += ["--input-size", *map(str, options.input_size)]
    for label in options.models:
        code = subprocess.run([sys.executable, __file__, "--row", label, *shared]).returncode
        if code:
            print(f"`{label}` was not measured: its process ended with {code}.", flush=True)


if __name__ == "__main__":
    main()
