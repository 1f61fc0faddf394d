"""A second opinion for tiny questions: try everything.

Plain Python that shares no code with the engine. Additive criteria try every choice of deliveries; the calendar tries
every choice in every week; least missing sets try every set of facts. Meant for fewer than ten contents and a horizon
of a few dozen weeks; tests use it to tell whether the engine is right. Facts that lapse are beyond it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import combinations, product
from typing import TypeVar

from queries.pathways.engine.problem import (
    ADDITIVE,
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

DatedScore = tuple[int, int, int, int]
"""What a pathway on the calendar scores, least first: the criterion, then finish, steps and pounds."""

S = TypeVar("S", Score, DatedScore)

Amounts = tuple[int, ...]
"""What a plan so far sums to: by the criteria asked for, then by the caps."""

_Running = frozenset[tuple[int, str, int]]
"""Contents under way, as (end week, content, hours a week)."""

_State = tuple[frozenset[str], frozenset[str], _Running, int | None, int | None]
"""Contents completed, ever started, under way; the weeks since which goal and milestone hold."""


def holds(expression: Expression, facts: frozenset[Fact]) -> bool:
    """Whether a requirement is met by facts, as they are."""
    if isinstance(expression, str):
        return expression in facts
    if isinstance(expression, All):
        return all(holds(part, facts) for part in expression.parts)
    if isinstance(expression, AnyOf):
        return any(holds(part, facts) for part in expression.parts)
    assert isinstance(expression, AtLeast)
    return sum(weight for weight, part in expression.parts if holds(part, facts)) >= expression.threshold


def facts_after(problem: PathwayProblem, completed: Iterable[str], granted: Iterable[Fact] = ()) -> frozenset[Fact]:
    """What holds once contents (by id) are completed: held and granted facts, what they add, all rules to the end."""
    wanted = set(completed)
    facts = {*problem.held, *granted}
    for content in problem.contents:
        if content.id in wanted:
            facts.update(content.adds)
    while True:
        more = {f for rule in problem.rules if holds(rule.condition, frozenset(facts)) for f in rule.then} - facts
        if not more:
            return frozenset(facts)
        facts |= more


def completable(problem: PathwayProblem, allowed: Iterable[str], granted: Iterable[Fact] = ()) -> frozenset[str]:
    """Which of the allowed contents (by id) can be completed one after another, dates aside."""
    wanted, given = set(allowed), frozenset(granted)
    done: set[str] = set()
    while True:
        facts = facts_after(problem, done, given)
        more = {c.id for c in problem.contents if c.id in wanted - done and holds(c.entry, facts)}
        if not more:
            return frozenset(done)
        done |= more


def best(problem: PathwayProblem, criterion: Criterion) -> tuple[Outcome, Score | None]:
    """The true answer: how the question ends and, when a pathway exists, the least score any has.

    Sums over the steps ignore dates, as `Criterion` says. `FIRST_JOB` asks for pathways on which both the goal and the
    milestone hold by the horizon.
    """
    if criterion in ADDITIVE:
        return _ended(problem, criterion, _least(problem, criterion))
    if criterion is Criterion.WEEKS:
        return _ended(problem, criterion, _earliest(problem))
    endings = _endings(problem, (Criterion.STEPS, Criterion.COST), with_milestone=True)
    return _ended(problem, criterion, min(((job, steps, paid) for _, job, (steps, paid, *_) in endings), default=None))


def best_dated(problem: PathwayProblem, criterion: Criterion) -> tuple[Outcome, DatedScore | None]:
    """The same among pathways on the calendar only, whatever the criterion, with the finish as the next to be least."""
    first = criterion is Criterion.FIRST_JOB
    axes = (criterion, Criterion.WEEKS, Criterion.STEPS, Criterion.COST)
    sums = tuple(dict.fromkeys(axis for axis in axes if axis in ADDITIVE))
    scores = []
    for finish, job, amounts in _endings(problem, sums, with_milestone=first):
        value = dict(zip((Criterion.WEEKS, Criterion.FIRST_JOB, *sums), (finish, job, *amounts), strict=False))
        scores.append((value[criterion], finish, value[Criterion.STEPS], value[Criterion.COST]))
        if criterion is Criterion.WEEKS and finish > scores[0][0]:
            break
    return _ended(problem, criterion, min(scores, default=None))


def front(problem: PathwayProblem, axes: Sequence[Criterion], finish_by: int | None = None) -> frozenset[Amounts]:
    """All values along the axes that no dated plan betters in one without losing in another.

    Only plans on which the goal holds by week `finish_by` count (None: by the horizon).
    """
    latest = problem.horizon if finish_by is None else finish_by
    sums = tuple(axis for axis in axes if axis in ADDITIVE)
    found: set[Amounts] = set()
    for finish, job, amounts in _endings(problem, sums, with_milestone=Criterion.FIRST_JOB in axes):
        if finish <= latest:
            value = dict(zip((Criterion.WEEKS, Criterion.FIRST_JOB, *sums), (finish, job, *amounts), strict=False))
            found.add(tuple(value[axis] for axis in axes))
    return frozenset(_undominated(found))


def least_missing(
    problem: PathwayProblem, grantable: Callable[[Fact], bool] = lambda _: True, most_facts: int = 3
) -> frozenset[frozenset[Fact]] | None:
    """Every smallest set of facts that, held from the start, would bring the goal within reach, dates and caps aside.

    The set of the empty set when it is within reach as it is; None when no set of up to `most_facts` would do.
    """
    taught = {delivery.content for delivery in problem.deliveries if problem.usable(delivery)}
    facts = sorted(fact for fact in _mentioned(problem) if grantable(fact))
    for size in range(most_facts + 1):
        enough = frozenset(
            frozenset(granted)
            for granted in combinations(facts, size)
            if holds(problem.goal, facts_after(problem, completable(problem, taught, granted), granted))
        )
        if enough:
            return enough
    return None


def _ended(problem: PathwayProblem, criterion: Criterion, score: S | None) -> tuple[Outcome, S | None]:
    """How the question ends: without a pathway, is it the offer or the learner's limits?"""
    if score is not None:
        return Outcome.FOUND, score
    facts = facts_after(problem, completable(problem, {delivery.content for delivery in problem.deliveries}))
    wanted = [problem.goal, *([_milestone(problem)] if criterion is Criterion.FIRST_JOB else [])]
    within = all(holds(one, facts) for one in wanted)
    return Outcome.NONE_WITHIN_LIMITS if within else Outcome.PROVED_NONE, None


# Sums over the steps


def _least(problem: PathwayProblem, criterion: Criterion) -> Score | None:
    scores = []
    for chosen in _selections(problem):
        contents = [delivery.content for delivery in chosen]
        if any(sum(cap.amount(delivery) for delivery in chosen) > cap.most for cap in problem.caps):
            continue
        if completable(problem, contents) == set(contents) and holds(problem.goal, facts_after(problem, contents)):
            scores.append((sum(_amount(delivery, criterion) for delivery in chosen), len(chosen), 0))
    return min(scores, default=None)


def _selections(problem: PathwayProblem) -> Iterator[tuple[Delivery, ...]]:
    """Every choice of at most one usable delivery for each content."""
    modes: dict[str, list[Delivery | None]] = {content.id: [None] for content in problem.contents}
    for delivery in problem.deliveries:
        if _usable(problem, delivery):
            modes[delivery.content].append(delivery)
    for choice in product(*modes.values()):
        yield tuple(delivery for delivery in choice if delivery is not None)


def _usable(problem: PathwayProblem, delivery: Delivery) -> bool:
    return delivery.hours_per_week <= problem.hours_cap and delivery.id not in problem.barred


def _amount(delivery: Delivery, criterion: Criterion) -> int:
    return {
        Criterion.COST: delivery.cost_pounds,
        Criterion.STEPS: 1,
        Criterion.STUDY_WEEKS: delivery.weeks,
        Criterion.TRAVEL: delivery.travel_hours,
    }[criterion]


# The calendar


def _earliest(problem: PathwayProblem) -> Score | None:
    best: Score | None = None
    for finish, _, (steps, pounds, *_) in _endings(problem, (Criterion.STEPS, Criterion.COST), with_milestone=False):
        if best is not None and finish > best[0]:
            break
        best = min(best or (finish, steps, pounds), (finish, steps, pounds))
    return best


def _endings(
    problem: PathwayProblem, sums: Sequence[Criterion], *, with_milestone: bool
) -> Iterator[tuple[int, int, Amounts]]:
    """Every ending worth a look, by the week it comes: the weeks of goal and milestone, and what the plan sums to.

    Goes through the states of every week, each with all the undominated sums that lead to it. Without a milestone its
    week is that of the goal.
    """
    milestone = _milestone(problem) if with_milestone else problem.goal
    caps = problem.caps

    def spend(amounts: Amounts, started: Iterable[Delivery]) -> Amounts:
        for one in started:
            more = (*(_amount(one, criterion) for criterion in sums), *(cap.amount(one) for cap in caps))
            amounts = tuple(amount + extra for amount, extra in zip(amounts, more, strict=True))
        return amounts

    def affordable(amounts: Amounts) -> bool:
        return all(amount <= cap.most for amount, cap in zip(amounts[len(sums) :], caps, strict=True))

    @cache
    def standing(done: frozenset[str]) -> tuple[bool, bool, frozenset[str]]:
        """Once contents are completed: whether goal and milestone hold, and the contents that may be started."""
        facts = facts_after(problem, done)
        open_now = frozenset(content.id for content in problem.contents if holds(content.entry, facts))
        return holds(problem.goal, facts), holds(milestone, facts), open_now

    nothing: _State = (frozenset(), frozenset(), frozenset(), None, None)
    states: dict[_State, set[Amounts]] = {nothing: {spend((0,) * (len(sums) + len(caps)), ())}}
    if not affordable(min(states[nothing])):
        return
    for week in range(problem.horizon + 1):
        following: dict[_State, set[Amounts]] = {}
        for (completed, taken, running, goal_week, job_week), paid in states.items():
            ended = completed | {content for end, content, _ in running if end == week}
            still = frozenset(one for one in running if one[0] > week)
            spare = problem.hours_cap - sum(hours for _, _, hours in still)
            at_once = [(ended, taken, amounts, goal_week, job_week) for amounts in paid]
            for done, used, spent, goal_before, job_before in at_once:  # grows: what takes no weeks is done at once
                at_goal, at_job, open_now = standing(done)
                goal = week if goal_before is None and at_goal else goal_before
                job = week if job_before is None and at_job else job_before
                if goal is not None and job is not None:
                    yield goal, job, spent
                    continue
                offered = _offered(problem, week, open_now - used)
                for one in offered:
                    sum_now = spend(spent, [one])
                    if one.weeks == 0 and affordable(sum_now):
                        at_once.append((done | {one.content}, used | {one.content}, sum_now, goal, job))
                for started in _choices([one for one in offered if one.weeks], spare):
                    sum_now = spend(spent, started)
                    if affordable(sum_now):
                        under_way = {(week + one.weeks, one.content, one.hours_per_week) for one in started}
                        taking = used | {one.content for one in started}
                        following.setdefault((done, taking, still | under_way, goal, job), set()).add(sum_now)
        states = {state: _undominated(paid) for state, paid in following.items()}


def _milestone(problem: PathwayProblem) -> Expression:
    if problem.milestone is None:
        raise ValueError("a question without a milestone has no first job")
    return problem.milestone


def _offered(problem: PathwayProblem, week: int, open_now: frozenset[str]) -> list[Delivery]:
    """The deliveries of open contents that can start this week and end in time."""
    if week < problem.not_before:
        return []
    return [
        one
        for one in problem.deliveries
        if one.content in open_now
        and _usable(problem, one)
        and _starts(one, week)
        and week + one.weeks <= problem.horizon
    ]


def _starts(delivery: Delivery, week: int) -> bool:
    if delivery.starts is not None:
        return week in delivery.starts
    return week >= delivery.opens and (delivery.closes is None or week <= delivery.closes)


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


def _undominated(points: set[Amounts]) -> set[Amounts]:
    """The points that no other equals or betters along every axis."""
    kept: list[Amounts] = []
    for point in sorted(points):  # what dominates a point comes before it
        if not any(all(one <= two for one, two in zip(other, point, strict=True)) for other in kept):
            kept.append(point)
    return set(kept)


# Facts


def _mentioned(problem: PathwayProblem) -> frozenset[Fact]:
    """Every fact that the question, an entry or a rule speaks of."""
    asked = [problem.goal, *(one.entry for one in problem.contents), *(rule.condition for rule in problem.rules)]
    given = [fact for one in problem.contents for fact in one.adds] + [f for rule in problem.rules for f in rule.then]
    return frozenset(given).union(*map(_leaves, asked))


def _leaves(expression: Expression) -> frozenset[Fact]:
    if isinstance(expression, str):
        return frozenset({expression})
    parts = [part for _, part in expression.parts] if isinstance(expression, AtLeast) else expression.parts
    return frozenset[Fact]().union(*map(_leaves, parts))
