"""The planner for one person: of equal pathways the surest, and each of them open to somebody of one age.

Both are exact. A step that may rest on an assumption has deliveries of its own, so that a cap counts them; with the
value kept, the caps are tried from none upwards. Assumptions about an age that is not known to the day may contradict
each other in a plan: then the days of birth are parted in two, so that the plan is in neither part, and the part with
the better plan is looked at first.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from operator import le
from typing import Final

from queries.pathways.compile import DayCatalogue
from queries.pathways.engine.pareto import Front, FrontPoint, NotProven, least_within, pareto
from queries.pathways.engine.problem import (
    ADDITIVE,
    Cap,
    Certificate,
    Criterion,
    Limits,
    Outcome,
    PathwayProblem,
    Plan,
    Planner,
    PlannerResult,
)
from queries.pathways.engine.replay import Trace, replay
from queries.pathways.personal import Births

PARTS: Final = 64
"""Parts of the days of birth that are looked at before a search is given up."""

Rank = tuple[bool, int, int, int, int]


@dataclass(frozen=True, slots=True)
class SurePlanner:
    """A planner for the person of a catalogue. Implements `Planner`."""

    planner: Planner
    catalogue: DayCatalogue

    def solve(self, problem: PathwayProblem, criterion: Criterion, limits: Limits) -> PlannerResult:
        """The best pathway by one criterion; among equals one with the fewest steps that cannot be told.

        By the first job those are equals that reach the goal as soon, too. Then comes the planner's own order among
        equals. What is proved is about the criterion.
        """
        best = self.at_one_age(problem, criterion, limits)
        for few in range(self.unsure(best)):
            found = self.at_one_age(self.with_few(problem, criterion, best, few), criterion, limits)
            if found.value is not None and best.value is not None and found.value <= best.value:
                return replace(best, plan=found.plan, value=found.value)
        return best

    def unsure(self, result: PlannerResult) -> int:
        """Of how many steps it cannot be told whether the person may start them."""
        return _unsure(result.plan, self.catalogue) if result.plan else 0

    def with_few(self, problem: PathwayProblem, criterion: Criterion, best: PlannerResult, few: int) -> PathwayProblem:
        """The question for a pathway no worse, with so few of such steps."""
        finish = best.value
        if criterion is Criterion.FIRST_JOB and best.plan is not None:
            finish = replay(problem, best.plan).finish_week
        problem = self.at_most(problem, few)
        if few and criterion in ADDITIVE and best.value is not None:
            problem = replace(problem, caps=(*problem.caps, Cap("no worse", criterion, best.value)))
        if criterion in ADDITIVE or finish is None:
            return problem
        return replace(problem, horizon=min(problem.horizon, finish))

    def surest(
        self, problem: PathwayProblem, points: Iterable[FrontPoint], axes: Sequence[Criterion], limits: Limits
    ) -> Iterator[FrontPoint]:
        """Those of best compromises that may be taken, each with the fewest steps that cannot be told."""
        for point in points:
            plans = [point.plan] if may_be_taken(point.plan, self.catalogue) else []
            for few in range(_unsure(point.plan, self.catalogue) if point.plan.dated else 0):
                plan = least_within(self.at_most(problem, few), tuple(axes), point.values, limits)
                if plan is not None and may_be_taken(plan, self.catalogue):
                    plans = [plan]
                    break
            yield from (replace(point, plan=plan) for plan in plans)

    def at_most(self, problem: PathwayProblem, few: int) -> PathwayProblem:
        """The question for a pathway with so few steps that cannot be told."""
        unsure = self.catalogue.cannot_tell
        if not few:
            return replace(problem, barred=problem.barred | unsure)
        return replace(problem, caps=(*problem.caps, Cap("cannot tell", dict.fromkeys(unsure, 1), few)))

    def at_one_age(self, problem: PathwayProblem, criterion: Criterion, limits: Limits) -> PlannerResult:
        """The best pathway that somebody of one age may take, and for which an entitlement may pay in each year.

        Where the best of all uses too much of an entitlement in a year, it is looked for with less borrowed, and with
        what is borrowed begun later: what is found then may be taken, and is proved best only if it is as good.
        """
        best = self.of_one_age(problem, criterion, limits)
        yearly = self.catalogue.yearly
        if yearly is None or best.plan is None or not yearly.over(_starts(best.plan)):
            return best
        parts = [(_rank(problem, best), 0, problem, best)]
        for number in range(1, PARTS):
            _, _, part, result = heapq.heappop(parts)
            starts = _starts(result.plan)
            over = yearly.over(starts)
            if not over:
                proven = best.proven and result.value == best.value
                return replace(result, bound=best.bound, proven=proven, certificate=None)
            less = Cap(f"a year {number}", dict.fromkeys(over, 1), len(over) - 1)
            tried = [replace(part, caps=(*part.caps, less))]
            if (later := yearly.later(starts, part.horizon)) is not None:
                tried.append(_not_before(part, *later))
            for place, one in enumerate(tried):
                found = self.of_one_age(one, criterion, limits)
                if found.plan is not None:
                    heapq.heappush(parts, (_rank(one, found), 2 * number + place, one, found))
            if not parts:
                break
        return PlannerResult(Outcome.STOPPED_EARLY, None, None, best.bound, False, None)

    def of_one_age(self, problem: PathwayProblem, criterion: Criterion, limits: Limits) -> PlannerResult:
        """The best pathway of which somebody of one age may start every step."""
        ages = self.catalogue.ages
        result = self.planner.solve(problem, criterion, limits)
        if ages is None:
            return result
        parts: list[tuple[Rank, int, Births, PlannerResult]] = [((False, 0, 0, 0, 0), 0, ages.between, result)]
        for number in range(1, PARTS):
            _, _, between, result = heapq.heappop(parts)
            cut = ages.split(_starts(result.plan), between)
            if cut is None:
                return result if number == 1 else _all_told(result, [other for *_, other in parts])
            for place, part in enumerate(_parted(between, cut)):
                found = self.planner.solve(ages.narrowed(problem, part), criterion, limits)
                heapq.heappush(parts, (_rank(problem, found), 2 * number + place, part, found))
        bound = min((one.bound for *_, one in parts if one.bound is not None), default=0)
        return PlannerResult(Outcome.STOPPED_EARLY, None, None, bound, False, None)

    def front(self, problem: PathwayProblem, axes: Sequence[Criterion], limits: Limits, *, within: float) -> Front:
        """Every best compromise (see `pareto`) of which somebody of one age may start every step.

        Those that use too much of an entitlement in a year are left out; then there may be others. Of plans of the same
        worth it is one with the fewest steps that cannot be told.
        """
        ages = self.catalogue.ages
        if ages is None:
            front = pareto(problem, axes, limits, within=within)
            near = problem if front.finish_by is None else replace(problem, horizon=front.finish_by)
            kept = tuple(self.surest(near, front.points, axes, limits))
            met = tuple(one for one in front.not_proven if may_be_taken(one.plan, self.catalogue))
            complete = front.complete and len(kept) == len(front.points)
            return replace(front, points=kept, not_proven=met, complete=complete)
        earliest = self.at_one_age(problem, Criterion.WEEKS, limits)
        if earliest.value is None:
            return Front((), earliest.proven, None, tuple(axes))
        finish_by = min(problem.horizon, int(Fraction(str(within)) * earliest.value))
        near, complete = replace(problem, horizon=finish_by), earliest.proven
        points, met = list[FrontPoint](), tuple[NotProven, ...]()
        parts = [(near, ages.between)]
        for _ in range(PARTS):
            if parts:
                part, between = parts.pop()
                front = pareto(part, axes, limits, within=max(1.0, finish_by))
                cuts = (ages.split(_starts(one.plan), between) for one in front.points)
                cut = next((cut for cut in cuts if cut is not None), None)
                if cut is None:
                    found = list(self.surest(part, front.points, axes, limits))
                    points += found
                    if between == ages.between:  # bounds of a part are not bounds of all
                        met = tuple(one for one in front.not_proven if may_be_taken(one.plan, self.catalogue))
                    complete &= front.complete and len(found) == len(front.points)
                else:
                    parts += [(ages.narrowed(near, half), half) for half in _parted(between, cut)]
        return Front(_undominated(points, axes), complete and not parts, finish_by, tuple(axes), met)


def _unsure(plan: Plan, catalogue: DayCatalogue) -> int:
    return sum(step.delivery in catalogue.cannot_tell for step in plan.steps)


def _starts(plan: Plan | None) -> list[tuple[str, int]]:
    """The deliveries of a plan that has dates, each with its week."""
    return [(one.delivery, one.start_week) for one in (plan.steps if plan else ()) if one.start_week is not None]


def _parted(between: Births, cut: date) -> list[Births]:
    """Days of birth up to a day, and those after it."""
    parts = (between[0], cut), (cut + timedelta(days=1), between[1])
    return [part for part in parts if part[0] <= part[1]]


def _undominated(points: Iterable[FrontPoint], axes: Sequence[Criterion]) -> tuple[FrontPoint, ...]:
    """The best compromises among some, in the order of their values along the axes; of equals one."""
    found: dict[tuple[int, ...], FrontPoint] = {}
    for point in points:
        found.setdefault(tuple(point.values[axis] for axis in axes), point)
    return tuple(
        point
        for values, point in sorted(found.items(), key=lambda one: one[0])
        if not any(other != values and all(map(le, other, values)) for other in found)
    )


def may_be_taken(plan: Plan, catalogue: DayCatalogue) -> bool:
    """Whether somebody of one age may start every step of a plan that has dates, and it keeps to the yearly limits."""
    ages, starts = catalogue.ages, _starts(plan)
    one_age = ages is None or ages.split(starts, ages.between) is None
    return one_age and (catalogue.yearly is None or not catalogue.yearly.over(starts))


def _not_before(problem: PathwayProblem, delivery: str, week: int) -> PathwayProblem:
    """The question in which a delivery starts in no week before one."""
    return problem.with_catalogue(
        deliveries=[
            one
            if one.id != delivery
            else replace(one, opens=max(one.opens, week))
            if one.starts is None
            else replace(one, starts=tuple(start for start in one.starts if start >= week))
            for one in problem.deliveries
        ]
    )


def _rank(problem: PathwayProblem, result: PlannerResult) -> Rank:
    """For ordering: the criterion, then finish, steps and pounds; what has no plan last."""
    if result.plan is None or result.value is None:
        return True, 0, 0, 0, 0
    trace = replay(problem, result.plan)
    return False, result.value, trace.finish_week or 0, len(trace.steps), trace.cost_pounds


def _all_told(best: PlannerResult, others: Iterable[PlannerResult]) -> PlannerResult:
    """What is proved of all parts together, of which one is best."""
    results = [best, *others]
    outcomes = {one.outcome for one in results}
    if best.plan is None:
        order = (Outcome.STOPPED_EARLY, Outcome.NONE_WITHIN_LIMITS, Outcome.PROVED_NONE)
        outcome = next(one for one in order if one in outcomes)
        return PlannerResult(outcome, None, None, None, all(one.proven for one in results), None)
    bound = min(one.bound for one in results if one.bound is not None)
    stopped = Outcome.STOPPED_EARLY in outcomes
    return replace(best, bound=bound, proven=best.value == bound and not stopped, certificate=None)


def under_steps(trace: Trace, catalogue: DayCatalogue) -> Trace:
    """The trace with each twin under the id of its step."""
    steps = tuple(
        replace(one, content=replace(one.content, id=catalogue.twins.get(one.content.id, one.content.id)))
        for one in trace.steps
    )
    return replace(trace, steps=steps)


def of_steps(certificate: Certificate, catalogue: DayCatalogue) -> Certificate:
    """The certificate as one about steps: whatever needs a step or its twin needs the step."""
    landmarks = tuple(
        replace(one, contents=frozenset(catalogue.twins.get(id, id) for id in one.contents))
        for one in certificate.landmarks
    )
    return replace(certificate, landmarks=landmarks)


def cannot_be_told(trace: Trace, catalogue: DayCatalogue) -> frozenset[str]:
    """The steps, by id, of which it cannot be told whether the person may start them; jobs too."""
    return frozenset(one.content.id for one in trace.steps if one.delivery.id in catalogue.cannot_tell)
