"""The blur of the ground truth: the set's own, the one that is asked for, or one that is said."""

from dataclasses import replace

import numpy as np
import pytest
from support import gaze_sets

from gazemap.errors import DataError, InputError
from gazemap.evaluation.blurs import blur_described, blurred_for
from gazemap.evaluation.evaluate import evaluate
from gazemap.evaluation.predictions import Maps
from gazemap.evaluation.reuse import scores_in
from gazemap.gaze.blurring import fourier_sigma
from gazemap.metrics import get_protocol

GUESS = {"guess": Maps(np.random.default_rng(0).random((5, 48, 48)))}


def stating(dataset, sigma, pixels_per_degree=None):
    """The data set with this blur and viewing distance."""
    return dataset.with_samples(
        [replace(sample, sigma=sigma, pixels_per_degree=pixels_per_degree) for sample in dataset]
    )


def cc(dataset, **blur):
    return evaluate(GUESS, dataset, metrics=["cc"], **blur).per_image["guess"]["cc"].tolist()


def test_a_blur_that_is_asked_for_is_as_one_that_the_set_states(popout_set):
    own = cc(stating(popout_set, 7.0))
    assert cc(popout_set, sigma=7.0) == own
    assert cc(stating(popout_set, None, 3.5), degrees=2) == own
    assert cc(stating(popout_set, 11.0)) != own


def test_a_set_that_states_none_gets_one_degree_or_that_of_mit_and_the_table_says_which(popout_set):
    degree = stating(popout_set, None, 7.0)
    assert cc(degree) == cc(stating(popout_set, 7.0))
    nothing = stating(popout_set, None)
    assert cc(nothing) == cc(stating(popout_set, fourier_sigma(popout_set[0].size, 8)))
    said = {
        "The ground truth has a blur of one degree of visual angle (7 pixels), where the set states none.": (
            degree,
            {},
        ),
        "The ground truth has the MIT benchmark's blur (8 cycles per image), where the set states none.": (
            nothing,
            {},
        ),
        "The ground truth has a blur of 9 pixels, as asked for.": (popout_set, {"sigma": 9}),
    }
    for note, (dataset, blur) in said.items():
        assert note in evaluate(GUESS, dataset, metrics=["cc"], **blur).notes()
    assert not [n for n in evaluate(GUESS, popout_set, metrics=["cc"]).notes() if "ground truth" in n]


def test_a_degree_may_be_stated_with_the_call(popout_set):
    bare = stating(popout_set, None)
    for dataset in (bare, popout_set):  # also where the set has a blur of its own
        assert cc(dataset, pixels_per_degree=7) == cc(stating(popout_set, 7.0))
    assert cc(bare, pixels_per_degree=14, degrees=0.5) == cc(stating(popout_set, 7.0))
    assert cc(stating(popout_set, None, 7.0), pixels_per_degree=7.0) == cc(stating(popout_set, 7.0))
    found = evaluate(GUESS, bare, metrics=["cc"], pixels_per_degree=14, degrees=0.5)
    assert (
        "The ground truth has a blur of 0.5 degrees of visual angle (7 pixels), as asked for."
        in found.notes()
    )
    one = stating(popout_set, None, 3.5).samples
    mixed = bare.with_samples([replace(one[0], pixels_per_degree=7.0), *one[1:]])
    assert (
        blur_described(mixed, degrees=2)
        == "a blur of 2 degrees of visual angle (7 to 14 pixels), as asked for"
    )


def test_images_of_unequal_size_share_one_blur_and_the_table_says_so():
    points = gaze_sets.fixations(("ann", 5, None, None))
    images = gaze_sets.dataset(
        *(gaze_sets.sample(str(width), size=(48, width), points=points) for width in (64, 96))
    )
    said = blurred_for(images, get_protocol("exact"), sigma=9)[1]
    assert said == (
        "a blur of 9 pixels, as asked for; of images of unequal size, each has the same share of its width, "
        "the median"
    )


def test_scores_by_another_blur_are_not_used_again(popout_set, tmp_path):
    path = tmp_path / "scores.parquet"
    first = scores_in(path, GUESS, popout_set, metrics=["cc"])
    other = scores_in(path, GUESS, popout_set, metrics=["cc"], sigma=9.0)
    assert first.per_image["guess"]["cc"].tolist() != other.per_image["guess"]["cc"].tolist()


@pytest.mark.parametrize(
    ("blur", "protocol", "error", "message"),
    [
        ({"sigma": 5, "degrees": 1}, "exact", InputError, "sigma or degrees, not both"),
        ({"sigma": 0}, "exact", InputError, "sigma must be above 0"),
        ({"sigma": float("nan")}, "exact", InputError, "finite"),
        ({"degrees": 1}, "exact", DataError, "How many pixels make a degree is not known for 30 of 30"),
        ({"sigma": 5, "pixels_per_degree": 30}, "exact", InputError, "Give sigma.* or pixels_per_degree"),
        ({"pixels_per_degree": 0}, "exact", InputError, "a finite number above 0, got 0"),
        ({"pixels_per_degree": float("nan")}, "exact", InputError, "a finite number above 0, got nan"),
        ({"pixels_per_degree": 30}, "mit", InputError, "'mit' says which blur"),
        ({"sigma": 5}, "mit", InputError, "'mit' says which blur"),
        ({"sigma": 5}, "salicon2017", InputError, "'salicon2017' says which blur"),
    ],
)
def test_blurs_that_cannot_be_are_refused(popout_set, blur, protocol, error, message):
    with pytest.raises(error, match=message):
        evaluate(GUESS, popout_set, "val", protocol, **blur)


def test_a_set_that_states_another_degree_is_not_overruled(popout_set):
    with pytest.raises(
        DataError, match=r"states 3\.5 pixels per degree itself, not 7\. Leave pixels_per_degree"
    ):
        evaluate(GUESS, stating(popout_set, None, 3.5), pixels_per_degree=7)
