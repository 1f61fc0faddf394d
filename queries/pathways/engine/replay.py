"""A plan carried out week by week against the question: the last word on every answer.

Shares no code with the search, so a mistake there cannot repeat itself here. No answer is shown before it has been
replayed, and the trace says in passing what each step leaned on and what it gave, which is what explanations are
made of.

**What lapses.** `PathwayProblem.lapses` gives some facts a life in weeks. Such a fact counts up to and including the
week that is so many weeks after it was given, and no longer in the week after; a step that gives it again renews it.
What follows from it by a rule follows only while it counts, so whatever leans on it lapses with it, the goal included.
An award is made once: what a rule of kind `award` or `exit_award` gives stays, though the credit behind it lapses,
unless `lapses` names the award itself, and then it counts its own weeks from when it was made and is not made again.
In a plan without dates nothing lapses: there is no saying when.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

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

AWARDS: Final = ("award", "exit_award")
"""The kinds of rule that make an award, which once made is not lost with the credit behind it."""


class PlanRefused(PathwayError):  # noqa: N818 - it is an answer to the caller, not a fault
    """The plan cannot be carried out, or does not lead to the goal.

    Codes: unknown_delivery, content_repeated, partly_dated, barred, too_early, start_not_offered, past_horizon,
    too_many_hours, over_cap, entry_not_met, goal_not_met; lapsed, when an entry requirement or the goal would be met
    had nothing lapsed.
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

    `finish_week` is the first week in which the goal holds, `milestone_week` that in which the question's milestone
    does (None without dates, without a milestone, or when it never does); `busiest_hours` the most hours that run in
    any week.
    """

    steps: tuple[StepTrace, ...]
    goal: tuple[Support, ...]
    finish_week: int | None
    cost_pounds: int
    study_weeks: int
    travel_hours: int
    busiest_hours: int
    milestone_week: int | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A step whose entry requirement is not met when it would start.

    `lacking` are facts of the requirement that do not count; `lapsed` a smallest choice of facts without whose lapse it
    would be met, empty when lapsing is not why.
    """

    delivery: Delivery
    content: Content
    lacking: tuple[Fact, ...]
    lapsed: tuple[Support, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """A week in which something starts or ends (without dates: a step), once that has happened.

    `started` are steps with what their entry leaned on, `ended` deliveries with what was gained, `refused` the steps
    that could not be entered and are left out from here on. `learner` knows what holds at the moment; ask before the
    next one.
    """

    week: int | None
    started: tuple[tuple[Delivery, Content, tuple[Support, ...]], ...]
    ended: tuple[tuple[Delivery, tuple[Support, ...]], ...]
    refused: tuple[Refused, ...]
    learner: Learner


_Step = tuple[int | None, Delivery, Content]


def replay(problem: PathwayProblem, plan: Plan) -> Trace:
    """Carry a plan out. Raises `PlanRefused` with the first thing that is wrong."""
    steps = _identified(problem, plan)
    busiest = _refuse_bad_dates(problem, steps)
    starts: list[tuple[int | None, Delivery, Content, tuple[Support, ...]]] = []
    gains: dict[str, tuple[Support, ...]] = {}
    goal: tuple[Support, ...] | None = None
    finish = milestone = None
    for moment in _moments(problem, steps):
        learner = moment.learner
        if moment.refused:
            raise _not_entered(next((one for one in moment.refused if one.lapsed), moment.refused[0]), moment.week)
        starts += [(moment.week, *started) for started in moment.started]
        gains.update((delivery.id, gained) for delivery, gained in moment.ended)
        if goal is None and learner.holds(problem.goal):
            finish, goal = moment.week, learner.supports(problem.goal)
        if milestone is None and problem.milestone is not None and learner.holds(problem.milestone):
            milestone = moment.week
    if goal is None:
        raise _goal_not_met(problem, learner)
    traced = tuple(
        StepTrace(
            delivery, content, start, None if start is None else start + delivery.weeks, entry, gains[delivery.id]
        )
        for start, delivery, content, entry in starts
    )
    return Trace(
        traced,
        goal if finish is not None else learner.supports(problem.goal),
        finish,
        sum(step.delivery.cost_pounds for step in traced),
        sum(step.delivery.weeks for step in traced),
        sum(step.delivery.travel_hours for step in traced),
        busiest,
        milestone,
    )


def moments(problem: PathwayProblem, plan: Plan) -> Iterator[Moment]:
    """A plan as it goes on, first what holds at the start. A step that cannot be entered is left out and said so.

    Only ids and repeated contents are checked, and hours, dates and caps are not: `replay` does that. Raises
    `PlanRefused` as `replay` does for those.
    """
    return _moments(problem, _identified(problem, plan))


def _identified(problem: PathwayProblem, plan: Plan) -> list[_Step]:
    """The steps with their deliveries, by start where they are dated. Refuses what no calendar could mend."""
    deliveries = {delivery.id: delivery for delivery in problem.deliveries}
    contents = {content.id: content for content in problem.contents}
    steps: list[_Step] = []
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
        if delivery.id in problem.barred:
            raise _refused("barred", step, {}, "Choose a delivery that the learner's limits leave.")
    for cap in problem.caps:
        spent = sum(cap.amount(delivery) for _, delivery, _ in steps)
        if spent > cap.most:
            facts = {"cap": cap.id, "spent": spent, "most": cap.most}
            raise PlanRefused("over_cap", facts, "Choose deliveries that together stay within the cap.")
    return sorted(steps, key=lambda step: (step[0], step[1].id) if step[0] is not None else (0, ""))


def _refused(code: str, step: PlannedStep, facts: dict[str, object], hint: str) -> PlanRefused:
    where: dict[str, object] = {"delivery": step.delivery, "start_week": step.start_week}
    return PlanRefused(code, where | facts, hint)


def _refuse_bad_dates(problem: PathwayProblem, steps: list[_Step]) -> int:
    """Refuses starts that are not offered and weeks that are too full; gives the hours of the busiest week."""
    hours: dict[int, int] = defaultdict(int)
    for week, delivery, _ in steps:
        if week is None:
            hours[0] = max(hours[0], delivery.hours_per_week)
            continue
        step = PlannedStep(delivery.id, week)
        closes = week if delivery.closes is None else delivery.closes
        offered = delivery.opens <= week <= closes if delivery.starts is None else week in delivery.starts
        if not offered:
            raise _refused("start_not_offered", step, {}, "Start in a week the delivery offers.")
        facts: dict[str, object] = {"not_before": problem.not_before}
        if week < problem.not_before:
            raise _refused("too_early", step, facts, "Start no sooner than the learner can.")
        if week + delivery.weeks > problem.horizon:
            facts = {"end_week": week + delivery.weeks, "horizon": problem.horizon}
            raise _refused("past_horizon", step, facts, "Start sooner, or look further ahead.")
    for week, delivery, _ in steps:
        for running in range(week, week + delivery.weeks) if week is not None else ():
            hours[running] += delivery.hours_per_week
            if hours[running] > problem.hours_cap:
                facts = {"week": running, "hours": hours[running], "hours_cap": problem.hours_cap}
                hint = "Start later, or choose a lighter delivery."
                raise _refused("too_many_hours", PlannedStep(delivery.id, week), facts, hint)
    return max(hours.values(), default=0)


def _not_entered(refused: Refused, week: int | None) -> PlanRefused:
    step = PlannedStep(refused.delivery.id, week)
    facts: dict[str, object] = {"content": refused.content.id, "lacking": list(refused.lacking)}
    if refused.lapsed:
        return _refused("lapsed", step, facts | {"lapsed": refused.lapsed}, "Start while it counts, or renew it first.")
    return _refused("entry_not_met", step, facts, "Complete what the entry requirement asks for first.")


def _goal_not_met(problem: PathwayProblem, learner: Learner) -> PlanRefused:
    facts: dict[str, object] = {"lacking": learner.lacking(problem.goal)}
    if lapsed := learner.lapsed(problem.goal):
        return PlanRefused("lapsed", facts | {"lapsed": lapsed}, "Finish while it counts, or renew it first.")
    return PlanRefused("goal_not_met", facts, "Add steps that give what the goal still lacks.")


def _moments(problem: PathwayProblem, steps: list[_Step]) -> Iterator[Moment]:
    dated = all(week is not None for week, _, _ in steps)
    learner = Learner(problem, 0 if dated else None)
    yield Moment(0 if dated else None, (), (), (), learner)
    if not dated:
        for step in steps:
            yield _moment(learner, None, [step], [])
        return
    under_way: list[_Step] = []
    for week in sorted(
        {week for start, delivery, _ in steps if start is not None for week in (start, start + delivery.weeks)}
    ):
        learner.at(week)
        starting = [step for step in steps if step[0] == week]
        ending = [step for step in under_way if step[0] is not None and step[0] + step[1].weeks == week]
        moment = _moment(learner, week, starting, ending)
        left_out = {refused.delivery.id for refused in moment.refused}
        under_way += [step for step in starting if step[1].weeks and step[1].id not in left_out]
        yield moment


def _moment(learner: Learner, week: int | None, starting: list[_Step], ending: list[_Step]) -> Moment:
    """First what ends, then what starts; what takes no weeks (or has no dates) ends at once."""
    started: list[tuple[Delivery, Content, tuple[Support, ...]]] = []
    ended = [(delivery, learner.completes(content, delivery, week)) for _, delivery, content in ending]
    refused: list[Refused] = []
    for delivery, content in _starting_order(learner, [step[1:] for step in starting]):
        if not learner.holds(content.entry):
            lacking = tuple(learner.lacking(content.entry))
            refused.append(Refused(delivery, content, lacking, learner.lapsed(content.entry)))
            continue
        started.append((delivery, content, learner.supports(content.entry)))
        if delivery.weeks == 0 or week is None:
            ended.append((delivery, learner.completes(content, delivery, week)))
    return Moment(week, tuple(started), tuple(ended), tuple(refused), learner)


def _starting_order(learner: Learner, waiting: list[tuple[Delivery, Content]]) -> Iterator[tuple[Delivery, Content]]:
    """Steps of one week in an order that can be carried out: what takes no weeks may open the entry of another."""
    instant = [step for step in waiting if step[0].weeks == 0]
    while ready := next((step for step in instant if learner.holds(step[1].entry)), None):
        instant.remove(ready)
        yield ready
    yield from instant
    yield from (step for step in waiting if step[0].weeks > 0)


class Learner:
    """What a learner holds, and why, as a plan goes on."""

    def __init__(self, problem: PathwayProblem, week: int | None) -> None:
        self._lapses = problem.lapses
        self._week = week
        self._known: dict[Fact, Support] = {}
        self._given = [Support(fact, Source.HELD, "", week) for fact in sorted(problem.held)]
        self._made: set[Fact] = set()
        self._asking, self._always = _indexed(_Same(problem.rules))
        self._know()

    def at(self, week: int) -> None:
        """Let the weeks go by: what has lapsed by then no longer counts, nor what followed from it."""
        self._week = week
        if self._lapses:
            self._known.clear()
            self._know()

    def _know(self) -> None:
        self._learn([given for given in self._given if self._counts(given)])
        self._learn([one for rule in self._always for one in self._follows(rule)])

    def _counts(self, given: Support) -> bool:
        life = self._lapses.get(given.fact)
        return life is None or given.week is None or self._week is None or self._week <= given.week + life

    def _learn(self, new: list[Support]) -> tuple[Support, ...]:
        """Take in facts and all that follows by rules; gives those not known before, in order."""
        gained: list[Support] = []
        while new:  # each round looks once at every rule that asks for something new
            asking: dict[str, Rule] = {}
            for support in new:
                if support.fact not in self._known:
                    self._known[support.fact] = support
                    gained.append(support)
                    asking.update((rule.id, rule) for rule in self._asking.get(support.fact, ()))
            new = []
            for rule in asking.values():
                if any(fact not in self._known for fact in rule.then) and self.holds(rule.condition):
                    new.extend(self._follows(rule))
        return tuple(gained)

    def _follows(self, rule: Rule) -> Iterator[Support]:
        """What a rule whose condition is met gives now: all of it, less what is made once and has been."""
        for fact in rule.then:
            support = Support(fact, Source.RULE, rule.id, self._week)
            if self._lapses and (rule.kind in AWARDS or fact in self._lapses):
                if fact in self._made:
                    continue
                self._made.add(fact)
                self._given.append(support)
            yield support

    def completes(self, content: Content, delivery: Delivery, week: int | None) -> tuple[Support, ...]:
        """Take in what a content adds."""
        return self._receives([Support(fact, Source.STEP, delivery.id, week) for fact in content.adds])

    def completes_all(self, contents: Iterable[Content]) -> frozenset[str]:
        """Complete, without dates, every one of the contents that can be entered: their ids."""
        waiting = list(contents)
        asking: dict[Fact, list[Content]] = defaultdict(list)
        for content in waiting:
            for fact in set(_leaves(content.entry)):
                asking[fact].append(content)
        completed: set[str] = set()
        while waiting:
            content = waiting.pop()
            if content.id in completed or not self.holds(content.entry):
                continue
            completed.add(content.id)
            gained = self._receives([Support(fact, Source.STEP, content.id, None) for fact in content.adds])
            for support in gained:
                waiting += asking[support.fact]
        return frozenset(completed)

    def _receives(self, given: list[Support]) -> tuple[Support, ...]:
        self._given += given
        return self._learn(list(given))

    def copy(self) -> Learner:
        """A learner who holds the same and goes another way from here."""
        other = copy.copy(self)
        other._known, other._given, other._made = dict(self._known), list(self._given), set(self._made)
        return other

    @property
    def facts(self) -> frozenset[Fact]:
        """All that counts now."""
        return frozenset(self._known)

    def holds(self, expression: Expression) -> bool:
        """Whether a requirement is met now."""
        return _holds(expression, self._known)

    def supports(self, expression: Expression) -> tuple[Support, ...]:
        """The facts of a requirement that hold now, each once, in the order written."""
        return tuple(self._known[fact] for fact in dict.fromkeys(_leaves(expression)) if fact in self._known)

    def lacking(self, expression: Expression) -> list[Fact]:
        """The facts of a requirement that do not hold now, each once, in the order written."""
        return [fact for fact in dict.fromkeys(_leaves(expression)) if fact not in self._known]

    def lapsed(self, expression: Expression) -> tuple[Support, ...]:
        """Lapsed facts, no one too many, with which the requirement would be met; none when nothing lapsed matters."""
        gone = [given for given in self._given if not self._counts(given)]
        if not gone or self.holds(expression) or not self._would_hold(expression, gone):
            return ()
        for given in list(gone):
            rest = [other for other in gone if other is not given]
            if self._would_hold(expression, rest):
                gone = rest
        return tuple(gone)

    def _would_hold(self, expression: Expression, given: list[Support]) -> bool:
        other = self.copy()
        other._learn(list(given))
        return other.holds(expression)


@dataclass(frozen=True, eq=False, slots=True)
class _Same:
    """Rules, the same as others only when they are the same object, so that what is made of them can be kept."""

    rules: tuple[Rule, ...]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.rules is other.rules

    def __hash__(self) -> int:
        return id(self.rules)


@lru_cache(maxsize=8)
def _indexed(same: _Same) -> tuple[Mapping[Fact, Sequence[Rule]], Sequence[Rule]]:
    """The rules that ask for a fact, by the fact, and those that ask for nothing. Kept with the rules last used."""
    asking: dict[Fact, list[Rule]] = defaultdict(list)
    for rule in same.rules:
        for fact in set(_leaves(rule.condition)):
            asking[fact].append(rule)
    return dict(asking), [rule for rule in same.rules if _holds(rule.condition, ())]


def _holds(expression: Expression, known: Container[Fact]) -> bool:
    """Whether a requirement is met by some facts."""
    match expression:
        case str():
            return expression in known
        case All(parts):
            return all(_holds(part, known) for part in parts)
        case AnyOf(parts):
            return any(_holds(part, known) for part in parts)
        case AtLeast(threshold, weighted):
            return sum(weight for weight, part in weighted if _holds(part, known)) >= threshold


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


def ended_by(steps: Sequence[StepTrace], after: int, week: int | None) -> tuple[StepTrace, ...]:
    """The steps of a trace that are over for somebody who stops in the week in which step number `after` ends.

    Of the later ones those that began before that week and end by it. Without dates, all up to the step.
    """
    if week is None:
        return tuple(steps[:after])
    ended = [(number, one) for number, one in enumerate(steps, 1) if one.end_week is not None and one.end_week <= week]
    return tuple(one for number, one in ended if number <= after or (one.start_week or 0) < week)


def reaches_goal(problem: PathwayProblem, contents: Iterable[str]) -> bool:
    """Whether the goal holds once every content (by id) that can be entered has been completed, dates aside."""
    wanted = set(contents)
    learner = Learner(problem, None)
    learner.completes_all(content for content in problem.contents if content.id in wanted)
    return learner.holds(problem.goal)
