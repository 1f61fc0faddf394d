"""The planner for one person: of equal pathways the surest, and each of them open to somebody of one age.

Both are exact. A step that may rest on an assumption has deliveries of its own, so that a cap counts them; with the
value kept, the caps are tried from none upwards. Assumptions about an age that is not known to the day may contradict
each other in a plan: then the days of birth are parted in two, so that the plan is in neither part, and the part with
the better plan is looked at first.
"""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from operator import le
from typing import Final

from queries.pathways.compile import DayCatalogue
from queries.pathways.engine.pareto import Front, FrontPoint, pareto
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
        return sum(step.delivery in self.catalogue.cannot_tell for step in result.plan.steps) if result.plan else 0

    def with_few(self, problem: PathwayProblem, criterion: Criterion, best: PlannerResult, few: int) -> PathwayProblem:
        """The question for a pathway no worse, with so few of such steps."""
        finish = best.value
        if criterion is Criterion.FIRST_JOB and best.plan is not None:
            finish = replay(problem, best.plan).finish_week
        unsure = self.catalogue.cannot_tell
        if not few:
            problem = replace(problem, barred=problem.barred | unsure)
        else:
            caps = [Cap("cannot tell", dict.fromkeys(unsure, 1), few)]
            if criterion in ADDITIVE and best.value is not None:
                caps.append(Cap("no worse", criterion, best.value))
            problem = replace(problem, caps=(*problem.caps, *caps))
        if criterion in ADDITIVE or finish is None:
            return problem
        return replace(problem, horizon=min(problem.horizon, finish))

    def at_one_age(self, problem: PathwayProblem, criterion: Criterion, limits: Limits) -> PlannerResult:
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
        """Every best compromise (see `pareto`) of which somebody of one age may start every step."""
        ages = self.catalogue.ages
        if ages is None:
            return pareto(problem, axes, limits, within=within)
        earliest = self.at_one_age(problem, Criterion.WEEKS, limits)
        if earliest.value is None:
            return Front((), earliest.proven, None, tuple(axes))
        finish_by = min(problem.horizon, int(Fraction(str(within)) * earliest.value))
        near, complete = replace(problem, horizon=finish_by), earliest.proven
        points = list[FrontPoint]()
        parts = [(near, ages.between)]
        for _ in range(PARTS):
            if parts:
                part, between = parts.pop()
                front = pareto(part, axes, limits, within=max(1.0, finish_by))
                cuts = (ages.split(_starts(one.plan), between) for one in front.points)
                cut = next((cut for cut in cuts if cut is not None), None)
                if cut is None:
                    points += front.points
                    complete &= front.complete
                else:
                    parts += [(ages.narrowed(near, half), half) for half in _parted(between, cut)]
        return Front(_undominated(points, axes), complete and not parts, finish_by, tuple(axes))


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


def open_at_one_age(plan: Plan, catalogue: DayCatalogue) -> bool:
    """Whether somebody of one age may start every step of a plan that has dates."""
    ages = catalogue.ages
    return ages is None or ages.split(_starts(plan), ages.between) is None


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
