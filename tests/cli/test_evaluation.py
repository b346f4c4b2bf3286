"""`gazemap evaluate`: which files it writes, and what it never overwrites."""

import json

import numpy as np
import pytest

from gazemap.data.writing.folder import save_dataset
from gazemap.evaluation.comparison import compare
from gazemap.evaluation.names import scores_files
from gazemap.evaluation.scores import Scores


@pytest.fixture
def maps(tmp_path, popout_set):
    """A folder of one map per image, the first of them black."""
    folder = tmp_path / "maps"
    folder.mkdir()
    for index, sample in enumerate(popout_set.split("val")):
        np.save(folder / f"{sample.image_id}.npy", sample.density(sigma=9) * (index > 0))
    return folder


def evaluate(run, maps, dataset, *more):
    return run("evaluate", maps, "--data", dataset.path, "--metrics", "nss", *more)


@pytest.mark.parametrize(
    ("name", "start"), [("s.csv", b"image_id,"), ("s.json", b"{"), ("s.parquet", b"PAR1")]
)
def test_the_suffix_decides_what_is_written(run, maps, popout_set, tmp_path, name, start):
    code, text = evaluate(run, maps, popout_set, "--out", tmp_path / name)
    assert code == 0, text
    assert (tmp_path / name).read_bytes().startswith(start)
    image_id = popout_set.split("val")[0].image_id
    assert Scores.read(tmp_path / name).left_out("maps", "nss") == {image_id: "its map is constant"}
    assert f"maps, nss: 1 of 5 images without a score ({image_id}: its map is constant)." in text
    assert "nss\n(4 of 5 images)" in text or "(4 of 5 images)" in text


def test_another_suffix_is_refused_before_anything_is_read(run, tmp_path):
    code, text = run("evaluate", "nothing", "--data", "nowhere", "--out", tmp_path / "scores.xlsx")
    assert (code, "must end in .parquet, .csv, .json" in text) == (2, True), text


def test_scores_of_the_same_things_are_used_again_and_others_never_replaced(run, maps, popout_set, tmp_path):
    out = ("--out", tmp_path / "scores.json")
    assert "were made before" not in evaluate(run, maps, popout_set, *out)[1]
    before = (tmp_path / "scores.json").stat().st_mtime_ns
    code, text = evaluate(run, maps, popout_set, *out)
    assert (code, "These scores were made before" in text) == (0, True)
    code, text = evaluate(run, maps, popout_set, *out, "--metrics", "nss,auc", "--seed", "1")
    assert code == 2
    for part in ("scores.json holds other scores", "seed was 0 and is now 1", "--force", "--out"):
        assert part in text
    assert (tmp_path / "scores.json").stat().st_mtime_ns == before
    code, text = evaluate(run, maps, popout_set, *out, "--seed", "1", "--force")
    assert (code, json.loads((tmp_path / "scores.json").read_text())["made_by"]["seed"]) == (0, 1)
    csv = ("--out", tmp_path / "scores.csv")  # does not say what made it
    assert [evaluate(run, maps, popout_set, *csv, *more)[0] for more in ((), (), ("--force",))] == [0, 2, 0]


def test_data_sets_of_one_name_have_a_file_each(run, maps, popout_set, tmp_path):
    assert evaluate(run, maps, popout_set)[0] == 0
    val = popout_set.split("val")
    fewer = save_dataset(type(val)(val.path, val.info, val.samples[1:]), tmp_path / "fewer")
    assert fewer.name == popout_set.name
    assert evaluate(run, maps, fewer)[0] == 0
    files = scores_files(maps, "val", "exact")
    assert sorted(len(Scores.read(file).image_ids) for file in files) == [4, 5]


def test_a_degree_is_stated_in_pixels_or_by_the_screen(run, maps, popout_set, tmp_path):
    def said(text):
        more = "--metrics", "cc", "--pixels-per-degree", text, "--out", tmp_path / "cc.csv", "--force"
        return " ".join(run("evaluate", maps, "--data", popout_set.path, *more)[1].split())

    assert "a blur of 1 degree of visual angle (7 pixels), as asked for" in said("7")
    # 1920 pixels are 53 cm, and a degree at 60 cm is 2 x 60 x tan(0.5 degrees) = 1.0472 cm
    assert "a blur of 1 degree of visual angle (37.9372 pixels), as asked for" in said("1920,53,60")
    for text in ("wide", "1920,53", "1,2,3,4"):
        assert "--pixels-per-degree must be a number such as 35; or the screen" in said(text)
    assert "distance must be" in said("1920,53,0")


def test_compare_finds_what_evaluate_wrote(run, maps, popout_set):
    assert evaluate(run, maps, popout_set)[0] == 0
    assert compare(maps, maps, row_b="center bias").names == ("maps", "center bias")
