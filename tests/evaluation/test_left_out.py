"""A mean says which images it leaves out, and no row gains by failing on a hard one."""

import csv
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gazemap.data.dataset import GazeDataset
from gazemap.errors import InputError, MissingPackageError
from gazemap.evaluation.baselines import CENTER_BIAS, GOLD_STANDARD, UNIFORM
from gazemap.evaluation.comparison import compare
from gazemap.evaluation.evaluate import evaluate
from gazemap.evaluation.explained import explained
from gazemap.evaluation.intervals import bootstrap
from gazemap.evaluation.left_out import listed
from gazemap.evaluation.predictions import Maps
from gazemap.evaluation.scores import Scores
from gazemap.system import tables


@pytest.fixture(scope="module")
def scores(popout_set):
    """A model that fails on one image, beside one that does not: their maps are alike elsewhere."""
    val = popout_set.split("val")
    whole = np.array([sample.density() for sample in val])
    whole[1] = np.random.default_rng(0).random(whole[1].shape)  # a poor prediction
    black = whole.copy()
    black[1] = 0
    return evaluate({"whole": Maps(whole), "black": Maps(black)}, popout_set, "val", "exact")


def test_a_black_map_gains_nothing(scores):
    image_id = scores.image_ids[1]
    for metric in ("nss", "cc"):
        own = scores.per_image["black"][metric]
        assert np.isnan(own[1])
        assert np.nanmean(own) > scores.per_image["whole"][metric].mean()  # what it would have gained
        assert scores.interval("black", metric).mean == scores.interval("whole", metric).mean
        assert scores.left_out("black", metric) == {image_id: "its map is constant"}
        assert scores.left_out("whole", metric) == {}
        assert scores.heading(metric) == f"{metric} (4 of 5 images)"
        kept = np.arange(5) != 1
        assert scores.interval("whole", metric) == bootstrap(scores.per_image["whole"][metric][kept])
    assert scores.heading("auc") == "auc"  # a constant map has one, 0.5
    assert scores.per_image["black"]["auc"][1] == 0.5


def test_what_is_left_out_is_said_where_the_table_is(scores):
    image_id = scores.image_ids[1]
    assert f"black, nss and cc: 1 of 5 images without a score ({image_id}: its map is constant)." in (
        scores.notes()
    )
    text = repr(scores)
    for part in (scores.title, "nss (4 of 5 images)", *scores.rows, *scores.notes()):
        assert part in text
    assert str(scores.interval("whole", "nss")) in text
    # nothing is left out silently: a dash has its reason, too
    dashes = scores.notes()[-1]
    assert "uniform, nss and cc (its map is constant)" in dashes
    assert "gold standard, cc, kld, sim (one observer's fixations are no density)" in dashes


def test_where_nothing_is_left_out_only_dashes_are_explained(popout_set):
    rows = {"own": Maps(np.random.default_rng(0).random((96, 128)))}
    notes = evaluate(rows, popout_set, "val", "exact").notes()
    assert [line for line in notes if not line.startswith("-:")] == []


def test_a_gold_standard_needs_two_observers(popout_set):
    val = popout_set.split("val")
    lonely = val[2].fixations.of_observer("01")
    samples = [replace(s, fixations=lonely) if s is val[2] else s for s in val]
    alone = GazeDataset(popout_set.path, popout_set.info, samples)
    scores = evaluate({"own": Maps(np.random.default_rng(0).random((96, 128)))}, alone, "val", "exact")
    assert scores.left_out(GOLD_STANDARD, "nss") == {val[2].image_id: "fewer than two observers looked at it"}
    kept = np.arange(len(val)) != 2
    assert scores.interval("own", "nss") == bootstrap(scores.per_image["own"]["nss"][kept])


@pytest.mark.parametrize("name", ["scores.parquet", "scores.csv", "scores.json", "SCORES.CSV"])
def test_files_say_it_in_every_format(scores, tmp_path, name):
    scores.write(tmp_path / name)
    back = Scores.read(tmp_path / name)
    assert (back.title, back.rows, back.metrics) == (scores.title, scores.rows, scores.metrics)
    assert back.image_ids == scores.image_ids
    for row in scores.rows:
        for metric in scores.metrics:
            np.testing.assert_array_equal(back.per_image[row][metric], scores.per_image[row][metric])
            assert back.left_out(row, metric) == scores.left_out(row, metric)
    assert repr(back) == repr(scores)


def test_each_suffix_is_the_format_that_it_names(scores, tmp_path):
    scores.write(tmp_path / "scores.csv")
    with (tmp_path / "scores.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert list(table[0])[:5] == ["image_id", "row", "metric", "score", "reason"]
    missing = [r for r in table if (r["row"], r["metric"]) == ("black", "nss") and r["reason"]]
    assert [(r["image_id"], r["reason"]) for r in missing] == [(scores.image_ids[1], "its map is constant")]
    assert len(table) == 5 * 5 * 7
    scores.write(tmp_path / "scores.parquet")
    kept = pq.read_table(tmp_path / "scores.parquet").column("reason").to_pylist()
    assert kept == [row["reason"] for row in table]
    for name in ("scores.txt", "scores", "scores.xlsx"):
        with pytest.raises(InputError, match=r"must end in \.parquet, \.csv, \.json, got scores"):
            scores.write(tmp_path / name)
        assert not (tmp_path / name).exists()


def test_infinite_scores_come_back_from_every_format(scores, tmp_path):
    per_image = {"a": {"information_gain": np.array([-np.inf, np.nan, 0.1 + 0.2])}}
    odd = Scores("exact", 'a, "set"', "val", ("NA", "nan", "7"), per_image, made_by={"seed": 1})
    for suffix in ("parquet", "csv", "json"):
        odd.write(tmp_path / f"odd.{suffix}")
        back = Scores.read(tmp_path / f"odd.{suffix}")
        assert (back.dataset, back.image_ids) == (odd.dataset, odd.image_ids)
        np.testing.assert_array_equal(
            back.per_image["a"]["information_gain"], per_image["a"]["information_gain"]
        )
        assert back.made_by == ({} if suffix == "csv" else {"seed": 1})


def test_a_comparison_is_over_the_images_of_both(scores, tmp_path):
    result = compare(scores, scores, row_a="whole", row_b="black")
    image_id = scores.image_ids[1]
    nss = result.difference("nss")
    assert (nss.left_out, nss.mean.mean, nss.means[0]) == (1, 0, nss.means[1])
    assert (
        f"nss: 1 of 5 images lack a score of A or B ({image_id}: in B its map is constant)." in result.notes()
    )
    rows = pa.table(result.to_arrow()).to_pylist()
    told = {(r["metric"], r["image_id"]): r["reason"] for r in rows if r["reason"]}
    assert told == {(metric, image_id): "in B its map is constant" for metric in ("nss", "cc")}


def test_the_figure_of_a_comparison_counts_them(scores):
    panels = compare(scores, scores, row_a="whole", row_b="black").plot().axes
    titles = {
        axes.get_title(loc="left").split()[0]: axes.get_title(loc="left") for axes in panels if axes.axison
    }
    assert titles["nss"].endswith("1 without both scores")
    assert "without" not in titles["auc"]


def test_the_share_of_both_is_over_the_same_images(scores):
    gains = {
        row: {"information_gain": scores.per_image[row]["information_gain"].copy()} for row in scores.rows
    }
    gains["whole"]["information_gain"][0] = np.nan
    a = Scores("exact", "set", "val", scores.image_ids, {row: gains[row] for row in ("whole", GOLD_STANDARD)})
    b = Scores("exact", "set", "val", scores.image_ids, {row: gains[row] for row in ("black", GOLD_STANDARD)})
    result = compare(a, b, row_a="whole", row_b="black")
    kept = np.arange(5) != 0
    for share, row in zip(result.explained, ("whole", "black"), strict=True):
        gained, possible = (gains[name]["information_gain"][kept].mean() for name in (row, GOLD_STANDARD))
        assert share.mean == pytest.approx(gained / possible)
    assert any("information gain, on 4 of 5 images: A" in line for line in result.notes())
    assert explained(b, "black").mean != result.explained[1].mean


def test_many_images_are_counted_and_a_few_named():
    left_out = {str(i): "its map is constant" for i in range(9)} | {"x": "no fixation lies in the image"}
    assert listed(left_out) == "0, 1, 2 and 6 more: its map is constant; x: no fixation lies in the image"


def test_pandas_is_asked_for_only_where_it_is_used(scores, monkeypatch):
    monkeypatch.setattr(tables, "find_spec", lambda _: None)
    with pytest.raises(MissingPackageError, match="pip install pandas"):
        scores.to_pandas()
    table = pa.table(scores.to_arrow())
    first = table.to_pylist()[0]
    assert (first["row"], first["metric"], first["score"]) == (
        "whole",
        "auc",
        scores.per_image["whole"]["auc"][0],
    )
    assert {*table.column("row").to_pylist()} == {"whole", "black", CENTER_BIAS, UNIFORM, GOLD_STANDARD}


def test_every_kind_of_image_without_a_score_is_named(popout_set):
    val = [*popout_set.split("val")]

    def points(index, count):
        known = val[index].fixations
        return replace(val[index], fixations=known.where(np.arange(len(known)) < count))

    heap = val[3].fixations.where(np.arange(len(val[3].fixations)) < 5)
    heap = replace(heap, x=np.full(5, 20.5), y=np.full(5, 10.5))
    changed = [val[0], points(1, 0), points(2, 1), replace(val[3], fixations=heap), *val[4:]]
    maps = np.random.default_rng(0).random((len(val), 12, 16))
    maps[4] = 0.5
    scores = evaluate(
        {"model": Maps(maps)}, popout_set.with_samples(changed), "val", "exact", metrics=["nss"]
    )
    ids, rows = scores.image_ids, ("model", CENTER_BIAS)
    assert scores.left_out("model", "nss") == {
        ids[1]: "no fixation lies in the image", ids[4]: "its map is constant"
    }  # fmt: skip
    alone = scores.left_out(GOLD_STANDARD, "nss")  # one observer, of one fixation or of a heap
    assert {ids[1], ids[2]} <= {*alone}
    kept = [index for index in range(len(ids)) if index not in (1, 4) and ids[index] not in alone]
    assert scores.heading("nss") == f"nss ({len(kept)} of {len(ids)} images)"
    for row in rows:
        own = scores.per_image[row]["nss"]
        assert np.isfinite(own[[2, 3]]).all()  # one fixation, and five on one pixel, have a score
        assert scores.interval(row, "nss").mean == pytest.approx(own[kept].mean())
    notes = "\n".join(scores.notes())
    assert f"({ids[1]}: no fixation lies in the image; {ids[4]}: its map is constant)" in notes
    assert "Every mean is over the images on which all rows have a score." in notes
