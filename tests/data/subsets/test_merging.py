"""Several data sets as one."""

from dataclasses import replace

import numpy as np
import pytest
from support import gaze_sets

from gazemap import load_dataset
from gazemap.data.check import check_dataset
from gazemap.data.dataset import GazeDataset
from gazemap.data.subsets.merging import merge
from gazemap.data.subsets.new_sets import merge_datasets
from gazemap.data.writing.folder import save_dataset
from gazemap.errors import DataError
from gazemap.gaze.fixations import Fixations


def test_merged_sets_keep_their_own_names_splits_and_blur(tiny):
    other = gaze_sets.dataset(
        gaze_sets.sample("1", split="test", points=gaze_sets.fixations((None, 9, None, None)), sigma=5.0),
        name="other",
        license="CC0",
        sigma=5.0,
        set_aside=({"item": "x", "reason": "broken"},),
        notes=("odd",),
    )
    merged = merge([tiny, other], "both")
    assert merged.image_ids == ["tiny/1", "tiny/2", "other/1"]
    assert [sample.group for sample in merged] == merged.image_ids
    assert merged.splits == {"train": 1, "val": 1, "test": 1}
    assert merged["tiny/1"].fixations.observers == ["tiny/a", "tiny/b"]
    assert merged["other/1"].fixations.observer is None
    assert [sample.sigma for sample in merged] == [None, None, 5.0]
    info = merged.info
    assert (info.name, info.title, info.citation) == ("both", "Tiny + Tiny", "Nobody")
    assert (info.license, info.sigma) == ("tiny: MIT; other: CC0", None)
    assert (info.set_aside[0].item, info.notes) == ("other/x", ("other: odd",))
    assert tiny["1"].fixations.observers == ["a", "b"]


def test_sets_of_one_name_are_not_merged(tiny):
    for datasets in ([tiny, tiny], [tiny], []):
        with pytest.raises(DataError, match="needs two or more data sets of different names"):
            merge(datasets, "both")


def test_a_merge_is_written_as_a_new_set(popout_set, tmp_path):
    part = save_dataset(popout_set.select(images=["00020", "00021"]), tmp_path / "part")
    test = popout_set.split("test")
    named = GazeDataset(test.path, test.info.model_copy(update={"name": "other"}), test.samples)
    merge_datasets([part.path, named], tmp_path / "both", name="both")
    both = load_dataset(tmp_path / "both")
    assert both.splits == {"val": 2, "test": 5}
    assert both["popout/00020"].file == tmp_path / "both" / "images" / "popout" / "00020.png"
    assert check_dataset(tmp_path / "both").is_sound


def test_what_one_merged_set_knows_stays_unknown_of_the_other(tiny, tmp_path):
    """Saved and loaded: no observer named None, no times that are NaN, no images that nobody looked at."""
    plain = gaze_sets.dataset(
        gaze_sets.sample("seen", points=gaze_sets.fixations((None, 3, None, None))),
        gaze_sets.sample("unseen", points=Fixations(np.empty(0), np.empty(0))),
        gaze_sets.sample("withheld", split="test"),
        name="plain",
    )
    known = replace(tiny.samples[1], map_file=None)
    saved = save_dataset(merge([gaze_sets.dataset(known), plain], "both"), tmp_path / "both")
    again = load_dataset(saved.path)
    assert again["tiny/2"].fixations.observers == ["tiny/b"]
    seen = again["plain/seen"].fixations
    assert (seen.observer, seen.onset, seen.duration) == (None, None, None)
    assert len(again["plain/unseen"].fixations) == 0
    assert again["plain/withheld"].fixations is None
    with pytest.raises(DataError, match="observer"):
        again.select(observers=["None"])
