"""Find things by everyday words, and take words for exactly one thing only when that is safe.

Somebody who writes “digital bootcamp” means the thing of that name. Words are taken for a thing when they are its id
or one of its names, or are clearly a misspelling of one: “nurse” is not taken for a nursing assistant. Otherwise the
reader is asked which candidate was meant. Names of organisations may be shortened: see `SHORTENED`.
"""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rapidfuzz import fuzz

from graph.search import Found, SearchIndex

PUBLISHED: Final = ("esco:Occupation", "Occupation", "JobTitle", "esco:Skill", "Skill")
"""Kinds of things in published lists that everyday words often mean: found after our own things."""

SAID_OF_OTHERS: Final = frozenset(
    {"Competency", "DeliveryEvidence", "DemandFigure", "Duty", "KnowledgeGap", "LearningOutcome", "StatedNeed"}
)
"""Kinds of statements and figures about other things: they repeat those things' names, and are found after them."""

SHORTENED: Final = frozenset({"Provider"})
"""Kinds of things whose names people shorten: “Dudley College” is the one provider whose name has all these words."""

MANY: Final = 50
"""How many matches are looked at when words are to mean one thing."""

_WORDS: Final = re.compile(r"[^\W_]+")
_SURE_SPELLING: Final = 85.0
_CLEARLY_BETTER: Final = 5.0


class How(StrEnum):
    """How words came to mean a thing, surest first."""

    ID = "id"
    NAME = "name"
    SPELLING = "spelling"


@dataclass(frozen=True, slots=True)
class Resolved:
    """Words, and the one thing they were taken for."""

    given: str
    id: str
    label: str
    how: How


class UnknownWordsError(LookupError):
    """Words that mean no thing, or several things equally well (`candidates`, best first)."""

    def __init__(self, text: str, candidates: tuple[Found, ...], *, several: bool) -> None:
        self.text, self.candidates, self.several = text, candidates, several
        super().__init__(f"“{text}” could mean several things" if several else f"nothing is called “{text}”")


def plain(text: str) -> str:
    """Words alone, for comparing names: small letters, no punctuation.

    >>> plain("Health-care  Support Worker (HCSW)")
    'health care support worker hcsw'
    """
    return " ".join(_WORDS.findall(text.casefold()))


def resolve(text: str, index: SearchIndex, names: Callable[[str], Iterable[str]], kinds: Collection[str]) -> Resolved:
    """The one thing of these kinds that words mean. `names` gives every name of a thing by id.

    Raises `UnknownWordsError`.
    """
    found = index.find(text, kinds, MANY)
    if len(found) == 1 and found[0].how == "id":
        return Resolved(text, found[0].id, found[0].label, How.ID)
    wanted = plain(text)
    named = [one for one in found if any(plain(name) == wanted for name in names(one.id))]
    if len(named) == 1:
        return Resolved(text, named[0].id, named[0].label, How.NAME)
    if named:
        raise UnknownWordsError(text, tuple(named), several=True)
    words = set(wanted.split())
    having = [one for one in found if words and any(words <= set(plain(name).split()) for name in names(one.id))]
    if len(having) == 1 and SHORTENED.issuperset(kinds):
        return Resolved(text, having[0].id, having[0].label, How.NAME)
    if having:
        candidates = tuple(dict.fromkeys([*having, *found]))[:10]
        raise UnknownWordsError(text, candidates, several=len(candidates) > 1)
    alike = sorted(((_likeness(wanted, names(one.id)), one) for one in found), key=lambda pair: -pair[0])
    if (
        alike
        and alike[0][0] >= _SURE_SPELLING
        and all(alike[0][0] - other >= _CLEARLY_BETTER for other, _ in alike[1:])
    ):
        return Resolved(text, alike[0][1].id, alike[0][1].label, How.SPELLING)
    raise UnknownWordsError(text, tuple(found[:10]), several=False)


def find(text: str, index: SearchIndex, kinds: Collection[str], limit: int) -> list[Found]:
    """The best matches: our own things of these kinds with all the words, then published occupations and skills.

    Of ours, things come before what is said of them (`SAID_OF_OTHERS`). Then come ours that have some of the words, or
    are spelt like them; spellings of published things are not compared, since there are too many.
    """
    groups = (set(kinds) - SAID_OF_OTHERS, SAID_OF_OTHERS.intersection(kinds), PUBLISHED)
    best = [one for group in groups if group for one in index.find(text, group, limit, every_word=True)]
    if len(best) < limit:
        have = {one.id for one in best}
        best += [one for one in index.find(text, kinds, limit) if one.id not in have]
    return best[:limit]


def _likeness(wanted: str, names: Iterable[str]) -> float:
    """How alike words and the most similar of some names are, from 0 to 100."""
    return max((fuzz.ratio(wanted, plain(name)) for name in names), default=0.0)
