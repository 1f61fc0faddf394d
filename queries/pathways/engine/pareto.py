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

A search takes no more than its share of the work. Where that is not enough, the part of the box that is better than
what was proved is searched on its own, and the rest once more, with what work is left and the axes the other way round.
What is then still open is told: plans that nothing met is better than, and what a better one would have at least.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
class NotProven:
    """A compromise that no pathway met is better than, although there may be one.

    A pathway that is no worse in any of the criteria has at least `at_least` of each.
    """

    plan: Plan
    values: Mapping[Criterion, int]
    at_least: Mapping[Criterion, int]


@dataclass(frozen=True, slots=True)
class Front:
    """Best compromises, in the order of their values along the axes; no two have the same.

    `complete` says that there are no others among plans that finish by week `finish_by`. None there means by the
    horizon; when, besides, no axis is read off the calendar, dates are ignored and plans come without. Each point is
    proved to be on the front either way; those `not_proven` are in the same order, and none when the front is complete.
    """

    points: tuple[FrontPoint, ...]
    complete: bool
    finish_by: int | None
    axes: Axes
    not_proven: tuple[NotProven, ...] = ()


def pareto(
    problem: PathwayProblem, axes: Sequence[Criterion], limits: Limits, *, within: float | None = 1.3, most: int = 100
) -> Front:
    """The best compromises between two or three criteria.

    `within` keeps to plans that finish by so many times the earliest finish, rounded down; None asks for all. At most
    `most` points are looked for. `limits` hold for each search, but all of them together have `SHARES` times the
    `calendar_work` of one; so has, besides and before them, the search for the earliest finish. Raises `ValueError` for
    fewer than two or more than three different axes, and `ProblemRefused` for the first job in a question without a
    milestone.
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
    search, box = _Dated(problem, order, limits, problem.horizon), tuple(most.get(axis, ANYTHING) for axis in order)
    point = search.first(box, range(len(order)), limits.calendar_work)
    return point.plan if isinstance(point, FrontPoint) else None


class _Search(Protocol):
    """Something that searches boxes.

    `empty` are those proved to hold no plan, more with each search; `left` is the calendar work that is left.
    """

    empty: list[Box]
    left: float

    def first(self, box: Box, places: Sequence[int], work: float) -> FrontPoint | Box:
        """The first point of a box in lexicographic order of its axes, of which the first place is searched first.

        When there is none, or it takes more work: the values proved so far, the bound of the next, and noughts.
        """

    def met(self) -> Mapping[Box, Plan]:
        """The plans met on the way, by their values along the axes."""


def _front(axes: Axes, order: Axes, search: _Search, finish_by: int | None, most: int) -> Front:
    """All points, by searching boxes until none is left. What is given up twice leaves the front incomplete."""
    points: dict[Box, Plan] = {}
    boxes: list[Box] = [(ANYTHING,) * len(order)]
    share, hard = search.left / SHARES, list[Box]()
    for places in (range(len(order)), range(len(order))[::-1]):
        boxes, hard = [*boxes, *hard], []
        while boxes and len(points) < most:
            box = max(boxes)
            found = search.first(box, places, share if places[0] == 0 else search.left / len(boxes))
            if isinstance(found, FrontPoint):
                point = tuple(found.values[axis] for axis in order)
                points[point] = found.plan
                boxes, hard = _split(boxes, point), _split(hard, point)
            else:
                boxes.remove(box)
                hard.append(box)
                if places[0] == 0 and search.left > 0:
                    boxes = _outermost([*boxes, *_split([box], found)])
            boxes, hard = ([box for box in some if not _in_any(box, search.empty)] for some in (boxes, hard))
        if search.left <= 0:
            break
    met = search.met()
    not_proven = list[NotProven]()
    for values in [one for one in met if not any(_inside(other, one) for other in (*points, *met) if other != one)]:
        least = tuple(_bound(values, place, search.empty) for place in range(len(values)))
        if least == values:
            points.setdefault(values, met[values])
        elif values not in points:
            not_proven.append(NotProven(met[values], _by(axes, order, values), _by(axes, order, least)))
    return Front(
        tuple(sorted((FrontPoint(plan, _by(axes, order, point)) for point, plan in points.items()), key=_along)),
        not boxes and not hard,
        finish_by,
        axes,
        tuple(sorted(not_proven, key=_along)),
    )


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
    return _outermost(parts)


def _outermost(boxes: Iterable[Box]) -> list[Box]:
    """Boxes without those inside others."""
    some = dict.fromkeys(boxes)
    return [one for one in some if not any(one != other and _inside(one, other) for other in some)]


def _in_any(box: Box, others: Iterable[Box]) -> bool:
    return any(_inside(box, other) for other in others)


def _bound(values: Sequence[int], place: int, empty: Iterable[Box]) -> int:
    """The least of one criterion in a plan that is no worse than these values in the others."""
    others = _below(values, place, 1)
    return max((box[place] + 1 for box in empty if _inside(others, _below(box, place, 1))), default=0)


def _by(axes: Axes, order: Axes, values: Box) -> dict[Criterion, int]:
    """Values in the order searched, by criterion in the order asked for."""
    return {axis: values[order.index(axis)] for axis in axes}


def _along(one: FrontPoint | NotProven) -> list[int]:
    return [*one.values.values()]


class _Undated:
    """Searches boxes with dates ignored: the additive optimum under caps, one criterion after another."""

    def __init__(self, problem: PathwayProblem, order: Axes, limits: Limits) -> None:
        self.problem = problem
        self.order = order
        self.limits = limits
        self.empty: list[Box] = []
        self.left = 0.0

    def first(self, box: Box, places: Sequence[int], work: float) -> FrontPoint | Box:
        """See `_Search`."""
        plan, upper, proved = Plan(()), list(box), [0] * len(box)
        for place in places:
            axis = self.order[place]
            bounds = zip(self.order, upper, strict=True)
            caps = tuple(Cap(f"front {one}", one, top) for one, top in bounds if top < ANYTHING)
            optimum = solve_additive(replace(self.problem, caps=self.problem.caps + caps), axis, self.limits)
            if optimum is None:
                self.empty.append(tuple(upper))
                return tuple(proved)
            self.empty.append(_below(upper, place, optimum.bound))
            proved[place] = optimum.bound
            if optimum.value is None or not optimum.proven:
                return tuple(proved)
            upper[place] = optimum.value
            plan = Plan(tuple(PlannedStep(one.id, None) for one in optimum.deliveries))
        return FrontPoint(plan, dict(zip(self.order, upper, strict=True)))

    def met(self) -> Mapping[Box, Plan]:
        """See `_Search`; plans that are not proved best are not kept."""
        return {}


class _Dated:
    """Searches boxes on the calendar, one criterion after another. `known` are the plans met on the way."""

    def __init__(self, problem: PathwayProblem, order: Axes, limits: Limits, finish_by: int) -> None:
        self.problem = problem if Criterion.FIRST_JOB in order else replace(problem, milestone=None)
        self.order = order
        self.limits = limits
        self.left = limits.calendar_work
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

    def first(self, box: Box, places: Sequence[int], work: float) -> FrontPoint | Box:
        """See `_Search`."""
        upper, best, proved = list(box), Steps(), [0] * len(box)
        self.limits = replace(self.limits, calendar_work=min(work, self.left))
        if self._calendar(box).certain():
            return FrontPoint(Plan(()), dict.fromkeys(self.order, 0))
        for place in places:
            found = self._least(place, upper)
            if found is None:
                self.empty.append(tuple(upper))
                return tuple(proved)
            self.empty.append(_below(upper, place, found.bound))
            proved[place] = found.bound
            if found.steps is None or not found.proven:
                return tuple(proved)
            upper[place], best = found.value, found.steps
        calendar = self._calendar(upper)
        untidy = not {Criterion.STEPS, Criterion.COST} <= {*self.order}
        plan = calendar.tidied(Found(best, calendar.deadlines[GOAL], 0, True), GOAL, tidy=untidy).plan
        self._spend(calendar)
        return tuple(proved) if plan is None else FrontPoint(plan, dict(zip(self.order, upper, strict=True)))

    def met(self) -> Mapping[Box, Plan]:
        """See `_Search`."""
        plan = Calendar(self.problem, self.limits).plan
        return {values: plan(steps) for values, steps in self.known.items()}

    def _least(self, place: int, upper: Sequence[int]) -> Found | None:
        """The least along one axis within upper bounds; None when it is proved that there is no plan."""
        axis, calendar = self.order[place], self._calendar(upper)
        bound = _bound(upper, place, self.empty)
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
        self.left = max(0.0, self.left - calendar.work)
        self.limits = replace(self.limits, calendar_work=max(0.0, self.limits.calendar_work - calendar.work))
