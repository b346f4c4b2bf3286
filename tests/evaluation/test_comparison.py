import itertools
import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from PIL import Image
from scipy import stats

from gazemap.errors import DataError, InputError
from gazemap.evaluation.agreement import Agreement
from gazemap.evaluation.baselines import CENTER_BIAS, GOLD_STANDARD, MEAN_MAP, UNIFORM
from gazemap.evaluation.comparison import compare
from gazemap.evaluation.evaluate import evaluate
from gazemap.evaluation.explained import explained
from gazemap.evaluation.predictions import Maps
from gazemap.evaluation.scores import Scores
from gazemap.evaluation.significance import differences, holm, sign_flip_p
from gazemap.metrics import PROTOCOLS

METRIC_NAMES = PROTOCOLS["exact"].metrics


def made_scores(name="a", images=40, shift=0.0, seed=0, **changes):
    """Scores of a model and the baselines; a higher shift is a better model by every metric."""
    random = np.random.default_rng(seed)
    truth = np.random.default_rng(99).normal(2, 0.5, images)  # how easy each image is, for all models

    def row(level):
        noise = random.normal(0, 0.2, (len(METRIC_NAMES), images))
        return {
            metric: (-1 if metric == "kld" else 1) * (level * truth + values)
            for metric, values in zip(METRIC_NAMES, noise, strict=True)
        }

    rows = {name: row(0.5 + shift), CENTER_BIAS: row(0.2), UNIFORM: row(0.0), GOLD_STANDARD: row(1.0)}
    rows[GOLD_STANDARD] |= {metric: np.full(images, np.nan) for metric in ("cc", "sim", "kld")}
    ids = tuple(f"{index:03}" for index in range(images))
    about = {"protocol": "exact", "dataset": "made", "split": "val"} | changes
    return Scores(image_ids=ids, per_image=rows, **about)


def assert_equal_scores(left, right):
    assert (left.protocol, left.dataset, left.split) == (right.protocol, right.dataset, right.split)
    assert left.image_ids == right.image_ids
    assert (left.rows, left.metrics) == (right.rows, right.metrics)
    for row, metric in itertools.product(left.rows, left.metrics):
        np.testing.assert_array_equal(left.per_image[row][metric], right.per_image[row][metric])


def test_scores_come_back_as_they_were_written(tmp_path):
    scores = made_scores()
    scores.write(tmp_path / "scores.parquet")
    assert_equal_scores(Scores.read(tmp_path / "scores.parquet"), scores)


def test_scores_come_back_from_a_file_in_any_order(tmp_path):
    scores = made_scores()
    scores.write(tmp_path / "scores.parquet")
    table = pq.read_table(tmp_path / "scores.parquet")
    pq.write_table(table.take(np.random.default_rng(0).permutation(len(table))), tmp_path / "mixed.parquet")
    mixed = Scores.read(tmp_path / "mixed.parquet")
    order = np.argsort(mixed.image_ids)
    for row, metric in itertools.product(scores.rows, scores.metrics):
        np.testing.assert_array_equal(mixed.per_image[row][metric][order], scores.per_image[row][metric])


def rewritten(path, change):
    pq.write_table(change(pq.read_table(path)), path)


def with_column(name, value):
    def change(table):
        column = pa.array([value, *table[name].to_pylist()[1:]])
        return table.set_column(table.column_names.index(name), name, column)

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: table.drop_columns(["row", "metric"]), "has no column row, metric"),
        (with_column("protocol", "bristol2021"), "must hold one protocol, dataset and split"),
        (lambda table: table.slice(1), "some are missing or there twice"),
        (lambda table: pa.concat_tables([table.slice(1), table.slice(5, 1)]), "missing or there twice"),
        (lambda table: table.slice(0, 0), "must hold one protocol"),
        (with_column("row", None), "empty cells in the column row"),
        (lambda table: table.set_column(3, "score", pa.array(["x"] * len(table))), "needs the columns"),
    ],
)
def test_a_file_that_holds_no_scores_is_refused(tmp_path, change, message):
    path = tmp_path / "scores.parquet"
    made_scores().write(path)
    rewritten(path, change)
    with pytest.raises(DataError, match=message) as refused:
        Scores.read(path)
    assert str(path) in str(refused.value)


def test_a_file_that_is_missing_or_no_parquet_is_refused(tmp_path):
    with pytest.raises(DataError, match="There is no file of scores"):
        Scores.read(tmp_path / "none.parquet")
    (tmp_path / "text.parquet").write_text("text")
    with pytest.raises(DataError, match="is no Parquet file"):
        Scores.read(tmp_path / "text.parquet")


def test_three_images_by_hand():
    # patterns of (1, 2, 3): the means are +-6, +-4, +-2, 0, 0 thirds; two of eight reach 6
    assert sign_flip_p(np.array([1.0, 2.0, 3.0])) == 2 / 8
    # observed 4 thirds: +-6 and +-4 are four of eight
    assert sign_flip_p(np.array([-1.0, 2.0, 3.0])) == 4 / 8
    assert sign_flip_p(np.array([0.0, 0.0, 0.0])) == 1.0
    assert sign_flip_p(np.array([1.0, np.nan, 2.0, 3.0])) == 2 / 8
    assert np.isnan(sign_flip_p(np.array([np.nan])))


def enumerated_p(values):
    """Every sign pattern, one at a time."""
    reached = [
        abs(sum(sign * value for sign, value in zip(signs, values, strict=True))) >= abs(sum(values)) - 1e-12
        for signs in itertools.product((1, -1), repeat=len(values))
    ]
    return sum(reached) / len(reached)


def test_small_samples_are_enumerated():
    for seed in range(4):
        values = np.random.default_rng(seed).normal(0.4, 1, 10)
        assert sign_flip_p(values) == pytest.approx(enumerated_p(values), abs=1e-12)
    tied = np.array([0.1, 0.1, -0.1, 0.3, -0.2, 0.1])  # equal sums that rounding tells apart
    assert sign_flip_p(tied) == enumerated_p(tied)


def test_larger_samples_agree_with_all_patterns_and_with_the_t_test():
    values = np.random.default_rng(5).normal(0.35, 1, 16)
    p = enumerated_p(values)
    assert sign_flip_p(values) == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / 10_000))
    many = np.random.default_rng(1).normal(0.15, 1, 200)
    assert sign_flip_p(many) == pytest.approx(stats.ttest_1samp(many, 0).pvalue, abs=0.02)
    assert sign_flip_p(many) == sign_flip_p(many)
    assert sign_flip_p(many + 5) == 1 / 10_001  # never 0


def test_p_is_uniform_where_nothing_differs():
    random = np.random.default_rng(7)
    p = [sign_flip_p(random.laplace(0, 1, 10)) for _ in range(400)]
    assert stats.kstest(p, "uniform").pvalue > 0.01
    assert np.mean(np.array(p) <= 0.05) == pytest.approx(0.05, abs=0.033)  # three standard errors


def test_holm_by_hand():
    # smallest first: .01 * 3, .02 * 2 = .04, .04 * 1 = .04
    assert holm([0.04, 0.01, 0.02]) == pytest.approx([0.04, 0.03, 0.04])
    # Holm's correction never lets a larger p overtake: .03 * 2 = .06, then .04 * 1 is raised to .06
    assert holm([0.04, 0.03]) == pytest.approx([0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    corrected = holm([0.01, np.nan, 0.04])
    assert corrected[0] == pytest.approx(0.02)
    assert np.isnan(corrected[1])
    assert corrected[2] == pytest.approx(0.04)


def test_a_constant_shift_is_found_in_every_metric():
    a = made_scores("a", seed=1)
    moved = {m: values + (-0.1 if m == "kld" else 0.1) for m, values in a.per_image["a"].items()}
    b = Scores("exact", "made", "val", a.image_ids, a.per_image | {"b": moved})
    for entry in compare(a, b, row_a="a", row_b="b").differences:
        sign = -1 if entry.metric == "kld" else 1
        assert entry.higher_is_better == (entry.metric != "kld")
        assert entry.mean.mean == pytest.approx(0.1 * sign)
        assert (entry.mean.low, entry.mean.high) == pytest.approx((0.1 * sign, 0.1 * sign))
        assert (entry.counts, entry.share_better) == ((0, 0, 40), 1.0)
        assert (entry.p, entry.p_holm) == pytest.approx((1 / 10_001, 7 / 10_001))


def test_the_interval_of_the_difference_is_that_of_the_paired_bootstrap():
    a, b = made_scores("a", images=30, seed=1), made_scores("b", images=30, seed=2, shift=0.1)
    entry = compare(a, b, row_a="a", row_b="b").difference("nss")
    values = b.per_image["b"]["nss"] - a.per_image["a"]["nss"]
    peer = stats.bootstrap(
        (values,), np.mean, n_resamples=10_000, method="percentile", random_state=np.random.default_rng(3)
    ).confidence_interval
    assert entry.mean.mean == pytest.approx(values.mean())
    assert (entry.mean.low, entry.mean.high) == pytest.approx((peer.low, peer.high), abs=0.005)
    assert entry.means == pytest.approx((a.per_image["a"]["nss"].mean(), b.per_image["b"]["nss"].mean()))


def test_images_without_a_score_of_both_are_left_out_and_ties_count_half():
    nan = np.nan
    a = {"nss": np.array([1.0, 2.0, 3.0, nan, 5.0]), "kld": np.array([1.0, 1.0, 1.0, 1.0, 1.0])}
    b = {"nss": np.array([2.0, 2.0, 2.5, 4.0, nan]), "kld": np.array([0.5, 0.5, 0.5, 1.0, 2.0])}
    nss, kld = differences(a, b)
    assert (nss.left_out, nss.counts, nss.share_better) == (2, (1, 1, 1), 0.5)
    assert nss.means == pytest.approx((2.0, 6.5 / 3))
    assert nss.mean.mean == pytest.approx(0.5 / 3)
    assert (kld.left_out, kld.counts, kld.share_better) == (0, (1, 1, 3), 0.7)
    assert kld.mean.mean == pytest.approx(-0.1)
    empty = differences({"nss": np.full(3, nan)}, {"nss": np.ones(3)})[0]
    assert (empty.left_out, empty.counts) == (3, (0, 0, 0))
    assert np.isnan([empty.p, empty.p_holm, empty.share_better, *empty.means]).all()


def test_images_are_paired_by_their_name_not_their_place():
    a, b = made_scores("a", seed=1), made_scores("b", seed=2)
    order = np.random.default_rng(0).permutation(40)
    mixed = {row: {m: v[order] for m, v in metrics.items()} for row, metrics in b.per_image.items()}
    shuffled = Scores("exact", "made", "val", tuple(np.array(b.image_ids)[order].tolist()), mixed)
    straight, paired = compare(a, b, row_a="a", row_b="b"), compare(a, shuffled, row_a="a", row_b="b")
    assert paired.image_ids == a.image_ids
    for expected, entry in zip(straight.differences, paired.differences, strict=True):
        np.testing.assert_array_equal(entry.values, expected.values)


def test_the_largest_differences_are_named():
    a, b = made_scores("a", images=6), made_scores("b", images=6)
    a.per_image["a"]["nss"][:] = 0
    b.per_image["b"]["nss"][:] = [3, -1, 0, -2, np.nan, 1]
    a.per_image["a"]["kld"][:] = 0
    b.per_image["b"]["kld"][:] = [3, -1, 0, -2, np.nan, 1]
    result = compare(a, b, row_a="a", row_b="b")
    expected = [("A", "003", 0, -2), ("A", "001", 0, -1), ("B", "000", 0, 3), ("B", "005", 0, 1)]
    assert result.extremes("nss") == expected
    assert result.extremes("nss", 1) == [expected[0], expected[2]]
    assert [entry[:2] for entry in result.extremes("kld", 1)] == [("A", "000"), ("B", "003")]
    assert result.difference().metric == "auc"  # the protocol's first
    with pytest.raises(InputError, match=r"no metric named 'nsss'\. Did you mean 'nss'"):
        result.extremes("nsss")


def test_information_gain_explained():
    scores = made_scores("a", images=60, shift=0.1)
    gains = {row: metrics["information_gain"] for row, metrics in scores.per_image.items()}
    share = explained(scores, "a")
    assert share.mean == pytest.approx(gains["a"].mean() / gains[GOLD_STANDARD].mean())
    peer = stats.bootstrap(
        (gains["a"], gains[GOLD_STANDARD]),
        lambda a, gold, axis: a.mean(axis=axis) / gold.mean(axis=axis),
        paired=True,
        vectorized=True,
        n_resamples=10_000,
        method="percentile",
        random_state=np.random.default_rng(3),
    ).confidence_interval
    assert (share.low, share.high) == pytest.approx((peer.low, peer.high), abs=0.005)
    gold = explained(scores, GOLD_STANDARD)
    assert (gold.mean, gold.low, gold.high) == pytest.approx((1, 1, 1))
    gains["a"][3] = np.nan  # left out of both
    kept = np.arange(60) != 3
    assert explained(scores, "a").mean == pytest.approx(
        gains["a"][kept].mean() / gains[GOLD_STANDARD][kept].mean()
    )
    gains[GOLD_STANDARD][:] = np.random.default_rng(0).normal(0, 1, 60)  # sometimes below 0
    assert str(explained(scores, "a")) == "-"
    del scores.per_image[GOLD_STANDARD]
    assert str(explained(scores, "a")) == "-"
    with pytest.raises(InputError, match="no row named 'aa'"):
        explained(scores, "aa")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"protocol": "bristol2021"}, "A has the protocol 'exact', B has 'bristol2021'"),
        ({"dataset": "other"}, "A has the dataset 'made', B has 'other'"),
        ({"split": "test"}, "A has the split 'val', B has 'test'"),
        ({"images": 37}, "B has no scores of 3 of the other's images, e.g. 037, 038, 039"),
        ({"images": 42}, "A has no scores of 2 of the other's images, e.g. 040, 041"),
    ],
)
def test_scores_of_other_things_are_refused(changes, message):
    with pytest.raises(InputError, match=message):
        compare(made_scores("a"), made_scores("b", **changes), row_a="a", row_b="b")


def test_other_metrics_unknown_rows_and_infinite_scores_are_refused():
    a, b = made_scores("a"), made_scores("b")
    with pytest.raises(InputError, match="no row named 'c'"):
        compare(a, b, row_a="a", row_b="c")
    b.per_image["b"]["information_gain"][0] = -np.inf
    with pytest.raises(InputError, match=r"information_gain is infinite on 1 image"):
        compare(a, b, row_a="a", row_b="b")
    for metrics in b.per_image.values():
        del metrics["information_gain"]
    with pytest.raises(InputError, match="A has the metrics"):
        compare(a, b, row_a="a", row_b="b")


@pytest.mark.parametrize(
    ("made_by", "message"),
    [
        ({"dataset": "made 02", "protocol": {"ddof": 0}}, "dataset was 'made 01' and is now 'made 02'"),
        ({"dataset": "made 01", "protocol": {"ddof": 1}}, "protocol.ddof was 0 and is now 1"),
    ],
)
def test_data_sets_and_protocols_of_one_name_are_told_apart(made_by, message):
    a = replace(made_scores("a"), made_by={"dataset": "made 01", "protocol": {"ddof": 0}, "seed": 0})
    with pytest.raises(InputError, match=message):
        compare(a, replace(a, made_by=made_by), row_a="a", row_b=CENTER_BIAS)
    assert compare(a, replace(a, made_by=a.made_by | {"seed": 1}), row_a="a", row_b=CENTER_BIAS).names == (
        "a",
        CENTER_BIAS,
    )
    assert compare(a, replace(a, made_by={}), row_a="a", row_b=CENTER_BIAS).names == ("a", CENTER_BIAS)


def test_scores_on_other_observers_of_one_name_are_not_compared(popout_set):
    """Two data sets of the same name and images, of which one has fewer observers' fixations."""
    observers = sorted({name for sample in popout_set for name in sample.fixations.observers})
    fewer = popout_set.select(observers=observers[:2])
    assert (fewer.name, fewer.image_ids) == (popout_set.name, popout_set.image_ids)
    a, b = (evaluate("gazenet", data, metrics=["nss"]) for data in (popout_set, fewer))
    with pytest.raises(InputError, match=r"dataset was 'popout [0-9a-f]+' and is now 'popout [0-9a-f]+'"):
        compare(a, b, row_a="gazenet", row_b="gazenet")


def test_what_holds_arrays_compares_and_hashes_without_an_exception():
    scores = made_scores("a")
    comparison = compare(scores, scores, row_a="a", row_b=CENTER_BIAS)
    for thing, other in (
        (scores, made_scores("a")),
        (comparison, compare(scores, scores, row_a="a", row_b=CENTER_BIAS)),
        (comparison.differences[0], comparison.differences[1]),
        (Maps(np.zeros((2, 3))), Maps(np.zeros((2, 3)))),
        (Agreement(np.zeros(3), np.zeros(3)), Agreement(np.zeros(3), np.zeros(3))),
    ):
        assert (thing == thing, thing == other, hash(thing) == hash(thing)) == (True, False, True)


@pytest.fixture
def runs(tmp_path):
    """Two evaluated run folders, and what `gazemap reproduce` writes about several networks."""
    a, b = made_scores("a", seed=1), made_scores("b", seed=2, shift=0.1)
    a.write(tmp_path / "runs/a/scores-made-01234567-val-exact.parquet")
    b.write(tmp_path / "runs/b/scores-made-01234567-val-exact.parquet")
    bristol = made_scores("b", protocol="bristol2021")
    bristol.write(tmp_path / "runs/b/scores-made-01234567-val-bristol2021.parquet")
    several = Scores("exact", "made", "val", a.image_ids, {"b": b.per_image["b"], **a.per_image})
    several.write(tmp_path / "runs/report-scores-made-01234567-val-exact.parquet")
    return tmp_path / "runs"


def test_a_run_folder_or_a_row_of_a_file(runs):
    expected = compare(runs / "a", runs / "b").difference("nss")
    assert compare(runs / "a", runs / "b").names == ("a", "b")
    file = runs / "report-scores-made-01234567-val-exact.parquet"
    for result in (
        compare(file, file, row_a="a", row_b="b"),
        compare(runs, runs, row_a="a", row_b="b"),  # where `reproduce` puts its report
        compare(runs / "a", file, row_b="b"),
    ):
        np.testing.assert_array_equal(result.difference("nss").values, expected.values)
    # the same name twice would say nothing
    assert compare(runs / "a", file, row_b="a").names == (str(runs / "a"), str(file))
    assert compare(runs / "a", runs / "a", row_b=CENTER_BIAS).names == ("a", CENTER_BIAS)


def test_the_mean_map_of_a_report_is_not_the_run_s_own_row(tmp_path):
    scores = made_scores("a")
    rows = {MEAN_MAP: scores.per_image[CENTER_BIAS], **scores.per_image}
    replace(scores, per_image=rows).write(tmp_path / "report-scores-made-01234567-val-exact.parquet")
    assert compare(tmp_path, tmp_path, row_b=MEAN_MAP).names == ("a", MEAN_MAP)


def test_a_run_s_own_row_is_found_though_its_folder_was_renamed(runs):
    (runs / "b").rename(runs / "c")
    assert compare(runs / "a", runs / "c").names == ("a", "b")


def test_what_cannot_be_found_or_chosen_is_refused(runs):
    file = runs / "report-scores-made-01234567-val-exact.parquet"
    with pytest.raises(DataError, match=r"no scores of the split val by the protocol bristol2021.*evaluate"):
        compare(runs / "a", runs / "b", protocol="bristol2021")
    with pytest.raises(InputError, match="Did you mean 'exact'"):
        compare(runs / "a", runs / "b", protocol="exat")
    with pytest.raises(DataError, match="There is no file of scores"):
        compare(runs / "none", runs / "b")
    with pytest.raises(InputError, match=r"The rows of .* are b, a, center bias.*--row-b"):
        compare(runs / "a", file)
    with pytest.raises(InputError, match="A and B are both 'a'"):
        compare(runs / "a", runs / "a")
    other = runs / "b/scores-made-01234567-val-bristol2021.parquet"
    with pytest.raises(InputError, match=r"not of val by exact.*--protocol bristol2021"):
        compare(runs / "a", other, protocol="exact")
    made_scores("a", dataset="more").write(runs / "a/scores-more-89abcdef-val-exact.parquet")
    with pytest.raises(DataError, match=r"several files of such scores: scores-made-01234567-val-exact\.par"):
        compare(runs / "a", runs / "b")


def test_scores_in_memory_and_files_are_compared_as_they_are(runs):
    file = runs / "b/scores-made-01234567-val-bristol2021.parquet"
    scores = Scores.read(file)
    assert compare(file, scores, row_b=CENTER_BIAS).protocol == "bristol2021"
    shifted = replace(scores, per_image={"b": made_scores("b", shift=0.3).per_image["b"]})
    assert compare(scores, shifted).names == ("b (A)", "b (B)")
    with pytest.raises(InputError, match="A and B are both 'b' of the same scores"):
        compare(scores, scores)


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_the_table_of_differences_says_what_was_seen(runs, tmp_path, suffix):
    a, b = Scores.read(next((runs / "a").iterdir())), Scores.read(next((runs / "b").glob("*exact*")))
    a = replace(a, seen={"a": {"003": "trained on", "004": "trained on"}})
    b = replace(b, seen={"b": {"004": "epoch chosen on"}})
    path = tmp_path / f"differences.{suffix}"
    result = compare(a, b, out=path)
    table = pq.read_table(path) if suffix == "parquet" else pacsv.read_csv(path)
    assert len(table) == 7 * 40
    told = {row["image_id"]: row["seen"] for row in table.to_pylist() if row["seen"]}
    ids = ("003", "004") if suffix == "parquet" else (3, 4)  # CSV has no types
    assert told == {ids[0]: "A trained on", ids[1]: "A trained on, B epoch chosen on"}
    np.testing.assert_array_equal(table["difference"].to_numpy()[:40], result.difference("auc").values)
    with pytest.raises(InputError, match=r"must end in \.parquet or \.csv, got differences\.xlsx"):
        compare(a, b, out=tmp_path / "differences.xlsx")


def test_plain_values_say_what_the_table_says(runs):
    result = compare(runs / "a", runs / "b", sort_by="kld")
    found = json.loads(json.dumps(result.as_json(), allow_nan=False))
    kld = result.difference("kld")
    assert (found["a"], found["b"], found["images"], found["sort_by"]) == ("a", "b", 40, "kld")
    assert found["metrics"]["kld"]["difference"] == {
        "mean": kld.mean.mean,
        "low": kld.mean.low,
        "high": kld.mean.high,
    }
    assert found["metrics"]["kld"]["p_holm"] == kld.p_holm
    assert [row["image_id"] for row in found["largest_differences"]] == [
        i for _, i, _, _ in result.extremes()
    ]
    assert result.extremes() == result.extremes("kld") != result.extremes("nss")
    assert found["notes"] == result.notes()
    for line in (result.title, *result.notes()):
        assert line in repr(result)
    assert result.cells()[5][:2] == ["kld", "lower"]
    nothing = compare(runs / "a", runs / "a", row_b=GOLD_STANDARD).as_json()["metrics"]["cc"]
    assert (nothing["p"], nothing["images"]) == (None, 0)


def test_the_command_prints_writes_and_draws(run, runs, tmp_path):
    out, figure = tmp_path / "out" / "compare.parquet", tmp_path / "out" / "compare.png"
    files = ("--out", out, "--figure", figure)
    code, text = run("compare", runs / "a", runs / "b", *files, "--sort-by", "nss")
    assert code == 0, text
    result = compare(runs / "a", runs / "b")
    nss = result.difference("nss")
    for part in (
        "made val, 40 images, exact",
        "A: a. B: b.",
        *str(nss.mean).split(" ", 1),  # the interval has a line of its own
        f"{nss.p_holm:.4f}",
        f"{nss.share_better:.0%}",
        "Largest differences, nss",
        *(image_id for _, image_id, _, _ in result.extremes("nss")),
        f"A {result.explained[0]}. B {result.explained[1]}.",
    ):
        assert part in text
    assert "without a score" not in text
    with Image.open(figure) as picture:
        assert min(picture.size) > 500
    rows = pq.read_table(out).to_pylist()
    assert len(rows) == 7 * 40
    known = {(row["metric"], row["image_id"]): row for row in rows}
    assert known["nss", "007"]["difference"] == nss.values[7]
    assert known["nss", "007"]["b"] - known["nss", "007"]["a"] == nss.values[7]
    assert (rows[0]["name_a"], rows[0]["name_b"], rows[0]["protocol"]) == ("a", "b", "exact")


def test_the_command_says_what_has_no_score(run, runs):
    code, text = run("compare", runs / "a", runs / "a", "--row-b", GOLD_STANDARD)
    assert code == 0, text
    assert "cc: 40 of 40 images lack a score of A or B (000, 001, 002 and 37 more: in B the reason" in text
    assert "correction for 4 metrics" in text
    assert "B 1.000 [1.000, 1.000]." in text
    assert sorted(path.name for path in (runs / "a").iterdir()) == ["scores-made-01234567-val-exact.parquet"]


def test_the_figure_has_a_panel_a_metric_and_colors_by_who_is_better(runs):
    result = compare(runs / "a", runs / "b")
    panels = [axes for axes in result.plot().axes if axes.axison]
    assert len(panels) == 7
    for axes, entry in zip(panels, result.differences, strict=True):
        worse, _, better = entry.counts
        direction = "lower" if entry.metric == "kld" else "higher"
        assert axes.get_title(loc="left") == (
            f"{entry.metric} ({direction} is better)\nA better on {worse}, B on {better}"
        )
        steps = {patch.get_label(): patch.get_data().values for patch in axes.patches[:2]}
        for label, count in (("A better", worse), ("B better", better)):
            assert np.count_nonzero(steps[label]) == count
        shown = steps["A better"] + steps["B better"]
        np.testing.assert_array_equal(shown, np.sort(entry.values))
    half = compare(runs / "a", runs / "b", row_b=GOLD_STANDARD).plot()
    titles = [axes.get_title(loc="left").split()[0] for axes in half.axes if axes.axison]
    assert titles == ["auc", "sauc", "nss", "information_gain"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--figure", "compare.txt"], "The name of a figure must end in"),
        (["--sort-by", "ns"], "no metric named 'ns'"),
        (["--row-b", "bb"], "no row named 'bb'. Did you mean 'b'"),
    ],
)
def test_the_command_s_mistakes_end_in_one_message(run, runs, arguments, message, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    code, text = run("compare", runs / "a", runs / "b", *arguments)
    assert (code, message in text) == (2, True), text
    assert "Traceback" not in text
    assert not list(tmp_path.glob("compare*"))
