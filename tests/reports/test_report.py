"""`gazemap report` of a model that is no run folder, and of a run."""

import html
import json
from dataclasses import replace

import pytest
from support import tiny_model

from gazemap.errors import InputError
from gazemap.metrics import PROTOCOLS
from gazemap.reports.report import report
from gazemap.training.loop import train


@pytest.fixture
def model():
    return tiny_model.Tiny(output="log_density")


def test_a_model_without_a_training_has_the_other_parts(model, popout_set, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = report(model, popout_set.path, protocols=["mit"])
    assert made.page.resolve() == tmp_path / "tiny-popout" / "report.html"
    page = made.page.read_text()
    [why] = made.left_out
    assert why in page
    assert why.startswith("tiny is not given as a run folder")
    for part in ("gold standard", "center bias", "worst prediction by CC", "How much do predictions differ"):
        assert part in page
    for part in ("First-layer filters", "Loss curves of", "by layer", "mean training map</td>"):
        assert part not in page
    assert made.notes() == [f"Report: {made.page}", why]
    assert len(list(made.page.parent.glob("report-scores-popout-*.parquet"))) == 1
    values = json.loads(json.dumps(made.as_json()))
    interval = made.scores[0].interval("tiny", "nss")
    assert values["scores"]["mit"]["tiny"]["nss"] == {
        "mean": interval.mean, "low": interval.low, "high": interval.high
    }  # fmt: skip
    assert values["scores"]["mit"]["uniform"]["nss"]["mean"] is None


@pytest.mark.slow
def test_a_set_without_a_blur_gets_one_that_the_page_names(model, popout_set, tmp_path):
    samples = [replace(sample, sigma=None) for sample in popout_set]
    made = report(model, popout_set.with_samples(samples), out=tmp_path / "out")
    assert [entry.protocol for entry in made.scores] == [*PROTOCOLS]
    page = html.unescape(made.page.read_text())
    assert page.count("The ground truth has the MIT benchmark's blur (8 cycles per image)") == 2
    made = report(model, popout_set, out=tmp_path / "asked", protocols=["mit", "exact"], sigma=7.5)
    assert "The ground truth has a blur of 7.5 pixels, as asked for" in made.page.read_text()
    with pytest.raises(InputError, match="The protocol 'mit' says which blur"):
        report(model, popout_set, out=tmp_path / "mit", protocols=["mit"], degrees=1.0)


@pytest.mark.slow
def test_another_split_and_folder(model, popout_set, tmp_path):
    made = report(model, popout_set, protocols=["mit"], split="test", out=tmp_path / "out")
    assert made.page == tmp_path / "out" / "report.html"
    assert made.scores[0].split == "test"
    assert "<b>mit</b> on popout test" in made.page.read_text()


@pytest.mark.slow  # `gazemap report` of a run is in the quick suite, too: tests/cli/test_json.py
def test_a_run_s_report_lies_in_its_folder(popout_set, tmp_path, monkeypatch):
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)
    recipe = tiny_model.recipe(tmp_path, "training.epochs=1", "training.validate_every=1")
    run = train(recipe, popout_set, tmp_path / "run", progress=False)
    made = report(run.out, popout_set, protocols=["mit"])
    assert made.page == run.out / "report.html"
    assert made.left_out == []
    assert "mean training map" in made.scores[0].rows


def test_a_protocol_s_name_is_checked_first(popout_set, tmp_path):
    with pytest.raises(InputError, match="Did you mean 'exact'"):
        report(tmp_path / "no.safetensors", popout_set, protocols=["exakt"])
