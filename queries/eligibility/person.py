"""What follows from the facts that are known of a person. Nothing is guessed: what does not follow stays not known."""

from collections.abc import Mapping
from datetime import date, timedelta
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


def age_on(facts: Facts, asked_on: date, day: date) -> tuple[int, int] | None:
    """The least and the most whole years of age on a day; None: not known.

    `born` tells it exactly. `age` was said on `asked_on`, so on another day it may be one of two.

    >>> age_on({"age": "18"}, date(2026, 11, 22), date(2027, 1, 1))
    (18, 19)
    """
    if "born" in facts:
        exact = max(0, _age(date.fromisoformat(facts["born"]), day))
        return exact, exact
    if "age" not in facts:
        return None
    age = int(facts["age"])
    latest, earliest = years_before(asked_on, age), years_before(asked_on, age + 1) + timedelta(days=1)
    return max(0, _age(latest, day)), max(0, _age(earliest, day))


def funding_year_31_august(day: date) -> date:
    """31 August of the funding year, which runs from August to July, in which a day lies."""
    return date(day.year - (day.month < 8), 8, 31)
