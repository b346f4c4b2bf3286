import onnx
import pytest

from gazemap.errors import WeightsError
from gazemap.models.files import form_beside, shipped_weights
from gazemap.prediction.engines.form_metadata import metadata_in, with_metadata


@pytest.fixture(scope="module")
def form():
    return form_beside(shipped_weights()["gazenet"]).read_bytes()


def as_onnx_reads(content):
    return {entry.key: entry.value for entry in onnx.load_from_string(content).metadata_props}


def test_metadata_are_read_and_replaced_as_onnx_does(form):
    before = as_onnx_reads(form)
    assert metadata_in(form) == before
    long = "ä" * 70_000
    changed = with_metadata(form, {"gazemap": long, "new": ""})
    assert as_onnx_reads(changed) == before | {"gazemap": long, "new": ""} == metadata_in(changed)
    assert onnx.load_from_string(changed).graph == onnx.load_from_string(form).graph
    assert with_metadata(changed, {"gazemap": long}) != form


@pytest.mark.parametrize(
    "damage", [lambda form: form[:-3], lambda form: b"\x07" + form, lambda _: b"\xff" * 9]
)
def test_damage_is_refused(form, damage):
    with pytest.raises(WeightsError, match=r"a\.onnx is damaged"):
        with_metadata(damage(form), {"gazemap": ""}, "a.onnx")
