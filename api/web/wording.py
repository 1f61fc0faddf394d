"""The words of the adviser's pages: what is wrong with a field, by its everyday name, and what an answer says as people
say it: a route for a pathway (docs/decisions/0007-pathway-not-route.md), a day as it is spoken, short words explained.
"""

import re
from calendar import month_name
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from api.errors import FieldProblem, ProblemDocument
from api.web.pages import capitalize_first, day
from graph.requirements import Attribute, attributes, circumstance_fault, phrase
from queries.pathways.request import counted

Items = Sequence[tuple[str, str]]

_DAY: Final = re.compile(r"\b\d{4}-(?:0\d|1[0-2])-(?:[0-2]\d|3[01])\b")
_MONTH: Final = re.compile(r"\b(20[2-9]\d)-(0[1-9]|1[0-2])\b(?!-)")
"""A month of these years, and never two years such as 2026-27."""
_SECTOR: Final = {"healthtech": "HealthTech", "health-and-care": "health and care"}
_SAID: Final = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"No pathway among the steps we hold has less", "No route that we hold does better"),
        (r"\bpathway(s?)\b", r"route\1"),
        (r"any provider of this kind: ([\w ]+)", r"whoever runs it (\1; no provider is known)"),
        (r" → ", ", then "),
        (r"\[((?:at least )?[\d,]+ weeks?(?: \([\w ]+\))?), £0( \(\w+\))?, ", r"[\1, nothing to pay\2, "),
        (r"( \(| weeks?, )inferred\)", r"\1our inference)"),
        (r"( \(| weeks?, )illustrative\)", r"\1made up, for demonstration)"),
        (r" \[((?:at least )?[\d,]+ weeks?(?: \([\w ]+\))?, [^\]]* steps?)\]", r": \1"),
        (r"\bL(\d)\b", r"level \1"),
        (r"(\d+) months to gateway and (\d+) of assessment", r"\1 months of training, then \2 of assessment"),
        (r"\blevel (\d), for entry rules", r"an award at level \1"),
        (r", brought already: (the step that gives it is taken out by “[^”]*”)", r" (\1)"),
        (r"this step stands for the type of provision", "what is said here holds for courses of this kind"),
        (r"\bIs it so: ", "Does this hold: "),
        (r"\b([Tt])he (?:person|learner)\b", r"\1he client"),
        (r"the profile usually asked is a bar", "only where the client has what providers usually ask for"),
        (r"the profile usually expected is met", "what providers usually ask for is met"),
    )
)


def on_screen(text: str) -> str:
    """What an answer says, in the words of the pages.

    >>> on_screen("no pathway to be there by 2028-07-31"), on_screen("within 20 km of Walsall")
    ('no route to be there by 31 July 2028', 'within 12 miles of Walsall')
    """
    for pattern, words in _SAID:
        text = pattern.sub(words, text)
    return spoken_days(_KM.sub(lambda found: counted(miles(int(found[1])), "mile"), text))


_KM: Final = re.compile(r"\b(\d+) km\b")
_TO_CLIENT: Final = tuple(
    (re.compile(rf"\b{pattern}\b", re.IGNORECASE), words)
    for pattern, words in (
        (r"the client['’]s", "your"),
        (r"those of the client", "yours"),
        (r"the client has", "you have"),
        (r"the client is", "you are"),
        (r"the client (pay|meet|bring|hold|live|want|need)s", r"you \1"),
        (r"(?-i:Does) the client", "do you"),
        (r"(?-i:Is) the client", "are you"),
        (r"(?-i:Has) the client", "have you"),
        (r"the client", "you"),
    )
)


def to_client(text: str) -> str:
    """What a page says of the client, as it is said to them.

    >>> to_client("what the client pays; who has the client in work"), to_client("Has the client worked?")
    ('what you pay; who has you in work', 'Have you worked?')
    """
    for pattern, words in _TO_CLIENT:
        text = pattern.sub(partial(_with_case, words), text)
    return text


def _with_case(words: str, found: re.Match[str]) -> str:
    said = found.expand(words)
    return capitalize_first(said) if found[0][0].isupper() else said


def spoken_days(text: str) -> str:
    """A text whose days are as they are spoken; nothing else of it is changed: for notes of the data."""
    return _MONTH.sub(_spoken_month, _DAY.sub(_spoken, text))


def _spoken_month(found: re.Match[str]) -> str:
    return f"{month_name[int(found[2])]} {found[1]}"


def _spoken(found: re.Match[str]) -> str:
    try:
        return day(found[0])
    except ValueError:
        return found[0]


KM_IN_MILE: Final = 1.609344


def miles(km: float) -> int:
    """A distance as people say it: in whole miles, at least one."""
    return max(1, round(km / KM_IN_MILE))


def with_miles(text: str) -> str:
    """A text whose distances in km are said in miles too.

    >>> with_miles("taught within 25 km in a straight line")
    'taught within 25 km (16 miles) in a straight line'
    """
    return _KM.sub(lambda found: f"{found[0]} ({counted(miles(int(found[1])), 'mile')})", text)


def sector(id: str) -> str:
    """What a sector is called."""
    return _SECTOR.get(id, id.replace("-", " "))


SHORT: Final = {
    "Access to HE": "a level 3 diploma that prepares adults for higher education (HE)",
    "BTEC": "Business and Technology Education Council: a family of work-related awards of Pearson",
    "ESOL": "English for Speakers of Other Languages",
    "FA": "foundation apprenticeship",
    "GCSE": "General Certificate of Secondary Education",
    "HNC": "Higher National Certificate, an award at level 4",
    "HND": "Higher National Diploma, an award at level 5",
    "HTQ": "Higher Technical Qualification: an award at level 4 or 5 that employers have approved",
    "LLE": "Lifelong Learning Entitlement: loans for study at levels 4 to 6 from January 2027",
    "T Level": "an award at level 3, as large as three A levels, with a placement in industry",
    "TQT": "total qualification time: all the hours an award is expected to take",
    "UCAS": "Universities and Colleges Admissions Service",
    "UKPRN": "UK Provider Reference Number, by which a provider can be looked up",
    "WMCA": "West Midlands Combined Authority",
}
"""Short words that people may not know, and what they stand for."""

_SHORT: Final = re.compile(rf"\b({'|'.join(map(re.escape, SHORT))})s?\b")


def short_words(html: str) -> list[tuple[str, str]]:
    """The short words that a page uses, with what they stand for; those it explains itself too."""
    text = re.sub(r"<[^>]*>", " ", html)
    return sorted((word, SHORT[word]) for word in set(_SHORT.findall(text)))


def said_of_client(items: Iterable[tuple[str, str]]) -> list[str]:
    """What a question says of a person, in words: `age:34` → “aged 34”."""
    facts = (value.partition(":") for name, value in items if name == "attribute")
    return [phrase(Attribute(name, "=", value.strip())) for name, _, value in facts if name in attributes()]


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something to be put right. `field` is the id of the field in the form."""

    field: str
    text: str


_NUMBER, _REAL_DAY = "must be a whole number", "must be a real day, such as 31 July 2028"
_FIELDS: Final = {
    "to": ("to", "What the client wants to get to must be shorter: 200 letters at most."),
    "to_level": ("to-level", "Choose a level from the list."),
    "from": ("from-1", "What the client brings must be shorter: 200 letters at most for each."),
    "holds": ("from-1", "What the client brings must be shorter: 200 letters at most for each."),
    "by": ("by", "Choose what matters most from the list."),
    "hours_per_week": ("hours", f"Hours a week {_NUMBER} from 1 to 100, such as 20."),
    "arrive_by": ("arrive", f"The day to be there by {_REAL_DAY}."),
    "depart_after": ("depart", f"The day not to start before {_REAL_DAY}."),
    "budget": ("budget", f"The most the client can pay {_NUMBER} of pounds up to 1,000,000, such as 2000."),
    "attendance": ("attendance", "Choose when the client can attend from the list."),
    "mode": ("mode", "Choose how they want to study from the list."),
    "near": ("near", "Where the client sets out from must be a town or a postcode."),
    "km": ("miles", f"How far, in miles, {_NUMBER} from 1 to 310, with a place to set out from."),
    "within_weeks": ("arrive", f"The weeks to be there within {_NUMBER} from 0 to 1,040."),
    "alternatives": ("also", "How many routes to show must be from 1 to 10."),
    "tolerance": ("also", f"By how much a route may be worse {_NUMBER} of percent from 0 to 100."),
    "on": ("also", f"The day of the question {_REAL_DAY}."),
    "release": ("to", "The address names a release of the data, and that must be a number."),
    "number": ("to", "Routes are numbered from 1."),
}
"""Of a parameter: the id of its field, and what it must be."""

_NO_GOAL: Final = "Say where the client wants to get to: a job or qualification, a level, or that they do not know yet."
_GROUPS: Final = (("from", "holds"), ("to",), ("via",), ("avoid",), ("provider",))
"""Parameters that name things, in the order in which they are looked up."""


def mistakes(problem: ProblemDocument, items: Items) -> list[Mistake]:
    """What is wrong with a question, each with the field it is in."""
    if problem.errors:
        found = [one for error in problem.errors for one in _mistakes(error, items)]
        return list(dict.fromkeys(found))
    text = on_screen(problem.detail)
    if problem.code == "contradictory-limits":
        if not any(name == "on" for name, _ in items):
            text = re.sub(r"before the day of the question, [^,.]*", "already over", text)
        text = re.sub(r"before the day to set out, ([^,.]*)", r"before \1, the first day to start", text)
        field = "arrive" if "day to arrive by" in text else "also"
        return [Mistake(field, text.replace("day to arrive by", "day to be there by"))]
    text = text.replace("has the id", "here has the code")
    if problem.code == "not-known" and "no site is known there" in text.casefold():
        return [Mistake("near", text)]
    words = problem.words or problem.id
    place = places_of(words, items) if words else []
    return [Mistake(field_of(items, place[0]) if place else "to", text)]


def _mistakes(error: FieldProblem, items: Items) -> Iterator[Mistake]:
    name = error.field.partition(".")[0]
    if name == "attribute":
        yield from _of_client(items)
    elif name == "request":
        wanted = {key for key, _ in items} & {"to", "to_level"}
        if "either `to`" in error.message:
            both = "Choose a job or a qualification, or else a level: not both."
            yield Mistake("to", both if len(wanted) == 2 else _NO_GOAL)
        else:
            yield Mistake("also", f"{capitalize_first(error.message.replace('`', ''))}.")
    elif name in _FIELDS:
        yield Mistake(*_FIELDS[name])
    elif "no parameter" in error.message:
        yield Mistake("to", f"The address asks for “{error.field}”, which is not known here.")
    else:
        yield Mistake("also", f"What the address says of “{error.field}” cannot be read: {error.message}.")


def _of_client(items: Items) -> Iterator[Mistake]:
    for text in (value for name, value in items if name == "attribute"):
        name, _, value = text.partition(":")
        if name not in attributes():
            yield Mistake("to", f"The address says something of the client that is not known here: “{name[:60]}”.")
        elif fault := circumstance_fault(name, value.strip()):
            asked = on_screen(attributes()[name]["question"])
            yield Mistake(f"fact-{name}", f"{asked} {capitalize_first(fault)[:120]}.")
    names = [value.partition(":")[0] for name, value in items if name == "attribute"]
    if {"age", "born"} <= set(names):
        yield Mistake("fact-age", "Give the age or the date of birth, not both.")
    for name in sorted({one for one in names if names.count(one) > 1 and one in attributes()}):
        yield Mistake(f"fact-{name}", f"{on_screen(attributes()[name]['question'])} It is answered twice.")


def places_of(words: str, items: Items) -> list[int]:
    """Where in a question the words stand that could not be looked up: only in the first group of parameters that has
    them, since what the others mean was not asked yet."""
    for group in _GROUPS:
        found = [
            place
            for place, (name, value) in enumerate(items)
            if name in group and words in (value.strip(), value.strip().rpartition(":")[0])
        ]
        if found:
            return found
    return []


def field_of(items: Items, place: int) -> str:
    """The id of the field of the form that shows the thing at a place of a question."""
    name = items[place][0]
    if name in _GROUPS[0]:
        others = [key for key, _ in items] if name == "holds" else []
        return f"from-{1 + others.count('from') + sum(key == name for key, _ in items[:place])}"
    return "to" if name == "to" else "also"


def corrected(items: Items, words: str, id: str) -> list[tuple[str, str]]:
    """The question with words put right, where they stand and nowhere else."""
    places = places_of(words, items)
    return [
        (name, value.strip().replace(words, id, 1) if place in places else value)
        for place, (name, value) in enumerate(items)
    ]
