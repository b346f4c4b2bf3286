"""Every model: parameters, multiply-adds, time of a prediction, time and memory of a training step.

    python benchmarks/models.py [--device cuda] [--threads 2] [--input-size 240 320] [--models NAME ...]

One row per model with its default options, SimpleNet with each of its encoders, all from random weights. A
training step is that of the model's recipe (loss, optimizer, precision, mirroring) with batches of 4, as
`gazemap train` makes it, but without teachers. Each row is measured in a process of its own, the training
step first, so that its peak is the memory of the whole process on a CPU, PyTorch included, and of its
tensors on a GPU.
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
from arguments import benchmark_parser, read_arguments
from torch.utils.flop_counter import FlopCounterMode

from gazemap.data.batches.arrays import Arrays
from gazemap.models.base import SaliencyModel
from gazemap.models.encoders import ENCODERS
from gazemap.models.table import MODELS, create_model
from gazemap.system.device import choose_device
from gazemap.system.memory import use_huge_pages
from gazemap.training.recipe import Recipe, load_recipe
from gazemap.training.setup import assemble
from gazemap.training.steps import train_one_epoch

TRAINED, PREDICTED = 4, 8  # images in a batch
LEAST_RUNS, MOST_RUNS = 2, 30  # of each measurement
RECIPES = {"shallow": "nurick2021-shallow", "unet": "unet-popout"}  # the others are named as their model
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
    "ms per image",
    f"ms per image, batch of {PREDICTED}",
    f"s per training step, batch of {TRAINED}",
    "peak memory, MiB",
)


def recipe_of(label: str, input_size: list[int] | None) -> Recipe:
    """The recipe that trains a row's model, at batches of `TRAINED` and the input size asked for."""
    name, overrides = ROWS[label]
    overrides = [*overrides, f"training.batch_size={TRAINED}", "teachers=null"]
    if input_size and name != "shallow":
        overrides.append(f"model.options.input_size={input_size}")
    recipe = load_recipe(RECIPES.get(name, name), overrides)
    if "encoder_weights" not in recipe.model.options:
        return recipe
    return load_recipe(recipe, ["model.options.encoder_weights=null"])  # as fast, and nothing is fetched


def training_step(
    recipe: Recipe, model: SaliencyModel, device: torch.device, limit: float
) -> tuple[float, float]:
    """Median seconds of a step and the peak memory in MiB; what images show changes neither."""
    random = torch.Generator().manual_seed(0)
    arrays = Arrays(
        torch.randint(0, 256, (TRAINED, 3, *model.input_size), dtype=torch.uint8, generator=random),
        torch.rand(TRAINED, *model.output_size, generator=random),
        torch.randint(0, 2, (TRAINED, *model.output_size), dtype=torch.int16, generator=random),
    )
    # mirrored copies would double the images, and so the steps of an epoch
    run = assemble(recipe, arrays, arrays, device, "half" if recipe.data.mirror == "half" else "none")
    seconds = median_seconds(lambda: train_one_epoch(run, epoch=0), device, limit)
    if device.type == "cuda":
        return seconds, torch.cuda.max_memory_allocated() / 2**20
    unit = 1 if sys.platform == "darwin" else 2**10  # of ru_maxrss, in bytes
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


@torch.no_grad()
def prediction(model: SaliencyModel, count: int, device: torch.device, limit: float) -> float:
    """Median milliseconds per image, `count` at once."""
    images = torch.rand(count, 3, *model.input_size, device=device)
    return 1000 * median_seconds(lambda: model(images), device, limit) / count


@torch.no_grad()
def multiply_adds(model: SaliencyModel, device: torch.device) -> float:
    """Of one image, in billions; a multiply-add is two floating-point operations."""
    with FlopCounterMode(display=False) as counter:
        model(torch.rand(1, 3, *model.input_size, device=device))
    return float(counter.get_total_flops()) / 2e9


def median_seconds(work: Callable[[], object], device: torch.device, limit: float) -> float:
    """Of as many runs as fit in `limit` seconds, within bounds, after one that is not counted."""
    seconds: list[float] = []
    while len(seconds) <= LEAST_RUNS or (sum(seconds[1:]) < limit and len(seconds) <= MOST_RUNS):
        started = time.perf_counter()
        work()
        if device.type == "cuda":
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds[1:])


def print_row(label: str, input_size: list[int] | None, device: torch.device, limit: float) -> None:
    """Measure one model in this process."""
    recipe = recipe_of(label, input_size)
    with torch.device("meta"):
        shapes = create_model(recipe.model.name, **recipe.model.options)
    seconds, memory = training_step(recipe, shapes, device, limit)
    model = create_model(recipe.model.name, **recipe.model.options).eval().to(device)
    cells = (
        f"`{label}`",
        "{} x {}".format(*model.input_size),
        "{} x {}".format(*model.output_size),
        f"{model.parameter_count():,}",
        f"{multiply_adds(model, device):.2f}",
        f"{prediction(model, 1, device, limit):.1f}",
        f"{prediction(model, PREDICTED, device, limit):.1f}",
        f"{seconds:.3f}",
        f"{memory:,.0f}",
    )
    print("| " + " | ".join(cells) + " |", flush=True)


def main() -> None:
    """Print the table, row by row."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="of a CPU")
    parser.add_argument("--models", nargs="+", default=list(ROWS), choices=list(ROWS), metavar="NAME")
    parser.add_argument("--input-size", nargs=2, type=int, metavar=("HEIGHT", "WIDTH"))
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement")
    parser.add_argument("--row", choices=list(ROWS), help=argparse.SUPPRESS)
    options = read_arguments(parser, models=["gazenet", "shallow"], input_size=[64, 96], seconds=0.0)
    device = choose_device(options.device)
    if options.row:
        torch.set_num_threads(options.threads)
        use_huge_pages()
        print_row(options.row, options.input_size, device, options.seconds)
        return
    where = torch.cuda.get_device_name() if device.type == "cuda" else f"CPU, {options.threads} threads"
    print(f"{where}, PyTorch {torch.__version__}\n")
    print("| " + " | ".join(COLUMNS) + " |\n" + "|---" * len(COLUMNS) + "|", flush=True)
    shared = [
        "--device",
        options.device,
        "--threads",
        str(options.threads),
        "--seconds",
        str(options.seconds),
    ]
    if options.input_size:
        shared += ["--input-size", *map(str, options.input_size)]
    for label in options.models:
        code = subprocess.run([sys.executable, __file__, "--row", label, *shared]).returncode
        if code:
            print(f"`{label}` was not measured: its process ended with {code}.", flush=True)


if __name__ == "__main__":
    main()
