"""Sweeps on the tiny model: every entry and seed once, kept over a kill, and one table and figure."""

import csv
import json
from importlib.metadata import version

import numpy as np
import pytest
import yaml
from PIL import Image
from support import tiny_model
from support.killing import kill_when

from gazemap.errors import InputError, RecipeError, WeightsError
from gazemap.evaluation import reuse
from gazemap.evaluation.evaluate import evaluate
from gazemap.evaluation.names import scores_file
from gazemap.evaluation.scores import Scores
from gazemap.images.reading import read_image
from gazemap.models.files import describe
from gazemap.models.weights import load_model
from gazemap.reports.studies.recipes import recipes
from gazemap.reports.studies.sweep import load_sweep, recipes_of, sweep
from gazemap.training import loop
from gazemap.training.checkpoint import LAST


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)
    (tmp_path / "tiny.yaml").write_text(tiny_model.RECIPE)
    content = {
        "name": "losses",
        "recipe": str(tmp_path / "tiny.yaml"),
        "seeds": [0, 1],
        "metrics": ["nss", "cc"],
        "entries": {
            "mse": ["training.epochs=2"],
            "kld": ["training.epochs=2", "loss={kld: 1}", "model.options.output=log_density"],
        },
    }
    (tmp_path / "sweep.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
    return tmp_path / "sweep.yaml"


def change(file, **keys):
    file.write_text(yaml.safe_dump(yaml.safe_load(file.read_text()) | keys, sort_keys=False))
    return file


def test_a_sweep_trains_scores_and_compares(file, popout_set, tmp_path):
    rows = sweep(file, popout_set, tmp_path / "out").rows
    assert [row.name for row in rows] == ["center bias", "gold standard", "mse", "kld"]
    scores = Scores.read(scores_file(tmp_path / "out", popout_set, "val", "exact", "sweep"))
    per_image = np.stack([scores.per_image[run]["nss"] for run in ("mse-0", "mse-1")])
    assert rows[2].intervals["nss"].mean == pytest.approx(per_image.mean())
    assert rows[2].seeds["nss"] == pytest.approx(per_image.mean(axis=1))
    assert rows[2].seeds["nss"][0] != rows[2].seeds["nss"][1]
    table = list(csv.DictReader((tmp_path / "out" / "table.csv").read_text().splitlines()))
    assert [(line["entry"], line["metric"]) for line in table[-2:]] == [("kld", "nss"), ("kld", "cc")]
    assert float(table[-1]["mean"]) == pytest.approx(rows[3].intervals["cc"].mean, abs=1e-5)
    assert read_image(tmp_path / "out" / "figure.png").shape[1] > 500


def test_a_sweep_s_result_is_plain_json(small, popout_set, tmp_path):
    result = sweep(small, str(popout_set.path), tmp_path / "out", overrides=["optimizer.lr=0.01"])
    content = json.loads(json.dumps(result.as_json(), allow_nan=False))
    interval = result.rows[-1].intervals["nss"]
    assert content["rows"]["mse"]["nss"] == {
        "mean": interval.mean,
        "low": interval.low,
        "high": interval.high,
        "seeds": [interval.mean],
    }
    assert (content["sweep"], content["protocol"], content["table"]) == (
        "losses", "exact", str(tmp_path / "out" / "table.csv"),
    )  # fmt: skip
    assert content["runs"]["mse-0"]["epochs"] == 1
    assert describe(tmp_path / "out" / "mse-0")["recipe"]["optimizer"]["lr"] == 0.01


def test_what_was_done_stays_done(file, popout_set, tmp_path, monkeypatch):
    """Stopped before the third run, it trains the last two alone, to the same table."""
    trained = []
    make_run = loop.make_run

    def counted(recipe, *arguments, **options):
        if len(trained) == 2 and recipe.name == "kld-0":
            trained.append("stopped")
            raise KeyboardInterrupt
        trained.append(recipe.name)
        return make_run(recipe, *arguments, **options)

    monkeypatch.setattr(loop, "make_run", counted)
    with pytest.raises(KeyboardInterrupt):
        sweep(file, popout_set, tmp_path / "out")
    assert not (tmp_path / "out" / "table.csv").exists()
    sweep(file, popout_set, tmp_path / "out")
    assert trained == ["mse-0", "mse-1", "stopped", "kld-0", "kld-1"]


@pytest.mark.slow
def test_a_finished_sweep_is_read_and_an_entry_more_is_added(file, popout_set, tmp_path, monkeypatch):
    sweep(file, popout_set, tmp_path / "out")
    first = (tmp_path / "out" / "table.csv").read_text()
    scored = []
    evaluate = reuse.evaluate_opened

    def counted(models, *arguments, **options):
        scored.extend(models)
        return evaluate(models, *arguments, **options)

    monkeypatch.setattr(reuse, "evaluate_opened", counted)
    sweep(file, popout_set, tmp_path / "out")
    assert (tmp_path / "out" / "table.csv").read_text() == first
    assert scored == []
    entries = yaml.safe_load(file.read_text())["entries"] | {"mae": ["training.epochs=1", "loss={mae: 1}"]}
    rows = sweep(change(file, entries=entries), popout_set, tmp_path / "out").rows
    assert rows[-1].name == "mae"
    assert (tmp_path / "out" / "table.csv").read_text().startswith(first)
    with pytest.raises(WeightsError, match=r"mse-0 was trained with another recipe: loss\.mse was 1.0"):
        sweep(file, popout_set, tmp_path / "out", overrides=["training.epochs=3", "loss={mse: 2}"])


@pytest.fixture
def small(file):
    """A sweep of one run and one epoch."""
    return change(file, seeds=[0], entries={"mse": ["training.epochs=1"]})


def table_of(out):
    return list(csv.DictReader((out / "table.csv").read_text().splitlines()))


@pytest.mark.slow
def test_killed_in_its_first_epoch_it_goes_on(small, popout_set, tmp_path):
    """SIGKILL before the first checkpoint of the first run; the end is that of a sweep never killed."""
    out = tmp_path / "out"
    kill_when(out / "mse-0" / "metrics.jsonl", "hang_in_training.py", "sweep", small, popout_set.path, out)
    assert not (out / "mse-0" / LAST).exists()
    sweep(small, popout_set, out)
    sweep(small, popout_set, tmp_path / "whole")
    assert table_of(out) == table_of(tmp_path / "whole")


@pytest.mark.slow
def test_scores_of_another_protocol_are_made_anew_and_say_so(small, popout_set, tmp_path):
    out = tmp_path / "out"
    first = sweep(small, popout_set, out).rows
    assert {line["protocol"] for line in table_of(out)} == {"exact"}
    other = sweep(change(small, protocol="mit"), popout_set, out).rows
    assert {line["protocol"] for line in table_of(out)} == {"mit"}
    assert other != first
    scores = evaluate({"mse-0": load_model(out / "mse-0")}, popout_set, "val", "mit", metrics=["nss", "cc"])
    assert other[-1].intervals == {metric: scores.interval("mse-0", metric) for metric in ("nss", "cc")}


def test_another_blur_scores_anew_and_trains_nothing(small, popout_set, tmp_path, monkeypatch):
    out = tmp_path / "out"
    with pytest.raises(InputError, match="Give sigma or degrees, not both"):
        sweep(small, popout_set, out, sigma=3, degrees=1)
    assert not out.exists()
    first = sweep(small, popout_set, out)
    monkeypatch.setattr(loop, "train_one_epoch", None)
    other = sweep(small, popout_set, out, sigma=3)
    assert "The ground truth has a blur of 3 pixels, as asked for." in other.scores.notes()
    assert other.rows[-1].intervals["cc"] != first.rows[-1].intervals["cc"]
    assert other.rows[-1].intervals["nss"] == first.rows[-1].intervals["nss"]  # which needs no blur


@pytest.mark.slow
def test_one_map_for_all_metrics_is_scored_anew_and_says_so(small, popout_set, tmp_path):
    options = ["loss={kld: 1}", "model.options.output=log_density"]
    own = sweep(small, popout_set, tmp_path / "out", overrides=options)
    one_map = sweep(change(small, one_map=True), popout_set, tmp_path / "out", overrides=options)
    assert (own.scores.protocol, one_map.scores.protocol) == ("exact", "exact-one-map")
    assert own.rows != one_map.rows
    assert {line["protocol"] for line in table_of(tmp_path / "out")} == {"exact-one-map"}
    assert (
        sweep(change(small, one_map=False), popout_set, tmp_path / "out", overrides=options).rows[-1]
        == own.rows[-1]
    )


def test_another_data_set_is_refused_before_anything_is_trained(file, popout_set, tmp_path):
    change(file, seeds=[0], entries={"mse": ["training.epochs=1"]})
    sweep(file, popout_set, tmp_path / "out")
    smaller = popout_set.with_samples(popout_set.samples[:-1])
    entries = {"new": ["training.epochs=1"], "mse": ["training.epochs=1"]}
    with pytest.raises(WeightsError, match="mse-0 was trained with another data set"):
        sweep(change(file, entries=entries), smaller, tmp_path / "out")
    assert not (tmp_path / "out" / "new-0").exists()


def test_table_and_figure_say_what_made_them(small, popout_set, tmp_path):
    sweep(small, popout_set, tmp_path / "out")
    line = table_of(tmp_path / "out")[0]
    assert (line["protocol"], line["dataset"]) == ("exact", popout_set.fingerprint)
    assert line["version"] == version("gazemap")
    with Image.open(tmp_path / "out" / "figure.png") as figure:
        made_by = json.loads(figure.text["made_by"])
    assert made_by["dataset"] == popout_set.fingerprint
    assert set(made_by["rows"]) == {"mse-0"}


def test_what_is_set_for_all_gives_way_to_an_entry_s_own(file):
    changed = load_sweep(change(file, set=["optimizer.lr=0.1", "training.epochs=7"]), ["optimizer.lr=0.2"])
    own = recipes_of(changed)
    assert [recipe.training.epochs for seeds in own.values() for recipe in seeds] == [2, 2, 2, 2]
    assert {recipe.optimizer.lr for seeds in own.values() for recipe in seeds} == {0.2}


@pytest.mark.parametrize("name", [file.name for file in recipes().files if file.kind == "sweep"])
def test_every_shipped_sweep_makes_sound_recipes(name):
    study = load_sweep(name)
    assert study.name == name
    assert len(study.seeds) >= 3
    own = [recipe for seeds in recipes_of(study).values() for recipe in seeds]
    assert len({recipe.name for recipe in own}) == len(study.entries) * len(study.seeds)
    assert f"gazemap sweep {name} " in recipes(name).files[0].text


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"entries": {"a": ["los={mse: 1}"]}}, "Did you mean 'loss'"),
        ({"entries": {"a": ["training.epochs"]}}, "takes a.b=value"),
        ({"entries": {}}, "entries"),
        ({"recipe": "no-such"}, "no recipe named 'no-such'"),
        ({"protocol": "exakt"}, "Did you mean 'exact'"),
        ({"metrics": ["ns"]}, "Did you mean 'nss'"),
        ({"seed": [1]}, "seed: unknown key. Did you mean 'seeds'"),
    ],
)
def test_mistakes_are_named_before_anything_is_trained(file, keys, message):
    with pytest.raises(InputError, match=message):
        load_sweep(change(file, **keys))


def test_a_missing_file_or_sweep_is_named(tmp_path):
    with pytest.raises(RecipeError, match=r"no sweep named 'loses'.*Did you mean 'losses'"):
        load_sweep("loses")
    with pytest.raises(RecipeError, match=r"none\.yaml cannot be read"):
        load_sweep(tmp_path / "none.yaml")


def test_the_command(file, run, popout_set, tmp_path):
    change(file, seeds=[3], entries={"mse": ["training.epochs=1"]})
    code, text = run("sweep", file, "--data", popout_set.path, "--out", tmp_path / "out")
    assert code == 0
    assert "gold standard" in text
    assert (tmp_path / "out" / "mse-3" / "best.safetensors").exists()
