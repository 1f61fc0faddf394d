"""Two answers side by side: before and after one thing of the question was changed, or on two releases of the data.

What is gained and lost is said of the first route of each. What is not known is not compared, and that is said too.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from api.addresses import Addresses
from api.dependencies import Services
from api.web.adviser import ROWS, can_start, column, cost_of, how_sure, stops_of, time_of, where, who_pays
from api.web.pages import capitalize_first, day
from api.web.question import LIFTED_ROW, Items, Reply, address, summary
from api.web.wording import on_screen
from queries.pathways.request import counted


@dataclass(frozen=True, slots=True)
class Row:
    """Something that is different: what it is, as it was before, and as it is now."""

    what: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Beside:
    """The answer before, beside the one now.

    `asked`: what of the question is different; `rows`: what of the first route. `same`: the rows of the table of routes
    in which there is no difference. `routes`: which are in both, new, or no longer shown. `was`: the address of the
    answer before.
    """

    asked: tuple[Row, ...]
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    not_compared: tuple[str, ...]
    routes: tuple[tuple[str, tuple[str, ...]], ...]
    rows: tuple[Row, ...]
    same: tuple[str, ...]
    was: str


@dataclass(frozen=True, slots=True)
class Since:
    """What became of a kept answer on the release that is served now.

    `changes` None: the question cannot be asked of it any more, and `text` says why. `beside`: the address of the
    answer of today, with the kept one beside it.
    """

    before: str
    now: str
    text: str
    changes: tuple[Row, ...] | None
    beside: str


def beside(before: Reply, now: Reply, items: tuple[Items, Items], addresses: Addresses) -> Beside:
    """Two answers side by side; `items`: the question of each, as its address has it."""
    first, second = _first(before), _first(now)
    if first and second:
        cells = [(found.goal, *found.cells) for found in (column(one, 1, addresses, ()) for one in (first, second))]
        rows = [Row(name, *pair) for name, *pair in zip(("Where to", *ROWS), *cells, strict=True)]
    else:
        rows = [Row("The first route", *(_in_short(reply) for reply in (before, now)))]
    gained, lost, unknown = _worth(first, second)
    return Beside(
        tuple(_asked(before, now, items, addresses)),
        tuple(gained),
        tuple(lost),
        tuple(unknown),
        tuple(_kinds(before, now)),
        tuple(one for one in rows if one.before != one.now),
        tuple(one.what for one in rows if one.before == one.now),
        address(Addresses(addresses.root), items[0]),
    )


def _first(reply: Reply) -> Reply | None:
    found: Sequence[Reply] = reply["pathways"]
    return found[0] if found else None


def _in_short(reply: Reply) -> str:
    """The first route of an answer in a sentence, or why there is none."""
    if (one := _first(reply)) is None:
        return capitalize_first(on_screen(reply["explanation"]))
    return f"{one['goal']['label']}: {_titles(one)}. {time_of(one)}. Cost: {cost_of(one)}."


def _asked(before: Reply, now: Reply, items: tuple[Items, Items], addresses: Addresses) -> Iterator[Row]:
    parts = (summary(reply, asked, addresses) for reply, asked in zip((before, now), items, strict=True))
    was, said = ({name: text for name, text, _ in rows if name != LIFTED_ROW} for rows in parts)
    for name in was:
        if was[name] != said[name]:
            yield Row(name, was[name], said[name])
    if before["question"]["on"] != now["question"]["on"]:
        yield Row("Weeks count from", day(before["question"]["on"]), day(now["question"]["on"]))
    if before["release"]["number"] != now["release"]["number"]:
        yield Row("The data", _release(before), _release(now))


def _release(reply: Reply) -> str:
    one = reply["release"]
    return f"release {one['number']} of {day(one['built_at'])}"


def _worth(before: Reply | None, now: Reply | None) -> tuple[list[str], list[str], list[str]]:
    """What the first route now has over the one before, what it lacks, and what cannot be compared."""
    if before is None or now is None:
        return (
            ["a route, where there was none"] if now else [],
            ["the route: there is none any more"] if before else [],
            [],
        )
    was, said = before["totals"], now["totals"]
    gained: list[str] = []
    lost: list[str] = []
    unknown = ["how far there is to travel: that is not known of the steps"]

    def weigh(better: int, more: str, less: str) -> None:
        if better:
            (gained if better > 0 else lost).append(more if better > 0 else less)

    if was["steps_of_unknown_length"] or said["steps_of_unknown_length"]:
        unknown.append("the time: how long a step takes is not known")
    else:
        weeks = counted(abs(was["weeks"] - said["weeks"]), "week")
        about = ", as far as it is known" if was["weeks_at_least"] or said["weeks_at_least"] else ""
        weigh(was["weeks"] - said["weeks"], f"{weeks} sooner{about}", f"{weeks} later{about}")
    if was["cost_pounds"] is None or said["cost_pounds"] is None:
        unknown.append("the cost: the price of a step is not known")
    else:
        pounds = f"£{abs(was['cost_pounds'] - said['cost_pounds']):,}"
        weigh(was["cost_pounds"] - said["cost_pounds"], f"{pounds} cheaper", f"{pounds} dearer")
    for better, one, many in (
        (len(stops_of(now["steps"])) - len(stops_of(before["steps"])), "place to stop", "places to stop"),
        (was["steps"] - said["steps"], "step fewer", "steps fewer"),
        (
            was["steps_that_cannot_be_told"] - said["steps_that_cannot_be_told"],
            "step fewer of which it is not known whether the client can start it",
            "steps fewer of which it is not known whether the client can start them",
        ),
        (
            was["steps_that_need_an_employer"] - said["steps_that_need_an_employer"],
            "step fewer that needs an employer",
            "steps fewer that need an employer",
        ),
    ):
        words = counted(abs(better), one, many)
        if "fewer" in one:
            weigh(better, words, words.replace("fewer", "more"))
        else:
            weigh(better, f"{words} more".replace("to stop more", "more to stop"), f"{words} fewer")
    return gained, lost, unknown


def _key(one: Reply) -> tuple[str, ...]:
    """What makes a route the same route: where it leads, and by which steps."""
    return (one["goal"]["id"], *(step["id"] for step in one["steps"]))


def _kinds(before: Reply, now: Reply) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The routes that are in both answers, that are new, and that are no longer shown, by their steps."""
    was, said = ({_key(one): _titles(one) for one in reply["pathways"]} for reply in (before, now))
    kinds = (
        ("In both answers", [key for key in said if key in was], said),
        ("New", [key for key in said if key not in was], said),
        ("No longer shown", [key for key in was if key not in said], was),
    )
    for name, keys, titles in kinds:
        if keys:
            yield name, tuple(titles[key] for key in keys)


def since(before: Reply, now: Reply, number: int | None, services: Services, link: str) -> Since:
    """What became of an answer, or of one route of it, on a newer release, whose services are given."""
    routes = before["pathways"] if number is None else [before["pathways"][number - 1]]
    twins = [_twin(one, now) for one in routes]
    rows: list[Row] = []
    for one, twin in zip(routes, twins, strict=True):
        of = f", {_titles(one)}" if len(routes) > 1 else ""
        rows += _gone(one, services) if twin is None else _became(one, twin, of, services)
    if number is None:
        rows += [
            Row(f"Another route: {_titles(one)}", "Not among the routes", f"{time_of(one)}. Cost: {cost_of(one)}")
            for one in now["pathways"]
            if one not in twins
        ]
        said = [capitalize_first(on_screen(one["explanation"])) for one in (before, now)]
        if not (before["pathways"] and now["pathways"]) and said[0] != said[1]:
            rows.append(Row("The answer", *said))
    same = all(one == twin for one, twin in zip(routes, twins, strict=True)) and before["reasons"] == now["reasons"]
    return Since(_release(before), _release(now), _said(rows, same), tuple(dict.fromkeys(rows)), link)


def cannot(before: Reply, why: str, link: str) -> Since:
    """What is said where the same cannot be asked of the release that is served."""
    return Since(_release(before), "", on_screen(why), None, link)


def _said(rows: Sequence[Row], same: bool) -> str:
    if rows:
        return f"{counted(len(set(rows)), 'thing')} changed since:"
    besides = "" if same else " Notes or sources beside it did."
    return f"Nothing changed since in its steps, dates, money or how sure they are.{besides}"


def _twin(one: Reply, now: Reply) -> Reply | None:
    """The same route in the other answer, else one to the same goal that shares a step with it but for a plain job."""
    own = {step["id"] for step in one["steps"] if step["kind"] != "job"}
    found: Sequence[Reply] = now["pathways"]
    same = [other for other in found if _key(other) == _key(one)]
    like = [other for other in found if other["goal"] == one["goal"] and own & {step["id"] for step in other["steps"]}]
    return next(chain(same, like), None)


def _titles(one: Reply) -> str:
    return "; then ".join(step["title"] for step in one["steps"]) or one["goal"]["label"]


def _gone(one: Reply, services: Services) -> Iterator[Row]:
    unknown = [step["title"] for step in one["steps"] if services.pathways.step_named(step["id"]) is None]
    why = f"this is no longer known: {'; '.join(unknown)}" if unknown else "others are shown now"
    yield Row(_titles(one), "Among the routes", f"Not among the routes: {why}")


def _became(one: Reply, twin: Reply, of: str, services: Services) -> Iterator[Row]:
    """Each thing that is different of a route: the whole, steps that went and came, and steps that are in both."""
    for what, said in _OF_ROUTE.items():
        if said(one) != said(twin):
            yield Row(f"{what}{of}", said(one), said(twin))
    steps, found = ({step["id"]: step for step in route["steps"]} for route in (one, twin))
    for id, step in steps.items():
        if id not in found:
            known = services.pathways.step_named(id) is not None
            yield Row(step["title"], "A step of the route", "Not a step of it" if known else "No longer known")
            continue
        for what, said in _OF_STEP.items():
            if said(step) != said(found[id]):
                yield Row(f"{what}, {step['title']}", said(step), said(found[id]))
    for id, step in found.items():
        if id not in steps:
            yield Row(step["title"], "Not a step of the route", f"A step of it: {_weeks(step)}, {_price(step)}")


def _weeks(step: Reply) -> str:
    weeks = step["weeks"]
    if weeks is None or weeks["value"] is None:
        return "length not known"
    return f"{'at least ' if weeks['at_least'] else ''}{counted(weeks['value'], 'week')} ({weeks['status']})"


def _price(step: Reply) -> str:
    cost = step["cost"]
    return "price not known" if cost is None else f"£{cost['value']:,} ({cost['status']})"


_OF_ROUTE: Final[dict[str, Callable[[Reply], str]]] = {
    "Time to get there": time_of,
    "Cost to the client": cost_of,
    "Who pays": lambda one: who_pays(one["steps"]),
    "Can the client start it?": can_start,
    "How sure we are": how_sure,
}
_OF_STEP: Final[dict[str, Callable[[Reply], str]]] = {
    "When": lambda step: capitalize_first(on_screen(step["start_note"])),
    "How long": lambda step: capitalize_first(_weeks(step)),
    "Price": lambda step: capitalize_first(_price(step)),
    "Where": lambda step: where([step]),
    "What it needs": lambda step: "; ".join(
        f"{capitalize_first(on_screen(need['text']))} ({step['needs_status']})" for need in step["needs"]
    ),
    "Whether the client can start it": lambda step: on_screen(step["eligibility"]["text"]),
    "How sure we are": lambda step: capitalize_first(step["status"]),
}
"""What is compared of a route, and of a step that is in both answers, each put in words."""
