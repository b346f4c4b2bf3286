"""A model is not scored on what it has learned from without a word, and can be scored on the rest alone."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageOps
from support import tiny_model

from gazemap.data.dataset import load_dataset
from gazemap.data.writing.folder import save_dataset
from gazemap.errors import InputError
from gazemap.evaluation.comparison import compare
from gazemap.evaluation.evaluate import evaluate
from gazemap.evaluation.overlap import without_seen
from gazemap.evaluation.predictions import Maps
from gazemap.evaluation.reuse import scores_in
from gazemap.evaluation.scores import Scores
from gazemap.models.weights import save_model
from gazemap.reports.report import report
from gazemap.training.learned import training_images
from gazemap.training.loop import train

UNKNOWN = "Which images tiny has learned from is not known."


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)


@pytest.fixture(scope="module")
def leaky_set(popout_set, tmp_path_factory):
    """The popout set, in whose val are two images of train: one smaller, one mirrored; ids 0 and 2 of val."""
    folder = tmp_path_factory.mktemp("leaky")
    train_files = [sample.file for sample in popout_set.split("train")]
    val = popout_set.split("val").samples
    with Image.open(train_files[0]) as image:
        image.resize((64, 48)).resize((128, 96)).convert("RGB").save(folder / "small.jpg", quality=60)
    with Image.open(train_files[5]) as image:
        ImageOps.mirror(image).save(folder / "mirrored.png")
    files = {val[0].image_id: folder / "small.jpg", val[2].image_id: folder / "mirrored.png"}
    samples = [replace(s, file=files.get(s.image_id, s.file)) for s in popout_set]
    return save_dataset(popout_set.with_samples(samples), folder / "set")


@pytest.fixture
def model(popout_set):
    """Of random weights, which have "learned" from the popout set."""
    made = tiny_model.Tiny(output="log_density").eval()
    made.training_images = training_images(popout_set)
    return made


@pytest.fixture
def seen(leaky_set):
    val = leaky_set.split("val").image_ids
    return {
        image_id: "trained on" if place in (0, 2) else "epoch chosen on" for place, image_id in enumerate(val)
    }


def test_images_that_it_was_trained_on_are_counted_and_the_row_is_marked(model, leaky_set, seen):
    scores = evaluate(model, leaky_set, "val", metrics=["nss"])
    assert scores.seen == {"tiny": seen}
    assert scores.notes()[:2] == [
        "* tiny was trained on 2 of these 5 images: its scores do not show how good it is on new ones. "
        "Add --unseen to leave them out.",
        "The epoch of tiny was chosen by the loss on 3 of these 5 images.",
    ]
    lines = repr(scores).splitlines()
    assert [line.split("  ")[0] for line in lines[2:6]] == [
        "tiny *",
        "center bias",
        "uniform",
        "gold standard",
    ]
    assert scores.label("tiny") == "tiny *"
    assert scores.rows[0] == "tiny"


def test_unseen_leaves_them_out_for_all_rows(model, leaky_set, seen):
    grids = np.random.default_rng(0).random((5, 12, 16))
    rows = {"tiny": model, "maps": Maps(grids)}
    whole = evaluate(rows, leaky_set, "val", "mit")
    part = evaluate(rows, leaky_set, "val", "mit", unseen=True)
    kept = tuple(image_id for image_id, how in seen.items() if how != "trained on")
    assert (part.image_ids, part.split, part.label("tiny")) == (kept, "val unseen", "tiny")
    assert part.seen == {"tiny": dict.fromkeys(kept, "epoch chosen on")}
    for row in rows:  # CC needs no other images: the same numbers, image by image
        np.testing.assert_allclose(part.per_image[row]["cc"], whole.of_images(kept).per_image[row]["cc"])
    alone = without_seen({"tiny": model.training_images}, leaky_set, "val")
    assert alone.splits == leaky_set.splits | {"val": 3}
    by_hand = evaluate(rows | {"maps": Maps(grids[[1, 3, 4]])}, alone, "val", "mit")
    for row in by_hand.rows:
        for metric in by_hand.metrics:
            np.testing.assert_array_equal(part.per_image[row][metric], by_hand.per_image[row][metric])


def test_where_nothing_is_left_it_says_so(model, popout_set):
    scores = evaluate(model, popout_set, "train", metrics=["nss"])
    assert scores.notes()[0] == (
        "* tiny was trained on all of these 20 images: its scores do not show how good it is on new ones."
    )
    with pytest.raises(InputError, match="All 20 images of this split of popout are training images of tiny"):
        evaluate(model, popout_set, "train", metrics=["nss"], unseen=True)


def test_on_new_images_there_is_no_warning(model, popout_set):
    scores = evaluate(model, popout_set, "test", metrics=["nss"])
    assert scores.seen == {"tiny": {}}
    assert not [line for line in scores.notes() if "tiny" in line]
    same = evaluate(model, popout_set, "test", metrics=["nss"], unseen=True)
    assert same.image_ids == scores.image_ids


def test_what_is_not_known_is_said_once(model, popout_set):
    new = tiny_model.Tiny(output="log_density").eval()
    scores = evaluate(new, popout_set, "val", metrics=["nss"])
    assert [line for line in scores.notes() if "tiny" in line] == [UNKNOWN]
    assert scores.label("tiny") == "tiny"
    assert set(scores.seen["tiny"].values()) == {"not known"}
    assert len(evaluate(new, popout_set, "val", metrics=["nss"], unseen=True).image_ids) == 5
    model.training_images = replace(model.training_images, complete=False)
    notes = evaluate(model, popout_set, "train", metrics=["nss"]).notes()
    assert notes[0].startswith("* tiny was trained on all of these 20 images")
    notes = evaluate(model, popout_set, "test", metrics=["nss"]).notes()
    assert [line for line in notes if "tiny" in line] == [UNKNOWN]
    assert not evaluate({"m": Maps(np.eye(4))}, popout_set, "val", metrics=["cc"]).seen


@pytest.mark.parametrize("suffix", ["parquet", "csv", "json"])
def test_files_keep_it(model, leaky_set, seen, tmp_path, suffix):
    path = tmp_path / f"scores.{suffix}"
    scores_in(path, model, leaky_set, "val", metrics=["nss", "cc"])
    read = Scores.read(path)
    assert read.seen == {"tiny": seen}
    assert read.label("tiny") == "tiny *"


def test_scores_are_used_again_only_where_the_same_is_known_and_left_out(model, leaky_set, tmp_path):
    path = tmp_path / "scores.parquet"
    before = scores_in(path, model, leaky_set, "val", metrics=["nss"])
    unseen = scores_in(path, model, leaky_set, "val", metrics=["nss"], unseen=True)
    assert (len(before.image_ids), len(unseen.image_ids)) == (5, 3)
    scores_in(path, model, leaky_set, "val", metrics=["nss"])
    model.training_images = None  # the same weights, which now say nothing
    assert scores_in(path, model, leaky_set, "val", metrics=["nss"]).notes()[0] == UNKNOWN


def test_a_comparison_says_it_of_both(model, leaky_set):
    new = tiny_model.Tiny(output="log_density").eval()
    scores = evaluate({"old": model, "new": new}, leaky_set, "val", metrics=["nss", "cc"])
    notes = compare(scores, scores, row_a="new", row_b="old").notes()
    assert [line for line in notes if "learned" in line or "trained" in line] == [
        "Which images new has learned from is not known.",
        "* old was trained on 2 of these 5 images: its scores do not show how good it is on new ones. "
        "Add --unseen to leave them out.",
    ]
    unseen = evaluate({"old": model}, leaky_set, "val", metrics=["nss", "cc"], unseen=True)
    with pytest.raises(InputError, match="A has the split 'val', B has 'val unseen'"):
        compare(scores, unseen, row_a="new", row_b="old")


def test_evaluate_and_compare_by_command(run, model, leaky_set, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    save_model(folder / "best.safetensors", model)
    asked = ("evaluate", folder, "--data", leaky_set.path, "--metrics", "nss")
    code, text = run(*asked)
    assert code == 0, text
    assert "mine *" in text
    assert "* mine was trained on 2 of these 5 images" in text
    code, text = run(*asked, "--unseen")
    assert code == 0, text
    assert "popout val unseen, 3 images, exact" in text
    assert "Left out: 2 images that mine was trained on." in text
    assert "mine *" not in text
    shutil.copytree(folder, tmp_path / "other")
    text = run("compare", folder, tmp_path / "other", "--row-a", "mine", "--row-b", "center bias")[1]
    assert "* mine was trained on 2 of these 5 images" in text
    code, text = run("compare", folder, folder, "--row-b", "center bias", "--split", "val unseen")
    assert code == 0, text
    assert "was trained on" not in text
    code, text = run("evaluate", folder, "--data", leaky_set.path, "--split", "train", "--unseen")
    assert (code, "leaves nothing to score" in text) == (2, True)


@pytest.mark.slow
def test_a_report_marks_the_row_and_leaves_images_out_of_the_whole_page(popout_set, leaky_set, tmp_path):
    recipe = tiny_model.recipe(tmp_path, "training.epochs=1", "training.validate_every=1")
    train(recipe, popout_set, tmp_path / "tiny", progress=False)
    page = report(tmp_path / "tiny", leaky_set, protocols=["mit"]).page.read_text()
    assert "<td>tiny *</td>" in page
    assert '<p class="warning">* tiny was trained on 2 of these 5 images' in page
    page = report(tmp_path / "tiny", leaky_set, protocols=["mit"], unseen=True).page.read_text()
    assert "<td>tiny</td>" in page
    assert "val unseen (3 images)" in page
    assert "tiny was trained on" not in page


@pytest.mark.slow
def test_the_docs_own_split_of_osie(run, shared_data, tmp_path):
    """gazenet's NSS on it was 3.84, above the gold standard's, without a word."""
    assert run("data", "import", shared_data / "osie", "--format", "osie", "--out", tmp_path / "osie")[0] == 0
    shares = ("--shares", "train=.8,val=.1,test=.1", "--seed", "0")
    assert run("data", "split", tmp_path / "osie", "--out", tmp_path / "811", *shares)[0] == 0
    asked = ("evaluate", "shipped:gazenet", "--data", tmp_path / "811", "--metrics", "nss")
    code, text = run(*asked, "--out", tmp_path / "all.parquet")
    assert code == 0, text
    scores = Scores.read(tmp_path / "all.parquet")
    official = {sample.image_id: sample.split for sample in load_dataset(tmp_path / "osie")}
    expected = {i: "trained on" if official[i] == "train" else "epoch chosen on" for i in scores.image_ids}
    assert scores.seen["gazenet"] == expected
    assert "gazenet was trained on 60 of these 76 images" in " ".join(text.split())
    code, text = run(*asked, "--out", tmp_path / "unseen.parquet", "--unseen")
    unseen = Scores.read(tmp_path / "unseen.parquet")
    assert scores.interval("gazenet", "nss").mean > scores.interval("gold standard", "nss").mean
    assert unseen.image_ids == tuple(i for i, how in expected.items() if how != "trained on")
    assert unseen.interval("gazenet", "nss").mean < unseen.interval("gold standard", "nss").mean
