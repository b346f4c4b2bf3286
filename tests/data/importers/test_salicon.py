"""What is odd about SALICON's .mat files: editions of one form, a struct a worker, samples of the mouse."""

import numpy as np
import pytest
import scipy.io
from support.miniatures import POINTS, SIZE
from support.miniatures.miniature import save_picture
from support.miniatures.salicon import GAZE, IMAGES, salicon

from gazemap.data.importers import import_dataset
from gazemap.errors import DataError, InputError

TRUE_SIZE = (480, 640)


def image_with(folder, workers, size=TRUE_SIZE, resolution=TRUE_SIZE):
    """One training image; `workers` are (location, timestamp, fixations)."""
    save_picture(folder / "images/train" / f"{IMAGES[0]}.jpg", 0, size)
    file = folder / "fixations/train" / f"{IMAGES[0]}.mat"
    file.parent.mkdir(parents=True)
    gaze = np.empty((len(workers), 1), dtype=GAZE)
    for row, worker in enumerate(workers):
        gaze[row, 0] = tuple(np.asarray(column) for column in worker)
    scipy.io.savemat(file, {"resolution": np.array([resolution]), "gaze": gaze})
    return folder


WORKERS = [
    ([[1, 1], [640, 480], [700.5, -20]], [[0], [16], [4000]], np.array([[1, 1], [640, 480]], np.uint16)),
    ([[320, 240]], [[8]], np.array([[320, 241]], np.uint16)),
]


def test_the_edition_must_be_said(tmp_path):
    source = salicon(tmp_path / "s")
    with pytest.raises(InputError, match=r"edition=2015 or edition=2017.*170 fixations in 2015 and 532"):
        import_dataset(source, tmp_path / "out", format="salicon")
    with pytest.raises(InputError, match=r"edition: must be 2015 or 2017, got '2016'"):
        import_dataset(source, tmp_path / "out", format="salicon", options={"edition": "2016"})


def test_all_workers_are_merged_and_can_be_told_apart(tmp_path):
    source = image_with(tmp_path / "s", WORKERS)
    dataset = import_dataset(source, tmp_path / "out", format="salicon", options={"edition": "2015"})
    fixations = dataset[0].fixations
    assert fixations.observer.tolist() == ["01", "01", "02"]
    assert fixations.x.tolist() == [0.5, 639.5, 319.5]  # 1-based there
    assert fixations.y.tolist() == [0.5, 479.5, 240.5]
    assert fixations.onset is None  # timestamps are the samples', not the fixations'
    assert dataset.info.edition == "2015"
    assert "the complete set has 4,834,188 fixations, this one has 3" in dataset.info.notes


@pytest.fixture
def pointer_outside(tmp_path):
    """1 of 27 samples lies outside."""
    inside = (np.tile([[320, 240]], (12, 1)), np.arange(12)[:, None], [[320, 240]])
    return image_with(tmp_path / "s", [WORKERS[0], inside, inside])


def test_samples_of_the_mouse_have_times_and_those_of_2017_are_clipped(pointer_outside, tmp_path):
    options = {"edition": "2017", "points": "mouse"}
    dataset = import_dataset(pointer_outside, tmp_path / "out", format="salicon", options=options)
    worker = dataset[0].fixations.of_observer("01")
    assert worker.onset.tolist() == [0, 0.016, 4]  # milliseconds there
    assert worker.x.tolist() == [0.5, 639.5, 640]
    assert worker.y.tolist() == [0.5, 479.5, 0]
    assert any("1 of 27 fixations" in note and "moved to its edge" in note for note in dataset.info.notes)
    assert dataset.info.edition == "2017 mouse"


def test_no_sample_of_2015_lies_outside(pointer_outside, tmp_path):
    options = {"edition": "2015", "points": "mouse"}
    with pytest.raises(DataError, match="1 of 27 fixations lie outside"):
        import_dataset(pointer_outside, tmp_path / "out", format="salicon", options=options)


@pytest.mark.parametrize(
    ("worker", "message"),
    [
        (([[1, 1]], [[0], [1]], [[1, 1]]), "observer 01 has 1 locations and 2 timestamps"),
        (
            ([[1, 1, 1]], [[0]], [[1, 1]]),
            r"observer 01, location: the shape must be \(n, 2\), got \(1, 3\)",
        ),
        (("none", [[0]], [[1, 1]]), r"observer 01, location must hold numbers"),
    ],
)
def test_what_is_no_gaze_of_a_worker_sets_the_image_aside(tmp_path, worker, message):
    source = image_with(tmp_path / "s", [worker])
    with pytest.raises(DataError, match=rf"No image.*{IMAGES[0]}.*{message}"):
        import_dataset(
            source, tmp_path / "out", format="salicon", options={"edition": "2017", "points": "mouse"}
        )


def test_an_image_of_another_size_than_was_shown_is_set_aside(tmp_path):
    source = image_with(tmp_path / "s", WORKERS, size=(960, 1280))
    with pytest.raises(DataError, match=r"is \[480, 640\]; the image file's is \[960, 1280\]"):
        import_dataset(source, tmp_path / "out", format="salicon", options={"edition": "2017"})


def test_files_without_a_partner_are_listed_and_the_test_split_is_noted(tmp_path):
    source = salicon(tmp_path / "s")
    (source / "images/val" / f"{IMAGES[2]}.jpg").unlink()
    (source / "fixations/train" / f"{IMAGES[1]}.mat").unlink()
    dataset = import_dataset(source, tmp_path / "out", format="salicon", options={"edition": "2017"})
    assert dataset.image_ids == [IMAGES[0]]
    assert {entry.item: entry.reason for entry in dataset.info.set_aside} == {
        f"images/train: {IMAGES[1]}": "no fixations",
        f"fixations/val: {IMAGES[2]}": "no image",
    }
    assert (
        "the 1 images of images/test have no public fixations; salicon-test imports them"
        in dataset.info.notes
    )


def test_the_miniature_knows_two_workers(tmp_path):
    """One who never moved the mouse, as an empty matrix, is no observer."""
    source = salicon(tmp_path / "s")
    dataset = import_dataset(source, tmp_path / "out", format="salicon", options={"edition": "2017"})
    assert [sample.size for sample in dataset] == [SIZE] * 3
    assert [len(sample.fixations) for sample in dataset] == [len(known) for known in POINTS.values()]
    assert dataset[0].fixations.observers == ["01"]
