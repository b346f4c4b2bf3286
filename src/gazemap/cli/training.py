"""Commands that train: one run, sweeps, cross-validation, transfer, a published study."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gazemap.cli.command import Answer, command
from gazemap.cli.listings import recipes_parts
from gazemap.cli.options import (
    ClusterOption,
    DataOption,
    DegreesOption,
    DeviceOption,
    FolderOption,
    ProtocolOption,
    RecipeArgument,
    SetOption,
    SigmaOption,
    WorkersOption,
)
from gazemap.cli.parsing import names
from gazemap.cli.results import cross_validation_parts, sweep_parts, transfer_parts

app = typer.Typer()
_TRAIN = "Train"


@command(
    app,
    _TRAIN,
    "gazemap train shallow-fixed-osie --data gaze/osie --out runs/a",
    "gazemap train a.yaml --data gaze/osie --out runs/b --dry-run",
)
def train(
    recipe: RecipeArgument,
    data: DataOption,
    out: FolderOption,
    set_: SetOption = None,
    resume: Annotated[
        bool, typer.Option("--resume", metavar="", help="Go on with the run in the folder, if there is one.")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            metavar="",
            help="Only measure some steps, and say how long the training will take and how much disk.",
        ),
    ] = False,
    device: DeviceOption = "auto",
) -> Answer:
    """Train a model as a recipe says.

    The folder receives metrics.jsonl, with a row per epoch, and events, a folder that TensorBoard shows.
    """
    from gazemap.training.loop import train

    made = train(
        recipe,
        data,
        out,
        overrides=set_ or (),
        if_exists="resume" if resume else "refuse",
        dry_run=dry_run,
        device=device,
        progress=True,
    )
    return Answer(made, made.notes())


@command(
    app,
    _TRAIN,
    "gazemap adapt gazenet --data gaze/mine --out mine",
    "gazemap adapt gazenet --data gaze/mine --also-weights --out mine",
)
def adapt(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="The model: the name of one that comes with gazemap, a run folder, a weights or ONNX file.",
        ),
    ],
    data: DataOption,
    out: FolderOption,
    split: Annotated[
        str,
        typer.Option("--split", metavar="NAME", help="The split that it is fitted to, or all."),
    ] = "train",
    name: Annotated[
        str,
        typer.Option(
            "--name",
            metavar="NAME",
            help="The name of the viewing condition, beside which the adapted model keeps those that the "
            "model has.",
        ),
    ] = "adapted",
    also_weights: Annotated[
        bool,
        typer.Option(
            "--also-weights",
            metavar="",
            help="Train a readout for the condition, too, where that helps: minutes, and more is gained.",
        ),
    ] = False,
) -> Answer:
    """Fit a few numbers of a model to your observers, screens and task, from five images or more.

    The folder stands for the adapted model: gazemap predict photo.jpg --model FOLDER.
    """
    from gazemap.adaptation.adapt import adapt

    whole = None if split == "all" else split
    made = adapt(model, data, out, split=whole, name=name, also_weights=also_weights, progress=True)
    return Answer(made, made.notes())


@command(
    app,
    _TRAIN,
    "gazemap sweep losses --data gaze/osie --out runs/losses",
    "gazemap sweep my-sweep.yaml --data gaze/osie --out runs/mine",
)
def sweep(
    sweep: Annotated[
        str,
        typer.Argument(
            metavar="SWEEP", help="A sweep: a name that `gazemap recipes` lists, or a .yaml file."
        ),
    ],
    data: DataOption,
    out: FolderOption,
    set_: SetOption = None,
    sigma: SigmaOption = None,
    degrees: DegreesOption = None,
    device: DeviceOption = "auto",
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
) -> Answer:
    """Train one recipe several times, with one thing changed each time, and compare the results.

    Run it again after a stop, and it goes on where it was.
    """
    from gazemap.reports.studies.sweep import sweep as run_sweep

    found = run_sweep(
        sweep,
        data,
        out,
        overrides=set_ or (),
        sigma=sigma,
        degrees=degrees,
        device=device,
        workers=workers,
        cluster=cluster,
        progress=True,
    )
    return Answer(found, sweep_parts(found))


@command(
    app,
    _TRAIN,
    "gazemap cross-validate shallow-fixed-osie --data gaze/osie --out runs/cv",
    "gazemap cross-validate a.yaml --data gaze/osie --out runs/cv --workers 5",
    name="cross-validate",
)
def cross_validate(
    recipe: RecipeArgument,
    data: DataOption,
    out: FolderOption,
    extra_data: Annotated[
        str | None,
        typer.Option(
            metavar="SETS", help="Other data sets to train on in every fold, with commas between them."
        ),
    ] = None,
    folds: Annotated[int, typer.Option(metavar="N", help="The number of folds.")] = 5,
    fold: Annotated[
        int | None,
        typer.Option(metavar="N", help="Train this fold alone, counted from 1. Without it, all."),
    ] = None,
    protocol: ProtocolOption = "exact",
    sigma: SigmaOption = None,
    degrees: DegreesOption = None,
    set_: SetOption = None,
    device: DeviceOption = "auto",
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
) -> Answer:
    """Train once per fold, and score each image by the model that was not trained on it.

    Run it again after a stop, and it goes on where it was.
    """
    from gazemap.reports.studies.cross_validation import cross_validate

    found = cross_validate(
        recipe,
        data,
        out,
        extra_data=names(extra_data) or (),
        folds=folds,
        fold=fold,
        protocol=protocol,
        sigma=sigma,
        degrees=degrees,
        overrides=set_ or (),
        device=device,
        workers=workers,
        cluster=cluster,
        progress=True,
    )
    return Answer(found, cross_validation_parts(found))


@command(
    app,
    _TRAIN,
    "gazemap transfer gaze/osie gaze/mine --recipe simplenet --out runs/t",
    "gazemap transfer gaze/a gaze/b --recipe a.yaml --out runs/t --left-out a",
)
def transfer(
    datasets: Annotated[
        list[Path],
        typer.Argument(metavar="SET", help="The folders of two or more gaze data sets."),
    ],
    recipe: Annotated[
        str,
        typer.Option(
            "--recipe",
            metavar="RECIPE",
            help="A recipe: a name that `gazemap recipes` lists, or a .yaml file.",
        ),
    ],
    out: FolderOption,
    left_out: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Train without this set alone. Without it, without each in turn."),
    ] = None,
    split: Annotated[
        str,
        typer.Option("--split", metavar="NAME", help="The split of the set left out that is scored, or all."),
    ] = "all",
    protocol: ProtocolOption = "exact",
    set_: SetOption = None,
    device: DeviceOption = "auto",
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
) -> Answer:
    """Train without each data set in turn, and score each model on the set that it never saw.

    It also says which power and blur of the density are best there, and what adapting to few images gains.
    Run it again after a stop, and it goes on where it was.
    """
    from gazemap.reports.studies.transfer import transfer

    found = transfer(
        datasets,
        recipe,
        out,
        left_out=left_out,
        split=None if split == "all" else split,
        protocol=protocol,
        overrides=set_ or (),
        device=device,
        workers=workers,
        cluster=cluster,
        progress=True,
    )
    return Answer(found, transfer_parts(found))


@command(
    app,
    _TRAIN,
    "gazemap reproduce nurick2021 --data gaze/popout --out runs/demo",
    "gazemap reproduce nurick2021 --data gaze/salicon --out runs/salicon --full",
)
def reproduce(
    study: Annotated[str, typer.Argument(metavar="STUDY", help="The name of the study: nurick2021.")],
    data: DataOption,
    out: FolderOption,
    full: Annotated[
        bool,
        typer.Option(
            "--full", metavar="", help="Train for as long as the study did, also on small data sets."
        ),
    ] = False,
    set_: SetOption = None,
    sigma: SigmaOption = None,
    degrees: DegreesOption = None,
    device: DeviceOption = "auto",
) -> Answer:
    """Train the networks of a published study, score them and write a report.

    Run it again after a stop, and it goes on where it was.
    """
    from gazemap.reports.studies.reproduction import reproduce

    made = reproduce(
        study,
        data,
        out,
        full=full,
        overrides=set_ or (),
        sigma=sigma,
        degrees=degrees,
        device=device,
        progress=True,
    )
    lines = [line for run in made.runs.values() for line in run.notes()]
    return Answer(made, [*lines, f"Report: {made.report}"])


@command(app, _TRAIN, "gazemap recipes", "gazemap recipes shallow-fixed-osie")
def recipes(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="One recipe: prints its file. Without it, all are listed."),
    ] = None,
) -> Answer:
    """List the recipes, for `gazemap train`, and the sweeps, for `gazemap sweep`, or show one."""
    from gazemap.reports.studies.recipes import recipes

    found = recipes(name)
    return Answer(found, recipes_parts(found, whole=name is not None))
