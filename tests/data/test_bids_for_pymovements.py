"""pymovements reads what we write as BIDS: every sample, the screen, and the degrees that follow from it."""

import json

import numpy as np
from pymovements import Experiment
from pymovements.gaze import from_csv
from support.miniatures import MINIATURES

from gazemap.data.bids import write_bids
from gazemap.gaze.detection import pixels_per_degree
from gazemap.gaze.recordings.bids import eye_files, read_bids


def test_samples_and_degrees(tmp_path):
    """It has no reader of BIDS as such: the sidecars name the columns, and how large the screen is."""
    source = MINIATURES["samples"](tmp_path / "mine")
    options = {"image": "stimulus", "screen": "80x60", "screen_cm": "8x6", "distance_cm": 57.3}
    write_bids(source, tmp_path / "bids", format="samples", options=options)
    (files,) = eye_files(tmp_path / "bids")
    (samples,) = read_bids(tmp_path / "bids", files, "x").samples().values()
    path = next((tmp_path / "bids").rglob("*_physio.tsv.gz"))
    sidecar = json.loads(path.with_name(path.name.replace(".tsv.gz", ".json")).read_text())
    shown = json.loads(next((tmp_path / "bids").rglob("*_events.json")).read_text())["StimulusPresentation"]
    (width, height), (across, down) = shown["ScreenResolution"], shown["ScreenSize"]
    experiment = Experiment(
        width,
        height,
        across * 100,
        down * 100,
        shown["ScreenDistance"] * 100,
        origin="upper left",
        sampling_rate=sidecar["SamplingFrequency"],
    )
    gaze = from_csv(
        path,
        experiment,
        time_column="timestamp",
        time_unit="ms",
        pixel_columns=["x_coordinate", "y_coordinate"],
        read_csv_kwargs={
            "separator": "\t",
            "has_header": False,
            "new_columns": sidecar["Columns"],
            "null_values": "n/a",
        },
    )
    found = np.array(
        [[np.nan, np.nan] if None in point else point for point in gaze.samples["pixel"].to_list()]
    )
    assert len(found) == len(samples) > 10
    np.testing.assert_array_equal(found, np.stack([samples.x, samples.y], axis=1))
    gaze.pix2deg()
    degrees = np.array([point for point in gaze.samples["position"].to_list() if None not in point])
    assert degrees[:, 0].std() > 0
    middle = pixels_per_degree(width, across * 100, shown["ScreenDistance"] * 100)
    seen = found[np.isfinite(found).all(axis=1)]
    from_middle = (seen[:, 0] - (width - 1) / 2) / middle
    np.testing.assert_allclose(degrees[:, 0], from_middle, rtol=0.01)
