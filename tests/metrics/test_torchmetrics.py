"""The torchmetrics give the mean of the functions' scores, however the images come."""

import pickle
import subprocess
import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from support.gathered_scores import OPTIONS, UNSEEN, arguments, create, images, score_a_share
from torchmetrics import MetricCollection

from gazemap import Fixations, metrics
from gazemap.errors import InputError
from gazemap.metrics import METRICS
from gazemap.metrics.torchmetrics import NSS, TORCHMETRICS

each = pytest.mark.parametrize("name", TORCHMETRICS)


def scores(name, given=None, **options):
    """The function's score of one image after the other, in NumPy."""
    given = [values.double().numpy() for values in (given or arguments(name)).values()]
    function, options = getattr(metrics, name), OPTIONS.get(name, {}) | options
    return np.array([function(*one, **options) for one in zip(*given, strict=True)])


def mean(name, given=None, **options):
    return pytest.approx(np.nanmean(scores(name, given, **options)), abs=1e-12)


def test_both_tables_hold_the_same():
    assert list(TORCHMETRICS) == list(METRICS)
    for name, made in TORCHMETRICS.items():
        assert made.function is getattr(metrics, name)
        assert made.higher_is_better is METRICS[name].higher_is_better
    assert (TORCHMETRICS["cc"].plot_lower_bound, TORCHMETRICS["cc"].plot_upper_bound) == (-1, 1)
    assert (TORCHMETRICS["kld"].plot_lower_bound, TORCHMETRICS["kld"].plot_upper_bound) == (0, None)


@each
def test_one_batch_gives_the_mean_and_counts_images_without_a_score(name):
    metric = create(name)
    metric.update(**arguments(name))
    assert np.flatnonzero(np.isnan(scores(name))).tolist() == list(UNSEEN)
    assert (metric.scored, metric.unscored) == (10, 2)
    assert metric.compute().dtype == torch.float64
    assert float(metric.compute()) == mean(name)


@each
def test_it_does_not_matter_how_the_images_come(name):
    metric = create(name)
    metric.update(**arguments(name, slice(0, 5)))
    metric.update(**arguments(name, 5))  # one image
    metric.update(**{key: values[:, None] for key, values in arguments(name, slice(6, 9)).items()})
    metric.update(*arguments(name, slice(9, 12)).values())
    assert float(metric.compute()) == mean(name)


@each
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_single_and_half_precision_score_what_they_hold(name, dtype):
    given = {key: values.to(dtype) for key, values in arguments(name).items()}
    metric = create(name)
    metric.update(**given)
    assert float(metric.compute()) == mean(name, given)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("auc", {"negatives": "unfixated"}),
        ("auc_judd", {"jitter": 1e-7, "seed": 0}),
        ("auc_borji", {"step": 0.01}),
        ("auc_shuffled", {"step": 0.05, "repeats": True}),
        ("sauc", {"repeats": False}),
        ("nss", {"ddof": 1}),
        ("sim", {"min_max": True}),
        ("kld", {"eps": 1e-3}),
        ("information_gain", {"min_max": True}),
        ("log_likelihood", {"repeats": False}),
        ("emd", {"downsize": 8}),
    ],
)
def test_options_reach_the_function(name, options):
    metric = TORCHMETRICS[name](**options, sync_on_compute=False)  # the last is of torchmetrics
    one_by_one = arguments(name)
    for i in range(12):
        metric.update(*(values[i] for values in one_by_one.values()))
    assert float(metric.compute()) == mean(name, **options)
    assert float(metric.compute()) != mean(name)


@each
def test_an_unknown_option_is_refused_by_name(name):
    with pytest.raises(InputError, match=rf"`dof`\. {TORCHMETRICS[name].__name__} accepts"):
        TORCHMETRICS[name](dof=1)


@pytest.mark.parametrize(
    ("name", "options"),
    [("auc", {"negatives": "some"}), ("auc_borji", {"step": 2}), ("emd", {"downsize": 0})],
)
def test_a_wrong_value_is_refused_before_training(name, options):
    with pytest.raises(InputError, match=next(iter(options))):
        TORCHMETRICS[name](**options)


def test_several_channels_are_refused_naming_the_shape():
    with pytest.raises(InputError, match=r"\(2, 3, 4, 5\)"):
        NSS().update(torch.ones(2, 3, 4, 5), torch.ones(2, 4, 5))


def test_fixations_may_be_points():
    metric = NSS()
    metric.update(images()["saliency"][:2], [Fixations([3.5], [2.5]), Fixations([0.0, 9.0], [1.0, 15.0])])
    counts = np.zeros((2, 16, 24))
    counts[[0, 1, 1], [2, 1, 15], [3, 0, 9]] = 1
    expected = np.mean(metrics.nss(images()["saliency"][:2].numpy(), counts))
    assert float(metric.compute()) == pytest.approx(expected, abs=1e-12)


@each
def test_without_any_score_there_is_no_mean(name):
    metric = create(name)
    metric.update(**arguments(name, list(UNSEEN)))
    assert metric.compute().isnan()
    assert (metric.scored, metric.unscored) == (0, 2)


@each
def test_it_resets_and_goes_on_from_its_state(name):
    first, second = create(name), create(name)
    for metric in (first, second):
        metric.persistent(True)
    first.update(**arguments(name, slice(0, 7)))
    second.load_state_dict(first.state_dict())
    copied = pickle.loads(pickle.dumps(first))
    for metric in (second, copied):
        metric.update(**arguments(name, slice(7, 12)))
        assert float(metric.compute()) == mean(name)
    first.reset()
    first.update(**arguments(name, slice(7, 12)))
    assert float(first.compute()) == mean(name, arguments(name, slice(7, 12)))


@each
def test_a_step_gives_its_own_mean_without_a_graph(name):
    metric = create(name)
    for share in (slice(0, 7), slice(7, 12)):
        given = arguments(name, share)
        given["saliency"].requires_grad_()
        step = metric(**given)
        assert not step.requires_grad
        assert float(step) == mean(name, arguments(name, share))
    assert float(metric.compute()) == mean(name)


def test_a_collection_gives_each_metric_its_own_truth():
    together = MetricCollection({name: create(name) for name in TORCHMETRICS})
    for share in (slice(0, 7), slice(7, 12)):
        given = {key: values[share] for key, values in images().items()}
        together.update(given.pop("saliency"), **given)
    assert {name: float(value) for name, value in together.compute().items()} == {
        name: mean(name) for name in TORCHMETRICS
    }


def test_a_collection_takes_no_metric_for_another_after_a_batch_that_all_score_alike():
    together = MetricCollection(
        {**{name: create(name) for name in TORCHMETRICS}, "sample": NSS(ddof=1), "once": NSS(repeats=False)}
    )
    for share in (list(UNSEEN), slice(0, 2), slice(3, 9), slice(10, 12)):
        given = {key: values[share] for key, values in images().items()}
        together.update(given.pop("saliency"), **given)
    assert {name: float(value) for name, value in together.compute().items()} == {
        **{name: mean(name) for name in TORCHMETRICS},
        "sample": mean("nss", ddof=1),
        "once": mean("nss", repeats=False),
    }


@pytest.mark.slow
def test_two_processes_give_what_one_gives(tmp_path):
    torch.multiprocessing.spawn(score_a_share, args=(str(tmp_path),), nprocs=2)
    for rank in range(2):
        gathered = torch.load(tmp_path / f"{rank}.pt", weights_only=True)
        assert {name: float(value) for name, value in gathered.items()} == {
            name: mean(name) for name in TORCHMETRICS
        }


def test_it_draws_itself_between_its_bounds():
    metric = create("cc")
    metric.update(**arguments("cc"))
    figure, axes = metric.plot()
    assert axes.get_ylim() == pytest.approx((-1.2, 1.2))
    plt.close(figure)


def test_where_there_is_no_float64_it_sums_in_float32(monkeypatch):
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    metric = NSS()
    metric.update(**arguments("nss"))
    assert metric.compute().dtype == torch.float32
    assert float(metric.compute()) == pytest.approx(np.nanmean(scores("nss")), abs=1e-6)


def test_torchmetrics_is_wanted_only_where_it_is_used():
    code = (
        "import sys, gazemap; assert 'torchmetrics' not in sys.modules; "
        "sys.modules['torchmetrics'] = None; import gazemap.metrics.torchmetrics"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "MissingPackageError: gazemap.metrics.torchmetrics needs the package torchm" in result.stderr
    assert "pip install 'gazemap[torchmetrics]'" in result.stderr
