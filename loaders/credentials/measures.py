"""Credits and levels of other frameworks as ours: only where the frameworks themselves say how they compare."""

import re
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

_NUMBER: Final = re.compile(r"(?<![0-9])([0-9]{1,2})(?![0-9.])[^0-9]*$")


@cache
def _measures() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("measures.yml").read_text(encoding="utf-8"))
    return found


def rqf_level(said: str) -> str | None:
    """The level of the Regulated Qualifications Framework that an address or label means; None where none is known.

    >>> rqf_level("https://example.org/scqf/levels/8"), rqf_level("http://data.europa.eu/snb/eqf/5")
    ('5', None)
    """
    framework, number = _level_said(said)
    return framework.get(number)


def is_one_to_one(said: str) -> bool:
    """Whether no other level of the same framework means the same level of ours.

    >>> is_one_to_one("https://example.org/scqf/levels/8"), is_one_to_one("https://example.org/scqf/levels/9")
    (True, False)
    """
    framework, number = _level_said(said)
    return list(framework.values()).count(framework.get(number, "")) == 1


def _level_said(said: str) -> tuple[dict[str, str], str]:
    """The framework that an address or label names, and which of its levels."""
    known: dict[str, dict[str, str]] = _measures()["levels"]
    words = re.split(r"[^a-z]+", said.casefold())
    number = _NUMBER.search(said)
    framework = next((name for name in known if any(word.startswith(name) for word in words)), None)
    return known[framework] if framework else {}, number[1] if number else ""


def credits_of(value: str, unit: str) -> int | None:
    """So many of a unit, in credits of ours; None where the unit is not one that is known to compare.

    >>> credits_of("15", "https://example.org/scqf/credits/"), credits_of("3", "creditUnit:SemesterHours")
    (15, None)
    """
    known: dict[str, int] = _measures()["credits"]
    words = unit.casefold()
    each = next((n for name, n in known.items() if re.search(rf"(?<![a-z]){re.escape(name)}", words)), None)
    try:
        found = Decimal(value) * each if each is not None else None
    except InvalidOperation:
        return None
    return int(found) if found is not None and found >= 1 and found == int(found) else None
