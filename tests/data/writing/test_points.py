"""What becomes of the points of an import, by the options that every format of points has."""

import shutil

import numpy as np
import pytest
from scipy.io import savemat
from support.foreign_points import written
from support.miniatures import MINIATURES
from support.miniatures.miniature import save_picture

from gazemap.data.check import check_dataset
from gazemap.data.importers import import_dataset
from gazemap.data.writing.folder import write_dataset
from gazemap.data.writing.frames import Frame
from gazemap.data.writing.items import ImportedSet, Item
from gazemap.errors import DataError
from gazemap.gaze.fixations import Fixations

WIDTH, HEIGHT = 120, 90


def table(folder, points, header="image,observer,x,y"):
    """A table of one image of 120 x 90, with the points (x, y) of Ann."""
    folder.mkdir(parents=True, exist_ok=True)
    save_picture(folder / "images" / "a.png", 0, (HEIGHT, WIDTH))
    rows = [f"a,Ann,{','.join(f'{value!r}' for value in row)}" for row in np.asarray(points, float).tolist()]
    (folder / "points.csv").write_text("\n".join([header, *rows]))
    return folder / "points.csv"


def looks(count=200, seed=0):
    return np.random.default_rng(seed).uniform(0.1, 0.9, (count, 2)) * [WIDTH, HEIGHT]


def brought(tmp_path, points, **options):
    out = tmp_path / f"out{len([*tmp_path.glob('out*')])}"
    return import_dataset(table(tmp_path / "s", points), out, format="table", options=options)


def found(dataset):
    fixations = dataset["a"].fixations
    return np.stack([fixations.x, fixations.y], axis=1)


def noted(dataset, text):
    return [note for note in dataset.info.notes if text in note]


@pytest.mark.parametrize("count", [3, 60])
def test_points_outside_are_kept_moved_or_left_out_and_counted(tmp_path, count):
    points = looks()
    points[:count] = [WIDTH + 7, 5]
    points[:count, 1] += np.arange(count)  # at several places
    with pytest.raises(DataError, match=f"{count} of 200 fixations lie outside their images, more than 1%"):
        brought(tmp_path, points)
    kept = brought(tmp_path, points, outside="keep")
    np.testing.assert_array_equal(found(kept), points)
    assert noted(kept, f"{count} of 200 fixations lie outside their image and are kept (up to 7 px)")
    dropped = brought(tmp_path, points, outside="drop")
    np.testing.assert_array_equal(found(dropped), points[count:])
    assert noted(dropped, f"{count} of 200 fixations lie outside their image and were left out (up to 7 px)")
    clipped = brought(tmp_path, points, outside="clip")
    np.testing.assert_array_equal(found(clipped), points.clip(0, [WIDTH, HEIGHT]))
    assert noted(clipped, f"{count} of 200 fixations lie outside their image and were moved to its edge")


def test_more_than_half_outside_is_a_wrong_convention_whatever_is_said_of_them(tmp_path):
    for outside in ("keep", "drop", "clip"):
        with pytest.raises(DataError, match=r"more than 50%.*at another resolution.*shown=4"):
            brought(tmp_path, 4 * looks(), outside=outside)


def test_missing_samples_are_left_out_or_kept_as_it_is_said(tmp_path):
    points = looks()
    points[:10], points[10:15] = (-1, -1), (0, 0)
    with pytest.raises(DataError, match=r"10 of 200 points are exactly \(-1, -1\), 5 of 200 .* \(0, 0\)"):
        brought(tmp_path, points)
    with pytest.raises(DataError, match=r"\(0, 0\): missing samples"):
        brought(tmp_path, points, outside="drop")
    with pytest.raises(DataError, match=r"\(-1, -1\)"):
        brought(tmp_path, points, outside="clip")
    left = brought(tmp_path, points, missing="drop")
    np.testing.assert_array_equal(found(left), points[15:])
    assert noted(left, "15 of 200 fixations are missing samples")
    places = brought(tmp_path, points, missing="keep", outside="drop")
    assert len(found(places)) == 190


def test_missing_samples_on_a_screen_are_told_with_the_looks_beside_the_image(tmp_path):
    points = looks() + np.array([100, 50])
    points[:4] = (-1, -1)
    dataset = brought(tmp_path, points, screen="320x190")
    np.testing.assert_allclose(found(dataset), points[4:] - [100, 50])
    assert noted(
        dataset,
        "4 of 200 fixations lie outside their image and were left out (4 of 200 points are exactly (-1, -1))",
    )
    assert noted(
        dataset, "each image is taken as shown at its own size, in the middle of a screen of 320 x 190"
    )
    assert "stated: screen=320x190" in dataset.info.source


def test_a_screen_smaller_than_the_image_asks_how_large_it_was_shown(tmp_path):
    with pytest.raises(DataError, match="the image a has 120 x 90 pixels, more than the screen of 100 x 100"):
        brought(tmp_path, looks() / 2, screen="100x100")
    dataset = brought(tmp_path, looks() * 100 / 120 + np.array([0, 12.5]), screen="100x100", shown="fit")
    np.testing.assert_allclose(found(dataset), looks())


def test_wrong_places_and_wrong_times_are_told_together(tmp_path):
    path = table(tmp_path / "s", looks())
    lines = path.read_text().splitlines()
    rows = [f"{line.replace(',Ann,', ',Ann,1')},250" for line in lines[1:]]
    path.write_text("\n".join([f"{lines[0]},duration", *rows]))
    with pytest.raises(DataError, match=r"lie outside their images.*Are the times in ms \(time=ms\)\?"):
        import_dataset(path, tmp_path / "out", format="table")


FRAMES = {
    "one-based": Frame("one-based"),
    "pixel": Frame("pixel"),
    "normalized": Frame("normalized"),
    "center": Frame(origin="center"),
    "center-up": Frame(origin="center-up"),
    "bottom": Frame(origin="bottom"),
    "screen": Frame(screen=(320.0, 190.0)),
    "screen, normalized": Frame("normalized", screen=(320.0, 190.0)),
    "screen, offset": Frame(screen=(320.0, 190.0), offset=(-7.5, 12.0)),
    "offset": Frame(offset=(300.0, 4.0)),
    "fit": Frame(screen=(500.0, 500.0), shown="fit"),
    "twice": Frame(shown=2.0),
    "stretched": Frame(shown=(64.0, 48.0)),
}


@pytest.mark.parametrize("name", FRAMES)
def test_points_of_any_frame_are_brought_back(tmp_path, name):
    frame, points = FRAMES[name], looks()
    foreign = np.stack(written(*points.T, (HEIGHT, WIDTH), frame), axis=1)
    options = dict(part.split("=") for part in frame.told().split(", "))
    dataset = brought(tmp_path, foreign, **options)
    np.testing.assert_allclose(found(dataset), points, atol=1e-9)
    assert dataset.info.source.endswith(f"stated: {frame.told()}")


OTHERS = ("osie", "scene", "pascal-s", "coco-freeview", "pysaliency", "salicon-json", "dut-omron")


@pytest.mark.parametrize("name", OTHERS)
def test_other_formats_take_the_same_options(tmp_path, name):
    mini = MINIATURES[name]
    source = mini(tmp_path / "source")
    published = import_dataset(source, tmp_path / "first", format=name, options=mini.options)
    told = {"name": "mine", "citation": "me", "license": "CC0", "task": "look", "pixels_per_degree": "30"}
    upward = {"origin": "bottom", "outside": "keep"}
    stated = import_dataset(source, tmp_path / "2", format=name, options={**mini.options, **told, **upward})
    info = stated.info
    assert (info.name, info.citation, info.license, info.task) == ("mine", "me", "CC0", "look")
    assert info.pixels_per_degree == 30
    for sample in published:
        height = sample.size[0]
        np.testing.assert_allclose(stated[sample.image_id].fixations.x, sample.fixations.x)
        np.testing.assert_allclose(stated[sample.image_id].fixations.y, height - sample.fixations.y)


def test_a_published_convention_is_replaced_not_added(tmp_path):
    source = MINIATURES["osie"](tmp_path / "source")
    first = import_dataset(source, tmp_path / "first", format="osie")
    again = import_dataset(source, tmp_path / "again", format="osie", options={"convention": "continuous"})
    name = first.image_ids[0]
    np.testing.assert_array_equal(again[name].fixations.x, first[name].fixations.x + 0.5)
    with pytest.raises(DataError, match=r"is 250 in the file, .*Are the times in ms \(time=ms\)"):
        import_dataset(source, tmp_path / "s", format="osie", options={"time": "s"})


def test_maps_have_no_frame(tmp_path):
    source = MINIATURES["mit1003"](tmp_path / "source")
    shutil.rmtree(source / "DATA")
    (source / "FIXATIONLOCS").mkdir()
    for path in (source / "ALLSTIMULI").iterdir():
        savemat(source / "FIXATIONLOCS" / f"{path.stem}.mat", {"f": np.eye(60, 80)})
    assert len(import_dataset(source, tmp_path / "out", format="mit1003")) == 3
    with pytest.raises(DataError, match="is a map, whose pixels are the fixations: convention, origin"):
        import_dataset(source, tmp_path / "2", format="mit1003", options={"screen": "1920x1080"})


def test_a_set_made_before_is_checked_for_shares_and_units(tmp_path):
    shares = Fixations(*(looks() / [WIDTH, HEIGHT]).T, duration=np.full(200, 250.0))
    info = brought(tmp_path, looks()).info
    items = iter([Item("a", (HEIGHT, WIDTH), "val", fixations=shares)])
    made = write_dataset(ImportedSet(info, items, 1, trusted=True), tmp_path / "made")
    place, time = check_dataset(made.path).problems
    assert (place.item, time.item) == ("fixations.parquet", "fixations.parquet")
    assert "convention=normalized" in place.what
    assert "time=ms" in time.what
