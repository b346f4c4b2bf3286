"""Commands that predict where people look: in images, on parts of one, in two designs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from gazemap.cli.command import Answer, command, complain
from gazemap.cli.options import (
    AREAS,
    CenterBiasOption,
    ConditionOption,
    DeviceOption,
    EngineOption,
    FigureOption,
    ImageArgument,
    ModelOption,
    ModelsOption,
    SecondsOption,
    ViewportOption,
)
from gazemap.cli.parsing import names
from gazemap.cli.tables import Table

app = typer.Typer()
_PREDICT = "Predict"


@command(
    app,
    _PREDICT,
    "gazemap predict photo.jpg --condition web-page",
    "gazemap predict clip.mp4 --out out --areas logo=40,30,120,60",
)
def predict(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE",
            help="Image files, folders, patterns in quotes, @LIST (a file with one path per line), or - to "
            "read an image, or paths, from the standard input. Or a manifest, see `gazemap manifest`. Or a "
            "video: .mp4, .mov, .m4v, .webm or .mkv.",
        ),
    ],
    out: Annotated[
        str,
        typer.Option(
            metavar="FOLDER",
            help="The folder for the results; it is made if need be. Or, for one image and one kind, the "
            "file, such as heat.png. Of a manifest it may be an address, as s3://bucket/maps.",
        ),
    ] = "predictions",
    model: ModelOption = "gazenet",
    write: Annotated[
        str | None,
        typer.Option(
            metavar="KINDS",
            help="What to write per image, with commas between: saliency (8-bit picture), saliency16 (16 "
            "bits), npy (log density), overlay, contour, json (the most salient points). Without it, "
            "saliency,overlay. Of a video: overlay, and of areas over time csv and parquet.",
        ),
    ] = None,
    condition: ConditionOption = None,
    engine: EngineOption = "auto",
    device: DeviceOption = "auto",
    center_bias: CenterBiasOption = True,
    viewport: ViewportOption = None,
    frames_per_second: Annotated[
        float | None,
        typer.Option(
            "--frames-per-second",
            metavar="N",
            help="Of a video: how many pictures per second are predicted. Without it, 5. With it, a .gif is "
            "a video, too.",
        ),
    ] = None,
    smoothing: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS",
            help="Of a video: the time constant by which predictions are averaged over time; 0 is each "
            "picture alone. Without it, 0.5.",
        ),
    ] = None,
    areas: Annotated[
        list[str] | None,
        typer.Option(metavar="AREAS", help=f"Of a video: its areas, for a table over time. {AREAS}"),
    ] = None,
    density: Annotated[
        Literal["float16", "uint8"] | None,
        typer.Option(
            metavar="TYPE",
            help="Of a manifest: how densities are stored, float16 or uint8. Without it, float16.",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Of a manifest: how many processes work. Without it, as many as there are cores.",
        ),
    ] = None,
    shard: Annotated[
        str | None,
        typer.Option(
            metavar="N/PARTS",
            help="Of a manifest: do one of several equal parts of the work, as in 12/400. For jobs that "
            "start alone, such as Slurm's arrays.",
        ),
    ] = None,
    retry_failed: Annotated[
        bool,
        typer.Option(
            "--retry-failed", metavar="", help="Of a manifest: predict failed images again, and do no others."
        ),
    ] = False,
    cluster: Annotated[
        Literal["ray"] | None,
        typer.Option(
            metavar="NAME",
            help="Of a manifest: ray has the work done by Ray, on all machines that it knows. Without it, "
            "the work is done here.",
        ),
    ] = None,
) -> Answer:
    """Predict where people look in any number of images.

    The results of photo.jpg are FOLDER/photo.jpg.saliency.png, FOLDER/photo.jpg.overlay.jpg and so on. Run
    it again after a stop, and it goes on where it was. Images that cannot be read are listed in
    FOLDER/failed.jsonl. A manifest, for a million images and more, gives FOLDER/part-000000.parquet and so
    on, with a row per image. A video gives FOLDER/clip.mp4.overlay.mp4; the model is one of still images and
    has not been validated on video.
    """
    from gazemap.reports.predict_sources import predict_sources

    outcome = predict_sources(
        sources,
        out,
        model=model,
        write=names(write),
        condition=condition,
        engine=engine,
        device=device,
        center_bias=center_bias,
        viewport=viewport,
        frames_per_second=frames_per_second,
        smoothing=smoothing,
        areas=areas or None,
        density=density,
        workers=workers,
        shard=shard,
        retry_failed=retry_failed,
        cluster=cluster,
        progress=True,
    )
    complain(outcome.failures)
    return Answer(outcome, outcome.notes(), 1 if outcome.failures else 0)


@command(
    app,
    _PREDICT,
    "gazemap manifest photos --out manifest.parquet",
    'gazemap manifest "shards/*.tar" --out manifest.parquet --shard-size 10000',
)
def manifest(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE",
            help="Folders, image files, patterns in quotes, @LIST (a file with one path per line), tar files "
            "as WebDataset writes them, or Parquet files with the bytes or the paths of images.",
        ),
    ],
    out: Annotated[
        str, typer.Option(metavar="FILE", help="The new manifest; its name should end in .parquet.")
    ],
    shard_size: Annotated[
        int, typer.Option("--shard-size", metavar="N", help="How many images make a shard.")
    ] = 5000,
    column: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The column of Parquet files that holds the images. It is found where only one can be it.",
        ),
    ] = None,
) -> Answer:
    """List a million images, or a billion, in a manifest, which `gazemap predict` works through by shards.

    Nothing is decoded, and memory does not grow with the number of images.
    """
    from gazemap.prediction.cluster.make_manifest import make_manifest

    made = make_manifest(sources, out, shard_size=shard_size, column=column, progress=True)
    return Answer(made, made.notes())


@command(
    app,
    _PREDICT,
    "gazemap crop photo.jpg --aspect 16:9 --out wide.jpg",
    "gazemap crop photo.jpg --aspect 1:1 --out a.jpg --areas face=155,145,222,190",
)
def crop(
    image: ImageArgument,
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="The file for the crop, with the suffix of the image.")
    ],
    aspect: Annotated[
        str | None,
        typer.Option(
            metavar="WIDTH:HEIGHT", help="The shape of the crop, as in 16:9 or 1.91:1. Either this or --size."
        ),
    ] = None,
    size: Annotated[
        str | None,
        typer.Option(
            metavar="WIDTHxHEIGHT",
            help="The size of the file in pixels, which says the shape, too. Either this or --aspect.",
        ),
    ] = None,
    share: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE",
            help="Take the smallest crop that keeps this share of the attention, as in 0.8. Without it, the "
            "largest crop of that shape is taken.",
        ),
    ] = None,
    areas: Annotated[
        list[str] | None,
        typer.Option(metavar="AREAS", help=f"The crop must hold these areas whole. {AREAS}"),
    ] = None,
    figure: FigureOption = None,
    model: ModelOption = "gazenet",
    condition: ConditionOption = None,
    engine: EngineOption = "auto",
    device: DeviceOption = "auto",
    center_bias: CenterBiasOption = True,
    viewport: ViewportOption = None,
) -> Answer:
    """Crop an image to a shape so that the crop keeps as much of the attention as it can."""
    from gazemap.reports.crop import crop

    made = crop(
        image,
        out,
        aspect=aspect,
        size=size,
        share=share,
        areas=areas,
        figure=figure,
        model=model,
        condition=condition,
        engine=engine,
        device=device,
        center_bias=center_bias,
        viewport=viewport,
    )
    return Answer(made, made.notes())


@command(
    app,
    _PREDICT,
    "gazemap diff before.png after.png --figure changes.png",
    "gazemap diff before.png after.png --areas button=500,400,160,60",
)
def diff(
    a: Annotated[Path, typer.Argument(metavar="A", help="An image file of the first design.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="An image file of the second design.")],
    areas: Annotated[list[str] | None, typer.Option(metavar="AREAS", help=AREAS)] = None,
    areas_b: Annotated[
        list[str] | None,
        typer.Option(
            metavar="AREAS",
            help="Where areas lie in B that moved, given as for --areas. May be given several times. "
            "All others are looked for at the same place as in A, and the result says so.",
        ),
    ] = None,
    seconds: SecondsOption = 2.0,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write the table of the areas, into this .csv or .json file."),
    ] = None,
    figure: FigureOption = None,
    model: ModelOption = "gazenet",
    engine: EngineOption = "auto",
    device: DeviceOption = "auto",
    center_bias: CenterBiasOption = True,
    viewport: ViewportOption = None,
) -> Answer:
    """Compare where people are predicted to look in two designs, from A to B."""
    from gazemap.reports.diff import diff

    found = diff(
        a,
        b,
        areas=areas or (),
        areas_b=areas_b or (),
        seconds=seconds,
        out=out,
        figure=figure,
        model=model,
        engine=engine,
        device=device,
        center_bias=center_bias,
        viewport=viewport,
    )
    cells = found.cells()
    return Answer(found, [*found.notes(), *([Table(found.headings, cells)] if cells else [])])


@command(app, _PREDICT, "gazemap sheet a.jpg b.jpg --model gazenet,gazenet-large --out sheet.png")
def sheet(
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE", help="Image files, up to 30.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The file for the picture: .png, .pdf or .svg.")],
    model: ModelsOption = "gazenet",
    engine: EngineOption = "auto",
    device: DeviceOption = "auto",
    center_bias: CenterBiasOption = True,
    viewport: ViewportOption = None,
) -> Answer:
    """Draw the predictions of several models for the same images on one sheet and one scale."""
    from gazemap.reports.sheet import sheet

    made = sheet(
        images,
        out,
        model=names(model) or (),
        engine=engine,
        device=device,
        center_bias=center_bias,
        viewport=viewport,
        progress=True,
    )
    return Answer(made, made.notes())


@command(app, _PREDICT, "gazemap demo", "gazemap demo --out try --no-open")
def demo(
    out: Annotated[
        Path,
        typer.Option(metavar="FOLDER", help="The folder for the page; it is made if need be."),
    ] = Path("gazemap-demo"),
    open_page: Annotated[
        bool,
        typer.Option(
            "--open/--no-open", metavar="", help="Show the page in a browser, where there is a desktop."
        ),
    ] = True,
    device: DeviceOption = "auto",
    displays: Annotated[
        int, typer.Option(metavar="N", help="How many displays are made, to train on and to score.")
    ] = 700,
) -> Answer:
    """Show on one page what gazemap does: predict a photograph, train networks. It takes two minutes."""
    from gazemap.reports.demo.demo import demo

    made = demo(out, open_page=open_page, device=device, displays=displays, progress=True)
    return Answer(made, made.notes())
