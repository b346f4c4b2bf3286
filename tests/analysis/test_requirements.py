"""What is required of areas: the grammar, and what is refused."""

import pytest

from gazemap.analysis.requirements import Requirement, parse_requirement
from gazemap.errors import InputError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cta>=0.08", Requirement("cta", "share", ">=", 0.08)),
        ("cta >= 8%", Requirement("cta", "share", ">=", 0.08)),
        (" cta share<8 % ", Requirement("cta", "share", "<", 0.08)),
        ("face cream times chance > 2.5", Requirement("face cream", "times chance", ">", 2.5)),
        ("logo seen 2s>=0.5", Requirement("logo", "seen", ">=", 0.5, 2.0)),
        ("logo seen in 0.5 s>=50%", Requirement("logo", "seen", ">=", 0.5, 0.5)),
        ("logo seen within 1 s<=1e-1", Requirement("logo", "seen", "<=", 0.1, 1.0)),
        ("logo seen>.5", Requirement("logo", "seen", ">", 0.5, 2.0)),
        ("price rank<=2", Requirement("price", "rank", "<=", 2.0)),
        ("price drop<=10%", Requirement("price", "drop", "<=", 0.1)),
        ("price drop<=-0.1", Requirement("price", "drop", "<=", -0.1)),
        ("rank>=0.1", Requirement("rank", "share", ">=", 0.1)),
        ('"the rank">=0.1', Requirement("the rank", "share", ">=", 0.1)),
        ('"a>b" rank<2', Requirement("a>b", "rank", "<", 2.0)),
        ("#ff0000>=.1", Requirement("#ff0000", "share", ">=", 0.1)),
    ],
)
def test_texts_are_read(text, expected):
    assert parse_requirement(text) == expected


def test_what_is_read_can_be_read_again():
    for text in ("cta share >= 8.25%", "logo seen 2 s > 50%", "price rank <= 2", "price drop <= -5%"):
        assert str(parse_requirement(text)) == text
        assert parse_requirement(str(parse_requirement(text))) == parse_requirement(text)


@pytest.mark.parametrize(
    "text", ["", "cta", ">=0.08", "cta=0.08", "cta==1", "cta=>1", "cta>==1", "cta>=", "a<b<1"]
)
def test_what_cannot_be_read_is_refused_with_examples(text):
    with pytest.raises(InputError, match="must be an area's name, what of it") as refused:
        parse_requirement(text)
    assert repr(text) in str(refused.value)
    assert ("the shell's" in str(refused.value)) == (not set(text) & set("<>="))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cta>=8", "must be from 0 to 1, or from 0% to 100%"),
        ("cta>=101%", "must be from 0 to 1"),
        ("cta>=-0.1", "must be from 0 to 1"),
        ("cta>=nan", "must be from 0 to 1"),
        ("cta>=much", "'much' is no number"),
        ("cta rank<=1.5", "a whole number from 1"),
        ("cta rank<=0", "a whole number from 1"),
        ("cta rank<=2%", "give it without %"),
        ("cta times chance>=2%", "give it without %"),
        ("cta times chance>=inf", "a number from 0"),
        ("cta drop<=110%", "up to 1"),
        ("cta seen 0s>=0.5", "must be over 0"),
        ("cta seen soon s>=0.5", "'soon' is no number"),
    ],
)
def test_numbers_that_cannot_be_meant_are_refused(text, message):
    with pytest.raises(InputError, match=message):
        parse_requirement(text)


@pytest.mark.parametrize(
    ("text", "found", "is_met", "margin"),
    [
        ("a>=0.08", 0.08, True, 0.0),
        ("a>0.08", 0.08, False, 0.0),
        ("a>=0.08", 0.05, False, -0.03),
        ("a<=0.08", 0.05, True, 0.03),
        ("a<0.08", 0.08, False, 0.0),
        ("a rank<=2", 3.0, False, -1.0),
        ("a drop<=0.1", -0.2, True, 0.3),
    ],
)
def test_bounds_and_margins(text, found, is_met, margin):
    required = parse_requirement(text)
    assert required.is_met_by(found) == is_met
    assert required.margin(found) == pytest.approx(margin)


def test_amounts_are_shown_in_their_units():
    share, rank = parse_requirement("a>=8%"), parse_requirement("a rank<=2")
    assert (share.shown(0.0825), share.shown_margin(0.0679)) == ("8.25%", "-1.21 points")
    assert (rank.shown(3.0), rank.shown_margin(3.0), rank.shown_margin(2.0)) == ("3", "-1", "+0")
