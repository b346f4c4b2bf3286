"""A model's viewing condition on the page is Python's, its weights included."""

import base64
from itertools import product

import numpy as np
from support.page_modules import as_bytes, called, needs_node, typed

from gazemap.models.conditions import ViewingCondition, log_softmax
from gazemap.models.files import form_beside, shipped_weights
from gazemap.prediction.engines.form_tensors import pieces, with_tensors

pytestmark = needs_node


def test_densities_are_those_of_python():
    rng = np.random.default_rng(0)
    grid, own, other = (log_softmax(rng.normal(size=(1, 12, 16)) * 2)[0].astype(np.float32) for _ in range(3))
    cases = [*product([0.0, 0.01, 0.05, 0.3], [own, None], [other, None])]
    asked = [
        [
            typed(grid),
            [12, 16],
            typed_or_none(prior),
            {"power": 0.7, "blur": blur, "logPrior": typed_or_none(own)},
        ]
        for blur, prior, own in cases
    ]
    for (blur, prior, own), found in zip(
        cases, called("model/condition.js", "conditioned", asked), strict=True
    ):
        expected = ViewingCondition("adapted", 0.7, blur, own).applied(grid[None], prior)[0]
        told = f"blur {blur}, priors: {prior is not None}, {own is not None}"
        np.testing.assert_allclose(np.reshape(found, (12, 16)), expected, atol=1e-5, err_msg=told)


def typed_or_none(prior):
    return None if prior is None else typed(prior)


def test_weights_are_put_where_python_puts_them():
    form = form_beside(shipped_weights()["gazenet"]).read_bytes()
    rng = np.random.default_rng(0)
    weights = {
        "readout.0.bias": rng.normal(size=32).astype(np.float32),
        "sharpen.2.bias": rng.normal(size=1).astype(np.float32),
    }
    listed = [{"at": at, "text": base64.b64encode(raw).decode()} for at, raw in pieces(form, weights)]
    (found,) = called("model/weights.js", "withPieces", [[as_bytes(form), listed]])
    assert bytes(found) == with_tensors(form, weights)
