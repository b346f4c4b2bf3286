"""Requirements of areas whose shares are known: what each quantity is, and what noise could change."""

import pytest

from gazemap.analysis.area_shares import AreaShare
from gazemap.analysis.checked_areas import check_requirements
from gazemap.analysis.requirements import parse_requirement
from gazemap.analysis.seen import EFFECTIVE, fixations_begun


def row(name, attention, size, fold=1):
    return AreaShare(name, 1, 1, attention, size, attention / size, 0.0, 0.0, 0, 0, 1, 1, fold)


ROWS = [row("a", 0.4, 0.1), row("b", 0.2, 0.1), row("c", 0.1, 0.2), row("group", 0.3, 0.3)]


def checked(*texts, rows=ROWS, tolerance=0.1, **known):
    required = [parse_requirement(text) for text in texts]
    return check_requirements("page.png", required, rows, groups=["group"], tolerance=tolerance, **known)


def test_every_quantity_by_hand():
    share, chance, seen, rank, group, drop = checked(
        *("b>=0.15", "b times chance>=2.5", "b seen 1s>=0.4", "b rank<=2", "group rank<=1", "b drop<=10%"),
        before={"b": 0.25},
    )
    assert (share.found, share.is_met) == (0.2, True)
    assert (chance.found, chance.is_met) == (pytest.approx(2), False)
    assert seen.found == pytest.approx(1 - 0.8 ** (EFFECTIVE * fixations_begun(1)))
    assert (rank.found, group.found) == (2, 1)  # among the areas, and among the groups
    assert (drop.found, drop.before, drop.is_met) == (pytest.approx(0.2), 0.25, False)
    assert [own.requirement.area for own in (share, group)] == ["b", "group"]
    assert drop.reason == "b: drop is 20%, from a share of 25.00% to 20.00%, and must be <= 10%."
    assert seen.reason.startswith("b: seen in 1 s is 4")


@pytest.mark.parametrize(
    ("text", "is_close"),
    [
        ("b>=0.17", False),  # 0.18 to 0.22
        ("b>=0.19", True),
        ("b>=0.21", True),
        ("b>=0.23", False),
        ("b times chance<=2.1", True),
        ("b rank<=2", False),
        ("c rank<=3", False),
    ],
)
def test_what_noise_could_change_is_close(text, is_close):
    assert checked(text)[0].is_close == is_close


def test_a_drop_that_may_be_as_large_as_noise_is_not_close():
    before = {"b": 0.21}
    within, strict = checked("b drop<=10%", "b drop<=4%", before=before)
    assert (within.is_met, within.is_close, strict.is_met, strict.is_close) == (True, False, False, True)


def test_a_rank_is_close_where_noise_swaps_two_areas():
    rows = [row("a", 0.21, 0.1), row("b", 0.2, 0.1)]
    first, second = checked("a rank<=1", "b rank<=1", rows=rows)
    assert (first.is_met, first.is_close, second.is_met, second.is_close) == (True, True, False, True)
    assert first.how_near == "+0, within noise"
    assert not checked("a rank<=1", rows=rows, tolerance=0)[0].is_close


def test_of_an_area_in_several_folds_the_largest_part_counts():
    rows = [row("a", 0.5, 0.1, fold=1), row("b", 0.1, 0.2, fold=1), row("a", 0.2, 0.3, fold=2)]
    found = checked("a>=0.3", "a rank<=1", rows=rows)
    assert [(own.found, own.area.fold) for own in found] == [(0.2, 2), (1, 2)]


def test_a_share_of_nothing_cannot_drop():
    assert checked("a drop<=0", before={"a": 0.0})[0].found == 0
