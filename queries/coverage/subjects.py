"""What an award is in, read off its title alone, so that it can be compared with what skills are called.

*Level 2 Award in Principles of Customer Service* is in `customer service`, and so teaches the skill of just that name,
at whatever level: our conclusion. A name that is only alike, or stands for one part of a title (*Land and Wildlife*),
says nothing. How often it is right is worked out from titles that were judged (`ontology/matching/awards.csv`).
"""

import csv
import re
from functools import cache
from typing import Final

from ontology import resources

_SIZE: Final = re.compile(
    r"\b(?:award|certificate|diploma|qualification|licence|gcse|gce|nvq)\b(?:\s*\([^()]*\))*\s+(?:in|for|of)\s+"
    r"(?:(?:an?|the)\s+)?",
    re.IGNORECASE,
)
"""What stands before the subject: the size of the award."""

_BRACKETS: Final = re.compile(r"\([^()]*\)")

_AROUND: Final = re.compile(
    r"^(?:principles of|introduction to|understanding|basic|practical|essential|introductory|applied) "
    r"| (?:skills|principles|practices?|knowledge|techniques|studies|services|operations|rqf)$"
)
"""Words that say how something is taught, and not what."""


def plain(name: str) -> str:
    """A name as it is compared: small letters, no brackets and signs.

    >>> plain("Python (computer programming)"), plain("Health & Safety")
    ('python', 'health and safety')
    """
    return " ".join(re.findall(r"[^\W_]+", _BRACKETS.sub(" ", name.casefold()).replace("&", " and ")))


def subjects(title: str) -> tuple[str, ...]:
    """What an award is in, plain, as it stands and without words around it; nothing where its title does not say.

    >>> subjects("AIM Level 1 Award in Principles of Customer Service (RQF)")
    ('principles of customer service', 'customer service')
    >>> subjects("Teaching Certificate")
    ()
    """
    size = _SIZE.search(title)
    found = [plain(title[size.end() :])] if size else []
    while found and (shorter := _AROUND.sub("", found[-1])) != found[-1]:
        found.append(shorter)
    return tuple(found)


def skill_named(title: str, names: dict[str, str]) -> str | None:
    """The skill that a title names, of skills by their plain names; None: none."""
    return next((names[one] for one in subjects(title) if one in names), None)


@cache
def judged() -> tuple[tuple[str, str, bool], ...]:
    """Titles of awards, each with the name of a skill, and whether it teaches it. Read twice; a third look decided."""
    rows = csv.DictReader(resources.text("matching/awards.csv").splitlines())
    return tuple((row["title"], row["name"], row["same"] == "yes") for row in rows)


def measured() -> tuple[int, int]:
    """How many judged titles are said to teach the skill that they were judged with, and how many of these rightly."""
    said = [same for title, name, same in judged() if skill_named(title, {plain(name): name}) == name]
    return len(said), sum(said)
