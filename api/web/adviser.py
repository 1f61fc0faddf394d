"""The adviser's pages: a question, at most three routes that differ, and one route step by step.

Everything on them is in the JSON of the same address: a page adds nothing and leaves nothing uncertain out. On screen a
pathway is called a route, because that is what people say (docs/decisions/0007-pathway-not-route.md).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, pairwise
from math import ceil
from typing import TYPE_CHECKING, Any, Final

from fastapi import Request
from starlette.responses import Response

from api.addresses import Addresses
from api.dependencies import Services
from api.questions import VIAS, in_link
from api.web.pages import Alternate, Step, capitalize_first, day, page
from api.web.question import (
    OF_PAGES,
    UNSURE,
    Fact,
    Items,
    Reply,
    address,
    dropped,
    fact_of,
    goal_of,
    in_reach,
    instead,
    limits_asked,
    same_question,
    summary,
    towards,
    what_if,
    without_goal,
)
from api.web.wording import miles, on_screen, said_of_client, sector, short_words, spoken_days
from graph.projection import Status
from graph.requirements import NOTHING, attributes, sentence
from queries.catalogue import COLLECTIONS
from queries.pathways.limits import limits_of
from queries.pathways.places import USUAL_KM
from queries.pathways.request import DOUBT, PathwayRequest, WithinReach, counted

if TYPE_CHECKING:
    from api.web.beside import Beside, Since

WEEKS_IN_MONTH: Final = 365.25 / 12 / 7


def asked_in(request: Request) -> list[tuple[str, str]]:
    """The question that an address puts, without the release it is put to and what the pages add to it."""
    return [one for one in request.query_params.multi_items() if one[0] not in ("release", *OF_PAGES)]


def routes(
    request: Request,
    services: Services,
    reply: Reply,
    *,
    release: int | None,
    since: "Since | None" = None,
    beside: "Beside | None" = None,
) -> Response:
    """The routes found for a question, side by side, or why there is none and what would open one.

    `since`: what became of it on a newer release. `beside`: the answer before.
    """
    addresses, asked = Addresses.of(request, release), asked_in(request)
    found = [column(one, number, addresses, asked) for number, one in enumerate(reply["pathways"], 1)]
    return page(
        request,
        "pathways.html",
        title=f"{_counted_routes(len(found))} to {goal_of(reply['question'])}",
        services=services,
        release=release,
        above=[Step("Start", "/"), Step("Find a route", "/start")],
        alternates=alternates_of(addresses, asked),
        query_behind=alternates_of(addresses, asked)[0].href,
        reply=reply,
        rows=list(zip(ROWS, *(one.cells for one in found), strict=True)) if found else [],
        routes=found,
        lifting=[(one, instead(addresses, dropped(asked, one["limits"], reply), asked)) for one in reply["lifting"]],
        nearest=[
            (one, address(addresses, towards(asked, one["role"]["id"])), _level_word(one["role"]["id"], services))
            for one in reply["nearest"]
        ],
        since=since,
        beside=beside,
        to_call=_to_call(reply, services, asked),
        questions=questions_of(reply, asked),
        ask_aside=_asked_aside(reply, asked),
        find_first=to_find_first(reply),
        understood=[one for one in reply["understood"] if one["how"] != "id" and _otherwise_called(one)],
        asked=asked,
        same=same_question(reply, asked),
        change=address(addresses, asked, "/start"),
        ask=address(addresses, asked, "/pathways/questions"),
        in_reach=in_reach(addresses, asked),
        what_if=what_if(reply, asked, addresses),
        known=services.things.__contains__,
        **_words_of(reply, asked, addresses),
    )


def _words_of(reply: Reply, asked: Items, addresses: Addresses) -> dict[str, Any]:
    """What every page of an answer shows: the question, with where to change it; and the words it is put in."""
    return {
        "summary": summary(reply, asked, addresses),
        "said": on_screen,
        "short_words": short_words,
        "spoken": spoken_days,
        "same_release": addresses.release,
    }


def _otherwise_called(one: Reply) -> bool:
    return bool(one["given"].strip().casefold() != one["label"].casefold())


def roles(
    request: Request, services: Services, found: Sequence[WithinReach], asked: PathwayRequest, *, release: int | None
) -> Response:
    """Roles that somebody who does not know where to may get to, by level, each with the question for routes to it."""
    addresses = Addresses.of(request, release)
    items = without_goal(asked_in(request))
    known = services.pathways.projection.roles
    ordered = sorted(found, key=lambda one: (not one.home, one.level or 0, one.role.label))
    levels = [
        (
            home,
            level,
            [(one, address(addresses, towards(items, one.role.id)), known[one.role.id].level_status) for one in group],
        )
        for (home, level), group in groupby(ordered, lambda one: (one.home, one.level))
    ]
    others = sum(not one.home for one in found)
    labels = services.pathways.projection.labels
    return page(
        request,
        "roles.html",
        title=f"{counted(len(found), 'role')} within reach" if found else "No role within reach is known",
        services=services,
        release=release,
        above=[Step("Start", "/"), Step("Find a route", "/start")],
        summary=summary_of_roles(asked, labels, addresses, items),
        brought=bool(asked.holds),
        levels=levels,
        others=others,
        change=address(addresses, [*items, ("to_level", UNSURE)], "/start"),
        sector=sector,
        short_words=short_words,
    )


def summary_of_roles(
    asked: PathwayRequest, labels: Mapping[str, str], addresses: Addresses, items: Items
) -> list[tuple[str, str, str]]:
    """What was asked by somebody who does not know where to, in words, each part with where it is changed."""
    held = "; ".join(on_screen(labels.get(id, id.replace(":", " "))) for id in asked.holds)
    rows = [("They bring", held, "from-1"), ("About the client", "; ".join(said_of_client(items)), "fact-age")]
    if limits := limits_asked([{"name": one.name, "text": one.text} for one in limits_of(asked, labels)], items):
        kept = "They are not applied to this list. They are kept, and apply once a role is opened"
        rows.append(("Limits", f"{'; '.join(limits)}. {kept}", "arrive"))
    change = [*items, ("to_level", UNSURE)]
    return [
        (name, capitalize_first(said) or "Nothing was said", address(addresses, change, f"/start#{field}"))
        for name, said, field in rows
    ]


def no_such_route(request: Request, services: Services, reply: Reply, *, number: int, release: int | None) -> Response:
    """What somebody reads who asks for a fourth route of three: the way to those there are."""
    addresses = Addresses.of(request, release)
    asked = asked_in(request)
    return page(
        request,
        "no-such-route.html",
        title="There is no such route",
        services=services,
        release=release,
        above=[Step("Start", "/"), Step("Find a route", "/start")],
        query_behind=alternates_of(addresses, asked)[0].href,
        status=404,
        number=number,
        count=_counted_routes(len(reply["pathways"])),
        goal=goal_of(reply["question"]),
        back=address(addresses, asked),
    )


def _counted_routes(count: int) -> str:
    return counted(count, "route").capitalize() if count else "No route"


def alternates_of(addresses: Addresses, asked: Items) -> tuple[Alternate, ...]:
    """The answer to a question for programs; its JSON first."""
    return (
        Alternate("JSON", address(addresses, [*asked, ("format", "json")]), "application/json"),
        Alternate("Turtle", address(addresses, [*asked, ("format", "turtle")]), "text/turtle"),
    )


def questions_of(reply: Reply, asked: Items) -> list[tuple[Reply, Fact]]:
    """Questions whose answer could change the routes, that can be answered now, and whose answers may stand in a link.

    For the date of birth, which may not, it is asked how soon the next birthday is, until that is known.
    """
    found = [(one, _in_link_for(one["fact"], asked)) for one in _worth_asking(reply)]
    return [(one, fact_of(fact)) for one, fact in found if in_link(fact) and one["fact"] not in _too_early(reply)]


def _in_link_for(fact: str, asked: Items) -> str:
    """The fact to ask for in place of one: itself, but where another that may stand in a link says nearly as much."""
    known = {value.partition(":")[0] for name, value in asked if name == "attribute"}
    return NEXT_BIRTHDAY if fact == "born" and NEXT_BIRTHDAY not in known else fact


NEXT_BIRTHDAY: Final = "next-birthday"


def _worth_asking(reply: Reply) -> list[Reply]:
    said = reply["questions"] or {"worth_asking": ()}
    return [one for one in said["worth_asking"] if one["fact"] in attributes()]


def _asked_aside(reply: Reply, asked: Items) -> list[str]:
    """Questions that matter too, and whose answers say so much of a person that they may stand in no address."""
    facts = [_in_link_for(one["fact"], asked) for one in _worth_asking(reply)]
    return [fact_of(fact).question for fact in facts if not in_link(fact)]


def _too_early(reply: Reply) -> dict[str, str]:
    """Questions about what a provider accepts or serves, asked by steps that nobody is known to run: the first such."""
    found: dict[str, str] = {}
    for step in (step for one in reply["pathways"][:1] for step in one["steps"]):
        for ask in step["eligibility"]["decision"]["ask"]:
            if ask["name"] in attributes() and "the provider" in attributes()[ask["name"]]["question"]:
                if step["provider"]:
                    return {}
                found.setdefault(ask["name"], step["title"])
    return found


def to_find_first(reply: Reply) -> list[tuple[str, str]]:
    """What cannot be asked before somebody is found who runs a step: the step, and the question."""
    early = _too_early(reply)
    return [(early[one["fact"]], fact_of(one["fact"]).question) for one in _worth_asking(reply) if one["fact"] in early]


ROWS: Final = (
    "Why it is shown",
    "Time to get there",
    "First paid work",
    "Cost to the client",
    "Who pays",
    "First start",
    "Where",
    "Steps",
    "Places to stop",
    "Credits and awards",
    "Needs an employer",
    "Can the client start it?",
    "How sure we are",
)
"""The rows of the table in which routes are compared."""

THERE_ALREADY: Final = "The client is there already"
"""Of a route without any step."""


@dataclass(frozen=True, slots=True)
class Column:
    """One route in the table: its number, goal, address, that of its plan, and what it does in each row of `ROWS`."""

    number: int
    goal: str
    address: str
    plan: str
    cells: tuple[str, ...]


def column(one: Reply, number: int, addresses: Addresses, asked: Items) -> Column:
    """What is said of a route in the table."""
    steps = one["steps"]
    here = address(addresses, asked, f"/pathways/{number}")
    plan = address(addresses, asked, f"/pathways/{number}/plan")
    if not steps:
        cells = (THERE_ALREADY, *["No step is needed"] * (len(ROWS) - 1))
        return Column(number, one["goal"]["label"], here, plan, cells)
    return Column(
        number,
        one["goal"]["label"],
        here,
        plan,
        (
            capitalize_first(on_screen(one["why"])),
            time_of(one),
            first_work(steps),
            cost_of(one),
            who_pays(steps),
            first_start(steps),
            where(steps),
            "; then ".join(step["title"] for step in steps),
            counted(len(stops_of(steps)), "place") if stops_of(steps) else "At the end only",
            "; ".join(filter(None, (_awards(steps), steps[-1]["afterwards"]["credits_note"])))
            or "None that we know of",
            needs_employer(steps),
            can_start(one),
            how_sure(one, number),
        ),
    )


def _awards(steps: Sequence[Reply]) -> str:
    return "; ".join(award["label"] for award in steps[-1]["afterwards"]["awards"])


def stops_of(steps: Sequence[Reply]) -> list[Reply]:
    """The steps before the last after which somebody may stop with something in hand."""
    return [
        one
        for one in steps[:-1]
        if one["afterwards"]["awards"] or one["afterwards"]["credits"] or one["kind"] in ("apprenticeship", "job")
    ]


def _sure(text: str, parts: Iterable[Reply | None]) -> str:
    """A sum with a word where a part of it is not published."""
    statuses = {one["status"] for one in parts if one is not None}
    if "illustrative" in statuses:
        return f"{text} (made up, for demonstration)"
    return f"{text} (our inference)" if "inferred" in statuses else text


def time_of(one: Reply) -> str:
    """How long a route takes, in weeks and months, and how much of that is known and published."""
    totals = one["totals"]
    unknown = totals["steps_of_unknown_length"]
    if unknown and not totals["weeks"]:
        return f"Not known: how long {counted(unknown, 'step takes', 'steps take')} in all is not known"
    text = counted(totals["weeks"], "week")
    months = totals["weeks"] / WEEKS_IN_MONTH
    if months >= 2:
        text += f", about {counted(round(months), 'month')}"
    if totals["weeks_at_least"]:
        text = f"At least {text}"
    text = _sure(capitalize_first(text), (step["weeks"] for step in one["steps"]))
    if unknown:
        text += f"; how long {counted(unknown, 'step takes', 'steps take')} in all is not known"
    if hours := totals["steps_of_unknown_hours"]:
        text += f"; how many hours a week {counted(hours, 'step asks', 'steps ask')} is not known: it may take longer"
    return text


def cost_of(one: Reply) -> str:
    """What a route costs the client, and how much of that is known and published."""
    totals, costs = one["totals"], [step["cost"] for step in one["steps"]]
    if unknown := totals["steps_of_unknown_cost"]:
        known = f"; the others cost £{totals['known_cost_pounds']:,}" if totals["known_cost_pounds"] else ""
        return _sure(f"Not known: no price was found for {counted(unknown, 'step')}{known}", costs if known else ())
    if not totals["cost_pounds"]:
        return _sure("Nothing", costs)
    loan = totals["loan_pounds"]
    besides = f", £{loan:,} of it as a loan" if loan else ""
    if loan is None:
        besides = ", how much of it as a loan is not known"
    return _sure(f"£{totals['cost_pounds']:,}{besides}", costs)


LIKELY: Final = {"yes": "likely", "not-known": "cannot be told yet", "no": "no"}
"""What is decided of a payment, in the words of the pages."""


def applies(rule: Reply) -> str:
    """When the rule of a payment applies: what has to hold, and between which days a start falls under it."""
    first, last = (f"{word} {day(rule[name])}" if rule[name] else "" for word, name in _DAYS_OF_RULE)
    asked = "" if rule["sentence"] == sentence(NOTHING) else f"where this holds: {on_screen(rule['sentence'])}"
    days = " ".join(filter(None, ("for starts" if first or last else "", first, last)))
    said = "; ".join(filter(None, (asked, days)))
    return f"It applies {said}." if said else ""


_DAYS_OF_RULE: Final = (("from", "applies_from"), ("until", "applies_to"))


LIKELY_START: Final = {"likely-yes": "Likely yes", "likely-no": "Likely no", "cannot-tell": "We cannot tell yet"}
"""Whether a client may start a step, in the words of the pages."""


def who_pays(steps: Sequence[Reply]) -> str:
    """Who may pay for the steps of a route, each with whether that can be told; those that do not are left out."""
    found: dict[str, str] = {}
    for pay in (pay for step in steps for pay in step["payments"]):
        answer = pay["decision"]["answer"]
        if answer != "no" and found.get(pay["title"]) != "yes":
            found[pay["title"]] = answer
    return "; ".join(f"{title} ({LIKELY[answer]})" for title, answer in found.items()) or "Not known"


def where(steps: Sequence[Reply]) -> str:
    """The places of a route's steps, as far as they are known. Of jobs nothing is said: the employer decides."""
    taught = [step for step in steps if step["kind"] != "job"]
    return capitalize_first("; then ".join(map(_place, taught))) or "Where the employer is"


def _place(step: Reply) -> str:
    """Where a step is; where no run of it is known, how many ran it or said so once."""
    if step["provider"]:
        return str(step["place"] or step["provider"]["label"])
    once = {one["provider"] for one in (*step["seen_at"], *step["delivered_by"])}
    ran = (
        f" today; {counted(len(once), 'provider')} ran it or had a page of it before, named in its step" if once else ""
    )
    return f"no provider of it is known{ran}"


def needs_employer(steps: Sequence[Reply]) -> str:
    """How many steps need an employer, and what is asked of that work, as far as a source says it."""
    needed = [step for step in steps if step["needs_employer"]]
    noted = [
        (step, f"step {step['number']}: {on_screen(step['condition_note'])}")
        for step in needed
        if step["condition_note"]
    ]
    notes = [_sure(note, [step]) for step, note in noted]
    said = f" (as the source puts it, {'; '.join(notes)})" if notes else ""
    return f"{counted(len(needed), 'step')}{said}" if needed else "No"


def first_work(steps: Sequence[Reply]) -> str:
    """When the client is first paid for work, as an employee or an apprentice."""
    step = next((one for one in steps if one["kind"] in ("job", "apprenticeship")), None)
    if step is None:
        return "Not on this route"
    begins, apprentice = step["starts_in_weeks"], step["kind"] == "apprenticeship"
    said = f"{'As an apprentice, with' if apprentice else 'With'} step {step['number']}"
    return f"{said}; when is not known" if begins is None else f"{said}, in week {begins} at the soonest"


def can_start(one: Reply) -> str:
    """Whether the client may start each step, as far as rules and what is known of the client go."""
    unlikely = sum(step["eligibility"]["likely"] == "likely-no" for step in one["steps"])
    doubts = one["totals"]["steps_that_cannot_be_told"]
    said = [f"Likely no for {counted(unlikely, 'step')}"] if unlikely else []
    said += [f"We cannot tell yet for {counted(doubts, 'step')}"] if doubts else []
    needed = any(step["needs_employer"] for step in one["steps"])
    return "; ".join(said) or f"Likely yes, at every step{', once an employer takes the client on' if needed else ''}"


def first_start(steps: Sequence[Reply]) -> str:
    """When the first step begins, as far as it is known."""
    return capitalize_first(on_screen(str(steps[0]["start_note"])))


def how_sure(one: Reply, number: int = 1) -> str:
    """How sure a route is as a whole: as its least sure step. Only the first is the best of all."""
    word = {
        "published": f"Every step is published by somebody{partly_ours(one)}",
        "inferred": "At least one step is our inference: please check it",
        "illustrative": "It holds made-up (illustrative) steps: for demonstration only",
    }[one["status"]]
    least = "" if number == 1 else " for what it is shown for"
    return f"{word}. No other route that we hold is better{least}." if one["proven"] else f"{word}."


def partly_ours(one: Reply) -> str:
    """What is our inference about a route whose steps are all published; empty: nothing."""
    parts = {
        "what it costs": any(step["cost"] and step["cost"]["status"] != "published" for step in one["steps"]),
        "how long it takes": any(step["weeks"] and step["weeks"]["status"] != "published" for step in one["steps"]),
        "what it asks": any(step["needs"] and step["needs_status"] != "published" for step in one["steps"]),
    }
    ours = [name for name, inferred in parts.items() if inferred]
    return f"; our inference: {' and '.join(ours)}, in part or whole" if ours else ""


def route(
    request: Request,
    services: Services,
    reply: Reply,
    *,
    number: int,
    release: int | None,
    since: "Since | None" = None,
) -> Response:
    """One route, step by step, with every place to stop."""
    addresses, asked = Addresses.of(request, release), asked_in(request)
    one = reply["pathways"][number - 1]
    return page(
        request,
        "pathway.html",
        title=f"Route {number} of {len(reply['pathways'])}: {one['goal']['label']}",
        services=services,
        release=release,
        above=[Step("Start", "/"), Step("Find a route", "/start")],
        alternates=alternates_of(addresses, asked),
        query_behind=alternates_of(addresses, asked)[0].href,
        reply=reply,
        one=one,
        since=since,
        number=number,
        time=time_of(one),
        cost=cost_of(one),
        sure=how_sure(one, number),
        to_a_job=one["goal"]["id"] in services.pathways.projection.roles,
        level_word=_level_word(one["goal"]["id"], services),
        stops={step["number"] for step in stops_of(one["steps"])},
        picture=picture_of(one, date.fromisoformat(reply["question"]["on"])),
        when={step["number"]: span_of(step, waits_of(one["steps"]).get(step["number"], 0)) for step in one["steps"]},
        so_far={step["number"]: so_far(one, step) for step in one["steps"]},
        checks=[check for check in reply["check_before_recommending"] if concerns(check, one)],
        nearest=_nearest(one, services, asked),
        names={id: services.things.get_named(id).label for id in _past(one) if id in services.things},
        likely=LIKELY,
        applies=applies,
        there_already=THERE_ALREADY,
        swaps={step["number"]: _swaps(step, services, asked, addresses, reply) for step in one["steps"]},
        **_words_of(reply, asked, addresses),
        back=address(addresses, asked),
        later={
            step["number"]: [
                (f"{months} months later", later_address(addresses, asked, number, step["number"], weeks))
                for weeks, months in MONTHS_AWAY.items()
            ]
            for step in stops_of(one["steps"])
        },
        plan=address(addresses, asked, f"/pathways/{number}/plan"),
    )


def _level_word(role: str, services: Services) -> str:
    """How sure the level of a role is, in a word; empty where somebody published it."""
    found = services.pathways.projection.roles.get(role)
    return "" if found is None or found.level_status is Status.PUBLISHED else str(found.level_status)


MONTHS_AWAY: Final = {13: 3, 26: 6, 52: 12}
"""After how many weeks somebody may come back, among which a page lets choose, and how many months they are."""


def later_address(addresses: Addresses, asked: Items, number: int, after: int, weeks: int) -> str:
    """Where it is said how to go on for whoever stops after a step of a route and comes back so many weeks later."""
    items = [*asked, ("stop_after", str(after)), ("weeks_away", str(weeks))]
    return address(addresses, items, f"/pathways/{number}/later")


def _swaps(
    step: Reply, services: Services, asked: Items, addresses: Addresses, reply: Reply
) -> list[tuple[str, str | None]]:
    """What could stand in for a step, each with the address that asks for it; last, whatever else there is."""
    meant = {one["given"].strip(): one["id"] for one in reply["understood"]}
    wanted = {meant.get(value, value) for name, value in asked if name in ("to", "via", "avoid", "provider")}
    wanted |= {one["id"] for one in reply["question"]["to"]}
    if step["id"] in wanted:
        return [(swap["text"], None) for swap in step["swaps"]]
    without = [*asked, ("avoid", step["id"])]
    found: list[tuple[str, str | None]] = []
    for swap in step["swaps"]:
        ids = [one["id"] for one in swap["steps"] if _is_via(one["id"], services) and one["id"] not in wanted]
        found.append((swap["text"], instead(addresses, [*without, *(("via", id) for id in ids)], asked)))
    return [*found, ("Ask for routes without this step", instead(addresses, without, asked))]


def _is_via(id: str, services: Services) -> bool:
    """Whether a question can ask to pass through something: a role, an award, a unit or a programme."""
    return id in services.things and COLLECTIONS[services.things.get_named(id).collection].class_name in VIAS


def concerns(check: Reply, one: Reply) -> bool:
    """Whether something to check is of this route: of one of its steps, or of its goal."""
    return any(text in check["what"] for text in (one["goal"]["label"], *(step["title"] for step in one["steps"])))


MOST_NEAR: Final = 5


BEYOND: Final = "farther than asked"
"""Of a provider that is farther away than the question allows what is taught to be."""


def most_km(asked: Items) -> int:
    """How far what is taught may be from the place of a question, in km in a straight line."""
    return next((int(value) for name, value in asked if name == "km" and value.isdigit()), USUAL_KM)


def _by_distance(ids: Iterable[str], services: Services, asked: Items) -> list[tuple[str, str, str | None]]:
    """Providers, the nearest first: id, name, and how far they are from the place of the question.

    None: that is not known; those are last, in their order. Empty where the question names no place.
    """
    middle = next((services.places.middle(value) for name, value in asked if name == "near"), None)
    if middle is None:
        return []
    far = {id: services.places.of_provider(id, middle) for id in ids if id in services.things}
    limit = most_km(asked)

    def said(km: float | None) -> str | None:
        return None if km is None else f"about {counted(miles(km), 'mile')}{f', {BEYOND}' if km > limit else ''}"

    return [
        (id, services.things.get_named(id).label, said(km))
        for id, km in sorted(far.items(), key=lambda one: (one[1] is None, one[1] or 0))
    ]


def _nearest(one: Reply, services: Services, asked: Items) -> dict[int, list[tuple[str, str, str]]]:
    """Of each step: those known to run it or to have run it whose distance is known, the nearest first.

    Empty where the question names no place.
    """
    found = {}
    for step in one["steps"]:
        runs = [run["provider"] for run in (*step["other_runs"], *step["seen_at"], *step["delivered_by"])]
        ids = sorted({*([step["provider"]["id"]] if step["provider"] else []), *runs})
        near = [(id, name, far) for id, name, far in _by_distance(ids, services, asked) if far]
        found[step["number"]] = near[:MOST_NEAR]
    return found


def _to_call(reply: Reply, services: Services, asked: Items) -> list[tuple[str, str, str | None]]:
    """Who the one call worth making goes to: id, name, and how far away; the nearest first where that is known."""
    whom = {one["id"]: one["label"] for one in (reply["one_call"] or {"whom": []})["whom"]}
    near = _by_distance(whom, services, asked)
    placed = {id for id, _, _ in near}
    unplaced = ((id, label, None) for id, label in whom.items() if id not in placed)
    return [*((id, name, far or "distance not known") for id, name, far in near), *unplaced]


def _past(one: Reply) -> set[str]:
    """The providers that ran some step once, or had learners on it."""
    return {past["provider"] for step in one["steps"] for past in (*step["seen_at"], *step["delivered_by"])}


@dataclass(frozen=True, slots=True)
class Bar:
    """A step in the picture: its row, where it begins and ends (in the picture's own units), and what it says.

    `text_x`: where its name above it begins, so that all of it is within the picture. `sure`: the words after its name
    where the step or its length is not published. `wait_x`: where the wait for its start begins, in which nothing else
    runs; None: there is none.
    """

    number: int
    title: str
    sure: str
    text_x: float
    said: str
    x: float
    width: float
    y: int
    kind: str
    stop: bool
    wait_x: float | None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a band: the numbers of the steps that end where it does or begins, and where it begins and ends.

    `text`: what it says; blank where there is no room. `above`: it is said above the band, which ends with this part.
    `sure`: whether all of what it says is known and published.
    """

    steps: str
    x: float
    width: float
    text: str
    above: bool
    sure: bool


@dataclass(frozen=True, slots=True)
class Band:
    """A row of the picture that says how something stands whenever steps end, in parts."""

    title: str
    y: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A route drawn by weeks. `ticks`: where the marks of the axis stand, and what they say."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    bands: tuple[Band, ...]
    ticks: tuple[tuple[float, str], ...]


_LEFT, _RIGHT, _ROW, _TOP = 8, 112, 46, 8
_SPAN: Final = 720
_SIGN: Final = 7.2
"""About how wide a letter of a name is."""


def picture_of(one: Reply, on: date) -> Picture | None:
    """A route by weeks; None where some step has no known place in time."""
    steps = one["steps"]
    if not steps or any(step["starts_in_weeks"] is None or step["ends_in_weeks"] is None for step in steps):
        return None
    last = max(1, *(step["ends_in_weeks"] for step in steps))
    scale = (_SPAN - _LEFT - _RIGHT) / last
    safe = {step["number"] for step in stops_of(steps)}
    waits = waits_of(steps)
    bars = [
        Bar(
            step["number"],
            step["title"],
            _unsure(step),
            round(min(_LEFT + step["starts_in_weeks"] * scale, max(_LEFT, _SPAN - _name_width(step))), 1),
            span_of(step, waits.get(step["number"], 0)),
            round(_LEFT + step["starts_in_weeks"] * scale, 1),
            round(max(6.0, (step["ends_in_weeks"] - step["starts_in_weeks"]) * scale), 1),
            _TOP + row * _ROW,
            step["kind"],
            step["number"] in safe,
            round(_LEFT + (step["starts_in_weeks"] - wait) * scale, 1) if (wait := waits.get(step["number"])) else None,
        )
        for row, step in enumerate(steps)
    ]
    every = next((weeks for weeks in (4, 13, 26, 52, 104) if last / weeks <= 6), ceil(last / 6))
    ticks = [
        (round(_LEFT + week * scale, 1), f"{on + timedelta(weeks=week):%b %Y}") for week in range(0, last + 1, every)
    ]
    bands = tuple(
        Band(title, _TOP + (len(steps) + row) * _ROW, tuple(_parts(one, short, scale, from_end=from_end)))
        for row, (title, short, from_end) in enumerate(
            (("Paid when a step ends", _paid, False), ("Held from the end of a step on", _credits, True))
        )
    )
    return Picture(_SPAN, _TOP + (len(steps) + len(bands)) * _ROW + 28, tuple(bars), bands, tuple(ticks))


def _parts(one: Reply, short: Callable[[Reply, Reply], str], scale: float, *, from_end: bool) -> Iterator[Part]:
    """The parts of a band: up to each week in which steps end, or from it to the next."""
    ends: dict[int, list[Reply]] = {}
    for step in sorted(one["steps"], key=lambda step: step["ends_in_weeks"]):
        ends.setdefault(step["ends_in_weeks"], []).append(step)
    places = [round(_LEFT + week * scale, 1) for week in ends]
    places = [*places, float(_SPAN)] if from_end else [float(_LEFT), *places]
    last = len(ends)
    for number, ((begin, end), ended) in enumerate(zip(pairwise(places), ends.values(), strict=True), 1):
        text = short(one, ended[-1])
        fits = _SIGN * len(text) < end - begin - 4
        numbers = ",".join(str(step["number"]) for step in ended)
        sure = not any(word in text for word in (*DOUBT.values(), "not known"))
        yield Part(
            numbers,
            begin,
            round(end - begin, 1),
            text if fits or number == last else "",
            not fits and number == last,
            sure,
        )


def _paid(one: Reply, step: Reply) -> str:
    """What is paid when a step ends, as far as it is known, and by which word."""
    ended = [other["cost"] for other in one["steps"] if other["number"] <= step["number"]]
    after = step["afterwards"]
    besides = after["steps_of_unknown_cost"]
    known = _sure(f"£{after['spent_pounds']:,}" if after["spent_pounds"] else "nothing", ended)
    if besides and not after["spent_pounds"]:
        return "not known"
    return f"{known}, and more that is not known" if besides else known


def _credits(_: Reply, step: Reply) -> str:
    after = step["afterwards"]
    if not after["credits"]:
        return "no credits that we know of"
    return _sure(counted(after["credits"], "credit"), after["credits_held"])


def so_far(one: Reply, step: Reply) -> str:
    """What is paid and which credits are held when a step ends, in words."""
    used = "".join(f" Used of the {spent['text']}." for spent in step["afterwards"]["entitlements_spent"])
    return f"Paid: {_paid(one, step)}. Held: {_credits(one, step)}.{used}"


def waits_of(steps: Sequence[Reply]) -> dict[int, int]:
    """Weeks before a step in which nothing runs, by its number; only where there are any and all is known."""
    found, over = {}, 0
    for step in sorted(steps, key=lambda one: one["starts_in_weeks"] or 0):
        begin, end = step["starts_in_weeks"], step["ends_in_weeks"]
        if begin is None or end is None:
            return {}
        if begin > over:
            found[step["number"]] = begin - over
        over = max(over, end)
    return found


def _name_width(step: Reply) -> float:
    return _SIGN * (len(step["title"]) + len(_unsure(step)) + 5)


def _unsure(step: Reply) -> str:
    """The words for a step that is not published, or whose length is not; empty where both are."""
    return _sure("", (step, step["weeks"] if step["weeks"] and step["weeks"]["value"] else None))


def span_of(step: Reply, wait: int = 0) -> str:
    """When a step is, counted in weeks from the day of the question, and how many weeks nothing runs before it."""
    begin, end = step["starts_in_weeks"], step["ends_in_weeks"]
    if begin is None:
        return "No start is known"
    after = f", after a wait of {counted(wait, 'week')}" if wait else ""
    if end is None or end == begin:
        return f"From week {begin}{after}"
    return f"Week {begin} to week {end}{after}"
