"""`gazemap report`: one self-contained HTML page on how well a model predicts a data set, and why.

Of a run folder the page also shows how the model was trained, which needs PyTorch. The page of any other
model leaves these parts out, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gazemap.data.dataset import DatasetLike, GazeDataset, as_dataset
from gazemap.evaluation.baselines import MEAN_MAP
from gazemap.evaluation.blurs import has_own_blur, seen_at
from gazemap.evaluation.names import REPORT, scores_file
from gazemap.evaluation.overlap import without_seen
from gazemap.evaluation.predictions import Maps
from gazemap.evaluation.reuse import scores_in
from gazemap.evaluation.scores import Scores
from gazemap.evaluation.seen import named_split
from gazemap.metrics import PROTOCOLS, get_protocol
from gazemap.reports.findings import Subject, subject
from gazemap.reports.report_page import Report, write_report
from gazemap.system.writing import check_writable

if TYPE_CHECKING:
    from gazemap.prediction.predictor import ModelLike


def report(
    model: ModelLike,
    dataset: DatasetLike,
    *,
    out: str | Path | None = None,
    protocols: Sequence[str] | None = None,
    split: str = "val",
    unseen: bool = False,
    sigma: float | None = None,
    degrees: float | None = None,
    pixels_per_degree: float | None = None,
    engine: str = "auto",
    device: str = "auto",
    center_bias: bool = True,
    progress: bool = False,
) -> Report:
    """Score a model on a split, and write report.html with its scores, its predictions and a diagnosis.

    Args:
        model: a run folder, or what else `load_predictor` takes. Only a run folder has the parts on
            training; they need PyTorch.
        dataset: a gaze data set or its folder.
        out: a folder for the page and the scores per image; by default the run folder, or a new folder
            MODEL-DATASET in the current one.
        protocols: keys of `PROTOCOLS`; by default all of them.
        split: the images to score.
        unseen: leave out the images that the model was trained on, from the whole page.
        sigma: the blur of the ground truth in pixels of the image, for the protocols that take the data
            set's; see `evaluate`.
        degrees: the same in degrees of visual angle.
        pixels_per_degree: of visual angle, where the data set does not state it; see `seen_at`. The blur is
            then one degree, or `degrees`.
        engine: "auto" or one of `ENGINES`; see `load_predictor`.
        device: "auto", "cpu" or "cuda".
        center_bias: False leaves the model's own center bias out, for images that are parts of others.
        progress: show bars.

    Raises:
        InputError: no such protocol, with `unseen` no image is left, or a blur where each protocol has its
            own.
        DataError: no such data set or split, or one without fixations or maps.
        WeightsError: there is no such model, see `load_predictor`.
        MissingPackageError: of a run folder, if PyTorch is not installed.
        OutputError: a file cannot be written.
    """
    for name in protocols or ():
        get_protocol(name)
    opened, degrees = seen_at(as_dataset(dataset), pixels_per_degree, sigma=sigma, degrees=degrees)
    about = subject(model, engine=engine, device=device, center_bias=center_bias)
    if unseen:
        learned = {about.name: about.predictor.learned_from}
        opened = without_seen(learned, opened, split, progress=progress)
    folder = Path(out) if out else _default_folder(model, about, opened)
    check_writable(folder / "report.html")  # before the work
    scores = score_subjects(
        [about],
        opened,
        protocols or list(PROTOCOLS),  # each scores every set: where one states no blur, by a default
        folder,
        split=split,
        unseen=unseen,
        sigma=sigma,
        degrees=degrees,
        progress=progress,
    )
    return write_report(
        folder / "report.html",
        title=about.name,
        subjects=[about],
        dataset=opened,
        split=split,
        scores=scores,
        progress=progress,
    )


def _default_folder(model: ModelLike, about: Subject, dataset: GazeDataset) -> Path:
    if about.training and isinstance(model, str | Path):
        return Path(model)
    return Path(f"{about.name}-{dataset.name}")


def score_subjects(
    subjects: Sequence[Subject],
    dataset: GazeDataset,
    protocols: Sequence[str],
    out: Path,
    *,
    split: str = "val",
    unseen: bool = False,
    sigma: float | None = None,
    degrees: float | None = None,
    progress: bool = False,
) -> list[Scores]:
    """Score models under several protocols. With trained runs comes the mean map of the first one's training.

    Args:
        subjects: the models.
        dataset: with the split, and with train where a training is known.
        protocols: keys of `PROTOCOLS`.
        out: a folder for the scores per image, a file per protocol; a file that the same things made is
            used again.
        split: the images to score.
        unseen: leave out the images that a model was trained on.
        sigma: the blur of the ground truth, for the protocols that take the data set's.
        degrees: the same in degrees of visual angle.
        progress: show bars.
    """
    taking = [name for name in protocols if not has_own_blur(get_protocol(name))]
    taking = taking or [*protocols]  # a blur that none of them takes is refused by the first
    rows: dict[str, Any] = {entry.name: entry.predictor for entry in subjects}
    trained = next((entry for entry in subjects if entry.training), None)
    if trained and trained.training:
        size = trained.training.model.output_size
        mean = trained.targets(dataset.split("train"), size, fit="stretch", progress=progress).mean(axis=0)
        rows = {MEAN_MAP: Maps(mean), **rows}
    return [
        scores_in(
            scores_file(out, dataset, named_split(split, unseen=unseen), protocol, REPORT),
            rows,
            dataset,
            split,
            protocol,
            unseen=unseen,
            sigma=sigma if protocol in taking else None,
            degrees=degrees if protocol in taking else None,
            progress=progress,
        )
        for protocol in protocols
    ]
