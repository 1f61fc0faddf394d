"""What follows from the facts that are known of a person. Nothing is guessed: what does not follow stays not known."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, TypeAlias

Facts: TypeAlias = Mapping[str, str]
"""Known facts by name; what is absent is not known."""

_NAMED_GROUP: Final = ("ehc-plan", "care-leaver", "prison-experience")
_LEVEL2: Final = ("english-level2", "maths-level2")


def complete(facts: Facts) -> dict[str, str]:
    """The facts, and those that follow from them. What was said is never overwritten.

    >>> complete({"care-leaver": "yes", "highest-level": "2"})["named-group"]
    'yes'
    """
    found = dict(facts)
    group = [facts.get(name) for name in _NAMED_GROUP]
    if "yes" in group or group == ["no"] * len(group):
        found.setdefault("named-group", "yes" if "yes" in group else "no")
    both = [facts.get(name) for name in _LEVEL2]
    if "no" in both or both == ["yes"] * len(both):
        found.setdefault("english-maths-level2", "no" if "no" in both else "yes")
    if facts.get("highest-level", "8") in ("0", "1", "2"):
        found.setdefault("full-level3", "no")
    return found


def years_before(day: date, years: int) -> date:
    """The same day so many years before; 28 February for a 29th that the year does not have."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _age(born: date, day: date) -> int:
    """Whole years; somebody born on 29 February is a year older on 1 March of a year that has no such day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


QUARTERS: Final = ("within-3-months", "in-3-to-6-months", "in-6-to-9-months", "in-9-to-12-months")
"""The answers to when somebody has the next birthday: each a quarter of the year that begins when they are asked."""


def births(facts: Facts, asked_on: date) -> tuple[date, date] | None:
    """The first and the last day on which somebody may have been born; None: nobody said.

    `born` tells it exactly. An `age` was said on `asked_on`, and so was in which quarter the `next-birthday` is.

    >>> births({"age": "17", "next-birthday": "in-3-to-6-months"}, date(2026, 11, 23))
    (datetime.date(2009, 2, 24), datetime.date(2009, 5, 23))
    """
    return _births(facts.get("born"), facts.get("age"), facts.get("next-birthday"), asked_on)


@lru_cache(maxsize=256)
def _births(said: str | None, years: str | None, birthday: str | None, asked_on: date) -> tuple[date, date] | None:
    if said is not None:
        return (born := date.fromisoformat(said)), born
    if years is None:
        return None
    age, first, last = int(years), 0, len(QUARTERS)
    if birthday in QUARTERS:
        first = QUARTERS.index(birthday)
        last = first + 1
    turns = [years_before(_months_after(asked_on, 3 * quarter), age + 1) for quarter in range(len(QUARTERS))]
    return turns[first] + timedelta(days=1), [*turns, years_before(asked_on, age)][last]


def _months_after(day: date, months: int) -> date:
    """The same day so many months later; the last day of a month that does not have it."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def age_on(facts: Facts, asked_on: date, day: date) -> tuple[int, int] | None:
    """The least and the most whole years of age on a day; None: not known.

    An `age` was said on `asked_on`, so on another day it may be one of two.

    >>> age_on({"age": "18"}, date(2026, 11, 22), date(2027, 1, 1))
    (18, 19)
    """
    if (between := births(facts, asked_on)) is None:
        return None
    earliest, latest = between
    return max(0, _age(latest, day)), max(0, _age(earliest, day))


def funding_year_31_august(day: date) -> date:
    """31 August of the funding year, which runs from August to July, in which a day lies."""
    return date(day.year - (day.month < 8), 8, 31)
