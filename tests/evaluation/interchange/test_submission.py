"""Submissions: what is written is what was predicted, and nothing is left of what went wrong."""

import zipfile
from types import SimpleNamespace

import h5py
import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from PIL import Image
from scipy.special import logsumexp
from support import tiny_model

from gazemap.data.dataset import GazeDataset
from gazemap.errors import DataError, InputError, OutputError
from gazemap.evaluation.interchange.stored import open_predictions
from gazemap.evaluation.interchange.submission import FORMATS, submit
from gazemap.evaluation.names import scores_file
from gazemap.evaluation.predictions import Maps
from gazemap.metrics import resize
from gazemap.models.weights import save_model
from gazemap.prediction.predict import predict
from gazemap.system import writing


@pytest.fixture(scope="module")
def val(popout_set):
    return popout_set.split("val")


@pytest.fixture(params=["saliency", "log_density"])
def model(request):
    torch.manual_seed(0)
    return tiny_model.Tiny(output=request.param)


def maps(val, output="log_density", size=(24, 32)):
    grids = np.random.default_rng(1).normal(size=(len(val), *size))
    if output == "log_density":
        grids -= logsumexp(grids, axis=(1, 2), keepdims=True)
    return Maps(grids, output)


def test_tuebingen_holds_a_model_s_predictions_at_the_images_sizes(model, val, tmp_path):
    out = submit(model, val, tmp_path / "ours.hdf5", format="tuebingen", split="val")
    assert (out.path, out.images, out.ignored) == (tmp_path / "ours.hdf5", len(val), 0)
    with h5py.File(out.path) as file:
        assert sorted(file) == sorted(sample.file.name for sample in val)
        for sample in val:
            made = predict(sample.file, model)
            expected = made.log_density if model.output == "log_density" else made.saliency
            stored = file[sample.file.name][()]
            assert (stored.shape, stored.dtype) == (sample.size, np.float32)
            np.testing.assert_allclose(stored, expected, rtol=1e-6)
            if model.output == "log_density":
                assert abs(logsumexp(stored.astype(float))) < 1e-5


@pytest.mark.parametrize("output", ["saliency", "log_density"])
def test_tuebingen_and_back_keeps_stored_maps(output, val, tmp_path):
    theirs = maps(val, output)
    out = submit(theirs, val, tmp_path / "ours.hdf5", format="tuebingen", split="val")
    back = open_predictions(out.path, val, output)
    for index, sample in enumerate(val):
        expected = resize(theirs.grid(index), sample.size)
        if output == "log_density":
            expected -= logsumexp(expected)
        np.testing.assert_allclose(back.grid(index), expected, rtol=1e-6, atol=1e-6)
    again = submit(back, val, tmp_path / "again.hdf5", format="tuebingen", split="val")
    for index in range(len(val)):
        np.testing.assert_allclose(
            open_predictions(again.path, val, output).grid(index), back.grid(index), atol=2e-6
        )


def test_folders_stay_in_the_keys_where_names_repeat(val, tmp_path):
    samples = []
    for number, folder in enumerate(("Action", "Art")):
        file = tmp_path / folder / "001.png"
        file.parent.mkdir()
        file.write_bytes(val[number].file.read_bytes())
        samples.append(type(val[0])(**{**vars(val[number]), "file": file}))
    images = GazeDataset(tmp_path, val.info, samples)
    out = submit(maps(images), images, tmp_path / "ours.hdf5", format="tuebingen", split="val")
    with h5py.File(out.path) as file:
        assert sorted(file) == ["Action", "Art"]
        assert list(file["Action"]) == list(file["Art"]) == ["001.png"]
    submit(maps(images), images, tmp_path / "salicon.zip", format="salicon", split="val")
    assert zipfile.ZipFile(tmp_path / "salicon.zip").namelist() == ["Action/001.png", "Art/001.png"]


def test_salicon_is_a_folder_of_gray_pictures_and_a_zip_of_it(model, val, tmp_path):
    out = submit(model, val, tmp_path / "ours", format="salicon", split="val")
    assert out.path == tmp_path / "ours.zip"
    names = [f"{sample.image_id}.png" for sample in val]
    assert sorted(path.name for path in (tmp_path / "ours").iterdir()) == sorted(names)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ours", "ours.zip"]
    with zipfile.ZipFile(out.path) as archive:
        assert archive.namelist() == names
        for sample, name in zip(val, names, strict=True):
            picture = Image.open(tmp_path / "ours" / name)
            assert (picture.size, picture.mode, picture.format) == ((640, 480), "L", "PNG")
            assert archive.read(name) == (tmp_path / "ours" / name).read_bytes()
            made = predict(sample.file, model)
            exact = resize(made.log_density if model.output == "log_density" else made.saliency, (480, 640))
            exact = np.exp(exact - exact.max()) if model.output == "log_density" else exact - exact.min()
            error = np.asarray(picture, dtype=float) - 255 * exact / exact.max()
            assert np.abs(error).max() <= 0.5 + 1e-4  # truncation would be off by up to 1
            assert abs(error.mean()) < 0.05


def test_a_constant_map_is_black_and_no_error(val, tmp_path):
    submit(Maps(np.full((3, 4), 7.0)), val, tmp_path / "ours", format="salicon", split="val")
    assert np.asarray(Image.open(tmp_path / "ours" / f"{val[0].image_id}.png")).max() == 0


@pytest.mark.parametrize("format", FORMATS)
def test_a_map_that_goes_wrong_leaves_nothing(format, val, tmp_path):
    grids = maps(val).grids
    grids[-1, 3, 4] = np.nan
    with pytest.raises(DataError, match=f"{val[-1].image_id} has values that are NaN"):
        submit(Maps(grids, "log_density"), val, tmp_path / "ours", format=format, split="val")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format", FORMATS)
def test_what_was_written_is_read_again_before_it_gets_its_name(format, val, tmp_path, monkeypatch):
    """A disk, or a bug, that loses the last image."""
    if format == "tuebingen":
        create = h5py.File.create_dataset
        monkeypatch.setattr(
            h5py.File,
            "create_dataset",
            lambda file, name, **rest: name == val[-1].file.name or create(file, name, **rest),
        )
    else:
        save = Image.Image.save
        monkeypatch.setattr(
            Image.Image,
            "save",
            lambda image, path: save(
                image, path.with_name("x.png") if val[-1].image_id in path.name else path
            ),
        )
    with pytest.raises((DataError, OutputError), match=r"1 of 5 images have no prediction|cannot be written"):
        submit(maps(val), val, tmp_path / "ours", format=format, split="val")
    assert list(tmp_path.iterdir()) == []


def test_mistakes_are_refused(val, tmp_path):
    with pytest.raises(InputError, match=r"no submission format named 'tubingen'\. Did you mean 'tuebingen'"):
        submit(maps(val), val, tmp_path / "ours", format="tubingen", split="val")
    for taken in ("ours", "other.zip"):
        (tmp_path / taken).touch()
    for name, message in (("ours", "ours exists already"), ("other", r"other\.zip exists already")):
        with pytest.raises(OutputError, match=message):
            submit(maps(val), val, tmp_path / name, format="salicon", split="val")
    with pytest.raises(OutputError, match="ours exists already"):
        submit(maps(val), val, tmp_path / "ours", format="tuebingen", split="val")
    with pytest.raises(InputError, match=r"one HDF5 file: name it .*maps\.h5, got .*maps\.zip"):
        submit(maps(val), val, tmp_path / "maps.zip", format="tuebingen", split="val")
    for format in FORMATS:
        with pytest.raises(OutputError, match="cannot be written"):
            submit(maps(val), val, tmp_path / "ours" / "deeper", format=format, split="val")
    tall = type(val[0])(**{**vars(val[0]), "size": (640, 480)})
    with pytest.raises(
        DataError, match="is 480 x 640 pixels; images of SALICON must have the aspect of 640 x 480"
    ):
        submit(
            maps(val),
            GazeDataset(tmp_path, val.info, [tall]),
            tmp_path / "tall",
            format="salicon",
            split="val",
        )


@pytest.mark.slow
def test_commands_submit_a_run_and_score_what_was_submitted(run, popout_set, tmp_path, monkeypatch):
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)
    model = tiny_model.Tiny(output="log_density")
    save_model(tmp_path / "run" / "best.safetensors", model)
    data = ("--data", popout_set.path)
    submit = ("submit", tmp_path / "run", *data, "--format", "tuebingen", "--out")
    code, text = run(*submit, tmp_path / "test.hdf5")
    names = [sample.file.name for sample in popout_set.split("test")]
    with h5py.File(tmp_path / "test.hdf5") as file:
        assert (code, list(file)) == (0, names)
    code, text = run(*submit, tmp_path / "ours.hdf5", "--split", "val")
    assert (code, "5 predictions, read again and checked" in text) == (0, True)
    code, text = run("evaluate", tmp_path / "ours.hdf5", *data, "--holds", model.output)
    assert code == 0, text
    for part in ("ours", "center bias", "gold standard"):
        assert part in text
    theirs = pq.read_table(scores_file(tmp_path, popout_set, "val", "exact", "ours")).to_pydict()
    assert run("evaluate", tmp_path / "run", *data)[0] == 0
    own = pq.read_table(scores_file(tmp_path / "run", popout_set, "val", "exact")).to_pydict()
    # float32 makes some pixels equal that were not: fractions of a rank
    np.testing.assert_allclose(theirs["score"], own["score"], atol=1e-4)
    assert {"ours", "run"} < {*theirs["row"], *own["row"]}


def test_commands_say_how_many_maps_are_left_out_and_refuse_mistakes(run, popout_set, val, tmp_path):
    (tmp_path / "all").mkdir()
    for sample, grid in zip(popout_set, maps(popout_set, "saliency").grids, strict=True):
        np.save(tmp_path / "all" / sample.image_id, grid)
    data = ("--data", popout_set.path)
    code, text = run("evaluate", tmp_path / "all", *data, "--protocol", "mit")
    assert (code, "all: 25 of its maps are of other images and were ignored." in text) == (0, True)
    assert scores_file(tmp_path / "all", popout_set, "val", "mit").exists()
    code, text = run("evaluate", tmp_path / "all", *data, "--holds", "density")
    assert (code, "'density' is not one of 'saliency', 'log_density'" in text) == (2, True)
    code, text = run("evaluate", tmp_path / "all", *data, "--holds", "log_density")
    assert (code, "is no log density" in text) == (2, True)
    code, text = run(
        "submit", tmp_path / "all", *data, "--format", "mit", "--out", tmp_path / "x", "--split", "val"
    )
    assert (code, "no submission format named 'mit'" in text) == (2, True)


def test_a_disk_that_fills_up_ends_it_before_hdf5_does(popout_set, tmp_path, monkeypatch):
    """HDF5's library ends the process where it cannot write; here there is room for one image more."""
    left = iter([2**30, 0])
    monkeypatch.setattr(writing.shutil, "disk_usage", lambda folder: SimpleNamespace(free=next(left)))
    with pytest.raises(OutputError, match=r"ours\.hdf5 cannot be written: No space left on device"):
        submit("gazenet", popout_set, tmp_path / "ours.hdf5", format="tuebingen", split="val")
    assert not list(tmp_path.iterdir())
