"""The question of the adviser's pages: its form, with what is answered already, and other questions made from it.

Everything that an address asks is shown in the form and can be changed there.
"""

import re
from calendar import month_abbr
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar, get_args, get_origin
from urllib.parse import parse_qsl, urlencode

from fastapi import Request
from pydantic import ValidationError
from starlette.responses import Response

from api.addresses import Addresses
from api.dependencies import Services, holder_of
from api.errors import Problem, ProblemDocument, sentence
from api.questions import STARTS, Understanding
from api.schemas.common import Attendance, Mode
from api.schemas.pathways import SECTOR, PathwayAsked
from api.web.pages import Step, capitalize_first, page
from api.web.wording import (
    KM_IN_MILE,
    Mistake,
    corrected,
    field_of,
    miles,
    mistakes,
    on_screen,
    said_of_client,
    sector,
)
from graph.release import NoReleaseError
from graph.requirements import attributes
from queries.find import UnknownWordsError
from queries.pathways.engine.problem import Criterion
from queries.pathways.limits import NotKnownError
from queries.pathways.places import USUAL_KM

Items = Sequence[tuple[str, str]]
Reply = dict[str, Any]

TITLE: Final = "Find a route to a better job"
BY: Final = {
    Criterion.WEEKS: "Soonest",
    Criterion.COST: "Cheapest for the client",
    Criterion.FIRST_JOB: "Soonest first job in the sector",
    Criterion.STEPS: "Fewest steps",
    Criterion.STUDY_WEEKS: "Least time studying",
}
"""What a route may be wanted to have least of, in the words of the form."""

SWITCHES: Final = {
    "without_employer": "Without an employer (no apprenticeships)",
    "confirmed_only": "Only steps that the client can surely start",
    "published_only": "Only steps that somebody has published, none that we inferred",
    "profile_required": "Only where the client has what providers usually ask for",
}

ASKED_AT_ONCE: Final = ("age", "employment", "highest-level", "english-maths-level2", "resident-wmca")
"""Facts about the person that the form asks for; others are asked when they could change the answer."""

UNSURE: Final = "unsure"
"""What the form sends as a level for somebody who does not know yet where to."""

LEVELS: Final = {
    "3": "level 3 (A level, T Level)",
    "4": "level 4 (HNC)",
    "5": "level 5 (HND)",
    "6": "level 6 (degree)",
    UNSURE: "They do not know yet: show what is within reach",
}
HELD: Final = {
    "0": "None",
    "1": "Level 1 (GCSE grades 1 to 3, D to G)",
    "2": "Level 2 (GCSE grades 4 to 9, A* to C)",
    "3": "Level 3 (A level, T Level)",
    "4": "Level 4 (HNC)",
    "5": "Level 5 (HND)",
    "6": "Level 6 (degree)",
    "7": "Level 7 (master's degree)",
    "8": "Level 8 (doctorate)",
}
"""The levels somebody may hold, with awards that people know: https://www.gov.uk/what-different-qualification-levels-mean."""

_ALSO: Final[dict[str, Callable[[str], str]]] = {
    "to": lambda value: f"Or to: {value}",
    "sector": lambda value: f"Jobs in {sector(value)}",
    "via": lambda value: f"By way of: {value}",
    "avoid": lambda value: f"Without: {value}",
    "provider": lambda value: f"Only with: {value}",
    "within_weeks": lambda value: f"To be there within {value} weeks",
    "unpriced": lambda _: "Let in steps whose price nobody states",
    "jobs_as_steps": lambda value: "A job may be a step on the way" if value == "true" else "No job on the way",
    "trade_off": lambda value: f"Show compromises on: {BY.get(Criterion(value), value) if value in BY else value}",
    "alternatives": lambda value: f"Show at most {value} routes",
    "tolerance": lambda value: f"Show what is at most {value} percent worse and much better otherwise",
    "on": lambda value: f"As of {on_screen(value)}",
    "travel_limit": lambda value: f"At most {value} hours of travel",
    "lifted": lambda value: f"A limit was lifted to get here, and the plan says so ({_plain_query(value)})",
}
"""What an address may ask that the form has no field of its own for."""


def _plain_query(query: str) -> str:
    said = (f"{name.replace('_', ' ')}: {value or 'the usual'}" for name, value in parse_qsl(query, True))
    return on_screen("; ".join(re.sub(r"^km: (\d+)", r"\1 km", one) for one in said))


_WIDE: Final = 1040
_LIFTS: Final = {"time": ("within_weeks", "arrive_by"), "budget": ("budget", "unpriced"), "distance": ("near", "km")}
_FIELD_OF_LIMIT: Final = {
    "time": "arrive",
    "depart_after": "depart",
    "hours_per_week": "hours",
    "budget": "budget",
    "mode": "mode",
    "attendance": "attendance",
    "distance": "near",
}
_VALUES: Final = {
    "time": ("arrive_by", "date", "Be there by"),
    "depart_after": ("depart_after", "date", "Not to start before"),
    "hours_per_week": ("hours_per_week", "text", "Hours a week"),
    "budget": ("budget", "text", "Pounds in all"),
}
"""Of a limit that has a value: its parameter, the kind of field, and what the field is called."""

_MONTHS: Final = {name.lower(): number for number, name in enumerate(month_abbr)}
_SAID_DAY: Final = re.compile(r"(\d{1,2})[/. -](\d{1,2}|[A-Za-z]{3,9})[/. -](\d{4})")


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a field: what is sent, what it is called, and whether it is chosen."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """A question about the person. `choices` empty: the answer is a number, `given` what was answered."""

    name: str
    question: str
    choices: tuple[Choice, ...]
    given: str


@dataclass(frozen=True, slots=True)
class Also:
    """A part of the question that the form has no field of its own for: it stays unless it is unticked."""

    name: str
    value: str
    words: str


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A limit in force. `without`: the address that asks without it; None: it is only what is usual.

    `field` is where it is changed in the form; `name`, `kind` and `called` are the parameter, the kind and the name of
    a field for another value (blank: it has none), `others` the rest of the question.
    """

    text: str
    without: str | None
    field: str
    name: str
    kind: str
    called: str
    value: str
    others: Items


USUAL: Final = (("by", str(Criterion.WEEKS)), ("sector", SECTOR), ("km", str(USUAL_KM)))
"""What a question asks that says nothing of it; the distance where a place is said."""


def asked_of(items: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """What a form sent, as a question: without blanks and what is usual, `fact.age=34` as `attribute=age:34`, one goal.

    Of a fact that is answered twice the later answer holds. Days and pounds may be written as people write them.

    >>> asked_of([("to", ""), ("to_level", "4"), ("fact.age", "34"), ("budget", "£2,000"), ("arrive_by", "31/07/2028")])
    [('to_level', '4'), ('attribute', 'age:34'), ('budget', '2000'), ('arrive_by', '2028-07-31')]
    """
    filled = [(name, value.strip()) for name, value in items if value.strip()]
    named = any(name == "to" for name, _ in filled)
    if not any(name == "near" for name, _ in filled):
        filled = [one for one in filled if one[0] not in ("km", "miles")]
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for name, value in filled:
        if (named and name in ("to_level", "sector")) or (name, value) in USUAL:
            continue
        fact = name.removeprefix("fact.")
        key, said = ("attribute", f"{fact}:{value}") if fact != name else (name, _plainly(name, value))
        key = "km" if key == "miles" else key
        found[key, said.partition(":")[0] if key == "attribute" else said] = (key, said)
    return _still_lifted(list(found.values()))


def _still_lifted(items: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A question in which no limit is called lifted that is set again as it was."""
    was = parse_qsl(dict(items).get(LIFTED, ""), keep_blank_values=True)
    again = {name for name in dict(was) if all(one in items for one in was if one[0] == name)}
    left = [one for one in was if one[0] not in again]
    rest = [one for one in items if one[0] != LIFTED]
    return [*rest, (LIFTED, urlencode(left))] if any(value for _, value in left) else rest


def _plainly(name: str, value: str) -> str:
    """A number without its unit, miles as km, and a day as programs write it; what is neither is left as it is."""
    if name in ("budget", "hours_per_week", "miles"):
        bare = re.sub(r"[£,\s]|hours?$|pounds?$|miles?$", "", value)
        number = str(round(int(bare) * KM_IN_MILE)) if name == "miles" and bare.isdigit() else bare
        return number if bare.isdigit() else value
    if name in ("arrive_by", "depart_after") and (said := _SAID_DAY.fullmatch(value)):
        month = int(said[2]) if said[2].isdigit() else _MONTHS.get(said[2][:3].lower(), 0)
        return f"{said[3]}-{month:02}-{int(said[1]):02}"
    return value


def address(addresses: Addresses, asked: Items, path: str = "/pathways") -> str:
    """The address that puts a question to the pages; `path` may end in the id of a field of the form (`/start#to`)."""
    path, _, place = path.partition("#")
    whole = addresses.to(path)
    said = f"{whole}{'&' if '?' in whole else '?'}{urlencode(asked)}" if asked else whole
    return f"{said}#{place}" if place else said


BEFORE: Final = "before"
"""What an address calls the question that was asked before this one: its query, as a text."""

DONE, ASK = "done", "ask"
"""What an address calls the facts about the client that were asked about, and the one to ask about now."""

OF_PAGES: Final = (BEFORE, DONE, ASK, "print", "stop_after", "weeks_away")
"""What pages add to the address of a question."""

LIFTED_ROW: Final = "Lifted to get here"

LIFTED: Final = "lifted"
"""What an address calls the limits that were lifted to get to a route: their parameters as they were, as a query."""

_LONG: Final = 2_000


def instead(addresses: Addresses, items: Items, before: Items) -> str:
    """The address that puts a question with the answer of the one before beside it; alone where that is very long."""
    was = urlencode([*before, *([("release", addresses.release)] if addresses.release else [])])
    if len(was) > _LONG:
        return address(addresses, items)
    return address(addresses, [*items, (BEFORE, was)], "/pathways/beside")


Q = TypeVar("Q", bound=PathwayAsked)


def read(items: Items, kind: type[Q]) -> Q:
    """The question that an address put. Raises `Problem`."""
    given: dict[str, list[str]] = {}
    for name, value in items:
        given.setdefault(name, []).append(value)
    many = {one.alias or name for name, one in kind.model_fields.items() if get_origin(one.annotation) is list}
    try:
        return kind.model_validate({name: all if name in many else all[-1] for name, all in given.items()})
    except ValidationError as error:
        raise Problem("invalid-request", "A question that is in the address cannot be read.", 422) from error


OF_GOAL: Final = ("to", "to_level", "sector")
"""The parts of a question that say where somebody wants to get to."""


def without_goal(items: Items) -> list[tuple[str, str]]:
    """A question but for where somebody wants to get to."""
    return [one for one in items if one[0] not in OF_GOAL]


def in_reach(addresses: Addresses, items: Items) -> str:
    """The address of the roles that what somebody brings leads to."""
    return address(addresses, without_goal(items), "/pathways/roles")


def start(request: Request, services: Services, *, release: int | None) -> Response:
    """The page that asks what a route is wanted for, with what the address answers already."""
    name_of = partial(called, Understanding(services, holder_of(request)))
    return page(
        request,
        "start.html",
        title=TITLE,
        services=services,
        release=release,
        above=[Step("Start", "/")],
        mistakes=(),
        choices=(),
        chosen_of="",
        in_reach=None,
        towns=services.places.towns,
        **form(request.query_params.multi_items(), name_of),
    )


def called(understanding: Understanding, text: str) -> str:
    """What a thing is called, where its name alone says which it is; otherwise what was said of it."""
    named = understanding.services.things
    if text not in named:
        return text
    label = named.get_named(text).label
    try:
        return label if understanding.thing(label, (*STARTS, "Provider"), "").id == text else text
    except (Problem, LookupError, ValueError):
        return text


def mend(request: Request, problem: ProblemDocument) -> Response:
    """The same page for a question that could not be read: what is wrong, and for words that can mean several things,
    each thing as a link that asks the question with it."""
    items = [one for one in request.query_params.multi_items() if one[0] not in OF_PAGES]
    addresses = Addresses.of(request)
    words, found = problem.words or problem.id or "", mistakes(problem, items)
    told = set() if problem.code == "unknown-words" else {one.field for one in found}
    others = [one for one in _not_looked_up(request, items) if one.field not in told]
    found = others if others and not told else [*found, *others]
    return page(
        request,
        "start.html",
        title=TITLE,
        above=[Step("Start", "/")],
        status=problem.status,
        mistakes=found,
        choices=[
            *(
                (one.label, address(addresses, corrected(items, words, one.id)))
                for one in problem.candidates or problem.suggestions or ()
            ),
            *(
                (f"What replaces it, {id}", address(addresses, corrected(items, words, id)))
                for id in problem.replaced_by or ()
            ),
            *_in_earlier(addresses, items, problem.last_release),
        ],
        chosen_of="Choose what was meant:" if "could mean" in problem.detail else "Perhaps one of these was meant:",
        towns=(),
        in_reach=in_reach(addresses, items) if any(one.field == "to" for one in found) else None,
        **form(items),
    )


def _not_looked_up(request: Request, items: Items) -> Iterator[Mistake]:
    """Each field whose words mean no one thing of the release that is served, and a place in which no site is known."""
    try:
        services = holder_of(request).get()
    except NoReleaseError:
        return
    understanding = Understanding(services, holder_of(request))
    for place, (name, value) in enumerate(items):
        try:
            if name in ("from", "holds"):
                understanding.start(value)
            elif name == "to":
                understanding.goal(value)
            elif name == "near" and value:
                services.places.near(value, USUAL_KM)
        except UnknownWordsError as error:
            instead = " Say it as the highest level that the client holds." if _is_of_a_level(value) else ""
            yield Mistake(field_of(items, place), f"{sentence(error)}{instead}")
        except NotKnownError as error:
            yield Mistake("near", on_screen(sentence(error)))
        except (Problem, LookupError):
            continue  # a withdrawn thing, or one of another kind: said when it is the first


def _is_of_a_level(words: str) -> bool:
    """Whether words are what a level is explained with: “GCSEs”, “A level”."""
    return any(words.strip().casefold().rstrip("s") in said.casefold() for said in HELD.values())


def _in_earlier(addresses: Addresses, items: Items, release: int | None) -> list[tuple[str, str]]:
    """The same question put to the last release that has a thing which was withdrawn."""
    if release is None:
        return []
    asked = [(name, value) for name, value in items if name != "release"]
    earlier = Addresses(addresses.root, release)
    return [(f"Ask release {release}, the last that has it", address(earlier, asked))]


def form(items: Items, called: Callable[[str], str] = str) -> dict[str, Any]:
    """The fields of the form, with what is answered already. `called` gives the name of a thing."""
    given: dict[str, list[str]] = {}
    for name, value in items:
        given.setdefault(name, []).append(value)

    def one(name: str) -> str:
        return given.get(name, [""])[-1]

    facts = dict(text.partition(":")[::2] for text in given.get("attribute", ()))
    brought = [called(text) for text in (*given.get("from", ()), *given.get("holds", ()))]
    goals = given.get("to", [])
    level = "" if goals else one("to_level") or "4"
    levels = LEVELS | ({} if level in LEVELS or not level.isdigit() else {level: f"level {level}"})
    rest = [(name, value) for name in _ALSO if name != "to" for value in given.get(name, ())]
    more = [name for name in facts if name in attributes() and name not in ASKED_AT_ONCE]
    return {
        "brought": [*brought, "", ""][: max(3, len(brought) + 1)],
        "to_words": called(goals[0]) if goals else "",
        "levels": _choices(levels, [level]),
        "by": _choices({str(key): label for key, label in BY.items()}, [one("by") or Criterion.WEEKS]),
        "attendance": _choices(_words(get_args(Attendance)), given.get("attendance", ())),
        "mode": _choices(_words(get_args(Mode)), given.get("mode", ())),
        "switches": _choices(SWITCHES, [name for name in SWITCHES if one(name) == "true"]),
        "given": {
            name: one(name) for name in ("arrive_by", "depart_after", "hours_per_week", "budget", "near", "release")
        }
        | {"miles": str(miles(int(km))) if (km := one("km")).isdigit() else km},
        "also": [
            Also(name, value, _ALSO[name](called(value)))
            for name, value in (*(("to", value) for value in goals[1:]), *rest)
        ],
        "facts": [fact_of(name, facts.get(name, "")) for name in (*ASKED_AT_ONCE, *more)],
    }


def _words(values: Iterable[str]) -> dict[str, str]:
    return {value: capitalize_first(value.replace("-", " ")) for value in values}


def _choices(values: dict[str, str], chosen: Iterable[str]) -> tuple[Choice, ...]:
    found = set(chosen)
    return tuple(Choice(value, label, value in found) for value, label in values.items())


def fact_of(name: str, given: str = "") -> Fact:
    """A question about the person, as the rules know it."""
    said = attributes()[name]
    values: dict[str, str] = said.get("values", {})
    plain = values.keys() <= {"yes", "no"}
    called = {
        value: capitalize_first(value if plain else text.removeprefix("with a birthday "))
        for value, text in values.items()
    }
    if name == "highest-level":
        called = HELD
    elif given and called and given not in called:
        called = {**called, given: capitalize_first(given)}
    return Fact(name, on_screen(said["question"]), _choices(called, [given]), given)


def summary(reply: Reply, asked: Items, addresses: Addresses) -> list[tuple[str, str, str]]:
    """What was asked, in words: each part with the address where it is changed."""
    question = reply["question"]
    limits = limits_asked(question["limits"], asked)
    rows = [
        ("They want to get to", goal_of(question), "to"),
        ("They bring", "; ".join(on_screen(one["label"]) for one in question["holds"]) or "Nothing was said", "from-1"),
        ("About the client", "; ".join(said_of_client(asked)) or "Nothing was said", "fact-age"),
        ("What matters most", BY.get(Criterion(question["by"]), question["by"]), "by"),
        ("Limits", "; ".join(limits) or "None was set", "arrive"),
        *((LIFTED_ROW, _plain_query(value), "arrive") for name, value in asked if name == LIFTED),
    ]
    return [(name, capitalize_first(said), address(addresses, asked, f"/start#{field}")) for name, said, field in rows]


def limits_asked(limits: Sequence[Reply], asked: Items) -> list[str]:
    """The limits in force in words, without those that only are what is usual."""
    usual = {"time", "hours_per_week"} - {one["name"] for one in _set_by_person(limits, asked)}
    return [on_screen(one["text"]) for one in limits if one["name"] not in usual]


def goal_of(question: Reply) -> str:
    """What a question wants to reach, in words."""
    if question["to_level"] is not None:
        return f"a level {question['to_level']} role in {sector(question['sector'])}"
    return " or ".join(one["label"] for one in question["to"])


def _set_by_person(limits: Iterable[Reply], asked: Items) -> list[Reply]:
    names = {name for name, _ in asked}
    return [one for one in limits if names & set(_names(one["name"]))]


def _names(limit: str) -> tuple[str, ...]:
    """The parameters that set a limit."""
    name = limit.partition(":")[0]
    return _LIFTS.get(name, (name,))


def what_if(reply: Reply, asked: Items, addresses: Addresses) -> list[WhatIf]:
    """The limits in force, each with the question without it and the field for another value."""
    limits = reply["question"]["limits"]
    by_person = [one["name"] for one in _set_by_person(limits, asked)]
    found = []
    for one in limits:
        name, kind, called = _VALUES.get(one["name"], ("", "", ""))
        found.append(
            WhatIf(
                on_screen(one["text"]) + ("" if one["name"] in by_person else " (our limit: none was asked for)"),
                instead(addresses, dropped(asked, [one], reply), asked) if one["name"] in by_person else None,
                address(addresses, asked, f"/start#{_FIELD_OF_LIMIT.get(one['name'], 'only')}"),
                name,
                kind,
                called,
                next((value for key, value in asked if key == name), ""),
                [*_other_than(one, asked, reply), (BEFORE, urlencode(asked))],
            )
        )
    return found


def _other_than(limit: Reply, asked: Items, reply: Reply) -> list[tuple[str, str]]:
    """The question but for the parameters of a limit."""
    return _saying_lifted([one for one in asked if one[0] not in _names(limit["name"])], asked, [limit], reply)


def _saying_lifted(items: Items, asked: Items, limits: Iterable[Reply], reply: Reply) -> list[tuple[str, str]]:
    """A question that came of another without some of its limits; where that had no route, it says which they were."""
    if reply["pathways"]:
        return [*items]
    earlier = parse_qsl(dict(asked).get(LIFTED, ""), keep_blank_values=True)
    names = dict.fromkeys(name for limit in limits for name in _names(limit["name"]))
    told = [
        (name, value)
        for name in names.keys() - dict(earlier).keys()
        for value in [value for key, value in asked if key == name] or [""]
    ]
    return [*(one for one in items if one[0] != LIFTED), (LIFTED, urlencode([*earlier, *sorted(told)]))]


def same_question(reply: Reply, asked: Items) -> str:
    """The address of the same question to the same release as of the same day, with what was lifted to get to it."""
    lifted = dict(asked).get(LIFTED)
    return f"{reply['same_question']}{f'&{urlencode({LIFTED: lifted})}' if lifted else ''}"


def before_lifting(asked: Items) -> list[tuple[str, str]]:
    """The question as it was before limits were lifted, as its address says."""
    was = parse_qsl(dict(asked).get(LIFTED, ""), keep_blank_values=True)
    kept = [one for one in asked if one[0] != LIFTED and one[0] not in dict(was)]
    return [*kept, *((name, value) for name, value in was if value)]


def dropped(asked: Items, limits: Sequence[Reply], reply: Reply) -> list[tuple[str, str]]:
    """The question without some of its limits: time and hours are then as wide as a question can have them."""
    meant = {one["given"].strip(): one["id"] for one in reply["understood"]}
    found = [*asked]
    for limit in limits:
        thing = limit["name"].partition(":")[2]

        def is_it(name: str, value: str, limit: Reply = limit, thing: str = thing) -> bool:
            named = meant.get(value.strip(), value.strip())
            return name in _names(limit["name"]) and thing in ("", named, named.partition(":")[0])

        found = [(name, value) for name, value in found if not is_it(name, value)]
        if limit["name"] == "time":
            found.append(("within_weeks", str(_WIDE)))
        if limit["name"] == "hours_per_week":
            found.append((limit["name"], "100"))
    return _saying_lifted(found, asked, limits, reply)


def towards(asked: Items, role: str) -> list[tuple[str, str]]:
    """The question with another goal."""
    return [*without_goal(asked), ("to", role)]
