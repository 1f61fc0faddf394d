"""The action plan that a client takes away: one sheet, its calendar file, and the same as data.

Its parts are those of an action plan of the National Careers Service: situation, goal, actions with who and by when,
and who can help. Nothing is kept: the plan is drawn again from its address, on the same release and the same day.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlencode

import segno
from fastapi import Request
from pydantic import TypeAdapter
from starlette.responses import Response

from api.addresses import Addresses
from api.dependencies import Services
from api.web.adviser import cost_of, time_of, who_pays
from api.web.pages import Alternate, Step, capitalize_first, page
from api.web.question import address
from api.web.wording import on_screen, said_of_client, short_words

Reply = dict[str, Any]

CALLS: Final = 3
"""Things to confirm by phone: as many as there is time for."""

_CALL: Final = ("which provider runs it", "entry.", "what the client pays", "that this step is open", "that there is a")
"""What an adviser can only learn by asking somebody, in the words of the answer."""


_SAME_CALL: Final = {"provider": ("which provider",), "start": ("which provider",), "price": ("what the client pays",)}
"""What the one call worth making asks already, by its kind."""


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do. `by` None: no date is known. `why_by`: what the day is, or why none is known.

    `whom`: who can help, with the id of what is known of them, where one is.
    """

    what: str
    who: str
    by: date | None
    why_by: str
    whom: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan: where somebody stands, where to, by which route, what to do, and what to ask before."""

    situation: tuple[str, ...]
    goal: str
    route: tuple[str, ...]
    time: str
    cost: str
    who_pays: str
    actions: tuple[Action, ...]
    calls: tuple[tuple[str, str], ...]
    on: date


def plan_of(reply: Reply, number: int) -> Plan:
    """The plan of one route of an answer."""
    one = reply["pathways"][number - 1]
    on = date.fromisoformat(reply["question"]["on"])
    return Plan(
        tuple(held["label"] for held in reply["question"]["holds"]),
        one["goal"]["label"],
        tuple(step["title"] for step in one["steps"]),
        time_of(one),
        cost_of(one),
        who_pays(one["steps"]),
        tuple(_actions(one["steps"], on)),
        tuple(_calls(reply, one)),
        on,
    )


def _actions(steps: Sequence[Reply], on: date) -> Iterator[Action]:
    for step in steps:
        with_whom = step["provider"]
        whom = ((with_whom["label"], with_whom["id"]),) if with_whom else ()
        known = with_whom is not None and step["start_note"].startswith("starts ")
        by = on + timedelta(weeks=step["starts_in_weeks"]) if known else None
        why = f"the course {step['start_note']}" if known else step["start_note"]
        if step["kind"] == "job":
            job = step["title"].removeprefix("Start work as ")
            yield Action(f"Look for a vacancy: {job}", "client", None, step["start_note"], ())
        elif step["kind"] == "apprenticeship":
            what = f"Find an employer who takes on an apprentice, and apply: {step['title']}"
            yield Action(what, "client and adviser", by, why, whom)
        else:
            yield Action(f"Ask for a place and apply: {step['title']}", "client", by, why, whom)


def _calls(reply: Reply, one: Reply) -> Iterator[tuple[str, str]]:
    """What to confirm by phone, the most worthwhile first: whom to ask, and what."""
    call, titles = reply["one_call"], [step["title"] for step in one["steps"]]
    found: list[tuple[str, str]] = []
    known: tuple[str, ...] = ()
    if call is not None and call["step"]["label"] in titles:
        found.append((" or ".join(whom["label"] for whom in call["whom"]), call["ask"]))
        known = _SAME_CALL.get(call["kind"], ())
    providers = {step["title"]: (step["provider"] or {"label": "the provider"})["label"] for step in one["steps"]}
    for check in reply["check_before_recommending"]:
        title = next((title for title in titles if check["what"].startswith(f"{title}: ")), None)
        said = check["what"].removeprefix(f"{title}: ")
        if title is not None and said.startswith(_CALL) and not said.startswith(known):
            found.append((providers[title], check["what"].rstrip(".")))
    yield from found[:CALLS]


WHO: Final = {"client": "You", "client and adviser": "You and your adviser"}
"""Who does something, as the client reads it."""

PLAN: Final = TypeAdapter(Plan)
"""Writes a plan as JSON."""


def whole_address(request: Request, reply: Reply, number: int) -> str:
    """The address that draws the same plan from the same release, as of the same day."""
    query = reply["same_question"].partition("?")[2]
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


def respond(request: Request, services: Services, reply: Reply, *, number: int, release: int | None) -> Response:
    """The plan as a page to print, with a code that opens it again."""
    plan, addresses = plan_of(reply, number), Addresses.of(request, release)
    whole = whole_address(request, reply, number)
    queried = whole.partition("?")[2]
    code = segno.make(whole, error="l", boost_error=False).svg_inline(scale=2, border=2)
    return page(
        request,
        "plan.html",
        title=f"Action plan: {plan.goal}",
        services=services,
        release=release,
        above=[Step("Start", "/"), Step("Find a route", "/start")],
        alternates=(
            Alternate("calendar file", f"{addresses.root}/pathways/{number}/plan.ics?{queried}", "text/calendar"),
            Alternate("JSON", f"{addresses.root}/pathways/{number}/plan.json?{queried}", "application/json"),
        ),
        plan=plan,
        status_word=reply["pathways"][number - 1]["status"],
        dated=any(action.by for action in plan.actions),
        whole=whole,
        code=code,
        you=tuple(said_of_client(request.query_params.multi_items())),
        said=on_screen,
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
