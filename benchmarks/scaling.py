"""How prediction of many images scales to many workers: a simulation, from what one core does here.

    python benchmarks/scaling.py --images 1e9 --rate 56

Workers take shards from one queue. A shard takes its worker's time to compute it, or the store's time to
give its images, whichever is longer. Some workers are slow, some shards slower than others (log-normal),
and workers die at random moments: then the shard is begun anew, once another worker has started. The
object store answers a fixed number of requests per second and gives a fixed number of bytes per second,
which all workers share. Shards are tar files (one request each), or single images (one request per image).
"""

from __future__ import annotations

import heapq
from argparse import Namespace
from dataclasses import dataclass

import numpy as np
from arguments import benchmark_parser, read_arguments

WORKERS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000)


@dataclass(frozen=True)
class Outcome:
    """What a run of so many workers came to.

    Attributes:
        hours: from its start to its last shard.
        busy: the share of all workers' time that ended in a shard.
        begun_anew: shards whose worker died, each as often as that happened.
    """

    hours: float
    busy: float
    begun_anew: int


def simulated(workers: int, shards: int, options: Namespace, *, single: bool) -> Outcome:
    """One run, event by event: whoever is free first takes the next shard.

    Args:
        workers: how many there are at every moment.
        shards: how many there are in all.
        options: of the command.
        single: every image is a request of its own.
    """
    random = np.random.default_rng(options.seed)
    store = store_seconds(workers, options, single=single)
    speed = np.where(np.arange(workers) < round(options.slow * workers), 0.5, 1.0)
    spread = random.lognormal(-(options.spread**2) / 2, options.spread, shards)
    lives = iter(random.exponential(3600 * options.hours_alive, shards))
    queue = [(0.0, next(lives, np.inf), worker) for worker in range(workers)]  # free at, alive until
    heapq.heapify(queue)
    useful, begun_anew, ends = 0.0, 0, 0.0
    for shard in range(shards):
        free, dies, worker = heapq.heappop(queue)
        seconds = max(options.shard / options.rate / speed[worker], store) * spread[shard]
        while free + seconds > dies:  # the next worker begins it anew
            begun_anew += 1
            free = dies + options.restart
            dies = free + next(lives, np.inf)
        ends = max(ends, free + seconds)
        useful += seconds
        heapq.heappush(queue, (free + seconds, dies, worker))
    return Outcome(ends / 3600, useful / (ends * workers), begun_anew)


def store_seconds(workers: int, options: Namespace, *, single: bool) -> float:
    """How long the store takes to give one of `workers` the images of a shard, when all ask at once."""
    requests = options.shard if single else 1
    size = options.shard * options.image_kilobytes * 1000
    return float(workers * max(requests / options.requests, size / (options.gigabits * 1e9 / 8)))


def main() -> None:
    """Print a table for tar files and one for single images, then what all of it costs."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("--images", type=float, default=1e9)
    parser.add_argument("--shard", type=int, default=5000, help="images per shard")
    parser.add_argument("--rate", type=float, default=56, help="images/s of one worker, a core")
    parser.add_argument("--image-kilobytes", type=float, default=100, help="of a file that is read")
    parser.add_argument("--row-bytes", type=float, default=9000, help="of a row that is written")
    parser.add_argument("--requests", type=float, default=5500, help="that the store answers per second")
    parser.add_argument("--gigabits", type=float, default=100, help="that the store gives per second")
    parser.add_argument("--slow", type=float, default=0.05, help="share of workers at half speed")
    parser.add_argument("--spread", type=float, default=0.2, help="of shards' times, sigma of the logarithm")
    parser.add_argument("--hours-alive", type=float, default=24, help="that a worker lives, on average")
    parser.add_argument("--restart", type=float, default=120, help="seconds until another has started")
    parser.add_argument("--seed", type=int, default=0)
    options = read_arguments(parser, images=1e6)
    shards = -(-int(options.images) // options.shard)
    for single in (False, True):
        print(
            f"\n{options.images:.3g} images, {'single files' if single else 'tar files'}, {shards:,} shards"
        )
        print(f"{'workers':>8}{'hours':>11}{'images/s':>11}{'of linear':>11}{'busy':>7}{'begun anew':>12}")
        first = None
        for workers in (count for count in WORKERS if count <= shards):
            found = simulated(workers, shards, options, single=single)
            first = first or found.hours
            print(
                f"{workers:8,}{found.hours:11,.1f}{options.images / found.hours / 3600:11,.0f}"
                f"{first / found.hours / workers:11.2f}{found.busy:7.2f}{found.begun_anew:12,}"
            )
    hours = options.images / options.rate / 3600
    read = options.images * options.image_kilobytes / 1e9
    written = options.images * options.row_bytes / 1e12
    print(
        f"\nIn all {hours:,.0f} core hours; {read:,.1f} TB read, {written:,.1f} TB written, {shards:,} files."
    )


if __name__ == "__main__":
    main()
