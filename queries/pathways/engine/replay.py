"""A plan carried out week by week against the question: the last word on every answer.

Shares no code with the search, so a mistake there cannot repeat itself here. No answer is shown before it has been
replayed, and the trace says in passing what each step leaned on and what it gave, which is what explanations are
made of.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from queries.pathways.engine.problem import (
    All,
    AnyOf,
    AtLeast,
    Content,
    Delivery,
    Expression,
    Fact,
    PathwayError,
    PathwayProblem,
    Plan,
    PlannedStep,
    Rule,
)


class PlanRefused(PathwayError):  # noqa: N818 - it is an answer to the caller, not a fault
    """The plan cannot be carried out, or does not lead to the goal.

    Codes: unknown_delivery, content_repeated, partly_dated, barred, start_not_offered, past_horizon, too_many_hours,
    over_cap, entry_not_met, goal_not_met.
    """


class Source(StrEnum):
    """Where a fact came from: held from the start, given by a step, or following by a free rule."""

    HELD = "held"
    STEP = "step"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Support:
    """A fact that holds, and why.

    `by` is the id of the delivery (`STEP`) or rule (`RULE`) that gave it, or empty (`HELD`). `week` is when it began to
    hold; None in a plan without dates.
    """

    fact: Fact
    source: Source
    by: str
    week: int | None


@dataclass(frozen=True, slots=True)
class StepTrace:
    """What happened at one step.

    `start_week` and `end_week` are None in a plan without dates. `entry` are the facts of the entry requirement that
    held at the start; `gained` those that began to hold at the end, the step's own first, then by rules.
    """

    delivery: Delivery
    content: Content
    start_week: int | None
    end_week: int | None
    entry: tuple[Support, ...]
    gained: tuple[Support, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """A plan that holds: its steps by start, what met the goal, and its sums.

    `finish_week` is the first week in which the goal holds (None without dates); `busiest_hours` the most hours that
    run in any week.
    """

    steps: tuple[StepTrace, ...]
    goal: tuple[Support, ...]
    finish_week: int | None
    cost_pounds: int
    study_weeks: int
    travel_hours: int
    busiest_hours: int


def replay(problem: PathwayProblem, plan: Plan) -> Trace:
    """Carry a plan out. Raises `PlanRefused` with the first thing that is wrong."""
    steps = _identified(problem, plan)
    if all(week is None for week, _, _ in steps):
        return _replayed_in_order(problem, [(delivery, content) for _, delivery, content in steps])
    dated = sorted(
        ((week, delivery, content) for week, delivery, content in steps if week is not None),
        key=lambda step: (step[0], step[1].id),
    )
    for week, delivery, _ in dated:
        _refuse_bad_dates(problem, week, delivery)
    busiest = _refuse_crowded_weeks(problem, dated)
    return _replayed_by_week(problem, dated, busiest)


def _identified(problem: PathwayProblem, plan: Plan) -> list[tuple[int | None, Delivery, Content]]:
    deliveries = {delivery.id: delivery for delivery in problem.deliveries}
    contents = {content.id: content for content in problem.contents}
    steps: list[tuple[int | None, Delivery, Content]] = []
    taken: dict[str, str] = {}
    for step in plan.steps:
        delivery = deliveries.get(step.delivery)
        if delivery is None:
            raise _refused("unknown_delivery", step, {}, "Use the id of a delivery on offer.")
        if delivery.content in taken:
            facts: dict[str, object] = {"content": delivery.content, "also_by": taken[delivery.content]}
            raise _refused("content_repeated", step, facts, "Take each content once.")
        taken[delivery.content] = delivery.id
        steps.append((step.start_week, delivery, contents[delivery.content]))
        if (step.start_week is None) != (plan.steps[0].start_week is None):
            raise _refused("partly_dated", step, {}, "Give every step a start week, or none.")
        if delivery.hours_per_week > problem.hours_cap:
            facts = {"hours": delivery.hours_per_week, "hours_cap": problem.hours_cap}
            raise _refused("too_many_hours", step, facts, "Choose a lighter delivery.")
        if not problem.usable(delivery):
            raise _refused("barred", step, {}, "Choose a delivery that the learner's limits leave.")
    for cap in problem.caps:
        spent = sum(cap.amount(delivery) for _, delivery, _ in steps)
        if spent > cap.most:
            facts = {"cap": cap.id, "spent": spent, "most": cap.most}
            raise PlanRefused("over_cap", facts, "Choose deliveries that together stay within the cap.")
    return steps


def _refused(code: str, step: PlannedStep, facts: dict[str, object], hint: str) -> PlanRefused:
    where: dict[str, object] = {"delivery": step.delivery, "start_week": step.start_week}
    return PlanRefused(code, where | facts, hint)


def _refuse_bad_dates(problem: PathwayProblem, week: int, delivery: Delivery) -> None:
    step = PlannedStep(delivery.id, week)
    closes = week if delivery.closes is None else delivery.closes
    offered = delivery.opens <= week <= closes if delivery.starts is None else week in delivery.starts
    if week < problem.not_before or not offered:
        raise _refused("start_not_offered", step, {}, "Start in a week the delivery offers.")
    if week + delivery.weeks > problem.horizon:
        facts: dict[str, object] = {"end_week": week + delivery.weeks, "horizon": problem.horizon}
        raise _refused("past_horizon", step, facts, "Start sooner, or look further ahead.")


def _refuse_crowded_weeks(problem: PathwayProblem, steps: list[tuple[int, Delivery, Content]]) -> int:
    hours: dict[int, int] = defaultdict(int)
    for start, delivery, _ in steps:
        for week in range(start, start + delivery.weeks):
            hours[week] += delivery.hours_per_week
            if hours[week] > problem.hours_cap:
                facts: dict[str, object] = {"week": week, "hours": hours[week], "hours_cap": problem.hours_cap}
                hint = "Start later, or choose a lighter delivery."
                raise _refused("too_many_hours", PlannedStep(delivery.id, start), facts, hint)
    return max(hours.values(), default=0)


def _replayed_by_week(problem: PathwayProblem, steps: list[tuple[int, Delivery, Content]], busiest: int) -> Trace:
    learner = _Learner(problem, 0)
    finish = 0 if learner.holds(problem.goal) else None
    goal = learner.supports(problem.goal)
    entries: dict[str, tuple[Support, ...]] = {}
    gains: dict[str, tuple[Support, ...]] = {}
    order: list[tuple[int, Delivery, Content]] = []
    for week in sorted({week for start, delivery, _ in steps for week in (start, start + delivery.weeks)}):
        for start, delivery, content in steps:
            if start < week == start + delivery.weeks:
                gains[delivery.id] = learner.completes(content, delivery, week)
        for delivery, content in _starting_order(learner, [step[1:] for step in steps if step[0] == week]):
            entries[delivery.id] = _entered(learner, PlannedStep(delivery.id, week), content)
            if delivery.weeks == 0:
                gains[delivery.id] = learner.completes(content, delivery, week)
            order.append((week, delivery, content))
        if finish is None and learner.holds(problem.goal):
            finish, goal = week, learner.supports(problem.goal)
    traced = tuple(
        StepTrace(delivery, content, start, start + delivery.weeks, entries[delivery.id], gains[delivery.id])
        for start, delivery, content in order
    )
    return _traced(learner, traced, goal, finish, busiest)


def _starting_order(learner: _Learner, waiting: list[tuple[Delivery, Content]]) -> Iterator[tuple[Delivery, Content]]:
    """Steps of one week in an order that can be carried out: what takes no weeks may open the entry of another."""
    instant = [step for step in waiting if step[0].weeks == 0]
    while ready := next((step for step in instant if learner.holds(step[1].entry)), None):
        instant.remove(ready)
        yield ready
    yield from instant
    yield from (step for step in waiting if step[0].weeks > 0)


def _replayed_in_order(problem: PathwayProblem, steps: list[tuple[Delivery, Content]]) -> Trace:
    learner = _Learner(problem, None if steps else 0)
    traced: list[StepTrace] = []
    for delivery, content in steps:
        entry = _entered(learner, PlannedStep(delivery.id, None), content)
        traced.append(StepTrace(delivery, content, None, None, entry, learner.completes(content, delivery, None)))
    busiest = max((delivery.hours_per_week for delivery, _ in steps), default=0)
    finish = None if steps else 0
    return _traced(learner, tuple(traced), learner.supports(problem.goal), finish, busiest)


def _entered(learner: _Learner, step: PlannedStep, content: Content) -> tuple[Support, ...]:
    if not learner.holds(content.entry):
        facts: dict[str, object] = {"content": content.id, "lacking": learner.lacking(content.entry)}
        raise _refused("entry_not_met", step, facts, "Complete what the entry requirement asks for first.")
    return learner.supports(content.entry)


def _traced(
    learner: _Learner, steps: tuple[StepTrace, ...], goal: tuple[Support, ...], finish: int | None, busiest: int
) -> Trace:
    if not learner.holds(learner.problem.goal):
        facts: dict[str, object] = {"lacking": learner.lacking(learner.problem.goal)}
        raise PlanRefused("goal_not_met", facts, "Add steps that give what the goal still lacks.")
    return Trace(
        steps,
        goal,
        finish,
        sum(step.delivery.cost_pounds for step in steps),
        sum(step.delivery.weeks for step in steps),
        sum(step.delivery.travel_hours for step in steps),
        busiest,
    )


class _Learner:
    """What a learner holds, and why, as a plan goes on."""

    def __init__(self, problem: PathwayProblem, week: int | None) -> None:
        self.problem = problem
        self._known: dict[Fact, Support] = {}
        self._asking: dict[Fact, list[Rule]] = defaultdict(list)
        always: list[Rule] = []
        for rule in problem.rules:
            mentioned = set(_leaves(rule.condition))
            for fact in mentioned:
                self._asking[fact].append(rule)
            if self.holds(rule.condition):
                always.append(rule)
        new = [Support(fact, Source.HELD, "", week) for fact in sorted(problem.held)]
        new += [Support(fact, Source.RULE, rule.id, week) for rule in always for fact in rule.then]
        self._learn(new)

    def _learn(self, new: list[Support]) -> tuple[Support, ...]:
        """Take in facts and all that follows by rules; gives those not known before, in order."""
        gained: list[Support] = []
        for support in new:  # grows while we look
            if support.fact in self._known:
                continue
            self._known[support.fact] = support
            gained.append(support)
            for rule in self._asking[support.fact]:
                if any(fact not in self._known for fact in rule.then) and self.holds(rule.condition):
                    new.extend(Support(fact, Source.RULE, rule.id, support.week) for fact in rule.then)
        return tuple(gained)

    def completes(self, content: Content, delivery: Delivery, week: int | None) -> tuple[Support, ...]:
        """Take in what a content adds."""
        return self._learn([Support(fact, Source.STEP, delivery.id, week) for fact in content.adds])

    def holds(self, expression: Expression) -> bool:
        """Whether a requirement is met now."""
        match expression:
            case str():
                return expression in self._known
            case All(parts):
                return all(self.holds(part) for part in parts)
            case AnyOf(parts):
                return any(self.holds(part) for part in parts)
            case AtLeast(threshold, weighted):
                return sum(weight for weight, part in weighted if self.holds(part)) >= threshold

    def supports(self, expression: Expression) -> tuple[Support, ...]:
        """The facts of a requirement that hold now, each once, in the order written."""
        return tuple(self._known[fact] for fact in dict.fromkeys(_leaves(expression)) if fact in self._known)

    def lacking(self, expression: Expression) -> list[Fact]:
        """The facts of a requirement that do not hold now, each once, in the order written."""
        return [fact for fact in dict.fromkeys(_leaves(expression)) if fact not in self._known]


def _leaves(expression: Expression) -> Iterator[Fact]:
    match expression:
        case str():
            yield expression
        case AtLeast(_, weighted):
            for _, part in weighted:
                yield from _leaves(part)
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _leaves(part)


def reaches_goal(problem: PathwayProblem, contents: Iterable[str]) -> bool:
    """Whether the goal holds once every content (by id) that can be entered has been completed, dates aside."""
    learner = _Learner(problem, None)
    wanted = set(contents)
    waiting = [content for content in problem.contents if content.id in wanted]
    asking: dict[Fact, list[Content]] = defaultdict(list)
    for content in waiting:
        for fact in set(_leaves(content.entry)):
            asking[fact].append(content)
    completed: set[str] = set()
    while waiting:
        content = waiting.pop()
        if content.id in completed or not learner.holds(content.entry):
            continue
        completed.add(content.id)
        gained = learner._learn([Support(fact, Source.STEP, content.id, None) for fact in content.adds])
        for support in gained:
            waiting += asking[support.fact]
    return learner.holds(problem.goal)
