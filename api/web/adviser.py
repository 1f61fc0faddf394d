"""The adviser's pages: a question, at most three routes that differ, and one route step by step.

Everything on them is in the JSON of the same address: a page adds nothing and leaves nothing uncertain out. On screen a
pathway is called a route, because that is what people say (docs/decisions/0007-pathway-not-route.md).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import Any, Final, get_args
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from api.addresses import Addresses
from api.dependencies import Services
from api.errors import ProblemDocument
from api.questions import in_link
from api.schemas.common import Attendance, Mode
from api.web.pages import Alternate, Step, capitalize_first, page
from graph.requirements import attributes
from queries.pathways.engine.problem import Criterion
from queries.pathways.request import counted

Items = Sequence[tuple[str, str]]
Reply = dict[str, Any]

WEEKS_IN_MONTH: Final = 365.25 / 12 / 7


def routes(request: Request, services: Services, reply: Reply, *, release: int | None) -> Response:
    """The routes found for a question, side by side, or why there is none and what would open one."""
    items = request.query_params.multi_items()
    addresses = Addresses.of(request, release)
    asked = [(name, value) for name, value in items if name != "release"]
    found = [_column(one, number, reply, addresses, asked) for number, one in enumerate(reply["pathways"], 1)]
    goal = reply["question"]
    if goal["to_level"] is not None:
        wanted = f"a level {goal['to_level']} role"
    else:
        wanted = " or ".join(one["label"] for one in goal["to"])
    return page(
        request,
        "pathways.html",
        title=f"{_counted_routes(len(found))} to {wanted}",
        services=services,
        release=release,
        above=[Step("Start", "/"), Step("Find a route", "/start")],
        alternates=_alternates(addresses, asked),
        reply=reply,
        rows=list(zip(ROWS, *(one.cells for one in found), strict=True)) if found else [],
        routes=found,
        lifting=[(one, _address(addresses, _lifted(asked, one["limits"]))) for one in reply["lifting"]],
        nearest=[(one, _address(addresses, _towards(asked, one["role"]["id"]))) for one in reply["nearest"]],
        questions=_questions(reply["questions"]),
        asked=asked,
        same=reply["same_question"],
        change=_address(addresses, asked, "/start"),
        **_form(items),
    )


def _counted_routes(count: int) -> str:
    return counted(count, "route").capitalize() if count else "No route"


def _address(addresses: Addresses, asked: Items, path: str = "/pathways") -> str:
    whole = addresses.to(path)
    return f"{whole}{'&' if '?' in whole else '?'}{urlencode(asked)}"


def _alternates(addresses: Addresses, asked: Items) -> tuple[Alternate, ...]:
    address = _address(addresses, asked)
    return (
        Alternate("JSON", f"{address}&format=json", "application/json"),
        Alternate("Turtle", f"{address}&format=turtle", "text/turtle"),
    )


def _questions(said: Reply | None) -> list[tuple[Reply, Fact]]:
    """Questions whose answer could change the routes, and whose answers may stand in a link."""
    return [
        (one, fact_of(one["fact"]))
        for one in (said or {"worth_asking": ()})["worth_asking"]
        if one["fact"] in attributes() and in_link(one["fact"])
    ]


ROWS: Final = (
    "Why it is shown",
    "Time to get there",
    "Cost to the client",
    "First start",
    "Steps",
    "Places to stop",
    "Credits and awards",
    "Needs an employer",
    "Can the client start it?",
    "How sure we are",
)
"""The rows of the table in which routes are compared."""


@dataclass(frozen=True, slots=True)
class Column:
    """One route in the table: its number, goal, address and what it does in each row of `ROWS`."""

    number: int
    goal: str
    address: str
    cells: tuple[str, ...]


def _column(one: Reply, number: int, reply: Reply, addresses: Addresses, asked: Items) -> Column:
    totals, steps = one["totals"], one["steps"]
    employers, doubts = totals["steps_that_need_an_employer"], totals["steps_that_cannot_be_told"]
    return Column(
        number,
        one["goal"]["label"],
        _address(addresses, asked, f"/pathways/{number}"),
        (
            one["why"],
            time_of(totals),
            cost_of(totals),
            first_start(steps),
            "; then ".join(step["title"] for step in steps),
            counted(len(stops_of(steps)), "place") if len(steps) > 1 else "At the end only",
            steps[-1]["afterwards"]["credits_note"] or _awards(steps) or "None that we know of",
            counted(employers, "step") if employers else "No",
            f"Not known for {counted(doubts, 'step')}" if doubts else "Likely yes, at every step",
            how_sure(one),
        ),
    )


def _awards(steps: Sequence[Reply]) -> str:
    return "; ".join(award["label"] for award in steps[-1]["afterwards"]["awards"])


def stops_of(steps: Sequence[Reply]) -> list[Reply]:
    """The steps before the last after which somebody may stop with something in hand."""
    return [one for one in steps[:-1] if one["afterwards"]["awards"] or one["afterwards"]["credits"]]


def time_of(totals: Reply) -> str:
    """How long a route takes, in weeks and months, and how much of that is known."""
    text = counted(totals["weeks"], "week")
    months = totals["weeks"] / WEEKS_IN_MONTH
    if months >= 2:
        text += f" (about {counted(round(months), 'month')})"
    if unknown := totals["steps_of_unknown_length"]:
        return f"Not known for {counted(unknown, 'step')}; {text} are known"
    return f"At least {text}" if totals["weeks_at_least"] else capitalize_first(text)


def cost_of(totals: Reply) -> str:
    """What a route costs the client, and how much of that is known."""
    if unknown := totals["steps_of_unknown_cost"]:
        known = f"; £{totals['known_cost_pounds']:,} for the others" if totals["known_cost_pounds"] else ""
        return f"Not known for {counted(unknown, 'step')}{known}"
    if not totals["cost_pounds"]:
        return "Nothing"
    loan = f", £{totals['loan_pounds']:,} of it as a loan" if totals["loan_pounds"] else ""
    return f"£{totals['cost_pounds']:,}{loan}"


def first_start(steps: Sequence[Reply]) -> str:
    """When the first step begins, as far as it is known."""
    return capitalize_first(str(steps[0]["start_note"]))


def how_sure(one: Reply) -> str:
    """How sure a route is as a whole: as its least sure step."""
    word = {
        "published": "Every step is published by somebody",
        "inferred": "At least one step is our inference: please check it",
        "illustrative": "It holds made-up (illustrative) steps: for demonstration only",
    }[one["status"]]
    return f"{word}. No other route that we hold is better." if one["proven"] else f"{word}."


def route(request: Request, services: Services, reply: Reply, *, number: int, release: int | None) -> Response:
    """One route, step by step, with every place to stop."""
    items = request.query_params.multi_items()
    addresses = Addresses.of(request, release)
    asked = [(name, value) for name, value in items if name != "release"]
    one = reply["pathways"][number - 1]
    return page(
        request,
        "pathway.html",
        title=f"Route {number} of {len(reply['pathways'])}: {one['goal']['label']}",
        services=services,
        release=release,
        above=[Step("Start", "/"), Step("Find a route", "/start")],
        alternates=_alternates(addresses, asked),
        reply=reply,
        one=one,
        number=number,
        time=time_of(one["totals"]),
        cost=cost_of(one["totals"]),
        sure=how_sure(one),
        stops={step["number"] for step in stops_of(one["steps"])},
        picture=picture_of(one, date.fromisoformat(reply["question"]["on"])),
        checks=[check for check in reply["check_before_recommending"] if _concerns(check, one)],
        names={id: services.things.get_named(id).label for id in _past(one) if id in services.things},
        back=_address(addresses, asked),
        plan=_address(addresses, asked, f"/pathways/{number}/plan"),
    )


def _concerns(check: Reply, one: Reply) -> bool:
    """Whether something to check is of this route: of one of its steps, or of its goal."""
    return any(text in check["what"] for text in (one["goal"]["label"], *(step["title"] for step in one["steps"])))


def _past(one: Reply) -> set[str]:
    """The providers that had learners on some step."""
    return {past["provider"] for step in one["steps"] for past in step["delivered_by"]}


@dataclass(frozen=True, slots=True)
class Bar:
    """A step in the picture: its row, where it begins and ends (in the picture's own units), and what it says."""

    number: int
    title: str
    said: str
    x: float
    width: float
    y: int
    kind: str
    stop: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """A route drawn by weeks. `ticks`: where the marks of the axis stand, and what they say."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]


_LEFT, _RIGHT, _ROW, _TOP = 8, 112, 46, 8
_SPAN: Final = 720


def picture_of(one: Reply, on: date) -> Picture | None:
    """A route by weeks; None where some step has no known place in time."""
    steps = one["steps"]
    if any(step["starts_in_weeks"] is None or step["ends_in_weeks"] is None for step in steps):
        return None
    last = max(1, *(step["ends_in_weeks"] for step in steps))
    scale = (_SPAN - _LEFT - _RIGHT) / last
    safe = {step["number"] for step in stops_of(steps)}
    bars = [
        Bar(
            step["number"],
            step["title"],
            span_of(step),
            round(_LEFT + step["starts_in_weeks"] * scale, 1),
            round(max(6.0, (step["ends_in_weeks"] - step["starts_in_weeks"]) * scale), 1),
            _TOP + row * _ROW,
            step["kind"],
            step["number"] in safe,
        )
        for row, step in enumerate(steps)
    ]
    every = next((weeks for weeks in (4, 13, 26, 52, 104) if last / weeks <= 6), ceil(last / 6))
    ticks = [
        (round(_LEFT + week * scale, 1), f"{on + timedelta(weeks=week):%b %Y}") for week in range(0, last + 1, every)
    ]
    return Picture(_SPAN, _TOP + len(steps) * _ROW + 28, tuple(bars), tuple(ticks))


def span_of(step: Reply) -> str:
    """When a step is, counted in weeks from the day of the question."""
    begin, end = step["starts_in_weeks"], step["ends_in_weeks"]
    if begin is None:
        return "No start is known"
    if end is None or end == begin:
        return f"From week {begin}"
    return f"Week {begin} to week {end}"
