"""Transfer: one recipe trained without each data set in turn, and scored on the set that it never saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Any

from gazemap.adaptation.curve import COUNTS, DRAWS
from gazemap.data.dataset import DatasetLike, GazeDataset, as_dataset, load_dataset
from gazemap.data.split_names import split_named
from gazemap.data.subsets.without_each import LeftOut, without_each
from gazemap.errors import DataError, check_name
from gazemap.evaluation.names import plain_word, scores_file
from gazemap.evaluation.reuse import scores_in
from gazemap.metrics import get_protocol
from gazemap.reports.figures import transfer as figures
from gazemap.reports.studies.by_workers import study_crew
from gazemap.reports.studies.unseen_set import METRICS, UnseenSet, curve_in
from gazemap.system.extras import require
from gazemap.system.files import replacing
from gazemap.system.plain import plain
from gazemap.system.tables import Kind, table_of, write_csv
from gazemap.training.recipe import Recipe, RecipeLike, load_recipe, parse_recipe

_WORKER = "gazemap.reports.studies.transfer:UnseenWorker"
_WHOLE = "all"  # the split of all images of a set
_MADE_BY = ("dataset", "version")
_COLUMNS: dict[str, Kind] = {
    **{name: "text" for name in ("set", "row", "quantity")},
    **{name: "float64" for name in ("mean", "low", "high")},
    **{name: "text" for name in ("protocol", *_MADE_BY)},
}


@dataclass(frozen=True)
class Transfer:
    """What `transfer` found.

    Attributes:
        recipe: its name.
        protocol: of the scores.
        sets: what is known of each set that was left out, by its name.
        missing: the names of the sets whose run is not trained yet.
        table: the file of everything that was measured, table.csv.
        figure: the picture of bits and gains, figure.png.
    """

    recipe: str
    protocol: str
    sets: Mapping[str, UnseenSet]
    missing: tuple[str, ...]
    table: Path
    figure: Path

    @property
    def title(self) -> str:
        """What was scored, and how."""
        return f"{self.recipe} on sets that it never saw, {self.protocol}"

    @property
    def score_rows(self) -> list[list[str]]:
        """The table of scores, its headings first."""
        headings = ["left out", "images", "information_gain", "of gold standard", *METRICS]
        return [headings, *(one.score_cells() for one in self.sets.values())]

    @property
    def curve_rows(self) -> list[list[str]]:
        """The table of what few numbers gain, its headings first."""
        counts = [f"from {count} images" for count in COUNTS]
        headings = ["left out", "best power", "best blur", "gain by both", *counts]
        return [headings, *(one.curve_cells() for one in self.sets.values())]

    def notes(self) -> list[str]:
        """What a reader of the tables must know, in sentences."""
        lines = [line for one in self.sets.values() for line in one.notes()]
        if any(one.curve for one in self.sets.values()):
            lines += [
                "Gains are in bits per fixation, or per unit of the map where a set has maps alone, on "
                "images that are left out of the fit.",
                f"From few images: as by gazemap adapt, the mean of {DRAWS} draws, scored on all others.",
            ]
        if bare := [one.name for one in self.sets.values() if one.curve is None]:
            lines.append(
                f"{', '.join(bare)}: no power and blur. They need a model that predicts a density, and five "
                "images or more."
            )
        if self.missing:
            lines.append(f"Not trained yet: the runs without {', '.join(self.missing)}.")
        return lines

    def as_json(self) -> dict[str, Any]:
        """All of it as plain JSON values; the scores per image are in files."""
        content: dict[str, Any] = plain(
            {
                "recipe": self.recipe,
                "protocol": self.protocol,
                "sets": {name: one.as_json() for name, one in self.sets.items()},
                "missing": self.missing,
                "notes": self.notes(),
                "table": self.table,
                "figure": self.figure,
            }
        )
        return content


def transfer(
    datasets: Sequence[DatasetLike],
    recipe: RecipeLike,
    out: str | Path,
    *,
    left_out: str | None = None,
    split: str | None = None,
    protocol: str = "exact",
    overrides: Sequence[str] = (),
    device: str = "auto",
    workers: int | None = None,
    cluster: str | None = None,
    progress: bool = False,
) -> Transfer:
    """Train without each data set in turn, and score each run on the set that it never saw.

    Near-duplicates of images of the set left out are not trained on. Of sets that have maps alone, the
    metrics that need no points are scored; they are trained on where a loss of the recipe learns from maps.

    Called again with the same `out`, it goes on by itself: what is trained, scored or fitted there is used
    again where all that made it is the same. Several machines may share the sets.

    Args:
        datasets: two or more gaze data sets or their folders, of different names.
        recipe: the name of one that comes with gazemap, a .yaml file, or a `Recipe`.
        out: receives a run folder per set, its scores and its fit, table.csv and figure.png.
        left_out: train without this set alone, by its name.
        split: whose images of the set left out are scored; None for all of them.
        protocol: of the scores; a key of `gazemap.metrics.PROTOCOLS`.
        overrides: "a.b=value" strings that replace single keys of the recipe.
        device: of training and scoring: auto, cpu or cuda.
        workers: processes that share the sets left out; by default this one does one after another. They
            open the data sets themselves, so that these are given by their folders.
        cluster: "ray": workers are actors of Ray, by default as many as it has cores or GPUs.
        progress: show how each training goes, as `train` does; of workers, how many sets are done.

    Raises:
        InputError: no set of this name, no such protocol, or a data set in memory for workers.
        RecipeError: a mistake in the recipe; see `load_recipe`.
        DataError: fewer than two sets, no such split, or an image cannot be read.
        WeightsError: `out` holds a run of another recipe, of other data sets or of another version.
        MissingPackageError: PyTorch or SciPy is not installed; says what to install.
    """
    recipe, out = load_recipe(recipe, overrides), Path(out)
    require("scipy", "Fitting power and blur")
    get_protocol(protocol)
    by = study_crew(
        _WORKER,
        "The run without",
        out,
        workers=workers,
        cluster=cluster,
        device=device,
        sets={"datasets": datasets},
        recipe=recipe.model_dump(mode="json"),
        split=split,
        protocol=protocol,
    )
    sets = [as_dataset(dataset) for dataset in datasets]
    if left_out is not None:
        check_name("data set", left_out, [dataset.name for dataset in sets])
    study = UnseenSets(sets, recipe, out, split=split, protocol=protocol, device=device, progress=progress)
    finished = study.finished()  # what another made is refused before the work
    chosen = [one.name for one in sets if one.name in finished or left_out in (None, one.name)]
    if by is not None:
        left = [name for name in chosen if name not in finished]
        by.make(left, f"Training without each of {len(left)} sets", progress=progress)
    found = {name: study.made(name) for name in chosen}  # what workers have made is found
    missing = tuple(dataset.name for dataset in sets if dataset.name not in found)
    result = Transfer(recipe.name, protocol, found, missing, out / "table.csv", out / "figure.png")
    _write(result)
    return result


class UnseenSets:
    """The data sets of a study: each is left out, and scored by the run on the others."""

    def __init__(
        self,
        datasets: Sequence[GazeDataset],
        recipe: Recipe,
        out: Path,
        *,
        split: str | None,
        protocol: str,
        device: str,
        progress: bool = False,
    ) -> None:
        """Leave out each set in turn; see `transfer` for the arguments, and for what is raised."""
        from gazemap.training.checkpoint import RunFolder

        self._recipe = recipe
        self._split = split_named(split or _WHOLE)
        self._protocol = protocol
        self._computed: dict[str, Any] = {"device": device, "progress": progress}
        parts = without_each(datasets, recipe.name, progress=progress)
        self._parts = {part.images.name: part for part in parts}
        self._scored = {name: _scored(part.images, split) for name, part in self._parts.items()}
        self._folders = {
            name: RunFolder(out / f"without-{plain_word(name)}", recipe, _learned(part, recipe))
            for name, part in self._parts.items()
        }

    def finished(self) -> set[str]:
        """The names of the sets without which a run is trained; raises what `RunFolder.state` raises."""
        return {name for name, folder in self._folders.items() if folder.is_finished}

    def made(self, name: str) -> UnseenSet:
        """The run without a set, its scores on it, and what few numbers gain: made, or there already."""
        from gazemap.training.loop import train

        folder, images, part = self._folders[name], self._scored[name], self._parts[name]
        run = train(self._recipe, folder.dataset, folder.path, if_exists="resume", **self._computed)
        row, file = self._recipe.name, scores_file(run.out, images, self._split, self._protocol)
        scores = scores_in(file, {row: run.out}, images, self._split, self._protocol, **self._computed)
        maps_alone = len(part.others) - len(folder.dataset)
        curve = curve_in(run.out, images.split(self._split), **self._computed)
        return UnseenSet(name, row, run, scores, file, part.dropped, maps_alone, curve)


class UnseenWorker:
    """A worker that leaves out one set after another; see `UnseenSets`."""

    def __init__(
        self,
        *,
        recipe: Mapping[str, Any],
        datasets: Sequence[str],
        out: str,
        split: str | None,
        protocol: str,
        device: str,
    ) -> None:
        read = parse_recipe(recipe, "The recipe")
        sets = [*map(load_dataset, datasets)]
        self._sets = UnseenSets(sets, read, Path(out), split=split, protocol=protocol, device=device)

    def run(self, task: str) -> None:
        """Train without a set and score it; what is made lies in the run's folder."""
        self._sets.made(task)


def _scored(images: GazeDataset, split: str | None) -> GazeDataset:
    """The set that is scored: what is not known where anybody looked is left out.

    Raises:
        DataError: no such split, or nothing is left.
    """
    known = [sample for sample in images if sample.fixations is not None or sample.map_file is not None]
    if not known:
        raise DataError(f"{images.name!r} has neither fixation points nor maps, so it cannot be scored.")
    if split is None:
        return images.with_samples([replace(sample, split=_WHOLE) for sample in known])
    part = images.with_samples(known)
    part.split(split)
    return part


def _learned(part: LeftOut, recipe: Recipe) -> GazeDataset:
    """What a run trains on: without images that the recipe's losses learn nothing from.

    Raises:
        DataError: no image is left to train or to validate.
    """
    from gazemap.losses import learns_from_maps

    learned = part.others
    if recipe.teachers is None and not learns_from_maps(recipe.loss):
        learned = learned.with_samples([sample for sample in learned if sample.fixations is not None])
    for split, what in (("train", "to train on"), ("val", "to choose the epoch by")):
        if split not in learned.splits:
            raise DataError(
                f"Without {part.images.name}, the other sets leave recipe {recipe.name} no image of the "
                f"split {split} {what}. Split one of them with gazemap data split, or add a set."
            )
    return learned


def _write(found: Transfer) -> None:
    """Everything that was measured, a row each, with what made it; and the figure."""
    rows = [
        (one.name, row, quantity, *astuple(value), found.protocol, *map(one.scores.made_by.get, _MADE_BY))
        for one in found.sets.values()
        for row, quantity, value in one.quantities()
    ]
    columns = dict(zip(_COLUMNS, zip(*rows, strict=True), strict=True))
    with replacing(found.table) as temporary:
        write_csv(table_of(columns, _COLUMNS), temporary)
    picture = figures.unseen_sets([one.figure_row() for one in found.sets.values()], found.title)
    with replacing(found.figure) as temporary:
        picture.savefig(temporary, dpi=110)
