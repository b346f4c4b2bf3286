"""What is attacked: sound files of every kind, and how gazemap reads each of them."""

from __future__ import annotations

import json
import shutil
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))  # its miniatures of all foreign formats

_PACKED: dict[str, Literal["w:", "w:gz", "w:xz"]] = {"ar": "w:", "gz": "w:gz", "xz": "w:xz"}
_PICTURES = {".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".gif", ".webp"}


@dataclass(frozen=True)
class Target:
    """A sound file, and what reads it.

    Attributes:
        kind: a row of the table.
        root: a folder of nothing but what is needed to read it.
        file: the file that is mutated, in that folder.
        use: reads all of the folder, as a user's command would.
    """

    kind: str
    root: Path
    file: Path
    use: Callable[[Path], object]


def targets(folder: Path, kind: str | None = None) -> Iterator[Target]:
    """Make the sound files of one kind, or of all, below a folder."""
    makers: dict[Callable[[Path], Iterator[Target]], tuple[str, ...]] = {
        _images: ("images",),
        _datasets: ("data sets",),
        _importers: ("importers' files",),
        _weights: ("weights",),
        _recipes: ("recipes", "--set"),
        _runs: ("logs", "checkpoints"),
        _archives: ("archives",),
        _tables: ("scores", "areas and lists"),
    }
    for make, kinds in makers.items():
        if kind is None or kind in kinds:
            own = folder / make.__name__
            own.mkdir()
            yield from (target for target in make(own) if kind in (None, target.kind))


def _images(folder: Path) -> Iterator[Target]:
    noise = np.random.default_rng(0).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    smooth = Image.fromarray(noise).resize((160, 120))
    forms: dict[str, dict[str, Any]] = {
        "plain.jpg": {
            "quality": 90,
            "exif": b"Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0",
        },
        "progressive.jpg": {"progressive": True},
        "plain.png": {},
        "plain.bmp": {},
        "plain.gif": {},
        "lossy.webp": {},
        "lossless.webp": {"lossless": True},
        "plain.tif": {},
        "packed.tif": {"compression": "tiff_lzw"},
        "jpeg.tif": {"compression": "jpeg"},
        "plain.ppm": {},
        "plain.tga": {},
        "plain.ico": {},
        "plain.jp2": {},
        "plain.avif": {},
    }
    for name, options in forms.items():
        root = folder / name.replace(".", "_")
        root.mkdir()
        try:
            smooth.save(root / name, **options)
        except (KeyError, OSError):  # a Pillow without this format
            continue
        yield Target("images", root, Path(name), partial(_use_image, name))
    for name, mode in (("deep.png", "I;16"), ("palette.png", "P"), ("alpha.png", "LA"), ("float.tif", "F")):
        root = folder / name.replace(".", "_")
        root.mkdir()
        picture = smooth.convert("L").convert("I").convert(mode) if mode == "I;16" else smooth.convert(mode)
        picture.save(root / name)
        yield Target("images", root, Path(name), partial(_use_image, name))


def _use_image(name: str, root: Path) -> None:
    from gazemap.prediction.predict import predict

    repr(predict(root / name).density)


def _datasets(folder: Path) -> Iterator[Target]:
    from gazemap.data.popout.generate import popout

    path = popout(folder / "popout", images=10, size=(64, 96)).path
    for name in ("dataset.json", "images.parquet", "fixations.parquet"):
        yield Target("data sets", path, Path(name), _use_dataset)


def _use_dataset(path: Path) -> None:
    from gazemap.data.check import check_dataset
    from gazemap.data.dataset import load_dataset

    dataset = load_dataset(path)
    json.dumps(dataset.summary().as_json())
    repr(dataset), dataset.fingerprint, dataset.observers
    for sample in dataset.samples[:2]:
        sample.fixation_map()
        sample.density((24, 32), sigma=3 if sample.sigma is None else None)
        sample.density()
    dataset.select(width=(1, 10_000), first=2)
    check_dataset(path)


def _importers(folder: Path) -> Iterator[Target]:
    from support.miniatures import MINIATURES  # type: ignore[import-not-found]

    for name, miniature in MINIATURES.items():
        root = folder / name
        source = miniature(root / "source")
        for file in sorted(root.rglob("*")):
            if file.is_file() and file.suffix.lower() not in _PICTURES:
                use = partial(_import, source.relative_to(root), name, miniature.options)
                yield Target("importers' files", root, file.relative_to(root), use)


def _import(source: Path, name: str, options: dict[str, Any], root: Path) -> None:
    from gazemap.data.importers import import_dataset

    with tempfile.TemporaryDirectory() as out:
        import_dataset(root / source, Path(out) / "set", format=name, options=options)


def _weights(folder: Path) -> Iterator[Target]:
    from support.tiny_model import register  # type: ignore[import-not-found]

    from gazemap.models.files import shipped_weights
    from gazemap.models.table import create_model
    from gazemap.models.training_images import TrainingImages
    from gazemap.models.weights import save_model
    from gazemap.prediction.engines.export import export

    register()
    for name in ("tiny", "gazenet", "form"):
        (folder / name).mkdir()
    model = create_model("tiny")
    model.training_images = TrainingImages(np.zeros((3, 40), np.uint8), np.ones((2, 40), np.uint8))
    save_model(folder / "tiny" / "model.safetensors", model, epoch=3, val_loss=0.1, mean_map_loss=0.2)
    export(folder / "tiny" / "model.safetensors", folder / "form" / "model.onnx")
    shutil.copy(shipped_weights()["gazenet"], folder / "gazenet" / "model.safetensors")
    for name in ("tiny", "gazenet"):
        yield Target("weights", folder / name, Path("model.safetensors"), partial(_use_weights, name))
    yield Target("weights", folder / "form", Path("model.onnx"), _use_form)


def _use_weights(name: str, root: Path) -> None:
    from gazemap.models.files import describe
    from gazemap.models.table import create_model
    from gazemap.models.weights import load_model, start_from

    json.dumps(describe(root / "model.safetensors"))
    load_model(root / "model.safetensors")
    start_from(create_model(name), root / "model.safetensors")


def _use_form(root: Path) -> None:
    from gazemap.prediction.predict import predict

    repr(predict(np.zeros((40, 50, 3), np.uint8), model=root / "model.onnx").density)


def _recipes(folder: Path) -> Iterator[Target]:
    from importlib import resources

    recipes = Path(str(resources.files("gazemap.training") / "recipes"))
    sweeps = Path(str(resources.files("gazemap.reports") / "studies" / "sweeps"))
    for file in sorted(recipes.glob("*.yaml"))[::3]:
        root = folder / file.stem
        root.mkdir()
        shutil.copy(file, root / "recipe.yaml")
        yield Target("recipes", root, Path("recipe.yaml"), _use_recipe)
        (root / "set.txt").write_text("training.epochs=4")
        yield Target("--set", root, Path("set.txt"), _use_override)
    for file in sorted(sweeps.glob("*.yaml")):
        root = folder / f"sweep-{file.stem}"
        root.mkdir()
        shutil.copy(file, root / "sweep.yaml")
        yield Target("recipes", root, Path("sweep.yaml"), _use_sweep)


def _use_recipe(root: Path) -> None:
    from gazemap.models.table import create_model
    from gazemap.training.recipe import load_recipe

    recipe = load_recipe(root / "recipe.yaml")
    options = {
        **recipe.model.options,
        **({"encoder_weights": None} if "encoder_weights" in recipe.model.options else {}),
    }
    if recipe.model.name in ("shallow", "gazenet"):
        create_model(recipe.model.name, **options)


def _use_override(root: Path) -> None:
    from gazemap.training.recipe import load_recipe

    text = (root / "set.txt").read_bytes().decode("utf-8", "replace")
    load_recipe(root / "recipe.yaml", [text if "=" in text else f"training.epochs={text}"])


def _use_sweep(root: Path) -> None:
    from gazemap.reports.studies.sweep import load_sweep

    load_sweep(root / "sweep.yaml")


def _runs(folder: Path) -> Iterator[Target]:
    from support.tiny_model import RECIPE, register

    from gazemap.data.popout.generate import popout
    from gazemap.training.loop import train

    register()
    popout(folder / "popout", images=10, size=(64, 96))
    (folder / "recipe.yaml").write_text(RECIPE)
    overrides = ["training.epochs=3", "data.mirror=none"]
    train(folder / "recipe.yaml", folder / "popout", folder / "run", overrides=overrides)
    for file, kind in (
        ("metrics.jsonl", "logs"),
        ("last.safetensors", "checkpoints"),
        ("best.safetensors", "checkpoints"),
        ("recipe.yaml", "logs"),
    ):
        yield Target(kind, folder, Path("run") / file, partial(_use_run, overrides))


def _use_run(overrides: list[str], root: Path) -> None:
    from gazemap.reports.trainings import read_training
    from gazemap.training.loop import train

    training = read_training(root / "run")
    if training is not None:
        str((training.warning, training.layer_rows, training.first_filters))
        from gazemap.reports.figures.runs import loss_curves

        loss_curves(training.log, training.about["mean_map_loss"], "loss")
    train(root / "recipe.yaml", root / "popout", root / "run", overrides=overrides, if_exists="resume")


def _archives(folder: Path) -> Iterator[Target]:
    maps = folder / "maps"
    maps.mkdir()
    for index in range(3):
        Image.fromarray(np.random.default_rng(index).integers(0, 255, (20, 30), np.uint8)).save(
            maps / f"{index}.png"
        )
    np.save(maps / "3.npy", np.random.default_rng(3).random((20, 30)))
    for name in ("plain.zip", "plain.tar", "packed.tar.gz", "packed.tar.xz", "maps.h5"):
        root = folder / name.replace(".", "_")
        root.mkdir()
        if name.endswith(".zip"):
            with zipfile.ZipFile(root / name, "w", zipfile.ZIP_DEFLATED) as archive:
                for file in sorted(maps.iterdir()):
                    archive.write(file, file.name)
        elif name.endswith(".h5"):
            import h5py

            with h5py.File(root / name, "w") as container:
                for index in range(3):
                    container[f"maps/{index}"] = np.random.default_rng(index).random((20, 30))
        else:
            with tarfile.open(root / name, _PACKED[name[-2:]]) as archive_:
                archive_.add(maps, "maps")
        yield Target("archives", root, Path(name), partial(_use_maps, name))
        if not name.endswith(".h5"):
            yield Target("archives", root, Path(name), partial(_use_unpacked, name))
    root = folder / "npy"
    root.mkdir()
    shutil.copy(maps / "3.npy", root / "3.npy")
    yield Target("archives", root, Path("3.npy"), lambda own: _read_all(own))


def _use_maps(name: str, root: Path) -> None:
    _read_all(root / name)


def _read_all(path: Path) -> None:
    from gazemap.errors import GazemapError
    from gazemap.evaluation.interchange.archives import open_archive

    archive = open_archive(path)
    for key in archive.keys:
        try:
            archive.read(key)
        except GazemapError:
            continue


def _use_unpacked(name: str, root: Path) -> None:
    from gazemap.data.download.unpacking import unpack

    with tempfile.TemporaryDirectory() as out:
        try:
            unpack(root / name, Path(out) / "in" / "it")
        finally:
            outside = [path for path in Path(out).rglob("*") if "in/it" not in str(path) and path.is_file()]
            assert not outside, outside


def _tables(folder: Path) -> Iterator[Target]:
    from gazemap.data.popout.generate import popout
    from gazemap.evaluation.evaluate import evaluate

    dataset = popout(folder / "popout", images=10, size=(64, 96))
    scores = evaluate("gazenet", dataset.path, split="val")
    for suffix in (".parquet", ".csv", ".json"):
        root = folder / f"scores{suffix}"
        root.mkdir()
        scores.write(root / f"scores{suffix}")
        yield Target("scores", root, Path(f"scores{suffix}"), partial(_use_scores, f"scores{suffix}"))
    boxes = [{"name": f"n{i}", "x": 2 * i, "y": 3, "width": 5, "height": 6} for i in range(4)]
    root = folder / "areas"
    root.mkdir()
    (root / "areas.json").write_text(json.dumps(boxes))
    lines = [",".join(boxes[0]), *(",".join(str(value) for value in box.values()) for box in boxes)]
    (root / "areas.csv").write_text("\n".join(lines))
    Image.new("RGB", (64, 48)).save(root / "photo.png")
    (root / "list.txt").write_text("photo.png\nphoto.png\n")
    for name in ("areas.json", "areas.csv"):
        yield Target("areas and lists", root, Path(name), partial(_use_areas, name))
    yield Target("areas and lists", root, Path("list.txt"), _use_list)


def _use_scores(name: str, root: Path) -> None:
    from gazemap.evaluation.scores import Scores

    scores = Scores.read(root / name)
    json.dumps(scores.as_json())
    str(scores), scores._repr_html_()


def _use_areas(name: str, root: Path) -> None:
    from gazemap.reports.areas import areas

    areas(root / "photo.png", areas=root / name)


def _use_list(root: Path) -> None:
    from gazemap.prediction.files.predict_files import predict_files

    with tempfile.TemporaryDirectory() as out:
        predict_files([f"@{root / 'list.txt'}"], Path(out) / "out")
