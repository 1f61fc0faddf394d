"""What follows from what is said of a person: ages on a day, and facts that others settle."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.eligibility.person import QUARTERS, age_on, births, complete, funding_year_31_august

DAYS = st.dates(date(2024, 1, 1), date(2033, 12, 31))


def birthdays(born: date, day: date) -> int:
    """The birthdays after the day of birth, up to and with a day, counted one by one."""
    return sum(
        (date(year, 3, 1) if (born.month, born.day) == (2, 29) and year % 4 else date(year, born.month, born.day))
        <= day
        for year in range(born.year + 1, day.year + 1)
    )


@given(st.dates(date(1930, 1, 1), date(2023, 12, 31)), DAYS, DAYS)
def test_a_date_of_birth_tells_the_age(born: date, asked_on: date, day: date) -> None:
    assert age_on({"born": born.isoformat(), "age": "99"}, asked_on, day) == (birthdays(born, day),) * 2


@settings(max_examples=40, deadline=None)
@given(st.integers(10, 40), DAYS, DAYS)
def test_an_age_said_on_one_day_is_all_ages_it_can_be_on_another(age: int, asked_on: date, day: date) -> None:
    last = date(asked_on.year - age + 1, 1, 1)
    born = (last - timedelta(days=n) for n in range(3 * 366))
    can_be = {birthdays(one, day) for one in born if birthdays(one, asked_on) == age}
    assert age_on({"age": str(age)}, asked_on, day) == (min(can_be), max(can_be))


@given(st.integers(0, 90), DAYS)
def test_the_quarters_of_a_next_birthday_are_all_that_an_age_leaves_open(age: int, asked_on: date) -> None:
    said = {"age": str(age)}
    whole = births(said, asked_on)
    parts = [births({**said, "next-birthday": quarter}, asked_on) for quarter in QUARTERS]
    assert whole and all(parts)
    days = [one for one in parts if one is not None]
    assert (days[0][0], days[-1][1]) == whole
    assert all(after[0] - before[1] == timedelta(days=1) for before, after in pairwise(days))
    for first, last in days:
        assert 85 <= (last - first).days <= 95
        assert birthdays(first, asked_on) == birthdays(last, asked_on) == age


@pytest.mark.parametrize(
    ("day", "ages"),
    [
        (date(2026, 11, 22), (18, 18)),
        (date(2026, 11, 23), (18, 19)),
        (date(2027, 11, 21), (18, 19)),
        (date(2027, 11, 22), (19, 19)),
        (date(2027, 11, 23), (19, 20)),
        (date(2026, 8, 31), (17, 18)),
    ],
)
def test_eighteen_on_22_november(day: date, ages: tuple[int, int]) -> None:
    assert age_on({"age": "18"}, date(2026, 11, 22), day) == ages


def test_nobody_said_how_old() -> None:
    assert age_on({"employment": "employed"}, date(2026, 11, 22), date(2026, 11, 22)) is None


@pytest.mark.parametrize(
    ("day", "august"),
    [(date(2026, 7, 31), 2025), (date(2026, 8, 1), 2026), (date(2026, 12, 31), 2026), (date(2027, 7, 31), 2026)],
)
def test_the_31_august_of_a_funding_year(day: date, august: int) -> None:
    assert funding_year_31_august(day) == date(august, 8, 31)


@pytest.mark.parametrize(
    ("said", "name", "follows"),
    [
        ({"care-leaver": "yes"}, "named-group", "yes"),
        ({"ehc-plan": "no", "care-leaver": "no", "prison-experience": "no"}, "named-group", "no"),
        ({"ehc-plan": "no", "care-leaver": "no"}, "named-group", None),
        ({"english-level2": "yes", "maths-level2": "yes"}, "english-maths-level2", "yes"),
        ({"english-level2": "yes"}, "english-maths-level2", None),
        ({"maths-level2": "no"}, "english-maths-level2", "no"),
        ({"highest-level": "2"}, "full-level3", "no"),
        ({"highest-level": "0"}, "full-level3", "no"),
        ({"highest-level": "3"}, "full-level3", None),
        ({"highest-level": "6"}, "full-level3", None),
        ({"highest-level": "2", "full-level3": "yes"}, "full-level3", "yes"),
        ({"pay": "12000"}, "low-paid", None),
    ],
)
def test_what_follows(said: dict[str, str], name: str, follows: str | None) -> None:
    assert complete(said).get(name) == follows
    assert complete(said).items() >= said.items()
