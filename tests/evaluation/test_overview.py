import json

import pytest

from gazemap.errors import InputError
from gazemap.evaluation.overview import metrics_overview
from gazemap.metrics import METRICS, PROTOCOLS


def test_all_protocols_and_metrics():
    overview = metrics_overview()
    assert ([*overview.protocols], [*overview.metrics]) == ([*PROTOCOLS], [*METRICS])
    assert overview.protocols["mit"]["ddof of NSS"] == "1"
    assert overview.protocols["mit"]["summary"].startswith("The MIT benchmark's MATLAB code")
    assert overview.metrics["kld"]["better"] == "lower"
    assert overview.metrics["sauc"]["computed from"] == "prediction, fixation_map, other_fixation_map"
    assert all(about["what"].endswith((".", "?")) for about in overview.metrics.values())
    assert json.loads(json.dumps(overview.as_json()))["metrics"] == overview.metrics


def test_one_by_its_name():
    mit = metrics_overview("mit")
    assert ([*mit.protocols], [*mit.metrics]) == (["mit"], [*PROTOCOLS["mit"].metrics])
    emd = metrics_overview("emd")
    assert ([*emd.protocols], [*emd.metrics]) == (["mit"], ["emd"])
    with pytest.raises(InputError, match=r"no protocol or metric named 'exat'\. Did you mean 'exact'"):
        metrics_overview("exat")
