"""Model files under a name that says another kind."""

import shutil

import pytest
import torch

from gazemap.errors import WeightsError
from gazemap.models.files import form_beside, shipped_weights
from gazemap.prediction.predictor import load_predictor


@pytest.mark.parametrize(
    ("made", "name", "message"),
    [
        (
            lambda file: shutil.copy(form_beside(weights()), file),
            "a.safetensors",
            "is an ONNX file: name it .onnx",
        ),
        (lambda file: shutil.copy(weights(), file), "a.onnx", "is a safetensors file: name it .safetensors"),
        (lambda file: torch.save({"a": torch.zeros(3)}, file), "a.pth", "a pickle, which is never read"),
        (lambda file: torch.save({"a": torch.zeros(3)}, file), "a.onnx", "a pickle, which is never read"),
        (lambda file: file.write_bytes(b"x" * 40), "a.safetensors", "is damaged, or no safetensors file"),
    ],
    ids=["ONNX", "safetensors", "pickle", "pickle as ONNX", "damage"],
)
def test_a_model_of_another_kind_than_its_name_says_is_named(tmp_path, made, name, message):
    made(tmp_path / name)
    with pytest.raises(WeightsError, match=message):
        load_predictor(tmp_path / name)


def weights():
    return shipped_weights()["gazenet"]
