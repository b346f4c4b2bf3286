"""A data set in memory, and parts of one, as a folder of its own."""

from dataclasses import replace

import numpy as np
from support import gaze_sets

from gazemap import load_dataset
from gazemap.data.check import check_dataset
from gazemap.data.writing.folder import save_dataset


def same(one, other):
    """Whether two samples hold the same, but for where their files lie."""
    for column in ("x", "y", "observer", "onset", "duration"):
        a, b = (getattr(sample.fixations, column) for sample in (one, other))
        if (a is None) != (b is None) or (a is not None and not np.array_equal(a, b)):
            return False
    loose = {"file": None, "map_file": None, "fixations": None}
    return replace(one, **loose) == replace(other, **loose)


def test_a_part_is_saved_as_a_set_of_its_own(popout_set, tmp_path):
    part = popout_set.split("train").select(observers=["01", "07"])
    saved = save_dataset(part, tmp_path / "part")
    assert saved.splits == {"train": 20}
    assert all(same(one, other) for one, other in zip(part, load_dataset(tmp_path / "part"), strict=True))
    assert saved.info == part.info
    assert check_dataset(tmp_path / "part").is_sound
    for one, other in zip(part, saved, strict=True):
        assert one.file.read_bytes() == other.file.read_bytes()


def test_a_set_of_points_alone_and_their_places_outside_is_saved(tiny, tmp_path):
    outside = replace(tiny["2"], fixations=gaze_sets.fixations(("b", -6, 0.0, 0.25)), sigma=3.0)
    dataset = gaze_sets.dataset(replace(tiny["1"], map_file=None), outside)
    saved = save_dataset(dataset, tmp_path / "out")
    assert all(same(one, other) for one, other in zip(dataset, saved, strict=True))
