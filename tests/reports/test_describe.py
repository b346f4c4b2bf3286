"""`gazemap describe`: values by their definitions, percentiles where there is a reference, and words."""

import numpy as np
import pytest
from PIL import Image
from support import tiny_model

from gazemap import predict
from gazemap.analysis.area_files import read_areas
from gazemap.analysis.area_shares import area_shares
from gazemap.analysis.references import focus_of
from gazemap.errors import InputError
from gazemap.images.clutter import subband_entropy
from gazemap.reports.describe import describe

AREAS = ["box=40,30,120,90", "dot=0,0,4,4"]


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "a.png"
    rows, columns = np.mgrid[:240, :320]
    values = (
        120
        + 60 * np.sin(rows / 17) * np.cos(columns / 23)
        + np.random.default_rng(0).normal(0, 4, (240, 320))
    )
    Image.fromarray(np.repeat(values.clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)).save(path)
    return path


def test_values_are_those_of_their_definitions(photo):
    found = describe(photo, areas=AREAS)
    prediction = predict(photo)
    shares = {row.name: row for row in area_shares(prediction, read_areas(AREAS).of("a.png"))}
    assert [score.kind for score in found.scores] == ["focus", "clutter", "area", "area"]
    assert found.scores[0].value == pytest.approx(focus_of(prediction))
    assert found.scores[1].value == subband_entropy(np.asarray(Image.open(photo)))
    for score in found.scores[2:]:
        assert (score.value, score.size) == (shares[score.name].attention, shares[score.name].size)
    for score in found.scores[:2]:
        assert all(0 <= value <= 100 for value in score.percentiles.values())
    percentiles = {score.name: score.percentiles for score in found.scores}
    assert percentiles["box"]["photographs"] is not None
    assert set(percentiles["dot"].values()) == {None}
    assert "no reference for areas of this size: dot" in " ".join(found.notes())
    assert found.cells()[-1][2:] == ["-", "-"] or found.cells()[-2][2:] == ["-", "-"]


def test_another_model_has_no_percentiles_and_is_told_why(photo):
    import torch

    torch.manual_seed(0)
    found = describe(photo, areas=AREAS, model=tiny_model.Tiny(output="log_density"))
    by_kind = {score.kind: set(score.percentiles.values()) for score in found.scores}
    assert by_kind["focus"] == by_kind["area"] == {None}
    assert None not in by_kind["clutter"]  # it depends on no model
    assert any("There is no reference for tiny" in line and "gazenet@" in line for line in found.notes())


def test_the_command_says_what_each_number_does_not_mean(run, photo):
    code, text = run("describe", photo, "--areas", AREAS[0], "--center-bias")
    assert code == 0
    flat = " ".join(text.split())
    assert flat.count("does not say") == 3
    assert "photographs: the split val of OSIE" in flat
    assert "clarity" not in flat


def test_an_image_longer_than_a_screen_is_refused(tmp_path):
    path = tmp_path / "long.png"
    Image.new("RGB", (200, 900), "gray").save(path)
    with pytest.raises(InputError, match="--viewport whole"):
        describe(path)
    assert describe(path, viewport="whole").scores[1].value == 0
