"""Whatever the work limits, the value is that of the plan which is returned, and the bound is not above it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import Criterion, Limits, PathwayProblem
from queries.pathways.engine.replay import Trace, replay
from tests.queries.pathways.questions import layered_question, questions
from tests.support.catalogue import REGION, world

few = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))

LIMITS = [
    Limits(gate_visits=0, rounds=0, master_nodes=0, calendar_work=0.0),
    Limits(calendar_work=0.0),
    Limits(gate_visits=100, rounds=1, master_nodes=1, calendar_work=0.0001),
    Limits(calendar_work=0.05),
]


def reading(trace: Trace, criterion: Criterion) -> int | None:
    return {
        Criterion.WEEKS: trace.finish_week,
        Criterion.FIRST_JOB: trace.milestone_week,
        Criterion.COST: trace.cost_pounds,
        Criterion.STEPS: len(trace.steps),
        Criterion.STUDY_WEEKS: trace.study_weeks,
        Criterion.TRAVEL: trace.travel_hours,
    }[criterion]


def true_to_its_plan(problem: PathwayProblem, criterion: Criterion, limits: Limits) -> bool:
    result = ExactPlanner().solve(problem, criterion, limits)
    if result.plan is None:
        assert result.value is None
        return False
    assert result.value is not None
    assert result.bound is not None
    assert reading(replay(problem, result.plan), criterion) == result.value
    assert result.bound <= result.value
    assert result.proven == (result.bound == result.value)
    return True


@pytest.mark.parametrize("limits", LIMITS)
@pytest.mark.parametrize("criterion", Criterion)
@few
@given(problem=questions(7))
def test_any_question(criterion: Criterion, limits: Limits, problem: PathwayProblem) -> None:
    true_to_its_plan(problem, criterion, limits)


@pytest.mark.parametrize("limits", LIMITS)
@pytest.mark.parametrize("criterion", Criterion)
def test_layered_questions(criterion: Criterion, limits: Limits) -> None:
    assert sum(true_to_its_plan(layered_question(seed, 7), criterion, limits) for seed in range(60)) > 20


@pytest.mark.parametrize("limits", [LIMITS[0], LIMITS[-1]])
@pytest.mark.parametrize("criterion", [Criterion.WEEKS, Criterion.FIRST_JOB])
def test_questions_of_a_region(criterion: Criterion, limits: Limits) -> None:
    asked = world(REGION).questions(5)
    assert sum(true_to_its_plan(question.problem, criterion, limits) for question in asked) > 3
