"""The action plan that a client takes away: one sheet, its calendar file, and the same as data.

Its parts are those of an action plan of the National Careers Service: situation, goal, actions with who and by when,
and who can help. Nothing is kept: the plan is drawn again from its address, on the same release and the same day.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from hashlib import sha256
from itertools import chain, islice
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import segno
from fastapi import Request
from pydantic import TypeAdapter
from starlette.responses import Response

from api.addresses import Addresses
from api.dependencies import Services, holder_of
from api.questions import Understanding
from api.schemas.pathways import PathwayAsked
from api.web.adviser import BEYOND, asked_in, concerns, cost_of, most_km, partly_ours, time_of, who_pays
from api.web.beside import Since
from api.web.pages import Alternate, Step, capitalize_first, day, page
from api.web.question import LIFTED, USUAL, Items, address, before_lifting, called, limits_asked, read, same_question
from api.web.wording import miles, on_screen, said_of_client, short_words, to_client
from ontology.namespaces import expand, thing
from queries.pathways.limits import limits_of
from queries.pathways.places import Point
from queries.pathways.request import AGES

Reply = dict[str, Any]

CALLS: Final = 3
"""Calls to make first: as many as there is time for."""

MOST_ASKED: Final = 3
"""Providers that are named for one thing to ask."""

_CALL: Final = (
    *("which provider runs it", "entry.", "its condition.", "what the client pays", "that the client pays"),
    *("that this step is open", "that there is a", "that it can be done in"),
)
"""What an adviser can only learn by asking somebody, in the words of the answer."""


_SAME_CALL: Final = {
    **dict.fromkeys(("provider", "start"), ("which provider",)),
    "price": ("what the client pays", "that the client pays"),
}
"""What the one call worth making asks already, by its kind."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the client sets out from, and how far from there what is taught may be, in km in a straight line."""

    middle: Point
    km: int


@dataclass(frozen=True, slots=True)
class Whom:
    """Somebody to ask. `id` None: nobody in particular. `ukprn`: the UK Provider Reference Number; None: not known.

    `page`: where a course of it was published; None: no page is known. `why`: what it has to do with the step.
    `miles`: from where the client sets out to its nearest known site, in a straight line; None: not known. `beyond`:
    that is farther than was asked for. No telephone number is held: those in the sources are never read.
    """

    name: str
    id: str | None = None
    ukprn: str | None = None
    page: str | None = None
    why: str = ""
    miles: int | None = None
    beyond: bool = False


EMPLOYER: Final = Whom("the employer")


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do. `by` None: no date is known. `why_by`: what the day is, or why none is known.

    `whom`: who can help, as far as anybody is known. `marks`: how sure its step is.
    """

    what: str
    who: str
    by: date | None
    why_by: str
    whom: tuple[Whom, ...]
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """Something to ask before anything else, and whom. `points`: of how many points to check it is."""

    whom: tuple[Whom, ...]
    ask: str
    points: int = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan: where somebody stands, where to, by which route, what to do, and what to ask before.

    `limits`: those that the route keeps, but for what is only usual. `lifted`: those lifted to get to a route.
    `sets_out`: the place that distances are from; None: none is known, and no distance is. `ages`: how old one must be
    to start, where it is not known whether that is so. `to_check`: how many points the route has to check.
    """

    situation: tuple[str, ...]
    goal: str
    route: tuple[str, ...]
    time: str
    cost: str
    who_pays: str
    actions: tuple[Action, ...]
    calls: tuple[Call, ...]
    on: date
    limits: tuple[str, ...] = ()
    lifted: tuple[str, ...] = ()
    sets_out: str | None = None
    ages: tuple[str, ...] = ()
    to_check: int = 0


def plan_of(request: Request, reply: Reply, number: int, services: Services) -> Plan:
    """The plan of one route of the answer to what was asked. Raises what is wrong with limits that were lifted."""
    one, asked = reply["pathways"][number - 1], asked_in(request)
    on = date.fromisoformat(reply["question"]["on"])
    before = before_lifting(asked)
    near = next((value for name, value in before if name == "near"), "")
    middle = services.places.middle(near)
    origin = Origin(middle, most_km(before)) if middle else None
    whom = {step["title"]: _signposts(step, services, origin) for step in one["steps"]}
    calls = _joined(chain(_of_lifted(asked, one, whom), _calls(reply, whom, services, origin)), whom)
    return Plan(
        tuple(held["label"] for held in reply["question"]["holds"]),
        one["goal"]["label"],
        tuple(step["title"] for step in one["steps"]),
        to_client(time_of(one)),
        to_client(cost_of(one)),
        who_pays(one["steps"]),
        tuple(_actions(one["steps"], whom, on)),
        tuple(islice(calls, CALLS)),
        on,
        tuple(map(to_client, limits_asked(reply["question"]["limits"], asked))),
        tuple(map(to_client, _lifted(request, reply, services, asked, before))) if before != asked else (),
        near if middle else None,
        tuple(map(to_client, _ages(one["steps"]))),
        sum(concerns(check, one) for check in reply["check_before_recommending"]),
    )


def _by_number(text: str, route: Sequence[str]) -> str:
    """What is asked about a step, which stands by its number: its name is in the route on the same sheet."""
    number = next((number for number, title in enumerate(route, 1) if text.startswith(f"{title}: ")), None)
    return text if number is None else f"step {number}, {text.removeprefix(f'{route[number - 1]}: ')}"


def _ages(steps: Sequence[Reply]) -> Iterator[str]:
    """What a step asks of the age of who starts it, where it is not known whether that is so."""
    for step in steps:
        for rule in step["eligibility"]["rules"]:
            if not AGES.isdisjoint(one["name"] for one in rule["decision"]["ask"]):
                word = STATUS_WORDS.get(rule["source"]["status"])
                yield f"step {step['number']}: {rule['sentence']}{f' ({word})' if word else ''}"


def _lifted(request: Request, reply: Reply, services: Services, asked: Items, before: Items) -> Iterator[str]:
    """The limits of the question before that the one `asked` has not, each with what it has instead."""
    on, understanding = date.fromisoformat(reply["question"]["on"]), Understanding(services, holder_of(request))

    def limits(items: Items) -> dict[str, str]:
        question, _ = understanding.request(read(items, PathwayAsked), on)
        return {one.name: one.text for one in limits_of(question, services.pathways.projection.labels)}

    now = limits(asked)
    for name, text in limits(before).items():
        if now.get(name) != text:
            yield on_screen(f"{text} (now: {now[name]})" if name in now else text)


STATUS_WORDS: Final = {"inferred": "our inference", "illustrative": "made up, for demonstration"}
"""What is said of a step that nobody published."""


def _actions(steps: Sequence[Reply], signposts: Mapping[str, tuple[Whom, ...]], on: date) -> Iterator[Action]:
    for step in steps:
        known = step["provider"] is not None and step["start_note"].startswith("starts ")
        by = on + timedelta(weeks=step["starts_in_weeks"]) if known else None
        why = f"the course {step['start_note']}" if known else step["start_note"].partition(": the weeks count")[0]
        marks = tuple(filter(None, [STATUS_WORDS.get(step["status"])]))
        whom = signposts[step["title"]][:MOST_ASKED]
        if step["kind"] == "job":
            job = step["title"].removeprefix("Start work as ")
            yield Action(f"Look for a vacancy: {job}", "client", None, step["start_note"], whom, marks)
        elif step["kind"] == "apprenticeship":
            what = f"Find an employer who takes on an apprentice, and apply: {step['title']}"
            yield Action(what, "client and adviser", by, why, whom, marks)
        else:
            found = any(one.id for one in whom)
            what = f"{'Ask for a place' if found else 'Find out who runs it'} and apply: {step['title']}"
            yield Action(what, "client" if found else "client and adviser", by, why, whom, marks)


def _of_lifted(asked: Items, one: Reply, signposts: Mapping[str, tuple[Whom, ...]]) -> Iterator[Call]:
    """What to ask first where the times of day were lifted to get here, since they may fit all the same."""
    step = next((step for step in one["steps"] if step["kind"] != "job"), None)
    if step and "attendance" in dict(parse_qsl(dict(asked).get(LIFTED, ""))):
        wanted = " or ".join(value for name, value in before_lifting(asked) if name == "attendance")
        ask = f"{step['title']}: when in the day it is taught ({wanted} was asked for, and was lifted to get here)"
        yield Call(signposts[step["title"]][:MOST_ASKED], ask)


def _calls(
    reply: Reply, signposts: Mapping[str, tuple[Whom, ...]], services: Services, origin: Origin | None
) -> Iterator[Call]:
    """What to confirm by phone, the most worthwhile first: whom to ask, the nearest to `origin` first, and what."""
    call = reply["one_call"]
    found: list[Call] = []
    known: tuple[str, ...] = ()
    if call is not None and call["step"]["label"] in signposts:
        by_id = {who.id: who for who in signposts[call["step"]["label"]]}
        asked = [by_id.get(who["id"]) or _whom(who["id"], who["label"], services, origin) for who in call["whom"]]
        found.append(Call(_nearest_first(asked), to_client(call["ask"])))
        known = _SAME_CALL.get(call["kind"], ())
    for check in reply["check_before_recommending"]:
        title = next((title for title in signposts if check["what"].startswith(f"{title}: ")), None)
        said = check["what"].removeprefix(f"{title}: ")
        if title is not None and said.startswith(_CALL) and not said.startswith(known):
            whom = (
                (Whom("the employer"),)
                if "employer decides" in said or "be employed" in said
                else signposts[title][:MOST_ASKED]
            )
            found.append(Call(whom, to_client(check["what"].rstrip("."))))
    yield from found


def _joined(calls: Iterable[Call], titles: Iterable[str]) -> Iterator[Call]:
    """Calls about one step and to the same kind of people as one call: to its providers, or to the employer."""
    found: dict[tuple[str, bool], Call] = {}
    for call in calls:
        title = next(title for title in titles if call.ask.startswith(f"{title}: "))
        key = title, call.whom == (EMPLOYER,)
        if (known := found.get(key)) is None:
            found[key] = call
        else:
            ask = f"{known.ask}. {capitalize_first(call.ask.removeprefix(f'{title}: '))}"
            found[key] = replace(known, ask=ask, points=known.points + call.points)
    yield from found.values()


def _nearest_first(found: Iterable[Whom]) -> tuple[Whom, ...]:
    """Those whose distance is known before the others, which stay in order."""
    return tuple(sorted(found, key=lambda one: (one.miles is None, one.miles or 0)))


def _signposts(step: Reply, services: Services, origin: Origin | None) -> tuple[Whom, ...]:
    """Who can answer for a step: who runs it; else who had a page of it or learners on it once.

    The nearest first, as far as that is known; else the last. Of a job whoever has one.
    """
    if step["kind"] == "job":
        return (Whom(to_client(step["provider_note"])),)
    if step["provider"]:
        pages = [one["address"] for one in step["sources"] if _is_of_run(one["record"], services)]
        return (_whom(step["provider"]["id"], step["provider"]["label"], services, origin, pages, "runs it"),)
    found: dict[str, Whom] = {}
    for run in step["seen_at"]:
        seen = run["source"]["as_of"]
        why = f"had a page of it, seen on {day(seen)}" if seen else "had a page of it once"
        pages = [run["source"]["address"]]
        found.setdefault(run["provider"], _whom(run["provider"], None, services, origin, pages, why))
    for past in sorted(step["delivered_by"], key=lambda one: one["period"], reverse=True):
        why = f"had learners on it in {past['period']}"
        found.setdefault(past["provider"], _whom(past["provider"], None, services, origin, (), why))
    return _nearest_first(found.values()) or (Whom("whoever runs it (not known)"),)


def _is_of_run(record: str, services: Services) -> bool:
    return record in services.things and services.things.get_named(record).collection in ("opportunities", "deliveries")


def _whom(
    id: str, label: str | None, services: Services, origin: Origin | None, pages: Iterable[str] = (), why: str = ""
) -> Whom:
    """Somebody to ask, with what the release knows of them, and how far they are from `origin`."""
    name = label or (services.things.get_named(id).label if id in services.things else id)
    said = services.store.describe(thing(id)).objects(thing(id), expand("sw:ukprn"))
    page = next((one for one in pages if one.startswith("http")), None)
    km = services.places.of_provider(id, origin.middle) if origin else None
    return Whom(
        name,
        id if id in services.things else None,
        next(iter(sorted(map(str, said))), None),
        page,
        why,
        None if km is None else miles(km),
        beyond=origin is not None and km is not None and km > origin.km,
    )


WHO: Final = {"client": "You", "client and adviser": "You and your adviser"}
"""Who does something, as the client reads it."""

PLAN: Final = TypeAdapter(Plan)
"""Writes a plan as JSON."""


def whole_address(request: Request, reply: Reply, number: int, services: Services) -> str:
    """The address that draws the same plan from the same release, as of the same day.

    It is printed: things stand in it by their names where that is enough, and what is usual does not.
    """
    name_of = partial(called, Understanding(services, holder_of(request)))
    items = parse_qsl(same_question(reply, asked_in(request)).partition("?")[2])
    query = urlencode([(name, name_of(value)) for name, value in items if (name, value) not in USUAL])
    root = Addresses.of(request).root
    return f"{request.url.scheme}://{request.url.netloc}{root}/pathways/{number}/plan?{query}"


def calendar(plan: Plan, address: str) -> str:
    """The actions with a day as a calendar file (RFC 5545), each as a day's entry. Lines are folded at 75 bytes."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Stepway//Action plan//EN"]
    stamp = datetime(plan.on.year, plan.on.month, plan.on.day, tzinfo=UTC)
    for action in plan.actions:
        if action.by is None:
            continue
        name = sha256(f"{address} {action.what}".encode()).hexdigest()[:32]
        lines += [
            "BEGIN:VEVENT",
            f"UID:{name}@stepway",
            f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}",
            f"DTSTART;VALUE=DATE:{action.by:%Y%m%d}",
            f"DTEND;VALUE=DATE:{action.by + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escaped(action.what)}",
            f"DESCRIPTION:{_escaped(f'{capitalize_first(action.why_by)}. Check with the provider. {address}')}",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """A line in parts of at most 75 bytes, each but the first after a blank; no sign is cut in two."""
    part = ""
    for sign in line:
        if len((part + sign).encode()) > 75:
            yield part
            part = " "
        part += sign
    yield part


def respond(
    request: Request, services: Services, reply: Reply, *, number: int, release: int | None, since: Since | None = None
) -> Response:
    """The plan as a page to print, with a code that opens it again."""
    plan, addresses = plan_of(request, reply, number, services), Addresses.of(request, release)
    whole = whole_address(request, reply, number, services)
    queried = whole.partition("?")[2]
    calendar = Alternate("calendar file", f"{addresses.root}/pathways/{number}/plan.ics?{queried}", "text/calendar")
    dated = [calendar] if any(action.by for action in plan.actions) else []
    code = segno.make(whole, error="l", boost_error=False).svg_inline(scale=2, border=2)
    return page(
        request,
        "plan.html",
        title=f"Action plan: {plan.goal}",
        services=services,
        release=release,
        above=[Step("Start", "/"), Step("Find a route", "/start")],
        alternates=(
            Alternate("JSON", f"{addresses.root}/pathways/{number}/plan.json?{queried}", "application/json"),
            *dated,
        ),
        query_behind=f"{addresses.root}/pathways?{queried}&format=json",
        plan=plan,
        since=since,
        beyond=BEYOND,
        partly_ours=partly_ours(reply["pathways"][number - 1]),
        status_word=reply["pathways"][number - 1]["status"],
        calendar=next((one.href for one in dated), None),
        whole=whole,
        code=code,
        you=tuple(said_of_client(request.query_params.multi_items())),
        said=lambda text: to_client(on_screen(text)),
        by_number=lambda text: _by_number(text, plan.route),
        short_words=short_words,
        who=WHO,
        change=address(
            addresses,
            [one for one in request.query_params.multi_items() if one[0] not in ("print", "release")],
            "/start",
        ),
        large=request.query_params.get("print") == "large",
        back=f"{addresses.root}/pathways/{number}?{queried}",
        here_query=urlencode([(name, value) for name, value in request.query_params.multi_items() if name != "print"]),
    )
