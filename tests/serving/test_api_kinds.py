"""The header Accept, by the rules of RFC 9110."""

import pytest

from gazemap.serving.accepting import chosen_kind
from gazemap.serving.problems import Problem

OFFERED = ("application/json", "image/png", "image/jpeg")


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("image/*", "image/png"),
        ("image/jpeg", "image/jpeg"),
        ("IMAGE/JPEG", "image/jpeg"),
        ("image/jpeg;q=0.5, image/png;q=0.4", "image/jpeg"),
        ("image/*;q=0.9, application/json;q=0.8", "image/png"),
        ("*/*, application/json;q=0", "image/png"),
        ("image/*, image/png;q=0.1", "image/jpeg"),
        ("text/html, */*;q=0.1", "application/json"),
        ("text/html,application/xhtml+xml,image/avif,image/webp,*/*;q=0.8", "application/json"),
        ("image/png;level=1;q=0.3, image/jpeg;q=0.2", "image/png"),
        ("image/png;q=much", "image/png"),
        ("image/jpeg;q=nan, image/png;q=0.1", "image/png"),
    ],
)
def test_the_kind_that_is_wanted_most(accept, kind):
    assert chosen_kind(accept, OFFERED) == kind


@pytest.mark.parametrize(
    "accept", ["text/html", "image/webp", "image/png;q=0", "application/json;q=0.0", "png"]
)
def test_none_is_wanted(accept):
    with pytest.raises(Problem) as refused:
        chosen_kind(accept, OFFERED)
    assert refused.value.status == 406
    assert "application/json, image/png, image/jpeg" in refused.value.detail
