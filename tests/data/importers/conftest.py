"""What recordings of eye trackers are imported beside: two pictures, a and b."""

import pytest
from support.miniatures.miniature import save_picture


@pytest.fixture
def folder(tmp_path):
    for index, name in enumerate("ab"):
        save_picture(tmp_path / "images" / f"{name}.jpg", index)
    return tmp_path
