from pathlib import Path

import pytest
from support import gaze_sets


@pytest.fixture
def tiny():
    """Points are told apart by x; on image 2, observer "b" alone looked."""
    one = gaze_sets.fixations(
        ("a", 1, 0.4, 0.2), ("b", 2, 0.1, 0.3), ("a", 3, 0.0, 0.1), ("a", 4, 1.0, 0.5), ("b", 5, 2.0, 0.1)
    )
    two = gaze_sets.fixations(("b", 6, 0.0, 0.25))
    return gaze_sets.dataset(
        gaze_sets.sample("1", points=one, map_file=Path("1.png")),
        gaze_sets.sample("2", points=two, size=(40, 40), split="val"),
    )
