"""Options that several commands share: each name means one thing everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

MODEL = (
    "A model: a name that `gazemap models` lists, a run folder, or a .safetensors or .onnx file. "
    "Where a file or folder has the name of a model, write shipped:NAME for the model. "
    "gazenet@mouse names a viewing condition of it, too."
)
MODEL_OR_MAPS = (
    "A model's name, run folder or file, or a folder, .zip, .tar or .h5 file of maps, one per image."
)

# what a command works on
SetArgument = Annotated[Path, typer.Argument(metavar="SET", help="The folder of a gaze data set.")]
ImageArgument = Annotated[Path, typer.Argument(metavar="IMAGE", help="An image file.")]
RecipeArgument = Annotated[
    str,
    typer.Argument(metavar="RECIPE", help="A recipe: a name that `gazemap recipes` lists, or a .yaml file."),
]

# where results go
FolderOption = Annotated[Path, typer.Option("--out", metavar="FOLDER", help="The folder for the results.")]
NewSetOption = Annotated[
    Path, typer.Option("--out", metavar="FOLDER", help="The new folder for the gaze data set.")
]
FigureOption = Annotated[
    Path | None,
    typer.Option("--figure", metavar="FILE", help="Also draw a figure, into this .png, .pdf or .svg file."),
]

# what is used
DataOption = Annotated[
    Path, typer.Option("--data", metavar="SET", help="The folder of the gaze data set to use.")
]
ModelOption = Annotated[str, typer.Option("--model", metavar="MODEL", help=MODEL)]
ModelsOption = Annotated[
    str, typer.Option("--model", metavar="MODELS", help=f"Models, with commas between them. {MODEL}")
]
SplitOption = Annotated[
    str, typer.Option("--split", metavar="NAME", help="The split of the data set whose images are used.")
]
ProtocolOption = Annotated[
    str,
    typer.Option(
        "--protocol",
        metavar="NAME",
        help="How scores are computed: a protocol that `gazemap metrics` lists.",
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Replace one value of the recipe, as in training.epochs=5. May be given several times.",
    ),
]
AREAS = (
    "An area as NAME=X,Y,WIDTH,HEIGHT in pixels; a file of areas: .csv, .json (COCO and LabelMe, too), .svg "
    "or a mask as .png; or a folder with such a file per image. May be given several times."
)
SecondsOption = Annotated[
    float, typer.Option(metavar="SECONDS", help="An area is seen if it is looked at within this time.")
]
HoldsOption = Annotated[
    Literal["saliency", "log_density"],
    typer.Option(
        "--holds",
        metavar="KIND",
        help="What maps from elsewhere hold: saliency (higher means more salient) or log_density "
        "(logarithms of probabilities).",
    ),
]
UnseenOption = Annotated[
    bool, typer.Option("--unseen", metavar="", help="Leave out the images that the model was trained on.")
]

# how it is computed
DeviceOption = Annotated[
    str,
    typer.Option(
        "--device", metavar="DEVICE", help="Where the model runs: auto (a GPU if there is one), cpu or cuda."
    ),
]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers",
        metavar="N",
        help="How many processes share the work, to the same result. Without it, this one does it all.",
    ),
]
ClusterOption = Annotated[
    Literal["ray"] | None,
    typer.Option(
        "--cluster",
        metavar="NAME",
        help="Who does the work: ray, on all machines that it knows. Without it, it is done here.",
    ),
]
ConditionOption = Annotated[
    str | None,
    typer.Option(
        "--condition",
        metavar="NAME",
        help="The viewing condition, one that the model has: how images are looked at, as in web-page. The "
        "models that come with gazemap have free-viewing, the default, mouse, web-page and as-trained.",
    ),
]
EngineOption = Annotated[
    Literal["auto", "onnx", "torch", "openvino", "openvino-bf16"],
    typer.Option(
        "--engine",
        metavar="ENGINE",
        help="What runs the model: onnx (ONNX Runtime), torch (PyTorch), openvino, openvino-bf16 (faster, by "
        "fewer bits), or auto: onnx for the models that come with gazemap and for .onnx files, and torch for "
        "others.",
    ),
]
CenterBiasOption = Annotated[
    bool,
    typer.Option(
        "--center-bias/--no-center-bias",
        metavar="",
        help="Whether the model may add what it knows about any image: that people look near the center. "
        "Leave it out for images that are parts of others.",
    ),
]
ViewportOption = Annotated[
    str | None,
    typer.Option(
        "--viewport",
        metavar="WIDTHxHEIGHT",
        help="The screen that the image is seen on, in pixels of the image, as in 1280x800: what is longer "
        "is predicted screen by screen (fold by fold). Without it, that is done beyond 2:1, in screens of "
        "the shape 16:10. The word whole: all at once.",
    ),
]
SigmaOption = Annotated[
    float | None,
    typer.Option(
        metavar="PIXELS",
        help="The blur of the ground truth, in pixels of the image. Without it, the data set's own, or "
        "else 1 degree of visual angle, or else 8 cycles per image.",
    ),
]
DegreesOption = Annotated[
    float | None,
    typer.Option(metavar="DEGREES", help="The same in degrees of visual angle. Either this or --sigma."),
]
PixelsPerDegreeOption = Annotated[
    str | None,
    typer.Option(
        metavar="N|PX,CM,CM",
        help="The pixels of an image in a degree of visual angle, where the data set does not say it; or the "
        "screen's width in pixels and in cm, and the distance of the eyes in cm, as in 1920,53,60. The blur "
        "is then a degree, or --degrees.",
    ),
]
SeedOption = Annotated[
    int,
    typer.Option(
        "--seed", metavar="N", help="Seed of the random numbers: the same seed gives the same result."
    ),
]
