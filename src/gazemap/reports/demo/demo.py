"""`gazemap demo`: a photograph, a network that learns, and one that does not, on one page."""

from __future__ import annotations

import os
import sys
import webbrowser
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gazemap.data.dataset import GazeDataset, load_dataset
from gazemap.data.popout.generate import popout, source_of
from gazemap.errors import OutputError
from gazemap.evaluation.scores import Scores
from gazemap.reports.demo.photograph import look_at_the_photograph
from gazemap.reports.figures import runs as figures
from gazemap.reports.pages import png, render
from gazemap.system.extras import is_installed
from gazemap.system.files import write_text
from gazemap.system.locks import only_one
from gazemap.system.plain import plain
from gazemap.system.progress import say
from gazemap.system.writing import check_writable
from gazemap.types import Size

if TYPE_CHECKING:
    from gazemap.reports.demo.networks import Trained

DISPLAYS, SEED = 700, 0
SIZE: Size = (120, 160)
_PAGE = "index.html"


@dataclass(frozen=True, eq=False)
class Demo:
    """What `demo` made.

    Attributes:
        page: the HTML file.
        scores: of the trained networks; None where PyTorch is not installed, which trains them.
        found: row -> share of the displays whose target its prediction points to.
    """

    page: Path
    scores: Scores | None
    found: dict[str, float]

    def notes(self) -> list[str]:
        """Where the page is, and what it does not have."""
        missing = "It has the first part alone: training needs PyTorch, see docs/install.md."
        return [f"Page: {self.page}", *([] if self.scores else [missing])]

    def as_json(self) -> dict[str, Any]:
        """The page, the scores and the shares of targets found."""
        scores = self.scores.as_json() if self.scores else None
        values: dict[str, Any] = plain({"page": self.page, "found": self.found, "scores": scores})
        return values


def demo(
    out: str | Path = "gazemap-demo",
    *,
    open_page: bool = True,
    device: str = "auto",
    displays: int = DISPLAYS,
    progress: bool = False,
) -> Demo:
    """Show what gazemap does, on one page: predict a photograph, and train four small networks.

    The networks learn visual-search displays that are made here, so the truth is known. It takes two
    minutes on two cores. Called again with the same `out`, it uses what is there and goes on where it was
    stopped. Without PyTorch the page has the photograph alone.

    Args:
        out: a folder for the page, the displays and the trained networks, 0.6 GB.
        open_page: show the page in a browser, where there is a desktop.
        device: of training and scoring: "auto", "cpu" or "cuda".
        displays: how many are made: 70 % to train on, 20 % to score.
        progress: show bars.

    Raises:
        OutputError: `out` cannot be written, is in use by another process, or holds other displays.
        WeightsError: `out` holds networks of another version.
    """
    out = Path(out)
    check_writable(out / _PAGE)  # before the work
    with only_one(out, "the demo"):
        photograph = look_at_the_photograph()
        trained = _trained(out, displays, device, progress) if is_installed("torch") else None
        page = render("demo.html", photo=photograph, folder=out, trained=trained and _content(trained))
        write_text(out / _PAGE, page)
    if open_page and _has_a_desktop():
        webbrowser.open((out / _PAGE).resolve().as_uri())
    if trained is None:
        return Demo(out / _PAGE, None, {})
    return Demo(out / _PAGE, trained.scores, dict(trained.found))


def _trained(out: Path, displays: int, device: str, progress: bool) -> Trained:
    from gazemap.reports.demo.networks import train_the_networks

    dataset = _displays(out / "gaze" / "popout", displays, progress)
    say("Training four small networks on them.", progress=progress)
    return train_the_networks(dataset, out / "runs", device=device, progress=progress)


def _content(trained: Trained) -> dict[str, Any]:
    """The page's second and third part."""
    from gazemap.reports.demo.networks import LEARNS, REPLICATION

    return {
        "dataset": trained.dataset,
        "scores": trained.scores,
        "found": trained.found,
        "learns": _network(trained, LEARNS),
        "replication": [_network(trained, name) for name in REPLICATION],
        "learned": png(trained.figure([LEARNS])),
        "compared": png(trained.figure(REPLICATION)),
        "chart": png(trained.scores.plot("nss", "information_gain")),
        "fading": trained.fading(),
    }


def _network(trained: Trained, name: str) -> dict[str, Any]:
    run, training = trained.runs[name], trained.trainings[name]
    curves = figures.loss_curves(training.log, run.mean_map_loss, " + ".join(training.recipe.loss))
    return {
        "name": name,
        "parameters": training.model.parameter_count(),
        "options": training.model.options,
        "run": asdict(run) | {"warning": run.warning},
        "curves": png(curves),
    }


def _displays(path: Path, count: int, progress: bool) -> GazeDataset:
    """The displays, made here or by an earlier call.

    Raises:
        OutputError: other displays, or something else, are there.
    """
    if not path.exists():
        say(f"Making {count:,} visual-search displays.", progress=progress)
        return popout(path, images=count, seed=SEED, size=SIZE, progress=progress)
    dataset = load_dataset(path)
    if dataset.info.source != source_of(count, SEED, SIZE):
        raise OutputError(
            f"{path} holds other displays ({dataset.info.source}), not those of the demo. Choose another "
            "folder by --out, in Python out=, or delete this one."
        )
    return dataset


def _has_a_desktop() -> bool:
    """Whether somebody who sits at a terminal can be shown a browser."""
    if not sys.stdout.isatty() and not sys.stderr.isatty():
        return False
    return sys.platform in ("win32", "darwin") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
