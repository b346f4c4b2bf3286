"""Files that get other viewing conditions: nothing else in them changes."""

from pathlib import Path

from safetensors import safe_open

from gazemap.adaptation.saving import save_adapted
from gazemap.models.conditions import ViewingCondition
from gazemap.models.files import shipped_weights
from gazemap.models.table import create_model
from gazemap.models.weights import load_model, save_model, start_from


def tensors(file: Path):
    with safe_open(file, "np") as content:
        keys = [*content.keys()]
        found = {key: content.get_tensor(key) for key in keys}
    return {key: (value.dtype, value.shape, value.tobytes()) for key, value in found.items()}


def test_no_tensor_changes(tmp_path):
    made = tmp_path / "made.safetensors"
    save_model(made, create_model("gazenet"))
    save_adapted(made, tmp_path / "adapted", ViewingCondition("mine", 0.8))
    saved = tensors(tmp_path / "adapted" / "best.safetensors")
    assert saved == tensors(made)
    assert any(shape == () for _, shape, _ in saved.values())  # which are easily made (1,)


def test_the_shipped_weights_can_be_the_start_of_a_training():
    for file in shipped_weights().values():
        start_from(load_model(file), file)
