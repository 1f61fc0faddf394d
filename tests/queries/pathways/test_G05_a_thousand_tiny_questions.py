"""A thousand tiny questions: the engine says what trying everything says, by every criterion and on what is missing."""

from __future__ import annotations

from collections import Counter

import pytest

from queries.pathways.engine import exhaustive
from queries.pathways.engine.additive import solve_additive
from queries.pathways.engine.missing import least_missing
from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import ADDITIVE, Criterion, Limits, Outcome, PathwayProblem, Plan, PlannedStep
from queries.pathways.engine.replay import replay
from tests.queries.pathways.questions import layered_question

QUESTIONS = 1000
PARTS = 8


def check_dated(problem: PathwayProblem, criterion: Criterion) -> Outcome:
    outcome, score = exhaustive.best_dated(problem, criterion)
    result = ExactPlanner().solve(problem, criterion, Limits())
    assert (result.outcome, result.proven) == (outcome, True)
    assert (result.value, result.bound) == ((score[0], score[0]) if score else (None, None))
    if result.plan is not None and score is not None:
        trace = replay(problem, result.plan)
        assert (trace.finish_week, len(trace.steps), trace.cost_pounds) == score[1:]
    return outcome


def check_undated(problem: PathwayProblem, criterion: Criterion) -> Outcome:
    outcome, score = exhaustive.best(problem, criterion)
    optimum = solve_additive(problem, criterion, Limits())
    assert (optimum and optimum.value) == (score and score[0])
    if optimum is not None:
        assert optimum.proven
        assert replay(problem, Plan(tuple(PlannedStep(one.id, None) for one in optimum.deliveries)))
    return outcome


@pytest.mark.parametrize("part", range(PARTS))
def test_the_engine_says_what_trying_everything_says(part: int) -> None:
    outcomes: Counter[Outcome] = Counter()
    missing_sizes: Counter[int | None] = Counter()
    for seed in range(part, QUESTIONS, PARTS):
        problem = layered_question(10_000 + seed, 5)
        outcomes.update(check_dated(problem, criterion) for criterion in Criterion)
        outcomes.update(check_undated(problem, criterion) for criterion in ADDITIVE)
        expected = exhaustive.least_missing(problem)
        missing = least_missing(problem, Limits())
        if expected is not None:
            assert missing is not None
            assert (set(missing.sets), missing.all_found, missing.proven) == (expected, True, True)
            missing_sizes[missing.size] += 1
    assert min(outcomes[outcome] for outcome in (Outcome.FOUND, Outcome.PROVED_NONE, Outcome.NONE_WITHIN_LIMITS)) > 50
    assert missing_sizes[0] and missing_sizes[1] and missing_sizes[2]
