"""Answers pathway questions exactly: picks the method, dates the plan, says what is proved."""

from __future__ import annotations

from dataclasses import replace

from queries.pathways.engine.additive import AdditiveOptimum, solve_additive
from queries.pathways.engine.calendar import solve_calendar
from queries.pathways.engine.circuit import Closure, compile_circuit
from queries.pathways.engine.problem import (
    Criterion,
    Fact,
    Limits,
    Outcome,
    PathwayProblem,
    Plan,
    PlannedStep,
    PlannerResult,
    Work,
    measure,
)


class ExactPlanner:
    """The engine of record: one criterion, proved, within limits of work. Implements `Planner`.

    Callers replay a plan (`queries.pathways.engine.replay.replay`) before they show it.
    """

    def solve(self, problem: PathwayProblem, criterion: Criterion, limits: Limits) -> PlannerResult:
        """The best pathway by one criterion.

        For cost, steps and weeks of study the optimum ignores dates; the plan is then placed on the calendar, finishing
        as early as its contents at that price allow. When no calendar can run it by the horizon (a cohort that does not
        recur, say) its steps come without start weeks, in an order that works.
        """
        if criterion is Criterion.WEEKS:
            return _by_weeks(problem, limits)
        optimum = solve_additive(problem, criterion, limits)
        if optimum is None:
            return _none(problem, Work())
        plan, spent = _dated(problem, criterion, optimum, limits)
        return PlannerResult(
            Outcome.FOUND,
            plan,
            optimum.value,
            optimum.bound,
            optimum.proven,
            optimum.certificate,
            replace(optimum.work, calendar_work=spent),
        )


def reachable_facts(problem: PathwayProblem) -> frozenset[Fact]:
    """Every fact within reach of the learner's weekly hours, dates and horizon aside; those held included."""
    return _within_reach(problem, problem.hours_cap)[1]


def _within_reach(problem: PathwayProblem, hours_cap: int | None) -> tuple[bool, frozenset[Fact]]:
    """Whether the goal, and which facts, follow from all deliveries together; None lifts the cap."""
    taught = {one.content for one in problem.deliveries if hours_cap is None or one.hours_per_week <= hours_cap}
    circuit = compile_circuit(problem)
    closure = Closure(circuit, (number for number, one in enumerate(problem.contents) if one.id in taught))
    reached = closure.run()
    return reached, frozenset(fact for fact, gate in circuit.fact_gates.items() if closure.true[gate])


def _none(problem: PathwayProblem, work: Work) -> PlannerResult:
    """There is no pathway, proved; is it the offer or the learner's limits?"""
    beyond_limits, _ = _within_reach(problem, None)
    outcome = Outcome.NONE_WITHIN_LIMITS if beyond_limits else Outcome.PROVED_NONE
    return PlannerResult(outcome, None, None, None, True, None, work)


def _by_weeks(problem: PathwayProblem, limits: Limits) -> PlannerResult:
    optimum = solve_calendar(problem, limits)
    work = Work(calendar_work=optimum.work)
    if optimum.plan is not None:
        return PlannerResult(Outcome.FOUND, optimum.plan, optimum.finish, optimum.bound, optimum.proven, None, work)
    if optimum.proven:
        return _none(problem, work)
    return PlannerResult(Outcome.STOPPED_EARLY, None, None, optimum.bound, False, None, work)


def _dated(
    problem: PathwayProblem, criterion: Criterion, optimum: AdditiveOptimum, limits: Limits
) -> tuple[Plan, float]:
    """The plan on the calendar if its contents can be run at the same price, else in order without dates."""
    price = {chosen.content: measure(chosen, criterion) for chosen in optimum.deliveries}
    only = problem.with_catalogue(
        (content for content in problem.contents if content.id in price),
        (one for one in problem.deliveries if one.content in price and measure(one, criterion) == price[one.content]),
    )
    placed = solve_calendar(only, limits, tidy=False)
    if placed.plan is None:
        return Plan(tuple(PlannedStep(chosen.id, None) for chosen in optimum.deliveries)), placed.work
    return placed.plan, placed.work
