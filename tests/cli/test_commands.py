"""The commands as a newcomer types them, on the built-in data set and a tiny model."""

import io
import json
import types
from pathlib import Path

import pytest
from support import tiny_model
from support.miniatures import MINIATURES

from gazemap.data.popout.generate import popout
from gazemap.evaluation.names import scores_file
from gazemap.metrics import METRICS, PROTOCOLS
from gazemap.models.files import BEST
from gazemap.models.weights import save_model
from gazemap.reports.studies import reproduction


@pytest.fixture(autouse=True)
def _tiny(monkeypatch, tmp_path):
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)
    (tmp_path / "tiny.yaml").write_text(tiny_model.RECIPE)


def test_import_info_and_check(run, tmp_path):
    source = MINIATURES["osie"](tmp_path / "source")
    code, text = run("data", "import", source, "--format", "osie", "--out", tmp_path / "osie")
    assert (code, "images     3" in text) == (0, True)
    assert "fixations  6 of 1 observers" in run("data", "info", tmp_path / "osie")[1]
    assert run("data", "check", tmp_path / "osie") == (0, f"0 problem(s) in {tmp_path / 'osie'}.\n")
    (tmp_path / "osie" / "images" / "1001.jpg").unlink()
    code, text = run("data", "check", tmp_path / "osie")
    assert code == 1
    assert "1001: There is no image file" in text


@pytest.mark.slow
def test_popout_train_evaluate_predict_report(run, tmp_path, popout_set):
    out = tmp_path / "run"
    code, text = run("train", tmp_path / "tiny.yaml", "--data", popout_set.path, "--out", out)
    assert code == 0
    assert "the loss of the mean training map is" in text
    code, text = run("evaluate", out, "--data", popout_set.path, "--protocol", "bristol2021")
    assert code == 0
    for part in ("run", "center bias", "uniform", "gold standard", "auc_borji", "bristol2021"):
        assert part in text
    assert scores_file(out, popout_set, "val", "bristol2021").exists()
    photo = popout_set[0].file
    code, text = run("predict", "--model", out, photo, "--out", tmp_path / "maps")
    assert (code, "1 of 1 images predicted" in text) == (0, True)
    code, text = run("predict", "--model", out, photo, tmp_path / "none.jpg", "--out", tmp_path / "more")
    assert (code, "none.jpg: There is no image file" in text) == (1, True)
    assert "1 of 2 images predicted" in text
    assert "1 failed, see" in text
    code, text = run("report", out, "--data", popout_set.path)
    assert code == 0
    page = (out / "report.html").read_text()
    assert page.count("data:image/png;base64,") >= 7
    assert "http" not in page.replace("http-equiv", "")
    assert "does not get below the mean training map" in page
    assert "one observer&#39;s fixations are no density" in page  # why a cell has a dash
    code, text = run("compare", out, out, "--row-b", "center bias")  # finds what `report` wrote
    assert (code, "popout val, 5 images, exact" in text) == (0, True), text


def test_evaluate_means_the_run_of_that_name_before_the_shipped_model(run, tmp_path, popout_set, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save_model(tmp_path / "gazenet" / BEST, tiny_model.Tiny())

    def row(model):
        text = run(
            "evaluate", model, "--data", popout_set.path, "--metrics", "nss", "--out", "scores.parquet"
        )[1]
        return next(line for line in text.splitlines() if "gazenet" in line)

    assert row("gazenet") == row(tmp_path / "gazenet")
    assert row("shipped:gazenet") != row("gazenet")
    assert "gazenet-large" in row("gazenet-large")


def test_prepare_fills_the_cache_for_a_run(run, tmp_path, popout_set, monkeypatch):
    monkeypatch.setenv("GAZEMAP_CACHE", str(tmp_path / "cache"))
    code, text = run("data", "prepare", popout_set.path, "--recipe", tmp_path / "tiny.yaml")
    assert code == 0, text
    assert "train: 20 images at 24 x 24" in text
    assert str(tmp_path / "cache" / "arrays") in text.replace("\n", "")
    files = sorted((tmp_path / "cache" / "arrays").iterdir())
    assert len(files) == 8  # images, targets, fixations and looks of two splits
    assert run("train", tmp_path / "tiny.yaml", "--data", popout_set.path, "--out", tmp_path / "run")[0] == 0
    assert sorted((tmp_path / "cache" / "arrays").iterdir()) == files


@pytest.mark.slow
def test_reproduce_can_be_repeated_and_reports_every_network(run, tmp_path, popout_set, monkeypatch):
    study = reproduction.STUDIES["nurick2021"]
    small = reproduction.Study(study.title, (str(tmp_path / "tiny.yaml"),), study.protocols, study.published)
    monkeypatch.setitem(reproduction.STUDIES, "nurick2021", small)
    arguments = ("reproduce", "nurick2021", "--data", popout_set.path, "--out", tmp_path / "runs")
    code, text = run(*arguments)
    assert code == 0, text
    assert f"{tmp_path / 'runs' / 'tiny'}: best validation loss" in text.replace("\n", " ")
    assert "Warning: the network does not get below the mean training map" in text
    page = (tmp_path / "runs" / "report.html").read_text()
    for part in ("SALICON val", "0.83", "popout val", "bristol2021-clipped", "mean training map", "exact"):
        assert part in page
    weights = (tmp_path / "runs" / "tiny" / "best.safetensors").stat().st_mtime_ns
    code, again = run(*arguments)
    printed = [
        [line for line in out.splitlines() if "runs/" in line and "trained already" not in line]
        for out in (text, again)
    ]
    assert (code, printed[1]) == (0, printed[0])
    assert (tmp_path / "runs" / "tiny" / "best.safetensors").stat().st_mtime_ns == weights


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["data", "info", "nowhere"], "Error: nowhere is no gaze data set"),
        (["data", "import", ".", "--format", "oosie", "--out", "x"], "Did you mean 'osie'"),
        (["train", "nurick2021", "--data", "nowhere", "--out", "x"], "There is no recipe named 'nurick2021'"),
        (["reproduce", "nurick", "--data", "{popout}", "--out", "x"], "no study named 'nurick'"),
        (["evaluate", "nowhere", "--data", "{popout}"], "There is no model"),
        (["evaluate", "gazenet", "--data", "{popout}", "--metrics", "NSS"], "Did you mean 'nss'"),
        (["evaluate", "gazenet", "--data", "{popout}", "--metrics", "nss,"], "got 'nss,'. Leave no blank"),
        (
            ["data", "popout", "--out", "x", "--images", "ten"],
            "'--images': it must be a whole number, got 'ten'.",
        ),
        (["predict", "x", "--engine", "tf"], "'--engine': 'tf' is not one of 'auto', 'onnx'"),
        (["data", "view", "{popout}", "--out", "page.pdf"], "must end in .html, got page.pdf"),
        (["train", "none.yaml", "--data", "x", "--out", "x"], "none.yaml cannot be read: No such file"),
    ],
)
def test_a_mistake_ends_in_one_message_without_a_traceback(run, arguments, message, popout_set):
    code, text = run(*(argument.format(popout=popout_set.path) for argument in arguments))
    assert code == 2
    assert message in text
    assert "Traceback" not in text


def test_recipes_are_listed(run):
    assert "nurick2021-shallow-osie" in run("recipes")[1]


def test_the_protocols_and_metrics_are_listed(run):
    code, text = run("metrics")
    assert code == 0
    for name in (*PROTOCOLS, *METRICS):
        assert name in text
    code, text = run("metrics", "mit")
    assert code == 0
    for part in ("8 cycles per image", "10, drawn by a seed", "auc_judd"):
        assert part in text
    assert "wrapped, blur 2 px" in run("metrics", "bristol2021")[1]
    text = run("metrics", "information_gain")[1]
    for part in ("bits per fixation", "higher", "exact, mit, tuebingen"):
        assert part in text
    code, text = run("metrics", "exat")
    assert (code, "Did you mean 'exact'" in text) == (2, True)


@pytest.mark.slow
def test_evaluate_takes_one_map_and_chosen_metrics(run, tmp_path, popout_set):
    run("train", tmp_path / "tiny.yaml", "--data", popout_set.path, "--out", tmp_path / "run")
    arguments = ("evaluate", tmp_path / "run", "--data", popout_set.path, "--protocol", "mit")
    code, text = run(*arguments, "--metrics", "nss,emd", "--one-map")
    assert code == 0, text
    assert "mit-one-map" in text
    assert "best for each metric" not in text
    assert scores_file(tmp_path / "run", popout_set, "val", "mit-one-map").exists()
    code, text = run(*arguments)
    assert "best for each metric" in text
    assert "of the gold standard's information gain" in text
    code, text = run(*arguments, "--metrics", "nns")
    assert (code, "Did you mean 'nss'" in text) == (2, True)


@pytest.fixture
def weights(tmp_path):
    from gazemap.models.weights import save_model

    save_model(tmp_path / "tiny.safetensors", tiny_model.Tiny(output="log_density"))
    return tmp_path / "tiny.safetensors"


def test_predict_takes_folders_lists_patterns_and_stdin(run, tmp_path, weights, popout_set, monkeypatch):
    images = popout_set.path / "images"
    files = sorted(images.iterdir())
    out = tmp_path / "out"
    arguments = (
        "predict",
        "--model",
        weights,
        "--out",
        out,
        "--write",
        "json,npy",
        "--device",
        "cpu",
    )
    code, text = run(*arguments, images)
    assert (code, "30 of 30 images predicted" in text) == (0, True), text
    assert len(list(out.glob("*.attention.json"))) == len(list(out.glob("*.log_density.npy"))) == 30
    code, text = run(*arguments, f"{images}/*")
    assert (code, "0 of 30 images predicted" in text, "30 were there already" in text) == (0, True, True)
    (tmp_path / "list.txt").write_text("\n".join(map(str, files[:3])))
    assert "3 were there already" in run(*arguments, f"@{tmp_path / 'list.txt'}")[1]
    typed = types.SimpleNamespace(buffer=io.BytesIO(str(files[0]).encode()))
    monkeypatch.setattr("sys.stdin", typed)
    assert "1 were there already" in run(*arguments, "-")[1]


def test_predict_names_what_it_wrote_up_to_five_files(run, tmp_path, weights, popout_set):
    files = [sample.file for sample in popout_set][:4]
    out = tmp_path / "out"
    code, text = run("predict", files[0], "--model", weights, "--out", out)
    first = [out / f"{files[0].name}.saliency.png", out / f"{files[0].name}.overlay.jpg"]
    assert (code, text) == (0, "\n".join([f"1 of 1 images predicted, in {out}.", *map(str, first), ""]))
    assert all(path.is_file() for path in first)
    code, text = run("predict", *files, "--model", weights, "--out", out)
    named = text.splitlines()[1:]
    assert (code, named.pop(), len(named)) == (0, "and 1 more", 5)
    assert all(Path(path).is_file() for path in named)


def test_predict_writes_one_picture_of_the_name_that_is_given(run, tmp_path, weights, popout_set):
    arguments = ("predict", popout_set[0].file, "--model", weights, "--out", tmp_path / "heat.png")
    code, text = run(*arguments)
    assert (code, "is one file, for one kind of output" in text, "--write" in text) == (2, True, False)
    assert not (tmp_path / "heat.png").exists()
    code, text = run(*arguments, "--write", "saliency")
    assert (code, text.splitlines()[-1]) == (0, str(tmp_path / "heat.png"))
    assert (tmp_path / "heat.png").is_file()
    (tmp_path / "heat.png").unlink()
    (tmp_path / "heat.png").mkdir()
    assert run(*arguments)[0] == 0


def test_predict_says_what_it_cannot_do(run, tmp_path, weights, popout_set):
    photo = popout_set[0].file
    out = ("--out", tmp_path / "out")
    code, text = run("predict", "--model", weights, photo, *out, "--write", "heatmap")
    assert (code, "no output named 'heatmap'" in text) == (2, True)
    code, text = run("predict", "--model", weights, tmp_path, "--out", tmp_path / "more")
    assert (code, "There are no images in" in text) == (2, True)
    code, text = run("predict", "--model", tmp_path / "none.safetensors", photo, *out)
    assert (code, "There is no model" in text) == (2, True)
    for index in range(12):
        (tmp_path / f"{index}.png").write_bytes(b"")
    code, text = run("predict", "--model", weights, tmp_path, *out)
    assert (code, text.count("it is empty"), "12 failed, see" in text) == (1, 10, True)


def test_what_comes_with_gazemap_is_listed_explained_and_exported(run, tmp_path, popout_set):
    code, text = run("models")
    assert (code, "gazenet" in text, "free-viewing, 1083 images" in text) == (0, True, True)
    assert text.index("gazenet ") < text.index("gazenet-large ")
    assert "gazenet is the default" in text
    code, text = run("models", "gazenet")
    assert (code, "## Where it fails" in text) == (0, True)
    code, text = run("export", "gazenet", "--out", tmp_path / "half.safetensors")
    assert (code, "within 0 of the model" in text) == (0, True)
    code, text = run("predict", popout_set[0].file, "--out", tmp_path / "out", "--no-center-bias")
    assert (code, "1 of 1 images predicted" in text) == (0, True)
    code, text = run("export", "gazenet", "--out", tmp_path / "gazenet.pt")
    assert (code, ".onnx or .safetensors" in text) == (2, True)


def test_transfer_prints_what_it_measured(run, tmp_path, popout_set):
    other = popout(tmp_path / "other", images=10, size=(96, 128), seed=1).path
    words = ("transfer", popout_set.path, other, "--recipe", tmp_path / "tiny.yaml", "--out", tmp_path / "t")
    code, text = run(*words)
    assert (code, "two or more data sets of different names" in text) == (2, True)
    about = json.loads((other / "dataset.json").read_text())
    (other / "dataset.json").write_text(json.dumps(about | {"name": "other"}))
    code, text = run(*words, "--left-out", "other", "--set", "training.epochs=1", "--set", "loss={kld: 1}")
    assert (code, "tiny on sets that it never saw, exact" in text) == (0, True), text
    assert "Not trained yet: the runs without popout." in text
    assert f"Everything measured, with intervals: {tmp_path / 't' / 'table.csv'}" in text


def test_cross_validation_by_parts(run, tmp_path, popout_set):
    arguments = (
        "cross-validate",
        tmp_path / "tiny.yaml",
        "--data",
        popout_set.path,
        "--out",
        tmp_path / "cv",
    )
    arguments += ("--folds", 2, "--set", "training.epochs=1")
    code, text = run(*arguments, "--fold", 1)
    assert (code, "not trained yet" in text) == (0, True)
    code, text = run(*arguments)
    assert (code, "2 folds, 30 images, exact" in text, "gold standard" in text) == (0, True, True), text
