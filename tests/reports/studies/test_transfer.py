"""Each set is scored by the one run that never saw it."""

import csv
import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support import tiny_model

from gazemap.data.dataset import GazeDataset
from gazemap.data.popout.generate import popout
from gazemap.errors import DataError, InputError, WeightsError
from gazemap.evaluation.evaluate import evaluate
from gazemap.models.files import describe
from gazemap.reports.studies import unseen_set
from gazemap.reports.studies.transfer import transfer
from gazemap.training.recipe import Recipe, load_recipe


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)


@pytest.fixture(scope="module")
def sets(popout_set, tmp_path_factory):
    """The built-in set, other displays, and again others of which only maps are known."""
    folder = tmp_path_factory.mktemp("sets")
    other, maps = (
        renamed(popout(folder / name, images=count, size=(96, 128), seed=seed), name)
        for name, count, seed in (("other", 12, 1), ("maps", 10, 2))
    )
    return [popout_set, other, maps.with_samples([mapped(sample, folder) for sample in maps])]


def renamed(dataset, name):
    return GazeDataset(dataset.path, dataset.info.model_copy(update={"name": name}), dataset.samples)


def mapped(sample, folder):
    file = folder / f"{sample.image_id}.npy"
    np.save(file, sample.density().astype(np.float32))
    return replace(sample, fixations=None, map_file=file)


@dataclass
class Study:
    """What the tests below ask for, again and again."""

    recipe: Recipe
    sets: list[GazeDataset]
    out: Path

    def run(self, **options):
        return transfer(self.sets, self.recipe, self.out, **options)


@pytest.fixture
def study(tmp_path, sets):
    return Study(recipe(tmp_path, "loss={kld: 1.0}"), sets, tmp_path / "t")


def recipe(folder, *options):
    (folder / "tiny.yaml").write_text(tiny_model.RECIPE)
    density = ["training.epochs=1", "model.options={output: log_density}"]
    return load_recipe(folder / "tiny.yaml", [*density, *options])


@pytest.fixture(scope="module")
def found(sets, tmp_path_factory):
    """The study of all sets, as it is returned."""
    folder = tmp_path_factory.mktemp("transfer")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)
        return Study(recipe(folder, "loss={kld: 1.0}"), sets, folder / "t").run()


def check_run(one, dataset, sets):
    """It was trained on all other sets, and scores every image of this one."""
    assert one.scores.image_ids == tuple(dataset.image_ids)
    assert one.scores.seen == {"tiny": {}}
    about = describe(one.run.out)["dataset"]
    assert about["train"] == sum(own.splits["train"] for own in sets if own is not dataset)


@pytest.mark.slow
def test_every_set_has_the_run_that_never_saw_it(found, sets):
    assert [*found.sets] == ["popout", "other", "maps"]
    for dataset in sets:
        check_run(found.sets[dataset.name], dataset, sets)


def test_a_set_is_scored_whole_by_the_run_that_never_saw_it(study, sets):
    one = study.run(left_out="other").sets["other"]
    check_run(one, sets[1], sets)
    whole = sets[1].with_samples([replace(sample, split="all") for sample in sets[1]])
    again = evaluate({"tiny": one.run.out}, whole, "all", "exact")
    for row in again.rows:
        for metric, values in again.per_image[row].items():
            np.testing.assert_allclose(one.scores.per_image[row][metric], values)
    gains = (one.scores.per_image[row]["information_gain"].mean() for row in ("tiny", "gold standard"))
    assert one.share.mean == pytest.approx(next(gains) / next(gains))
    assert one.score_cells()[3] == f"{one.share.mean:.1%}"


def test_a_set_with_maps_alone_is_scored_by_what_is_defined(study):
    one = study.run(left_out="maps").sets["maps"]
    assert {"cc", "kld", "sim"} <= {*one.scores.metrics} <= {"cc", "kld", "sim", "emd"}
    name, images, bits, share, nss, cc, kld = one.score_cells()
    assert (name, images, bits, share, nss) == ("maps", "10", "-", "-", "-")
    assert cc == f"{one.of('tiny', 'cc').mean:.3f} (center {one.of('center bias', 'cc').mean:.3f})"
    assert kld.startswith(f"{one.of('tiny', 'kld').mean:.3f} (center ")
    assert one.curve.sharpening.is_known
    assert any("has dense maps alone" in note for note in one.notes())
    assert not any("uniform" in note for note in one.notes())  # a row that the table does not show


def test_losses_that_need_points_are_not_trained_on_maps(tmp_path, sets):
    found = transfer(sets, recipe(tmp_path, "loss={nll: 1.0}"), tmp_path / "t", left_out="other")
    one = found.sets["other"]
    assert one.maps_alone == len(sets[2])
    assert describe(one.run.out)["dataset"]["train"] == sets[0].splits["train"]
    assert any("10 images of other sets were not trained on. Only their maps" in n for n in found.notes())
    with pytest.raises(DataError, match=r"Without popout, .* leave recipe tiny no image of the split train"):
        transfer([sets[0], sets[2]], recipe(tmp_path, "loss={nll: 1.0}"), tmp_path / "u")
    assert not (tmp_path / "u").exists()


def test_near_duplicates_never_cross(study, sets):
    copies = [
        replace(sample, image_id=f"copy-{sample.image_id}", group="c") for sample in sets[1].samples[:2]
    ]
    popouts = sets[0].with_samples([*sets[0].samples, *copies])
    found = replace(study, sets=[popouts, sets[1]]).run(left_out="other")
    one = found.sets["other"]
    assert one.dropped == tuple(f"popout/{sample.image_id}" for sample in copies)
    assert describe(one.run.out)["dataset"]["train"] == sets[0].splits["train"]
    assert any("2 images of other sets were not trained on, as near-duplicates" in n for n in found.notes())
    assert one.scores.seen == {"tiny": {}}


def test_what_is_there_is_kept(study, monkeypatch):
    first = study.run(left_out="other")
    assert (first.missing, [*first.sets]) == (("popout", "maps"), ["other"])
    assert "Not trained yet: the runs without popout, maps." in first.notes()
    weights = study.out / "without-other" / "best.safetensors"
    written, curve = weights.stat().st_mtime_ns, first.sets["other"].curve
    assert curve.adapted == {}  # 12 images: with 10 to fit, none are left to measure by
    monkeypatch.setattr(unseen_set, "adaptation_curve", None)
    again = study.run(left_out="other").sets["other"]
    assert (weights.stat().st_mtime_ns, again.run.resumed_after) == (written, 1)
    assert again.curve == curve
    monkeypatch.undo()
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)
    (study.out / "without-other" / unseen_set.CURVE).write_text("{")
    assert study.run(left_out="other").sets["other"].curve == curve
    with pytest.raises(InputError, match=r"no data set named 'others'\. Did you mean 'other'"):
        study.run(left_out="others")


@pytest.mark.slow
def test_a_run_of_another_recipe_or_of_other_sets_is_refused(study, tmp_path):
    study.run(left_out="other")
    longer = recipe(tmp_path, "loss={kld: 1.0}", "training.epochs=2")
    with pytest.raises(WeightsError, match="without-other was trained with another recipe"):
        replace(study, recipe=longer).run(left_out="maps")
    assert not (study.out / "without-maps").exists()
    with pytest.raises(WeightsError, match="without-other was trained with another data set"):
        replace(study, sets=study.sets[:2]).run(left_out="other")


@pytest.mark.slow
def test_a_split_of_the_set_left_out_can_be_scored(study, sets):
    one = study.run(left_out="popout", split="validation").sets["popout"]
    assert one.scores.image_ids == tuple(sets[0].split("val").image_ids)
    with pytest.raises(DataError, match="no split 'tset'"):
        study.run(split="tset")


def test_a_model_of_saliency_has_no_power(tmp_path, sets):
    plain = recipe(tmp_path, "model.options={}")
    found = transfer(sets[:2], plain, tmp_path / "t", left_out="other")
    assert found.curve_rows[1] == ["other", *["-"] * 6]
    assert any(note.startswith("other: no power and blur.") for note in found.notes())


def test_four_images_are_too_few_to_fit(study, sets):
    few = sets[1].with_samples([*sets[1].split("train").samples[:3], sets[1].split("val")[0]])
    one = replace(study, sets=[sets[0], few]).run(left_out="other").sets["other"]
    assert (one.curve, len(one.scores.image_ids)) == (None, 4)


@pytest.mark.slow
def test_the_result_is_plain_json_and_a_table(found):
    content = json.loads(json.dumps(found.as_json(), allow_nan=False))
    one = found.sets["popout"]
    assert content["sets"]["popout"]["scores"]["rows"]["tiny"]["nss"]["mean"] == one.of("tiny", "nss").mean
    assert content["sets"]["popout"]["adaptation"]["power"] == one.curve.power
    assert len(content["sets"]["popout"]["adaptation"]["adapted"]["20"]) == 5
    assert content["table"] == str(found.table)
    shown = found.sets["popout"].figure_row()
    assert shown.gold == one.of("gold standard", "information_gain")
    assert shown.gains["from 20 images"] == one.curve.mean(20)
    with Image.open(found.figure) as figure:
        assert figure.width == 1100
    with found.table.open() as file:
        rows = {(row["set"], row["row"], row["quantity"]): row for row in csv.DictReader(file)}
    assert float(rows["popout", "tiny", "nss"]["mean"]) == one.of("tiny", "nss").mean
    assert float(rows["maps", "tiny", "power"]["mean"]) == found.sets["maps"].curve.power
    assert rows["popout", "center bias", "cc"]["dataset"] == one.scores.made_by["dataset"]
    assert ("popout", "tiny", "bits by adapting to 20 images") in rows
