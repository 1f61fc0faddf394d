"""Questions from files: our own tiny ones always, the shared ones (with proven optima) when they are at hand."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from queries.pathways.engine import exhaustive
from queries.pathways.engine.additive import check_certificate
from queries.pathways.engine.interchange import EXPECTED_NAMES, read_instance
from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import Criterion, Limits, Outcome, PathwayProblem
from queries.pathways.engine.replay import reaches_goal, replay

SAMPLES = Path(__file__).parents[2] / "samples" / "pathway-instances"
SAMPLE_ANSWERS: dict[str, dict[str, Any]] = json.loads((SAMPLES / "expected.json").read_text())

BEYOND_ITS_HORIZON = {"region-04": 522}
"""Shared questions whose expected finish is later than their own horizon: we answer that there is none by then."""


def check(problem: PathwayProblem, criterion: Criterion, expected: int | None) -> None:
    result = ExactPlanner().solve(problem, criterion, Limits())
    assert (result.value, result.proven) == (expected, True)
    if expected is None:
        assert result.outcome in {Outcome.PROVED_NONE, Outcome.NONE_WITHIN_LIMITS}
        return
    assert result.plan is not None
    trace = replay(problem, result.plan)
    told = {
        Criterion.COST: trace.cost_pounds,
        Criterion.STEPS: len(trace.steps),
        Criterion.STUDY_WEEKS: trace.study_weeks,
        Criterion.WEEKS: trace.finish_week,
    }
    assert told[criterion] == expected
    if result.certificate is not None:
        assert check_certificate(problem, criterion, result.certificate, reaches_goal)


@pytest.mark.parametrize("criterion", Criterion)
@pytest.mark.parametrize("name", SAMPLE_ANSWERS)
def test_samples_have_the_optima_worked_out_by_hand(name: str, criterion: Criterion) -> None:
    problem = read_instance(SAMPLES / f"{name}.json")
    expected = SAMPLE_ANSWERS[name][EXPECTED_NAMES[criterion]]
    check(problem, criterion, expected)
    _, score = exhaustive.best(problem, criterion)
    assert (score[0] if score else None) == expected


@pytest.mark.shared_data
@pytest.mark.parametrize("size", ["small", "region"])
def test_shared_questions_have_their_published_optima(size: str) -> None:
    if "STEPWAY_SHARED" not in os.environ:
        pytest.skip("set STEPWAY_SHARED to the folder that holds planning-examples/")
    folder = Path(os.environ["STEPWAY_SHARED"]) / "planning-examples"
    answers: dict[str, dict[str, Any]] = json.loads((folder / f"expected-{size}.json").read_text())
    assert answers
    for name, expected in answers.items():
        problem = read_instance(folder / size / f"{name}.json.gz")
        for criterion, known_as in EXPECTED_NAMES.items():
            if criterion is Criterion.WEEKS and name in BEYOND_ITS_HORIZON:
                check(problem, criterion, None)
                check(replace(problem, horizon=BEYOND_ITS_HORIZON[name]), criterion, expected[known_as])
            else:
                check(problem, criterion, expected.get(known_as))
