"""What `gazemap models` lists is what there is, and is found without PyTorch."""

import json
import subprocess
import sys

import pytest

from gazemap.errors import InputError
from gazemap.models.files import shipped_weights
from gazemap.models.overview import NETWORKS, models_overview
from gazemap.models.table import MODELS


def test_the_networks_are_those_of_the_table():
    assert tuple(name for name in MODELS if name != "tiny") == NETWORKS  # which other tests register


def test_every_model_that_comes_with_gazemap_is_listed():
    found = models_overview()
    assert [model.name for model in found.models] == list(shipped_weights())
    gazenet = found.models[0]
    assert (gazenet.name, gazenet.network, gazenet.size) == ("gazenet", "gazenet", "240 x 320")
    assert gazenet.megabytes == shipped_weights()["gazenet"].stat().st_size / 1e6
    assert gazenet.card.startswith("# gazenet\n")
    assert json.loads(json.dumps(found.as_json()))["default"] == "gazenet"


def test_one_model_by_name_and_a_wrong_name():
    assert [model.name for model in models_overview("gazenet-large").models] == ["gazenet-large"]
    with pytest.raises(InputError, match="Did you mean 'gazenet'"):
        models_overview("gaznet")


def test_no_torch_is_needed():
    code = "import sys; from gazemap.models.overview import models_overview; models_overview()"
    subprocess.run([sys.executable, "-c", f"{code}; sys.exit('torch' in sys.modules)"], check=True)
