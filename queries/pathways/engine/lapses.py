"""Facts that lapse: the one thing that is truly not monotone, solved outside the core.

Credit may be too old to be counted; then doing something sooner can be worse. What lapses and when is said in `replay`,
which checks it. Left out of account, it gives a relaxation: every pathway that holds is one of the relaxed question, so
the relaxed optimum bounds the true one. When the relaxed optimum leans on something that has lapsed, the question is
split (branch and bound; Land & Doig 1960, "An automatic method of solving discrete programming problems") into three
that leave the broken plan out and together lose no pathway that holds. Say content j started in week t on a fact that
content i gave, with a life of L weeks, too long ago. Then either j starts before week t; or i ends in week t - L or
later; or neither, and then j does not lean on what i gave: a monotone question again, in which j sees its own copy of
the facts that follow by rules, without that gift. The goal is treated as something that starts when it first holds.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Final

from queries.pathways.engine.idioms import claimed, priced, within
from queries.pathways.engine.problem import (
    All,
    AnyOf,
    AtLeast,
    Content,
    Criterion,
    Delivery,
    Expression,
    Fact,
    Limits,
    Outcome,
    PathwayProblem,
    Plan,
    Planner,
    PlannerResult,
    Rule,
    Work,
)
from queries.pathways.engine.replay import AWARDS, PlanRefused, moments, replay

GOAL: Final = ""
"""Stands for the goal where contents are named by id."""

HELD: Final = ""
"""Stands for what is held at the start where contents are named by id."""

ROUNDS_PER_QUESTION: Final = 8
"""Rounds of `Limits.rounds` that one more solved question counts for."""


def solve_verified(planner: Planner, problem: PathwayProblem, criterion: Criterion, limits: Limits) -> PlannerResult:
    """The best pathway that replays although facts lapse; without `problem.lapses`, what the planner says.

    `bound` is never above the optimum. `proven` only when the plan meets the bound, or when every way of splitting the
    question has been followed to its end. A plan without dates is given only if it needs nothing that can lapse.
    """
    timeless = replace(problem, lapses={})
    first = planner.solve(timeless, criterion, limits)
    if not problem.lapses or first.plan is None:
        return first
    if first.proven and _value(problem, criterion, first.plan) == first.value:
        return first
    return _Search(planner, problem, criterion, limits, first).run()


@dataclass(frozen=True, slots=True)
class _Window:
    """From when to when a content may start and end, in weeks; None: no last."""

    first_start: int = 0
    last_start: int | None = None
    first_end: int = 0
    last_end: int | None = None

    def of(self, delivery: Delivery) -> Delivery | None:
        """The delivery within the window; None when it has no start there."""
        first = max(self.first_start, self.first_end - delivery.weeks)
        ends = (self.last_start, None if self.last_end is None else self.last_end - delivery.weeks)
        last = min((week for week in ends if week is not None), default=None)
        return within(delivery, first, last) if last is None or last >= first else None

    def starting(self, first: int = 0, last: int | None = None) -> _Window:
        """The window less the starts before `first` and after `last`."""
        return replace(self, first_start=max(self.first_start, first), last_start=_least(self.last_start, last))

    def ending(self, first: int = 0, last: int | None = None) -> _Window:
        """The window less the ends before `first` and after `last`."""
        return replace(self, first_end=max(self.first_end, first), last_end=_least(self.last_end, last))


def _least(one: int | None, other: int | None) -> int | None:
    return min((week for week in (one, other) if week is not None), default=None)


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the question: windows by content, the last week for the goal, and gifts that do not count.

    A gift that does not count is (content that asks or `GOAL`, content that gives or `HELD`, fact).
    """

    horizon: int
    windows: Mapping[str, _Window] = field(default_factory=dict)
    ignored: frozenset[tuple[str, str, Fact]] = frozenset()

    def window(self, content: str) -> _Window:
        """The window of a content."""
        return self.windows.get(content, _Window())

    def with_window(self, content: str, window: _Window) -> _Part:
        """The part with another window for a content."""
        return replace(self, windows={**self.windows, content: window})


@dataclass(frozen=True, slots=True)
class _Break:
    """What a plan breaks on: who asks (`GOAL` or content) in which week for a fact that lapsed, and who gave it."""

    asks: str
    week: int
    gives: str
    fact: Fact


class _Search:
    """Best-first branch and bound over parts of the question."""

    def __init__(
        self,
        planner: Planner,
        problem: PathwayProblem,
        criterion: Criterion,
        limits: Limits,
        first: PlannerResult,
    ) -> None:
        self.planner, self.problem, self.criterion, self.limits = planner, problem, criterion, limits
        self.first = first
        lapsing = downstream(problem.rules, problem.lapses)
        self.claims = {
            rule.id
            for rule in problem.rules
            if (rule.kind in AWARDS or any(fact in problem.lapses for fact in rule.then))
            and not lapsing.isdisjoint((*leaves(rule.condition), *rule.then))
        }
        catalogue = claimed(problem.catalogue, lambda rule: rule.id in self.claims)
        self.asked = replace(problem, catalogue=catalogue)
        self.by = criterion
        if criterion is Criterion.STEPS:
            self.asked = priced(self.asked, lambda one: one.id not in self.claims)
            self.by = Criterion.COST
        self.content_of = {one.id: one.content for one in self.asked.deliveries}
        self.best: tuple[int, Plan] | None = None
        self.unsolved: list[int] = []
        self.work = first.work

    def run(self) -> PlannerResult:
        """Solve parts, the most promising first, until none is left that could be better, or the work runs out."""
        assert self.first.bound is not None
        if self.first.plan is not None:
            self._consider(self.first.plan)
        order = count()
        waiting = [(self.first.bound, next(order), _Part(self.problem.horizon))]
        rounds = max(1, self.limits.rounds // ROUNDS_PER_QUESTION)
        while waiting and rounds and (self.best is None or waiting[0][0] < self.best[0]):
            rounds -= 1
            bound, _, part = heapq.heappop(waiting)
            for lower, smaller in self._solve(part, bound):
                heapq.heappush(waiting, (lower, next(order), smaller))
        left = [*self.unsolved, *(bound for bound, _, _ in waiting)]
        if self.best is None:
            outcome = Outcome.STOPPED_EARLY if left else Outcome.NONE_WITHIN_LIMITS
            return PlannerResult(outcome, None, None, min(left, default=None), not left, None, self.work)
        value, plan = self.best
        bound = min([*left, value])
        certificate = self.first.certificate if self.first.bound == bound else None
        return PlannerResult(Outcome.FOUND, plan, value, bound, value == bound, certificate, self.work)

    def _consider(self, plan: Plan) -> int | None:
        """The value of a plan, kept if it is the best so far; None when it does not hold."""
        value = _value(self.problem, self.criterion, plan)
        if value is not None and (self.best is None or value < self.best[0]):
            self.best = value, plan
        return value

    def _solve(self, part: _Part, bound: int) -> Iterator[tuple[int, _Part]]:
        """Solve a part without regard to lapsing; the parts of it, with bounds, in which more is to be found."""
        result = self.planner.solve(part_of(self.asked, part), self.by, self.limits)
        self.work = Work(
            self.work.rounds + result.work.rounds,
            self.work.landmarks + result.work.landmarks,
            self.work.calendar_work + result.work.calendar_work,
        )
        bound = max(bound, result.bound or 0)
        if result.plan is None:
            if not result.proven:
                self.unsolved.append(bound)
            return
        plan = Plan(tuple(step for step in result.plan.steps if step.delivery not in self.claims))
        if self._consider(plan) == bound:
            return
        broken = self._break(result.plan) if result.plan.dated else None
        if broken is None:
            self.unsolved.append(bound)
            return
        for smaller in self._split(part, broken):
            yield bound, smaller

    def _break(self, plan: Plan) -> _Break | None:
        """The first thing in a dated plan that leans on what has lapsed."""
        met = False
        for moment in moments(self.asked, plan):
            assert moment.week is not None
            refused = next((one for one in moment.refused if one.lapsed), None)
            met = met or moment.learner.holds(self.asked.goal)
            lapsed = refused.lapsed if refused else () if met else moment.learner.lapsed(self.asked.goal)
            if lapsed:
                asks = refused.content.id if refused else GOAL
                return _Break(asks, moment.week, self.content_of.get(lapsed[0].by, HELD), lapsed[0].fact)
        return None

    def _split(self, part: _Part, broken: _Break) -> Iterator[_Part]:
        """Parts that together hold every pathway of the part that holds, and none of them the broken plan."""
        asks, week, gives = broken.asks, broken.week, broken.gives
        if asks == GOAL:
            yield replace(part, horizon=week - 1)
            later = part
        else:
            yield part.with_window(asks, part.window(asks).starting(last=week - 1))
            later = part.with_window(asks, part.window(asks).starting(first=week))
        fresh = week - self.problem.lapses[broken.fact]
        if gives != HELD:
            yield later.with_window(gives, later.window(gives).ending(first=fresh))
            later = later.with_window(gives, later.window(gives).ending(last=fresh - 1))
        yield replace(later, ignored=later.ignored | {(asks, gives, broken.fact)})


def _value(problem: PathwayProblem, criterion: Criterion, plan: Plan) -> int | None:
    """What a plan scores; None when it does not replay, or has no dates and needs what can lapse."""
    try:
        trace = replay(problem if plan.dated else _without_lapsing(problem), plan)
    except PlanRefused:
        return None
    match criterion:
        case Criterion.WEEKS:
            return trace.finish_week
        case Criterion.FIRST_JOB:
            return trace.milestone_week
        case Criterion.COST:
            return trace.cost_pounds
        case Criterion.STEPS:
            return len(trace.steps)
        case Criterion.STUDY_WEEKS:
            return trace.study_weeks
        case Criterion.TRAVEL:
            return trace.travel_hours


def _without_lapsing(problem: PathwayProblem) -> PathwayProblem:
    """The question as if nothing that can lapse were ever given."""

    def kept(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
        return tuple(fact for fact in facts if fact not in problem.lapses)

    return replace(
        problem.with_catalogue(
            contents=(replace(one, adds=kept(one.adds)) for one in problem.contents),
            rules=(replace(rule, then=kept(rule.then)) for rule in problem.rules),
        ),
        held=problem.held - problem.lapses.keys(),
    )


def part_of(problem: PathwayProblem, part: _Part) -> PathwayProblem:
    """The part as a question in which nothing lapses."""
    within_windows = (part.window(one.content).of(one) for one in problem.deliveries)
    ignored: dict[str, set[tuple[str, Fact]]] = defaultdict(set)
    for asks, gives, fact in part.ignored:
        ignored[asks].add((gives, fact))
    adds = {content.id: list(content.adds) for content in problem.contents}
    entries: dict[str, Expression] = {content.id: content.entry for content in problem.contents}
    entries[GOAL] = problem.goal
    held, rules = set(problem.held), list(problem.rules)
    for asks, gifts in ignored.items():
        own = {fact: f"{fact}\x1f{asks}" for fact in downstream(problem.rules, [fact for _, fact in gifts])}
        held |= {own[fact] for fact in problem.held & own.keys() if (HELD, fact) not in gifts}
        for content in problem.contents:
            adds[content.id] += [own[f] for f in content.adds if f in own and (content.id, f) not in gifts]
        for rule in problem.rules:
            then = tuple(own[fact] for fact in rule.then if fact in own)
            if then:
                rules.append(Rule(f"{rule.id}\x1f{asks}", rule.kind, renamed(rule.condition, own), then))
        entries[asks] = renamed(entries[asks], own)
    asked = problem.with_catalogue(
        (Content(one.id, one.kind, entries[one.id], tuple(adds[one.id])) for one in problem.contents),
        (one for one in within_windows if one is not None),
        rules,
    )
    return replace(asked, held=frozenset(held), goal=entries[GOAL], horizon=part.horizon, lapses={})


def downstream(rules: Collection[Rule], facts: Collection[Fact] | Mapping[Fact, int]) -> set[Fact]:
    """The facts, and all that rules may draw from them."""
    asking: dict[Fact, list[Rule]] = defaultdict(list)
    for rule in rules:
        for fact in leaves(rule.condition):
            asking[fact].append(rule)
    found, waiting = set(facts), list(facts)
    while waiting:
        for rule in asking[waiting.pop()]:
            new = set(rule.then) - found
            found |= new
            waiting += sorted(new)
    return found


def renamed(expression: Expression, names: Mapping[Fact, Fact]) -> Expression:
    """The requirement with other names for some facts."""
    match expression:
        case str():
            return names.get(expression, expression)
        case All(parts):
            return All(tuple(renamed(part, names) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(renamed(part, names) for part in parts))
        case AtLeast(threshold, weighted):
            return AtLeast(threshold, tuple((weight, renamed(part, names)) for weight, part in weighted))


def leaves(expression: Expression) -> Iterator[Fact]:
    """The facts that a requirement names."""
    match expression:
        case str():
            yield expression
        case AtLeast(_, weighted):
            for _, part in weighted:
                yield from leaves(part)
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from leaves(part)
