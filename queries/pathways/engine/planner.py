"""Answers pathway questions exactly: picks the method, dates the plan, says what is proved."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from queries.pathways.engine.additive import no_less, solve_additive
from queries.pathways.engine.calendar import CalendarOptimum, date, no_sooner, solve_calendar
from queries.pathways.engine.circuit import Circuit, Closure, compile_circuit, prepare
from queries.pathways.engine.kernel import Flags
from queries.pathways.engine.problem import (
    ADDITIVE,
    Certificate,
    Criterion,
    Fact,
    Limits,
    Outcome,
    PathwayProblem,
    PlannerResult,
    Work,
)


class ExactPlanner:
    """The engine of record: one criterion, proved, within limits of work. Implements `Planner`.

    Callers replay a plan (`queries.pathways.engine.replay.replay`) before they show it.
    """

    def solve(self, problem: PathwayProblem, criterion: Criterion, limits: Limits) -> PlannerResult:
        """The best pathway by one criterion, on the calendar.

        Among the best by the criterion it finishes soonest and has, of those, fewest steps and then least pounds.
        Raises `ProblemRefused` when the first job is asked for and the problem has no milestone.
        """
        if criterion not in ADDITIVE:
            return _answer(problem, criterion, solve_calendar(problem, limits, criterion=criterion), None, Work())
        optimum = solve_additive(problem, criterion, limits)
        if optimum is None:
            return _none(problem, criterion, Work())
        dated = date(problem, optimum, criterion, limits)
        return _answer(problem, criterion, dated, optimum.certificate, optimum.work)


def at_least(problem: PathwayProblem, criterion: Criterion) -> int:
    """A bound on the value of every pathway, found without search; `NEVER` when it proves that there is none."""
    return (no_less if criterion in ADDITIVE else no_sooner)(problem, criterion)


def reachable_facts(problem: PathwayProblem) -> frozenset[Fact]:
    """Every fact within reach of the deliveries the learner can use, dates, horizon and caps aside; held ones too."""
    closure, circuit = _within_reach(problem, prepare(problem.catalogue).usable(problem))
    return frozenset(fact for fact, gate in circuit.fact_gates.items() if closure.true[gate])


def _within_reach(problem: PathwayProblem, usable: Flags) -> tuple[Closure, Circuit]:
    """What follows from some deliveries (flags) together."""
    circuit = compile_circuit(problem)
    closure = Closure(circuit, prepare(problem.catalogue).content[usable])
    closure.run()
    return closure, circuit


def _none(problem: PathwayProblem, criterion: Criterion, work: Work) -> PlannerResult:
    """There is no pathway, proved; is it the offer or the learner's limits?"""
    closure, circuit = _within_reach(problem, np.ones(len(problem.deliveries), np.bool_))
    wanted = [circuit.goal, circuit.milestone] if criterion is Criterion.FIRST_JOB else [circuit.goal]
    outcome = Outcome.NONE_WITHIN_LIMITS if closure.true[wanted].all() else Outcome.PROVED_NONE
    return PlannerResult(outcome, None, None, None, True, None, work)


def _answer(
    problem: PathwayProblem,
    criterion: Criterion,
    optimum: CalendarOptimum,
    certificate: Certificate | None,
    work: Work,
) -> PlannerResult:
    work = replace(work, calendar_work=optimum.work)
    if optimum.plan is not None:
        outcome, value, bound = Outcome.FOUND, optimum.value, optimum.bound
        return PlannerResult(outcome, optimum.plan, value, bound, optimum.proven, certificate, work)
    if optimum.proven:
        return _none(problem, criterion, work)
    return PlannerResult(Outcome.STOPPED_EARLY, None, None, optimum.bound, False, certificate, work)
