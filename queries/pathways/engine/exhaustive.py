"""A second opinion for tiny questions: try everything.

Plain Python that shares no code with the engine. Additive criteria try every subset of contents; the calendar tries
every choice in every week. Meant for fewer than ten contents and a horizon of a few dozen weeks; tests use it to tell
whether the engine is right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from queries.pathways.engine.problem import (
    All,
    AnyOf,
    AtLeast,
    Criterion,
    Delivery,
    Expression,
    Fact,
    Outcome,
    PathwayProblem,
)

Score = tuple[int, int, int]
"""What a pathway scores, least first: the criterion, then steps, then pounds (0 when pounds were not compared)."""

_Running = frozenset[tuple[int, str, int]]
"""Contents under way, as (end week, content, hours a week)."""

_State = tuple[frozenset[str], frozenset[str], _Running]
"""Contents completed, contents ever started, contents under way."""


def holds(expression: Expression, facts: frozenset[Fact]) -> bool:
    """Whether a requirement is met by facts, as they are."""
    if isinstance(expression, str):
        return expression in facts
    if isinstance(expression, All):
        return all(holds(part, facts) for part in expression.parts)
    if isinstance(expression, AnyOf):
        return any(holds(part, facts) for part in expression.parts)
    assert isinstance(expression, AtLeast)  # noqa: S101 - the last of four kinds
    return sum(weight for weight, part in expression.parts if holds(part, facts)) >= expression.threshold


def facts_after(problem: PathwayProblem, completed: Iterable[str]) -> frozenset[Fact]:
    """What holds once contents (by id) are completed: held facts, what they add, and all rules to the fixpoint."""
    wanted = set(completed)
    facts = set(problem.held)
    for content in problem.contents:
        if content.id in wanted:
            facts.update(content.adds)
    while True:
        more = {f for rule in problem.rules if holds(rule.condition, frozenset(facts)) for f in rule.then} - facts
        if not more:
            return frozenset(facts)
        facts |= more


def completable(problem: PathwayProblem, allowed: Iterable[str]) -> frozenset[str]:
    """Which of the allowed contents (by id) can be completed one after another, dates aside."""
    wanted = set(allowed)
    done: set[str] = set()
    while True:
        facts = facts_after(problem, done)
        more = {c.id for c in problem.contents if c.id in wanted - done and holds(c.entry, facts)}
        if not more:
            return frozenset(done)
        done |= more


def best(problem: PathwayProblem, criterion: Criterion) -> tuple[Outcome, Score | None]:
    """The true answer: how the question ends and, when a pathway exists, the least score any has."""
    within = {d.content for d in problem.deliveries if problem.usable(d)}
    anything = {d.content for d in problem.deliveries}
    score = _earliest(problem) if criterion is Criterion.WEEKS else _least(problem, criterion, sorted(within))
    if score is not None:
        return Outcome.FOUND, score
    if holds(problem.goal, facts_after(problem, completable(problem, anything))):
        return Outcome.NONE_WITHIN_LIMITS, None
    return Outcome.PROVED_NONE, None


def _least(problem: PathwayProblem, criterion: Criterion, contents: list[str]) -> Score | None:
    amounts = {content: min(_amount(d, criterion) for d in _usable(problem, content)) for content in contents}
    scores = [
        (sum(amounts[content] for content in subset), size, 0)
        for size in range(len(contents) + 1)
        for subset in combinations(contents, size)
        if completable(problem, subset) == set(subset) and holds(problem.goal, facts_after(problem, subset))
    ]
    return min(scores, default=None)


def _usable(problem: PathwayProblem, content: str) -> list[Delivery]:
    return [d for d in problem.deliveries if d.content == content and problem.usable(d)]


def _amount(delivery: Delivery, criterion: Criterion) -> int:
    return {
        Criterion.COST: delivery.cost_pounds,
        Criterion.STEPS: 1,
        Criterion.STUDY_WEEKS: delivery.weeks,
        Criterion.TRAVEL: delivery.travel_hours,
    }[criterion]


def _earliest(problem: PathwayProblem) -> Score | None:
    """Every state of every week: (completed, taken, running), with the fewest steps and pounds that lead to it."""
    states: dict[_State, tuple[int, int]] = {(frozenset(), frozenset(), frozenset()): (0, 0)}
    for week in range(problem.horizon + 1):
        finished: list[tuple[int, int]] = []
        following: dict[_State, tuple[int, int]] = {}
        for (completed, taken, running), spent in states.items():
            ended = completed | {content for end, content, _ in running if end == week}
            still = frozenset(one for one in running if one[0] > week)
            spare = problem.hours_cap - sum(hours for _, _, hours in still)
            at_once = [(ended, taken, spent)]
            for done, used, paid in at_once:  # grows: what takes no weeks is done within the week
                facts = facts_after(problem, done)
                if holds(problem.goal, facts):
                    finished.append(paid)
                    continue
                offered = _offered(problem, week, used, facts)
                for one in offered:
                    if one.weeks == 0:
                        bought = (paid[0] + 1, paid[1] + one.cost_pounds)
                        at_once.append((done | {one.content}, used | {one.content}, bought))
                for started in _choices([one for one in offered if one.weeks], spare):
                    under_way = {(week + one.weeks, one.content, one.hours_per_week) for one in started}
                    state = (done, used | {one.content for one in started}, still | under_way)
                    cost = (paid[0] + len(started), paid[1] + sum(one.cost_pounds for one in started))
                    if state not in following or cost < following[state]:
                        following[state] = cost
        if finished:
            steps, pounds = min(finished)
            return week, steps, pounds
        states = following
    return None


def _offered(problem: PathwayProblem, week: int, taken: frozenset[str], facts: frozenset[Fact]) -> list[Delivery]:
    """The deliveries that can start this week and end in time."""
    open_now = {content.id for content in problem.contents if holds(content.entry, facts)} - taken
    return [
        one
        for one in problem.deliveries
        if one.content in open_now
        and (one.starts is None or week in one.starts)
        and week + one.weeks <= problem.horizon
    ]


def _choices(offered: list[Delivery], spare: int) -> Iterator[tuple[Delivery, ...]]:
    """Every set of deliveries of different contents within the spare hours, the empty one too."""
    if not offered:
        yield ()
        return
    first, rest = offered[0], offered[1:]
    yield from _choices(rest, spare)
    if first.hours_per_week <= spare:
        others = [one for one in rest if one.content != first.content]
        for choice in _choices(others, spare - first.hours_per_week):
            yield (first, *choice)
