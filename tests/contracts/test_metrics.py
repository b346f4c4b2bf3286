"""What every entry of METRICS keeps: range, invariances, direction, and the edges that its page states."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import torch

from gazemap import metrics
from gazemap.errors import InputError
from gazemap.gaze.blurring import blur
from gazemap.metrics import METRICS, Protocol
from gazemap.metrics.scoring.preparing import prepare
from gazemap.metrics.scoring.reasons import why_undefined

SIZE = (36, 48)  # more than the 32 pixels that EMD takes for one
PIXELS = SIZE[0] * SIZE[1]


@dataclass(frozen=True)
class Kept:
    """What leaves a score as it is: any monotone change of the map, scale and shift, scale, or nothing."""

    ignores: Literal["monotone", "affine", "scale", "nothing"]


CONTRACT = {
    "auc": Kept(ignores="monotone"),
    "auc_judd": Kept(ignores="monotone"),
    "auc_borji": Kept(ignores="affine"),
    "auc_shuffled": Kept(ignores="affine"),
    "sauc": Kept(ignores="monotone"),
    "nss": Kept(ignores="affine"),
    "cc": Kept(ignores="affine"),
    "sim": Kept(ignores="scale"),
    "kld": Kept(ignores="scale"),
    "information_gain": Kept(ignores="nothing"),
    "log_likelihood": Kept(ignores="nothing"),
    "emd": Kept(ignores="scale"),
}
each = pytest.mark.parametrize("name", METRICS)


def scene(seed=0, size=SIZE):
    """One image: the density that draws its fixations, what they make, and another image's."""
    random = np.random.default_rng(seed)
    expected = metrics.to_density(blur(random.random(size) ** 8, 2.0))
    fixated = random.multinomial(40, expected.ravel()).reshape(size).astype(float)
    return {
        "map": expected,
        "fixation_map": fixated,
        "density": metrics.to_density(blur(fixated, 2.0)),
        "other_fixation_map": random.poisson(0.05, size).astype(float),
        "baseline": metrics.to_density(blur(random.random(size), 3.0)),
    }


def arguments(name, given):
    """What a metric's function takes of a scene."""
    return [given["map"], *(given[key] for key in METRICS[name].needs)]


def score(name, given, **options):
    return getattr(metrics, name)(*arguments(name, given), **options)


def test_every_metric_has_an_entry():
    assert list(CONTRACT) == list(METRICS)
    for name in METRICS:
        assert METRICS[name].function is getattr(metrics, name)


@each
def test_scores_lie_in_the_range(name):
    entry = METRICS[name]
    for seed in range(20):
        given = scene(seed)
        random = np.random.default_rng(seed)
        shapeless = random.choice([0.0, 0.0, 1.0, 7.0], SIZE) + (seed % 2) * random.random(SIZE)
        given["map"] = metrics.to_density(shapeless) if "density" in first_parameter(name) else shapeless
        value = score(name, given)
        assert np.isfinite(value)
        assert entry.low - 1e-9 <= value <= entry.high + 1e-9


def first_parameter(name):
    return getattr(metrics, name).__code__.co_varnames[0]


@each
def test_a_batch_gives_what_its_images_give_in_numpy_and_torch(name):
    scenes = [scene(seed) for seed in range(3)]
    batch = {key: np.stack([given[key] for given in scenes]) for key in scenes[0]}
    singles = [score(name, given) for given in scenes]
    whole = score(name, batch)
    assert all(isinstance(single, float) for single in singles)
    assert whole.shape == (3,)
    np.testing.assert_allclose(whole, singles, rtol=1e-12)
    tensors = score(name, {key: torch.from_numpy(values) for key, values in batch.items()})
    assert isinstance(tensors, torch.Tensor)
    np.testing.assert_allclose(tensors.numpy(), singles, rtol=1e-9)
    single = score(name, {key: torch.from_numpy(values) for key, values in scenes[0].items()})
    assert single.shape == ()
    assert float(single) == pytest.approx(singles[0], rel=1e-9)


CHANGES = {
    "monotone": lambda values: np.exp(3 * values / values.max()) - 7,
    "affine": lambda values: 1000 * values + 5,
    "scale": lambda values: 1000 * values,
}


@each
@pytest.mark.parametrize("change", CHANGES)
def test_what_does_not_matter_does_not_and_what_matters_does(name, change):
    given = scene()
    changed = given | {"map": CHANGES[change](given["map"])}
    ignored = {"monotone": {*CHANGES}, "affine": {"affine", "scale"}, "scale": {"scale"}, "nothing": set()}
    if change in ignored[CONTRACT[name].ignores]:
        assert score(name, changed) == pytest.approx(score(name, given), rel=1e-9)
    elif CONTRACT[name].ignores == "nothing":  # it takes densities alone
        with pytest.raises(InputError, match="must be a density"):
            score(name, changed)
    elif changed["map"].min() < 0 and name in ("sim", "kld"):
        with pytest.raises(InputError, match="negative values"):
            score(name, changed)
    else:
        assert score(name, changed) != pytest.approx(score(name, given), rel=1e-3, nan_ok=True)


@each
def test_the_truth_scores_better_than_noise(name):
    sign = 1 if METRICS[name].higher_is_better else -1
    for seed in range(5):
        given = scene(seed, size=(96, 128))
        itself = given | {"map": given["density"]}
        noise = given | {"map": metrics.to_density(np.random.default_rng(99).random((96, 128)))}
        assert sign * score(name, itself) > sign * score(name, noise) + 0.05


@each
@pytest.mark.parametrize("dtype", [np.uint8, np.int64, bool])
def test_whole_numbers_are_read_as_floats(name, dtype):
    given = scene()
    scaled = given["map"] / given["map"].mean()
    given["map"] = scaled > 1 if dtype is bool else np.round(10 * scaled).astype(dtype)
    options = {"min_max": True} if name == "information_gain" else {}
    if name == "log_likelihood":
        given["map"] = np.zeros(SIZE, dtype)
        given["map"][np.unravel_index(given["fixation_map"].argmax(), SIZE)] = 1  # sums to 1
    for key in ("fixation_map", "other_fixation_map"):
        given[key] = given[key].astype(dtype)
    floats = {key: values.astype(float) for key, values in given.items()}
    assert score(name, given, **options) == score(name, floats, **options)


SHAPES = {
    "channels last": lambda values: values[..., None],
    "a picture": lambda values: np.stack([values] * 3, axis=-1),
    "with alpha": lambda values: np.stack([values] * 4, axis=-1),
    "a row": lambda values: values.ravel(),
    "channels first in a batch": lambda values: values[None, None],
    "empty": lambda values: values[:0],
    "an empty batch": lambda values: np.zeros((0, *SIZE)),
    "complex": lambda values: values + 0j,
    "texts": lambda values: np.full(SIZE, "0.1"),
    "rows of two lengths": lambda values: [[1.0, 2.0], [3.0]],
}


@each
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("which", ["all", "first", "truth"])
def test_another_shape_or_type_is_refused_by_name(name, shape, which):
    given = scene()
    wrong = {key: SHAPES[shape](values) for key, values in given.items()}
    mixed = {"all": wrong, "first": given | {"map": wrong["map"]}, "truth": wrong | {"map": given["map"]}}
    with pytest.raises(InputError, match=r"must (have shape|hold real numbers)|they must be equal"):
        score(name, mixed[which])


@each
@pytest.mark.parametrize("library", [np.asarray, torch.as_tensor])
def test_points_in_the_place_of_a_map_and_transposed_maps_are_told(name, library):
    given = {key: library(values) for key, values in scene().items()}
    if "fixation_map" in METRICS[name].needs:
        for points in (library([[3.5, 4.0], [30.0, 20.5], [9.0, 9.0]]), library([[3, 4, 1], [5, 6, 1]] * 3)):
            with pytest.raises(InputError, match=r"rows of coordinates.*gazemap\.Fixations\(x, y\)"):
                score(name, given | {"fixation_map": points})
    for key in METRICS[name].needs:
        with pytest.raises(InputError, match=rf"{key} is transposed"):
            score(name, given | {key: given[key].T})


@each
def test_masks_are_not_lost(name):
    given = scene()
    for key in ("map", *METRICS[name].needs):
        masked = np.ma.masked_array(given[key], np.zeros(SIZE, bool))
        assert score(name, given | {key: masked}) == score(name, given)
        masked[3, 5:7] = np.ma.masked
        with pytest.raises(InputError, match=r"masked array, 2 of whose 1,728 values.*\.filled\(0\)"):
            score(name, given | {key: masked})


@each
def test_a_picture_of_two_values_is_one_of_fixations_and_any_other_is_refused(name):
    if "fixation_map" not in METRICS[name].needs:
        return
    given = scene()
    fixated = given["fixation_map"] > 0
    expected = score(name, given | {"fixation_map": fixated})
    for white in (255 * fixated.astype(np.uint8), 65535 * fixated.astype(float), torch.from_numpy(fixated)):
        assert score(name, given | {"fixation_map": white}) == pytest.approx(expected, rel=1e-12)
    often = score(name, given)
    assert score(name, given | {"fixation_map": 10 * given["fixation_map"]}) == pytest.approx(
        often, rel=1e-12
    )
    shades = np.round(255 * given["density"] / given["density"].max())
    lossy = put(255 * fixated.astype(np.uint8), (0, 0), 3)
    for wrong in (shades, shades.astype(np.uint8), lossy, torch.from_numpy(lossy), lossy // 2):
        with pytest.raises(InputError, match=r"different values from \d+ to \d+, as a picture has"):
            score(name, given | {"fixation_map": wrong})


@each
def test_what_to_pass_for_channels_last_is_said_where_fixations_are_points(name):
    given = scene()
    rows, columns = np.nonzero(given["fixation_map"])
    given["fixation_map"] = points_of(rows, columns)
    given["map"] = given["map"][..., None]
    first = first_parameter(name)
    with pytest.raises(InputError, match=rf"{first} .*\(36, 48, 1\).*{first}\[\.\.\., 0\]"):
        score(name, given)
    with pytest.raises(InputError, match=r"\(36, 48, 1\).*saliency\[\.\.\., 0\]"):
        metrics.score(given["map"], fixation_map=given["fixation_map"])


def points_of(rows, columns):
    from gazemap import Fixations

    return Fixations(columns + 0.5, rows + 0.5)


def test_one_image_in_a_batch_is_a_batch_of_one():
    given = scene()
    for name in METRICS:
        value = score(name, given | {"map": given["map"][None]})
        assert value.shape == (1,)
        assert value[0] == pytest.approx(score(name, given))


def put(values, place, value):
    changed = values.copy()
    changed[place] = value
    return changed


def at_a_fixation(given, key):
    """A density that calls one fixated pixel impossible."""
    place = np.unravel_index(given["fixation_map"].argmax(), SIZE)
    changed = put(given[key], place, 0.0)
    return changed / changed.sum()


def one_pixel(given):
    return {key: np.ones((1, 1)) for key in given}


EDGES = {
    "no fixation": lambda g: {"fixation_map": np.zeros(SIZE)},
    "one fixation": lambda g: {"fixation_map": put(np.zeros(SIZE), (5, 6), 1.0)},
    "all pixels fixated": lambda g: {"fixation_map": np.ones(SIZE)},
    "no other fixations": lambda g: {"other_fixation_map": np.zeros(SIZE)},
    "constant map": lambda g: {"map": np.full(SIZE, 0.3)},
    "uniform density": lambda g: {"map": np.full(SIZE, 1 / PIXELS)},
    "map of zeros": lambda g: {"map": np.zeros(SIZE)},
    "one NaN pixel": lambda g: {"map": put(g["map"], (0, 0), np.nan)},
    "NaN everywhere": lambda g: {"map": np.full(SIZE, np.nan)},
    "one infinite pixel": lambda g: {"map": put(g["map"], (0, 0), np.inf)},
    "negative values": lambda g: {"map": g["map"] - g["map"].mean()},
    "log density": lambda g: {"map": np.log(g["map"])},
    "sum is not 1": lambda g: {"map": 3 * g["map"]},
    "0 at a fixation": lambda g: {"map": at_a_fixation(g, "map")},
    "baseline 0 at a fixation": lambda g: {"baseline": at_a_fixation(g, "baseline")},
    "both 0 at a fixation": lambda g: {key: at_a_fixation(g, key) for key in ("map", "baseline")},
    "counts that are blurred": lambda g: {"fixation_map": g["density"]},
    "counts below 0": lambda g: {"fixation_map": -g["fixation_map"]},
    "counts with NaN": lambda g: {"fixation_map": put(g["fixation_map"], (0, 0), np.nan)},
    "infinite counts": lambda g: {"fixation_map": put(g["fixation_map"], (0, 0), np.inf)},
    "density of zeros": lambda g: {"density": np.zeros(SIZE)},
    "constant density": lambda g: {"density": np.full(SIZE, 1 / PIXELS)},
    "density with NaN": lambda g: {"density": put(g["density"], (0, 0), np.nan)},
    "density with infinity": lambda g: {"density": put(g["density"], (0, 0), np.inf)},
    "density with negative values": lambda g: {"density": g["density"] - g["density"].mean()},
    "log density for the density": lambda g: {"density": np.log(g["density"])},
    "uniform baseline": lambda g: {"baseline": np.full(SIZE, 1 / PIXELS)},
    "baseline of zeros": lambda g: {"baseline": np.zeros(SIZE)},
    "baseline with NaN": lambda g: {"baseline": np.full(SIZE, np.nan)},
    "sum of the baseline is not 1": lambda g: {"baseline": 3 * g["baseline"]},
    "log density for the baseline": lambda g: {"baseline": np.log(g["baseline"])},
    "1 x 1": one_pixel,
    "32 x 32 or less": lambda g: scene(size=(20, 30)),
}
PAGES = Path(__file__).parents[2] / "docs" / "reference" / "metrics"


def stated():
    """Of the pages' tables of edges: metric, whether with min_max, edge, reasons of the row, answer."""
    for name in METRICS:
        section = (PAGES / f"{name}.md").read_text().split("\n## Edges\n")[1].split("\n## ")[0]
        header, _, *rows = [line for line in section.splitlines() if line.startswith("|")]
        columns = [cell.strip() for cell in header.strip("|").split("|")]
        for row in rows:
            edge, *answers, reasons = [cell.strip() for cell in row.removeprefix("|")[:-1].split("|")]
            for column, answer in zip(columns[1:-1], answers, strict=True):
                yield name, "min_max" in column, edge, reasons.split("; "), answer


STATED = list(stated())


def test_every_edge_is_stated_for_every_metric():
    told = {}
    for name, _, edge, _, _ in STATED:
        assert edge in EDGES
        told.setdefault(name, set()).add(edge)
    assert set(told) == set(METRICS)
    assert set().union(*told.values()) == set(EDGES)
    for name, metric in METRICS.items():
        missing = [
            "one NaN pixel",
            "one infinite pixel",
            "map of zeros",
            "negative values",
            "log density",
            "1 x 1",
        ]
        missing += (
            ["density of zeros"] if "density" in metric.needs else ["no fixation", "counts that are blurred"]
        )
        assert set(missing) <= told[name], name
        for edge, change in EDGES.items():  # whatever concerns its truth alone
            changed = change(scene()).keys()
            assert edge in told[name] or "map" in changed or not changed & set(metric.needs), (name, edge)


@pytest.mark.parametrize(
    ("name", "min_max", "edge", "reasons", "answer"),
    STATED,
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)
def test_edges_are_as_stated(name, min_max, edge, reasons, answer):
    given = scene()
    given |= EDGES[edge](given)
    options = {"min_max": True} if min_max else {}
    if answer == "refused":
        with pytest.raises(InputError, match=r"must|log density|negative values"):
            score(name, given, **options)
        return
    value = score(name, given, **options)
    if answer == "value":
        assert np.isfinite(value)
        assert METRICS[name].low - 1e-9 <= value <= METRICS[name].high + 1e-9
    else:
        assert value == pytest.approx(float(answer), abs=1e-9, nan_ok=True)
    check_reason(name, given, options, reasons if answer == "NaN" else [None])


def check_reason(name, given, options, reasons):
    """The reason that is given, under a protocol of the functions' own defaults."""
    protocol = replace(Protocol("plain", "", (), derives=False), **options)
    prepared = prepare(given["map"], protocol, given["map"].shape, "saliency")
    truth = metrics.GroundTruth(**{key: given[key] for key in given if key != "map"})
    assert why_undefined(prepared, truth, name) in reasons
