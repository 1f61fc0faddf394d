"""Every best compromise between two or three criteria: the exact Pareto front.

A point is *on the front* when no pathway is better in one criterion without being worse in another. The part of the
space that can still hold points is kept as boxes, each given by upper bounds; a box is searched for its first point in
lexicographic order, which lies on the front, and every box that holds that point is split along each axis. So the
number of searches is linear in the number of points:

* Klamroth, Lacour & Vanderpooten (2015), "On the representation of the search region in multi-objective optimization";
* Daechert & Klamroth (2015), "A linear bound on the number of scalarizations needed to solve discrete tricriteria
  optimization problems";
* Kirlik & Sayin (2014), "A new algorithm for generating all nondominated solutions of multiobjective discrete
  optimization problems".

A search that ends with a proof also tells which boxes are empty: below the least value of its first criterion, below
that of the second beside it, and so on. These are never searched, and bound the searches of others from below.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Protocol

from queries.pathways.engine.additive import solve_additive
from queries.pathways.engine.calendar import GOAL, MILESTONE, Calendar, Found, Row, Steps, solve_calendar
from queries.pathways.engine.problem import (
    ADDITIVE,
    Cap,
    Criterion,
    Limits,
    PathwayProblem,
    Plan,
    PlannedStep,
    ProblemRefused,
)

Axes = tuple[Criterion, ...]

Box = tuple[int, ...]
"""The most of each criterion, in the order in which the axes are searched."""

ANYTHING = 1 << 60
"""The bound of a box along an axis on which it is open."""

SEARCHED_FIRST = (Criterion.WEEKS, Criterion.FIRST_JOB, Criterion.STEPS, Criterion.COST, *ADDITIVE)
"""The order in which a box is searched along its axes: what narrows the calendar most comes first."""

SHARES = 5
"""How many searches' work on the calendar a front may take: one has about so many points."""

TARGETS = {Criterion.WEEKS: GOAL, Criterion.FIRST_JOB: MILESTONE}
"""The criteria read off the calendar, and what each wants to hold."""


@dataclass(frozen=True, slots=True)
class FrontPoint:
    """A best compromise: no pathway is better in one of the criteria without being worse in another."""

    plan: Plan
    values: Mapping[Criterion, int]


@dataclass(frozen=True, slots=True)
class Front:
    """Best compromises, in the order of their values along the axes; no two have the same.

    `complete` says that there are no others among plans that finish by week `finish_by`. None there means by the
    horizon; when, besides, no axis is read off the calendar, dates are ignored and plans come without. Each point is
    proved to be on the front either way.
    """

    points: tuple[FrontPoint, ...]
    complete: bool
    finish_by: int | None
    axes: Axes


def pareto(
    problem: PathwayProblem, axes: Sequence[Criterion], limits: Limits, *, within: float | None = 1.3, most: int = 100
) -> Front:
    """The best compromises between two or three criteria.

    `within` keeps to plans that finish by so many times the earliest finish, rounded down; None asks for all. At most
    `most` points are looked for. `limits` hold for each search, but all of them together have `SHARES` times the
    `calendar_work` of one. Raises `ValueError` for fewer than two or more than three different axes, and
    `ProblemRefused` for the first job in a question without a milestone.
    """
    axes = tuple(dict.fromkeys(axes))
    if len(axes) not in {2, 3}:
        raise ValueError(f"a front has two or three axes, not {len(axes)}")
    if problem.milestone is None and Criterion.FIRST_JOB in axes:
        hint = "Say what counts as the first job, or choose other criteria."
        raise ProblemRefused("no_milestone", {"axes": [*axes]}, hint)
    order = tuple(axis for axis in dict.fromkeys(SEARCHED_FIRST) if axis in axes)
    limits = replace(limits, calendar_work=SHARES * limits.calendar_work)
    if within is None:
        by_sums = all(axis in ADDITIVE for axis in axes)
        search = _Undated(problem, order, limits) if by_sums else _Dated(problem, order, limits, problem.horizon)
        return _front(axes, order, search, None, most)
    earliest = solve_calendar(problem, limits, tidy=False)
    if earliest.plan is None or earliest.finish is None:
        return Front((), earliest.proven, None, axes)
    finish_by = min(problem.horizon, int(Fraction(str(within)) * earliest.finish))
    dated = _Dated(problem, order, limits, finish_by)
    dated.know(earliest.plan, earliest.bound)
    front = _front(axes, order, dated, finish_by, most)
    return replace(front, complete=front.complete and earliest.proven)


def least_within(problem: PathwayProblem, order: Axes, most: Mapping[Criterion, int], limits: Limits) -> Plan | None:
    """The dated plan that is least in the first criterion, then the next and so on, each at most so much.

    None when there is none, or none was proved to be that.
    """
    point = _Dated(problem, order, limits, problem.horizon).first(tuple(most.get(axis, ANYTHING) for axis in order))
    return None if point is None else point.plan


class _Search(Protocol):
    """Something that searches boxes; `empty` are those proved to hold no plan, more with each search."""

    empty: list[Box]

    def first(self, box: Box) -> FrontPoint | None:
        """The first point of a box in lexicographic order, if there is one and it is proved to be that."""


def _front(axes: Axes, order: Axes, search: _Search, finish_by: int | None, most: int) -> Front:
    """All points, by searching boxes until none is left. One that was given up leaves the front incomplete."""
    points: list[FrontPoint] = []
    boxes: list[Box] = [(ANYTHING,) * len(order)]
    complete = True
    while boxes and len(points) < most:
        box = max(boxes)
        point = search.first(box)
        if point is not None:
            points.append(FrontPoint(point.plan, {axis: point.values[axis] for axis in axes}))
            boxes = _split(boxes, tuple(point.values[axis] for axis in order))
        elif not any(_inside(box, other) for other in search.empty):
            boxes.remove(box)
            complete = False
        boxes = [box for box in boxes if not any(_inside(box, other) for other in search.empty)]
    points.sort(key=lambda point: [point.values[axis] for axis in axes])
    return Front(tuple(points), complete and not boxes, finish_by, axes)


def _inside(one: Sequence[int], other: Sequence[int]) -> bool:
    """Whether everything in one box is in the other; a point is the box up to it."""
    return all(here <= there for here, there in zip(one, other, strict=True))


def _below(box: Sequence[int], place: int, value: int) -> Box:
    """What of a box is less than a value along one axis."""
    return (*box[:place], value - 1, *box[place + 1 :])


def _split(boxes: Sequence[Box], point: Box) -> list[Box]:
    """The boxes less all that is no better than a point along any axis, without those inside others."""
    parts: dict[Box, None] = {}
    for box in boxes:
        if _inside(point, box):
            parts.update((_below(box, place, value), None) for place, value in enumerate(point) if value > 0)
        else:
            parts[box] = None
    return [one for one in parts if not any(one != other and _inside(one, other) for other in parts)]


class _Undated:
    """Searches boxes with dates ignored: the additive optimum under caps, one criterion after another."""

    def __init__(self, problem: PathwayProblem, order: Axes, limits: Limits) -> None:
        self.problem = problem
        self.order = order
        self.limits = limits
        self.empty: list[Box] = []

    def first(self, box: Box) -> FrontPoint | None:
        """See `_Search`."""
        plan, upper = Plan(()), list(box)
        for place, axis in enumerate(self.order):
            bounds = zip(self.order, upper, strict=True)
            caps = tuple(Cap(f"front {one}", one, top) for one, top in bounds if top < ANYTHING)
            optimum = solve_additive(replace(self.problem, caps=self.problem.caps + caps), axis, self.limits)
            if optimum is None:
                self.empty.append(tuple(upper))
                return None
            self.empty.append(_below(upper, place, optimum.bound))
            if optimum.value is None or not optimum.proven:
                return None
            upper[place] = optimum.value
            plan = Plan(tuple(PlannedStep(one.id, None) for one in optimum.deliveries))
        return FrontPoint(plan, dict(zip(self.order, upper, strict=True)))


class _Dated:
    """Searches boxes on the calendar, one criterion after another. `known` are the plans met on the way."""

    def __init__(self, problem: PathwayProblem, order: Axes, limits: Limits, finish_by: int) -> None:
        self.problem = problem if Criterion.FIRST_JOB in order else replace(problem, milestone=None)
        self.order = order
        self.limits = limits
        self.finish_by = finish_by
        self.empty: list[Box] = []
        self.known: dict[Box, Steps] = {}

    def know(self, earliest: Plan, bound: int) -> None:
        """Take in a plan that finishes in time, and that none finishes before `bound`."""
        anything = (ANYTHING,) * len(self.order)
        if self.order[0] is Criterion.WEEKS:
            self.empty.append(_below(anything, 0, bound))
        calendar = self._calendar(anything)
        steps = {calendar.prepared.places[one.delivery]: one.start_week or 0 for one in earliest.steps}
        if steps and calendar.allowed(steps):
            self.known[self._values(calendar, steps)] = steps

    def first(self, box: Box) -> FrontPoint | None:
        """See `_Search`."""
        upper, best = list(box), Steps()
        if self._calendar(box).certain():
            return FrontPoint(Plan(()), dict.fromkeys(self.order, 0))
        for place in range(len(self.order)):
            found = self._least(place, upper)
            if found is None:
                self.empty.append(tuple(upper))
                return None
            self.empty.append(_below(upper, place, found.bound))
            if found.steps is None or not found.proven:
                return None
            upper[place], best = found.value, found.steps
        calendar = self._calendar(upper)
        untidy = not {Criterion.STEPS, Criterion.COST} <= {*self.order}
        plan = calendar.tidied(Found(best, calendar.deadlines[GOAL], 0, True), GOAL, tidy=untidy).plan
        self._spend(calendar)
        return None if plan is None else FrontPoint(plan, dict(zip(self.order, upper, strict=True)))

    def _least(self, place: int, upper: Sequence[int]) -> Found | None:
        """The least along one axis within upper bounds; None when it is proved that there is no plan."""
        axis, calendar = self.order[place], self._calendar(upper)
        within = [*upper[:place], 0, *upper[place + 1 :]]
        bound = max(
            (box[place] + 1 for box in self.empty if _inside(within, (*box[:place], 0, *box[place + 1 :]))), default=0
        )
        known = min(
            (values for values in self.known if _inside(values, upper)), key=lambda values: values[place], default=None
        )
        best = None if known is None else self.known[known]
        if known is not None and known[place] <= bound:
            return Found(best, known[place], known[place], True)
        if axis in TARGETS:
            found = calendar.soonest(TARGETS[axis], best)
            none = found.bound > calendar.deadlines[TARGETS[axis]]
        else:
            amounts = calendar.prepared.amounts[axis]
            found = calendar.least(amounts, best, bound, self.limits.calendar_work)
            none = found.proven or found.bound > int(amounts.sum())
        self._spend(calendar)
        if found.steps is not None:
            self.known[self._values(calendar, found.steps)] = found.steps
        return None if found.steps is None and none else found

    def _calendar(self, upper: Sequence[int]) -> Calendar:
        """The question with every criterion kept to its upper bound, and the finish to the window."""
        calendar = Calendar(self.problem, self.limits)
        calendar.deadlines[GOAL] = self.finish_by
        for axis, top in zip(self.order, upper, strict=True):
            if axis in TARGETS:
                target = TARGETS[axis]
                calendar.deadlines[target] = min(calendar.deadlines[target], top)
            elif top < ANYTHING:
                calendar.rows.append(Row(calendar.prepared.amounts[axis], top))
        return calendar

    def _values(self, calendar: Calendar, steps: Steps) -> Box:
        weeks, amounts = calendar.weeks(steps), calendar.prepared.amounts
        return tuple(
            weeks[TARGETS[axis]] if axis in TARGETS else int(amounts[axis][list(steps)].sum()) for axis in self.order
        )

    def _spend(self, calendar: Calendar) -> None:
        self.limits = replace(self.limits, calendar_work=max(0.0, self.limits.calendar_work - calendar.work))
