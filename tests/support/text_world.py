"""A small world written as text, and a pathway as one line, so that a test reads like a worked example.

    has   GCSE Maths
    week  30h
    ends  104w
    goal  Imaging role

    Bootcamp           | 12w £0 16h         | GCSE Maths                       | Python
    Imaging module     | 20w £750 8h @10,36 | Python and (Maths or Physics)    | Imaging
    Technician (job)   | 52w £0 35h         | Imaging                          | Experience
    Award              | rule               | 30 of (20 Unit A, 10 Unit B)     | Certificate

Columns are: name, delivery (weeks, pounds, hours a week, start weeks if not any) or `rule`, what it asks for (`-` for
nothing), what it gives. A name that comes again is another delivery of the same content and may leave out the last two
columns. `(job)` sets the kind. `and` binds tighter than `or`. A delivery may also say `from 5 to 9` (the weeks in which
it may start) and `travel 12h`, in this order after the start weeks; a rule may be an `award`, which once made is kept.

Further lines, each if needed: `after 3w` (nothing starts sooner), `job Staff` (the milestone), `spend £500` (a cap on
cost), `bars Bootcamp 2` (the second delivery of Bootcamp), `lapses Physics 52w, Maths 26w`.

A pathway reads `Bootcamp 12w ~ wait 24w ~ Imaging module 20w ~ Imaging role [56w £750 2 steps]`. Steps that run beside
an earlier one are joined by `+`, with their start week if it differs from the step before.
"""

from __future__ import annotations

import re
from typing import Any

from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import (
    All,
    AnyOf,
    AtLeast,
    Cap,
    Catalogue,
    Content,
    Criterion,
    Delivery,
    Expression,
    Limits,
    Outcome,
    PathwayProblem,
    PlannerResult,
    Rule,
)
from queries.pathways.engine.replay import Trace, replay

_DELIVERY = re.compile(
    r"(?P<weeks>\d+)w £(?P<pounds>\d+) (?P<hours>\d+)h(?: @(?P<starts>[\d,]+))?"
    r"(?: from (?P<opens>\d+))?(?: to (?P<closes>\d+))?(?: travel (?P<travel>\d+)h)?"
)
_TOKEN = re.compile(
    r"\s*(?:(?P<mark>[(),])|(?P<word>and|or|\d+ of)\b|(?P<name>[^(),]+?)(?=\s+(?:and|or)\b|\s*[(),]|\s*$))"
)


def world(text: str) -> PathwayProblem:
    """A question from its text. The week has 40 hours and the horizon is week 520 unless said otherwise."""
    held: list[str] = []
    goal: Expression | None = None
    hours_cap, horizon = 40, 520
    contents: dict[str, Content] = {}
    deliveries: list[Delivery] = []
    rules: list[Rule] = []
    further: dict[str, Any] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        if "|" not in line:
            word, _, rest = line.partition(" ")
            match word:
                case "has":
                    held += [fact.strip() for fact in rest.split(",")]
                case "week":
                    hours_cap = int(rest.strip().removesuffix("h"))
                case "ends":
                    horizon = int(rest.strip().removesuffix("w"))
                case "goal":
                    goal = requirement(rest)
                case "after":
                    further["not_before"] = int(rest.strip().removesuffix("w"))
                case "job":
                    further["milestone"] = requirement(rest)
                case "spend":
                    further["caps"] = (Cap("spend", Criterion.COST, int(rest.strip().removeprefix("£"))),)
                case "bars":
                    further["barred"] = frozenset(delivery.strip() for delivery in rest.split(","))
                case "lapses":
                    lives = (one.strip().rpartition(" ") for one in rest.split(","))
                    further["lapses"] = {fact: int(weeks.removesuffix("w")) for fact, _, weeks in lives}
                case _:
                    raise ValueError(f"Cannot read {line!r}: start it with has, week, ends, goal or a further word.")
            continue
        name, how, *more = (column.strip() for column in line.split("|"))
        kind = "course"
        if found := re.fullmatch(r"(.+) \((\w+)\)", name):
            name, kind = found.groups()
        gives = tuple(fact.strip() for fact in more[1].split(",")) if more else ()
        if how in ("rule", "award"):
            rules.append(
                Rule(f"{name} {len(rules)}", "award" if how == "award" else "implies", requirement(more[0]), gives)
            )
            continue
        if more:
            contents[name] = Content(name, kind, requirement(more[0]), gives)
        found = _DELIVERY.fullmatch(how)
        if found is None:
            raise ValueError(f"Cannot read the delivery {how!r}: write it like '12w £0 16h @10,36'.")
        starts = tuple(int(week) for week in found["starts"].split(",")) if found["starts"] else None
        number = sum(one.content == name for one in deliveries) + 1
        deliveries.append(
            Delivery(
                f"{name} {number}",
                name,
                int(found["pounds"]),
                int(found["weeks"]),
                int(found["hours"]),
                starts,
                int(found["travel"] or 0),
                int(found["opens"] or 0),
                int(found["closes"]) if found["closes"] else None,
            )
        )
    if goal is None:
        raise ValueError("A world needs a goal.")
    catalogue = Catalogue(tuple(contents.values()), tuple(deliveries), tuple(rules))
    return PathwayProblem(catalogue, frozenset(held), goal, hours_cap, horizon, **further)


def requirement(text: str) -> Expression:
    """A requirement from its text."""
    text = text.strip()
    if text == "-":
        return All(())
    tokens = [found[found.lastgroup or 0].strip() for found in _TOKEN.finditer(text)]
    expression = _either(tokens)
    if tokens:
        raise ValueError(f"Cannot read {text!r} from {tokens[0]!r} on.")
    return expression


def _either(tokens: list[str]) -> Expression:
    parts = [_both(tokens)]
    while tokens[:1] == ["or"]:
        tokens.pop(0)
        parts.append(_both(tokens))
    return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))


def _both(tokens: list[str]) -> Expression:
    parts = [_single(tokens)]
    while tokens[:1] == ["and"]:
        tokens.pop(0)
        parts.append(_single(tokens))
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _single(tokens: list[str]) -> Expression:
    word = tokens.pop(0)
    if word == "(":
        inner = _either(tokens)
        tokens.pop(0)
        return inner
    if not word.endswith(" of"):
        return word
    parts: list[tuple[int, Expression]] = []
    while tokens.pop(0) != ")":
        weight, _, fact = tokens.pop(0).partition(" ")
        parts.append((int(weight), fact))
    return AtLeast(int(word.removesuffix(" of")), tuple(parts))


def pathway(text: str, by: str = "weeks", limits: Limits | None = None) -> str:
    """The answer to a world's question as one line; a pathway is replayed before it is shown."""
    problem = world(text)
    return line(problem, ExactPlanner().solve(problem, Criterion(by), limits or Limits()))


def line(problem: PathwayProblem, result: PlannerResult) -> str:
    """An answer as one line."""
    if result.plan is None:
        return result.outcome.value.replace("_", " ")
    assert result.outcome is Outcome.FOUND
    trace = replay(problem, result.plan)
    steps = trace.steps
    goal = f" ~ {problem.goal}" if isinstance(problem.goal, str) else ""
    sums = f"£{trace.cost_pounds} {len(steps)} {'step' if len(steps) == 1 else 'steps'}"
    if not result.plan.dated:
        names = " ~ ".join(f"{step.content.id} {step.delivery.weeks}w" for step in steps)
        return f"{names}{goal} [no dates {sums}]"
    return f"{_dated(trace) or 'nothing to do'}{goal} [{trace.finish_week}w {sums}]"


def _dated(trace: Trace) -> str:
    shown, until, before = "", 0, 0
    for step in trace.steps:
        assert step.start_week is not None
        assert step.end_week is not None
        name = f"{step.content.id} {step.delivery.weeks}w"
        if shown and step.start_week < until:
            late = f" from week {step.start_week}" if step.start_week > before else ""
            shown += f" + {name}{late}"
        else:
            waited = f"wait {step.start_week - until}w ~ " if step.start_week > until else ""
            shown += f"{' ~ ' if shown else ''}{waited}{name}"
        until, before = max(until, step.end_week), step.start_week
    return shown
