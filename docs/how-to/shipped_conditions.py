r"""The viewing conditions of the models that come with gazemap, fitted and written into their files.

    python docs/how-to/shipped_conditions.py --salicon gaze/salicon-650 --pages gaze/web-pages \
        --photographs gaze/emod gaze/mit1003 --model gazenet

For gazenet-large, which learned from SALICON's split train, say --split test.

- free-viewing, the default: the power alone, the best for sets of photographs that the models never saw.
- mouse: all four numbers, fitted to a split of SALICON, and a readout that was trained under them.
- web-page: the same, of all pages.

A condition whose sets are not given stays as it is. Prints what each gains: of free-viewing on each set of
photographs by the power that is best for the others; of the other two on images left out of the fit. No
weight of the network itself changes: the readouts belong to their conditions.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from gazemap.adaptation.fitting import adapted, common_power
from gazemap.adaptation.looks import Looks, frames_of, looks_at, prior_of
from gazemap.adaptation.readout import tuned_readout
from gazemap.adaptation.saving import with_conditions
from gazemap.data.batches.looks import looks_of
from gazemap.data.dataset import GazeDataset, load_dataset
from gazemap.evaluation.intervals import bootstrap
from gazemap.images.fingerprints import FINGERPRINT
from gazemap.models.conditions import ViewingCondition
from gazemap.models.files import form_beside, shipped_weights
from gazemap.models.gazenet import GazeNet
from gazemap.models.known_conditions import AS_TRAINED, FREE_VIEWING
from gazemap.models.weights import load_model
from gazemap.prediction.predictor import Predictor, load_predictor
from gazemap.types import Floats


def free_viewing(base: Predictor, sets: list[GazeDataset]) -> ViewingCondition:
    """The power that is best for all sets; what it gains on each when fitted to the others is printed."""
    looks = [looks_at(base, images, progress=True) for images in sets]
    own = prior_of(base, looks[0])
    for place, (images, unseen) in enumerate(zip(sets, looks, strict=True)):
        power = common_power([*looks[:place], *looks[place + 1 :]], own)
        gain = bootstrap(gains(unseen, ViewingCondition("", power), own))
        print(f"free-viewing on {images.name}, by the others' power {power:.3f}: {gain} bits")
    power = common_power(looks, own)
    print(f"free-viewing: power {power:.3f}")
    return fitted_to(ViewingCondition(FREE_VIEWING, power), sets)


def gains(looks: Looks, condition: ViewingCondition, own: Floats) -> Floats:
    """(N,) bits per fixation, or per unit of the map, of each image over the model as it was trained."""
    change = condition.applied(looks.predicted, own).astype(np.float64) - looks.predicted
    bits: Floats = (looks.measured * change).sum(axis=(1, 2)) / np.log(2)
    return bits


def of_a_set(base: Predictor, network: GazeNet, name: str, images: GazeDataset) -> ViewingCondition:
    """All four numbers, fitted to a set, and a readout; what both gain on images left out is printed."""
    looks = looks_at(base, images, progress=True)
    found, condition = adapted(looks, prior_of(base, looks))
    print(
        f"{name}: power {found.power:.3f}, blur {found.blur:.4f}, center bias {found.own:.2f} of its own and "
        f"{found.others:.2f} of the set's; {bootstrap(found.gains)} bits on images left out"
    )
    assert condition is not None, "no change helps"
    frames, start = frames_of(base, images, looks, progress=True), ViewingCondition(AS_TRAINED)
    readout = tuned_readout(network, frames, looks, condition, start, progress=True)
    if readout is None:
        print(f"{name}: no training of the readout helps")
        return fitted_to(replace(condition, name=name), [images])
    print(f"{name}: a readout after {readout.steps} steps, {bootstrap(readout.gains)} bits more")
    return fitted_to(replace(condition, name=name, weights=readout.weights), [images])


def fitted_to(condition: ViewingCondition, sets: list[GazeDataset]) -> ViewingCondition:
    """The same, which knows its images."""
    about = {**condition.about, "datasets": [images.fingerprint for images in sets]}
    seen = np.concatenate([looks_of(images)[:, :FINGERPRINT] for images in sets])
    return replace(condition, about=about, images=seen)


def main() -> None:
    """Fit, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--salicon", type=Path)
    parser.add_argument("--split", default="train", help="of SALICON, which the model did not learn from")
    parser.add_argument("--pages", type=Path)
    parser.add_argument("--photographs", type=Path, nargs="+")
    parser.add_argument("--model", required=True, choices=[*shipped_weights()])
    asked = parser.parse_args()
    base = load_predictor(f"shipped:{asked.model}").as_trained()
    network = load_model(f"shipped:{asked.model}")
    assert isinstance(network, GazeNet)
    conditions = base.conditions
    if asked.photographs:
        made = free_viewing(base, [load_dataset(folder) for folder in asked.photographs])
        conditions = conditions.with_one(made, is_default=False)
    if asked.salicon:
        made = of_a_set(base, network, "mouse", load_dataset(asked.salicon).split(asked.split))
        conditions = conditions.with_one(made, is_default=False)
    if asked.pages:
        made = of_a_set(base, network, "web-page", load_dataset(asked.pages))
        conditions = conditions.with_one(made, is_default=False)
    conditions = conditions.under(FREE_VIEWING, asked.model)
    weights = shipped_weights()[asked.model]
    for file in (weights, form_beside(weights)):
        assert file is not None
        file.write_bytes(with_conditions(file, conditions))


if __name__ == "__main__":
    main()
