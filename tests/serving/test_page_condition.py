"""A model's viewing condition on the page is Python's, its weights included."""

import base64

import numpy as np
import pytest
from support.page_modules import as_bytes, called, needs_node, typed

from gazemap.models.conditions import ViewingCondition, log_softmax
from gazemap.models.files import form_beside, shipped_weights
from gazemap.prediction.engines.form_tensors import pieces, with_tensors

pytestmark = needs_node


@pytest.mark.parametrize("blur", [0.0, 0.01, 0.05, 0.3])
@pytest.mark.parametrize("own_prior", [True, False])
@pytest.mark.parametrize("other_prior", [True, False])
def test_densities_are_those_of_python(blur, own_prior, other_prior):
    rng = np.random.default_rng(0)
    grid, own, other = (log_softmax(rng.normal(size=(1, 12, 16)) * 2)[0].astype(np.float32) for _ in range(3))
    condition = ViewingCondition("adapted", 0.7, blur, other if other_prior else None)
    expected = condition.applied(grid[None], own if own_prior else None)[0]
    numbers = {"power": 0.7, "blur": blur, "logPrior": typed(other) if other_prior else None}
    given = [typed(grid), [12, 16], typed(own) if own_prior else None, numbers]
    (found,) = called("model/condition.js", "conditioned", [given])
    np.testing.assert_allclose(np.reshape(found, (12, 16)), expected, atol=1e-5)


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
