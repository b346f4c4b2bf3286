"""Pictures that models are adapted on."""

import pytest
from support.known_looks import draw_pictures


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    return draw_pictures(tmp_path_factory.mktemp("pictures"))
