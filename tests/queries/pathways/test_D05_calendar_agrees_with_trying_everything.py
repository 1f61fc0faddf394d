"""On random tiny questions the dated answer is that of trying everything, tie-breaks included, at every criterion."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from queries.pathways.engine import calendar, exhaustive
from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import Criterion, Limits, Outcome, PathwayProblem
from queries.pathways.engine.replay import replay
from tests.queries.pathways.questions import layered_question, questions

tiny = settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))

SUMS = {
    Criterion.COST: lambda trace: trace.cost_pounds,
    Criterion.STEPS: lambda trace: len(trace.steps),
    Criterion.STUDY_WEEKS: lambda trace: trace.study_weeks,
    Criterion.TRAVEL: lambda trace: trace.travel_hours,
    Criterion.WEEKS: lambda trace: trace.finish_week,
}


def agrees(problem: PathwayProblem, criterion: Criterion) -> None:
    outcome, score = exhaustive.best_dated(problem, criterion)
    result = ExactPlanner().solve(problem, criterion, Limits())
    assert (result.outcome, result.proven) == (outcome, True)
    if score is None:
        assert (result.plan, result.value, result.bound) == (None, None, None)
        return
    assert result.plan is not None
    assert (result.value, result.bound) == (score[0], score[0])
    trace = replay(problem, result.plan)
    assert (trace.finish_week, len(trace.steps), trace.cost_pounds) == score[1:]
    if criterion in SUMS:
        assert SUMS[criterion](trace) == result.value


@pytest.mark.parametrize("criterion", Criterion)
def test_layered_questions(criterion: Criterion) -> None:
    for seed in range(120):
        agrees(layered_question(seed, 6), criterion)


@pytest.mark.parametrize("criterion", Criterion)
@tiny
@given(problem=questions(5))
def test_any_question(criterion: Criterion, problem: PathwayProblem) -> None:
    agrees(problem, criterion)


@pytest.mark.parametrize("criterion", [Criterion.WEEKS, Criterion.FIRST_JOB, Criterion.COST])
def test_from_a_pool_alone_the_plan_holds_and_the_bound_is_one(
    criterion: Criterion, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is too wide for the exact search, as a whole country is: a plan from a pool, and bounds from the hours."""
    monkeypatch.setattr(calendar, "WIDE", 0)
    found = 0
    for seed in range(150):
        problem = layered_question(seed, 6)
        _, best = exhaustive.best_dated(problem, criterion)
        result = ExactPlanner().solve(problem, criterion, Limits())
        if result.plan is not None:
            replay(problem, result.plan)
            found += 1
        if best is None:
            assert result.plan is None
        elif result.value is not None and result.bound is not None:
            assert result.bound <= best[0] <= result.value
        else:
            assert result.outcome is Outcome.STOPPED_EARLY
    assert found > 60
