"""Demand figures about the same matter: what sets them apart, and which cannot both be right."""

from dataclasses import fields
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.watch.figures import Differs, Figure, Matter, disagree, matters
from tests.support.coverage_world import source


def figure(id: str, value: str, place: str = "Smalltown", period: str = "2025", unit: str = "businesses") -> Figure:
    """`700` is a number, `600-800` a range, `700+` at least; anything else is words."""
    low, dash, high = value.rstrip("+").partition("-")
    number = low.isdigit()
    ends = Decimal(low) if number else None, Decimal(high if dash else low) if number else None
    return Figure(
        id=id,
        metric="businesses of the sector",
        value=value,
        low=ends[0],
        high=None if value.endswith("+") else ends[1],
        unit=unit,
        place=place,
        period=period,
        publisher=f"publisher of {id}",
        caveat=None,
        matter="businesses",
        source=source(id),
    )


def test_figures_that_need_not_contradict_each_other() -> None:
    (found,) = matters((figure("DF-2", "1000", place="Midlands", period="2019"), figure("DF-1", "700+")))
    assert [one.id for one in found.figures] == ["DF-1", "DF-2"]
    assert found.differ == (Differs.PLACE, Differs.PERIOD, Differs.PUBLISHER)
    assert found.disagree == ()


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("700", "600-800", False),  # within
        ("700+", "600-800", False),  # over 700 can be 750
        ("900+", "600-800", True),
        ("700", "701", True),
        ("700+", "900+", False),  # both can be 1,000
        ("four sectors", "five sectors", True),  # words that differ
        ("four sectors", "four sectors", False),
        ("four sectors", "700", True),
    ],
)
def test_figures_of_the_same_thing_place_and_period(one: str, other: str, apart: bool) -> None:
    first, second = figure("DF-1", one), figure("DF-2", other)
    assert disagree(first, second) is disagree(second, first) is apart
    (found,) = matters((first, second))
    assert found.disagree == ((("DF-1", "DF-2"),) if apart else ())


@pytest.mark.parametrize(("place", "period", "unit"), [("UK", "2025", "businesses"), ("Smalltown", "2024", "jobs")])
def test_figures_of_another_place_period_or_unit_never_disagree(place: str, period: str, unit: str) -> None:
    assert not disagree(figure("DF-1", "700"), figure("DF-2", "9", place, period, unit))


def test_what_qualifies_a_number_is_no_other_unit() -> None:
    (found,) = matters((figure("DF-1", "700", unit="businesses (over)"), figure("DF-2", "700")))
    assert found.differ == (Differs.PUBLISHER,)


def test_nothing_is_added_or_ranked() -> None:
    """A matter has its figures, what sets them apart, and pairs: no number of its own."""
    assert {one.name for one in fields(Matter)} == {"name", "figures", "differ", "disagree"}


@given(st.permutations([figure("DF-1", "9"), figure("DF-2", "700"), figure("DF-3", "600-800", place="UK")]))
def test_the_order_is_that_of_ids(some: list[Figure]) -> None:
    (found,) = matters(tuple(some))
    assert [one.id for one in found.figures] == ["DF-1", "DF-2", "DF-3"]
    assert found.disagree == (("DF-1", "DF-2"),)
