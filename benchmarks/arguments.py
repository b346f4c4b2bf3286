"""What all benchmarks share: their arguments, and --quick, which shows in seconds that both sides run."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def benchmark_parser(about: str | None) -> argparse.ArgumentParser:
    """A parser with the option --quick.

    Args:
        about: the benchmark's docstring, which becomes its help.
    """
    parser = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--quick", action="store_true", help="seconds, tiny sizes: the numbers mean nothing")
    return parser


def read_arguments(parser: argparse.ArgumentParser, **tiny: object) -> argparse.Namespace:
    """The arguments; a quick run is announced.

    Args:
        parser: from `benchmark_parser`.
        tiny: what --quick changes the defaults to.
    """
    if "--quick" in sys.argv:
        parser.set_defaults(**tiny)
        print("A quick run: it shows that everything runs, and its numbers mean nothing.", flush=True)
    return parser.parse_args()


@contextmanager
def gaze_set(path: Path | None) -> Iterator[Path]:
    """The folder of a gaze data set: `path`, or for a quick run the built-in set in small."""
    if path is not None:
        yield path
        return
    from gazemap.data.popout.generate import popout  # imported here: importing.py measures memory before

    with tempfile.TemporaryDirectory() as folder:
        yield popout(Path(folder) / "popout", images=20, size=(96, 128)).path
