"""Questions from files: our own tiny ones always, the shared ones (with proven optima) when they are at hand."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from queries.pathways.engine import exhaustive
from queries.pathways.engine.additive import solve_additive
from queries.pathways.engine.certificate import check_certificate
from queries.pathways.engine.interchange import EXPECTED_NAMES, read_instance
from queries.pathways.engine.missing import least_missing
from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import (
    ADDITIVE,
    All,
    Criterion,
    Limits,
    PathwayProblem,
    Plan,
    PlannedStep,
    measure,
)
from queries.pathways.engine.replay import reaches_goal, replay

SAMPLES = Path(__file__).parents[2] / "samples" / "pathway-instances"
SAMPLE_ANSWERS: dict[str, dict[str, Any]] = json.loads((SAMPLES / "expected.json").read_text())

BEYOND_ITS_HORIZON = {"region-04": 522}
"""Shared questions whose expected finish is later than their own horizon: we answer that there is none by then."""


def check(problem: PathwayProblem, criterion: Criterion, expected: int | None) -> None:
    """The engine's optimum is that of the format, where sums over the steps ignore dates; its plan replays to it."""
    if criterion in ADDITIVE:
        optimum = solve_additive(problem, criterion, Limits())
        assert (optimum and optimum.value) == expected
        if optimum is not None:
            assert optimum.proven
            trace = replay(problem, Plan(tuple(PlannedStep(one.id, None) for one in optimum.deliveries)))
            assert sum(measure(step.delivery, criterion) for step in trace.steps) == expected
            assert check_certificate(problem, criterion, optimum.certificate, reaches_goal)
        return
    result = ExactPlanner().solve(problem, criterion, Limits())
    assert (result.value, result.proven) == (expected, True)
    if result.plan is not None:
        assert replay(problem, result.plan)
        judged = replace(problem, goal=problem.milestone or All(())) if criterion is Criterion.FIRST_JOB else problem
        assert replay(judged, result.plan).finish_week == expected


@pytest.mark.parametrize("criterion", Criterion)
@pytest.mark.parametrize("name", SAMPLE_ANSWERS)
def test_samples_have_the_optima_worked_out_by_hand(name: str, criterion: Criterion) -> None:
    problem = read_instance(SAMPLES / f"{name}.json")
    expected = SAMPLE_ANSWERS[name][EXPECTED_NAMES[criterion]]
    check(problem, criterion, expected)
    _, score = exhaustive.best(problem, criterion)
    assert (score[0] if score else None) == expected
    _, dated = exhaustive.best_dated(problem, criterion)
    result = ExactPlanner().solve(problem, criterion, Limits())
    assert (result.value, result.proven) == (dated[0] if dated else None, True)


@pytest.mark.parametrize("name", [name for name, answer in SAMPLE_ANSWERS.items() if "missing_sets" in answer])
def test_samples_lack_what_was_worked_out_by_hand(name: str) -> None:
    problem, expected = read_instance(SAMPLES / f"{name}.json"), SAMPLE_ANSWERS[name]
    wanted = {frozenset(facts) for facts in expected["missing_sets"]}
    assert exhaustive.least_missing(problem) == wanted
    missing = least_missing(problem, Limits())
    assert missing is not None
    assert (missing.size, set(missing.sets), missing.all_found) == (expected["missing_size"], wanted, True)


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
            if criterion is Criterion.FIRST_JOB:
                continue
            if criterion is Criterion.WEEKS and name in BEYOND_ITS_HORIZON:
                check(problem, criterion, None)
                check(replace(problem, horizon=BEYOND_ITS_HORIZON[name]), criterion, expected[known_as])
            else:
                check(problem, criterion, expected.get(known_as))
