"""Results as JSON: what `json` reads back is what was written, and it has no NaN."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from gazemap.system.plain import plain


def test_what_json_reads_back_is_the_same():
    found = plain(
        {
            "path": Path("runs/a"),
            1: (True, None, "text", np.float32(0.5), np.int64(3)),
            "array": np.array([[0.25, np.nan], [np.inf, 1]]),
            "tensor": torch.tensor([1, 2]),
            "mean": np.float64(np.nan),
        }
    )
    expected = {
        "path": str(Path("runs/a")),
        "1": [True, None, "text", 0.5, 3],
        "array": [[0.25, None], [None, 1.0]],
        "tensor": [1, 2],
        "mean": None,
    }
    assert found == json.loads(json.dumps(found, allow_nan=False)) == expected


def test_what_has_no_json_form_is_refused():
    with pytest.raises(TypeError, match="object has no plain JSON form"):
        plain({"a": object()})
