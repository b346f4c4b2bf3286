"""What the command line says where a list was typed with blanks."""

import pytest
from typer.testing import CliRunner

from gazemap.cli import app


@pytest.mark.parametrize(
    "typed",
    [
        ["evaluate", "a,", "b", "--data", "x"],
        ["evaluate", "gazenet", "--data", "x", "--metrics", "nss", "cc"],
        ["sweep", "losses", "more", "--data", "x", "--out", "y"],
    ],
)
def test_blanks_in_a_list_are_explained(typed):
    result = CliRunner().invoke(app, typed)
    assert result.exit_code == 2
    assert "Lists are written with commas and without blanks, as in nss,cc" in result.output
