"""What the page says of pictures that are unlike photographs is what Python says."""

import numpy as np
import pytest
from support.page_modules import called, needs_node, typed

from gazemap.images.placement import Placement
from gazemap.images.unlike import Looks, looks_of, unlike_notes

pytestmark = needs_node


def frames():
    """Pictures in frames of several sizes."""
    random = np.random.default_rng(3)
    shapes = np.kron(random.integers(0, 256, (6, 8, 3)), np.ones((40, 40, 1))).astype(np.uint8)
    yield "noise", random.integers(0, 256, (240, 320, 3), np.uint8)
    yield "shapes", shapes
    yield "one color", np.full((240, 320, 3), 9, np.uint8)
    yield "faint", (shapes // 100 + random.integers(0, 2, shapes.shape)).astype(np.uint8)
    yield "small", random.integers(0, 256, (96, 96, 3), np.uint8)
    yield "large", np.kron(shapes, np.ones((2, 2, 1), np.uint8))


def test_statistics_are_those_of_python():
    cases = [
        (frame, Placement(size, frame.shape[:2], fit))
        for fit in ("stretch", "letterbox", "crop")
        for _, frame in frames()
        for size in ((480, 640), (33, 900), (700, 90))
    ]
    asked = [[typed(frame.ravel()), one.size, one.frame, one.fit] for frame, one in cases]
    found = called("images/unlike.js", "looksOf", asked)
    for (frame, placement), statistics in zip(cases, found, strict=True):
        expected = vars(looks_of(frame.transpose(2, 0, 1), placement))
        if statistics["flat"] is None:  # as JSON writes NaN
            assert all(np.isnan(value) for value in expected.values())
        else:
            assert statistics == pytest.approx(expected, rel=1e-12)


def test_notes_are_those_of_python():
    values = np.array(
        [
            [0.97, 0.26, 0.09, 0.01, 7.0, 1.1],
            [0.97, 0.26, 0.125, 0.2, 7.0, 1.1],
            [0.97, 0.26, 0.875, 0.2, 7.0, 1.1],
            [0.97, 0.26, 0.875, 0.05, 7.0, 1.1],
            [0.69, 0.26, 0.09, 0.01, 7.0, 1.1],
            [0.97, 0.56, 0.09, 0.01, 7.0, 1.1],
            [0.97, 0.26, 0.09, 0.01, 2.0, 0.1],
        ]
    )
    looks = [Looks(*row.tolist()) for row in values]
    cases = [
        (several, size, condition, conditions)
        for several in [*([one] for one in looks), looks[1:3]]
        for size in ((500, 1000), (480, 640))
        for condition in (None, "mouse", "web-page")
        for conditions in ([], ["mouse", "web-page"])
    ]
    asked = [[[vars(one) for one in several], *others] for several, *others in cases]
    found = called("images/unlike.js", "unlikeNotes", asked)
    assert found == [list(unlike_notes(*case)) for case in cases]
    assert len({tuple(said) for said in found}) == 7
