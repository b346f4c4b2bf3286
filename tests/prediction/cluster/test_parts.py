import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from support import tiny_model

from gazemap.errors import InputError
from gazemap.metrics.densities import to_density
from gazemap.prediction.cluster import parts
from gazemap.prediction.predict import predict


def image(height, width):
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)


def written(tmp_path, rows, density="float16"):
    parts.write_part(rows, tmp_path / "p.parquet", density, {"model": "m"}, 0)
    return pq.read_table(tmp_path / "p.parquet").to_pylist()


def model(fit="stretch", output="log_density"):
    torch.manual_seed(0)
    made = tiny_model.Tiny(output=output)
    made.fit = fit
    return made


@pytest.mark.parametrize("output", ["log_density", "saliency"])
def test_a_row_holds_the_density_of_the_grid(tmp_path, output):
    prediction = predict(image(48, 96), model(output=output))
    grid = prediction.grid.astype(np.float64)
    expected = np.exp(grid) / np.exp(grid).sum() if output == "log_density" else to_density(grid.clip(0))
    for kind in parts.DENSITIES:
        (row,) = written(tmp_path, [parts.predicted_row("a", prediction, kind)], kind)
        assert (row["width"], row["height"], row["error"], row["notes"]) == (96, 48, None, None)
        density = np.reshape(row["density"], (row["density_height"], row["density_width"])).astype(float)
        if kind == "float16":
            np.testing.assert_allclose(density.mean(), 1, atol=1e-3)
        else:
            assert density.max() == 255
        step = 1 / 1000 if kind == "float16" else 1 / 80  # levels are rounded, and so is their sum
        np.testing.assert_allclose(density / density.sum(), expected, atol=expected.max() * step)
        assert np.sum(row["thirds"]) == pytest.approx(1, abs=1e-5)
        assert all(0 <= point["x"] <= 96 and 0 <= point["y"] <= 48 for point in row["points"])


def test_a_letterbox_leaves_out_what_is_no_image(tmp_path):
    prediction = predict(image(30, 60), model("letterbox"))
    assert prediction.grid.shape == (12, 12)
    assert parts.grid_size(prediction) == (6, 12)  # half the frame's height
    (row,) = written(tmp_path, [parts.predicted_row("a", prediction, "float16")])
    assert len(row["density"]) == 6 * 12


def test_a_long_page_is_one_density_of_its_folds(tmp_path):
    prediction = predict(image(640, 160), model())
    assert len(prediction.folds) == 7
    assert parts.grid_size(prediction) == (round(640 / 100 * 12), 12)
    (row,) = written(tmp_path, [parts.predicted_row("a", prediction, "float16")])
    density = np.reshape(row["density"], (row["density_height"], row["density_width"]))
    assert density.mean(dtype=float) == pytest.approx(1, abs=1e-3)
    assert "folds" in row["notes"]


def test_failed_rows_are_found_and_replaced(tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "_GROUP", 3)
    good = [parts.predicted_row(f"{i}", predict(image(24, 24 + i), model()), "uint8") for i in range(8)]
    broken = [parts.failed_row(f"{i}", "why") if i in (1, 2, 6) else row for i, row in enumerate(good)]
    paths = [tmp_path / f"{name}.parquet" for name in ("good", "broken", "mended", "still")]
    for path, rows in zip(paths[:2], (good, broken), strict=True):
        parts.write_part(rows, path, "uint8", {"model": "m"}, 7)
    assert [parts.has_failed(path) for path in paths[:2]] == [False, True]
    assert parts.failed_places(paths[1]) == [1, 2, 6]
    again = iter([good[1], parts.failed_row("2", "why"), good[6]])
    parts.rewrite_part(paths[1], again, paths[3], "uint8", {"model": "m"}, 7)
    assert parts.failed_places(paths[3]) == [2]
    parts.rewrite_part(paths[3], iter([good[2]]), paths[2], "uint8", {"model": "m"}, 7)
    assert paths[2].read_bytes() == paths[0].read_bytes()


def test_names_of_parts():
    names = [parts.part_name(number) for number in (0, 123, 12_345_678)]
    assert names == ["part-000000.parquet", "part-000123.parquet", "part-12345678.parquet"]
    assert [parts.part_number(name) for name in names] == [0, 123, 12_345_678]
    others = ".part-000001.unfinished.parquet", "part-1.csv", "made_by.json", "part-x.parquet"
    assert [parts.part_number(name) for name in others] == [None] * 4


def test_another_density_is_refused():
    with pytest.raises(InputError, match="float16, uint8"):
        parts.part_schema("int4")
