"""The best compromises between two or three criteria: all of them, and nothing else."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings

from queries.pathways.engine import exhaustive
from queries.pathways.engine.alternatives import value_of
from queries.pathways.engine.calendar import Calendar, Found, Steps
from queries.pathways.engine.interchange import read_instance
from queries.pathways.engine.kernel import NEVER, Ints
from queries.pathways.engine.pareto import Front, pareto
from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import (
    ADDITIVE,
    All,
    Cap,
    Criterion,
    Delivery,
    Limits,
    PathwayProblem,
    ProblemRefused,
)
from queries.pathways.engine.replay import replay
from tests.queries.pathways.questions import layered_question, questions
from tests.support.text_world import world

few = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))

WEEKS, JOB, COST, STEPS = Criterion.WEEKS, Criterion.FIRST_JOB, Criterion.COST, Criterion.STEPS

LADDER = """
    goal Role

    Bootcamp    | 10w £500 10h | -              | Role
    Module      | 20w £300 10h | -              | Role
    First half  | 8w £100 10h  | -              | Half
    Second half | 9w £150 10h  | Half           | Role
    Dear        | 30w £900 10h | -              | Role
    Free        | 40w £0 10h   | -              | Role
"""


def values(front: Front) -> list[tuple[int, ...]]:
    return [tuple(point.values[axis] for axis in front.axes) for point in front.points]


def checked(problem: PathwayProblem, front: Front) -> list[tuple[int, ...]]:
    """The values of a front, each of which is that of its plan, replayed; none dominates another."""
    for point in front.points:
        trace = replay(problem, point.plan)
        assert all(value_of(problem, point.plan, axis) == point.values[axis] for axis in front.axes)
        assert front.finish_by is None or (trace.finish_week is not None and trace.finish_week <= front.finish_by)
    for doubtful in front.not_proven:
        assert all(value_of(problem, doubtful.plan, axis) == doubtful.values[axis] for axis in front.axes)
        assert any(doubtful.at_least[axis] < doubtful.values[axis] for axis in front.axes)
        for point in front.points:
            assert any(doubtful.values[axis] < point.values[axis] for axis in front.axes)
    assert not (front.complete and front.not_proven)
    found = values(front)
    assert found == sorted(set(found))
    for one, other in combinations(found, 2):
        assert any(here < there for here, there in zip(other, one, strict=True))
    return found


def test_every_best_compromise_and_nothing_else() -> None:
    front = pareto(world(LADDER), (WEEKS, COST), Limits(), within=None)
    assert values(front) == [(10, 500), (17, 250), (40, 0)]
    assert (front.complete, front.finish_by) == (True, None)
    assert values(pareto(world(LADDER), (COST, WEEKS), Limits(), within=None)) == [(0, 40), (250, 17), (500, 10)]
    three = pareto(world(LADDER), (WEEKS, COST, STEPS), Limits(), within=None)
    assert values(three) == [(10, 500, 1), (17, 250, 2), (20, 300, 1), (40, 0, 1)]


def test_the_window_is_a_share_of_the_earliest_finish_rounded_down() -> None:
    for within, finish_by, number in ((1.69, 16, 1), (1.7, 17, 2), (3.9, 39, 2), (4, 40, 3)):
        front = pareto(world(LADDER), (WEEKS, COST), Limits(), within=within)
        assert (front.finish_by, len(front.points), front.complete) == (finish_by, number, True)


def test_a_front_cut_short_says_so() -> None:
    front = pareto(world(LADDER), (WEEKS, COST, STEPS), Limits(), within=None, most=2)
    assert (len(front.points), front.complete) == (2, False)


def test_what_is_not_proved_is_kept_and_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """No cost above nothing is ever proved: the other criteria still lead from point to point."""
    least = Calendar.least

    def doubtful(calendar: Calendar, price: Ints, best: Steps | None, bound: int, work: float) -> Found:
        found = least(calendar, price, best, bound, work)
        if price is not calendar.prepared.amounts[COST]:
            return found
        return replace(found, bound=max(0, found.bound - 1), proven=False)

    monkeypatch.setattr(Calendar, "least", doubtful)
    problem = world(LADDER)
    front = pareto(problem, (WEEKS, COST, STEPS), Limits(), within=None)
    assert (checked(problem, front), front.complete) == ([(40, 0, 1)], False)
    assert [(tuple(one.values.values()), tuple(one.at_least.values())) for one in front.not_proven] == [
        ((10, 500, 1), (10, 499, 1)),
        ((17, 250, 2), (17, 249, 2)),
        ((20, 300, 1), (20, 299, 1)),
    ]


def test_one_search_cannot_use_the_work_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes all it may and proves nothing: first as much as one question may take, then what was left."""
    given: list[float] = []

    def hopeless(calendar: Calendar, target: int, best: Steps | None) -> Found:
        given.append(calendar.limits.calendar_work)
        calendar.work = given[-1]
        return Found(best, NEVER, 0, False)

    monkeypatch.setattr(Calendar, "soonest", hopeless)
    front = pareto(world(LADDER), (WEEKS, COST, STEPS), Limits(calendar_work=3.0), within=None)
    assert (front.points, front.complete, given) == ((), False, [3.0, 12.0])


def test_nothing_to_do_is_one_point_and_out_of_reach_is_none() -> None:
    held = pareto(world("has Role\ngoal Role"), (WEEKS, COST), Limits())
    assert (values(held), held.complete) == ([(0, 0)], True)
    never = pareto(world("goal Role"), (WEEKS, COST), Limits())
    assert (never.points, never.complete) == ((), True)


def test_two_or_three_different_axes_and_a_milestone_for_the_first_job() -> None:
    for axes in ((COST,), (COST, COST), (WEEKS, COST, STEPS, Criterion.TRAVEL)):
        with pytest.raises(ValueError, match="two or three axes"):
            pareto(world(LADDER), axes, Limits())
    with pytest.raises(ProblemRefused, match="no_milestone"):
        pareto(world(LADDER), (JOB, COST), Limits())


def by_sums(axes: Sequence[Criterion]) -> bool:
    return all(axis in ADDITIVE for axis in axes)


def with_choices(seed: int) -> PathwayProblem:
    """A layered question in which each content has two deliveries, and there is a slow shortcut."""
    random, layered = Random(f"choices {seed}"), layered_question(seed, 3)
    contents = [*layered.contents, *(replace(one, id=f"{one.id}x", entry=All(())) for one in layered.contents[-1:])]
    deliveries = (
        Delivery(
            f"{one.id}-{way}",
            one.id,
            100 * random.randint(0, 4),
            weeks + 4 * one.id.endswith("x"),
            hours_per_week=random.choice([5, 15]),
            starts=tuple(range(random.randint(0, 2), layered.horizon, 4)),
            travel_hours=random.randint(0, 4),
        )
        for one in contents
        for way, weeks in enumerate(random.sample(range(1, 5), 2))
    )
    return layered.with_catalogue(contents, deliveries)


AXES = [*combinations(Criterion, 2), *combinations(Criterion, 3)]


@pytest.mark.parametrize("axes", AXES, ids="-".join)
def test_agrees_with_trying_everything(axes: Sequence[Criterion]) -> None:
    several = 0
    for seed in range(20):
        problem = with_choices(seed)
        for within in (None, 1.3, 2):
            front = pareto(problem, axes, Limits(), within=within)
            found = checked(problem, front)
            assert front.complete
            if within is None and by_sums(axes):
                continue
            if within is not None:
                earliest = min((finish for (finish,) in exhaustive.front(problem, (WEEKS,))), default=None)
                expected_by = None if earliest is None else min(problem.horizon, int(within * 10) * earliest // 10)
                assert front.finish_by == expected_by
            assert set(found) == exhaustive.front(problem, axes, front.finish_by)
            several += len(found) > 1
    assert several or by_sums(axes)


@few
@given(problem=questions(4))
def test_agrees_with_trying_everything_on_any_question(problem: PathwayProblem) -> None:
    for axes in ((WEEKS, COST, STEPS), (COST, JOB), (Criterion.TRAVEL, WEEKS)):
        front = pareto(problem, axes, Limits(), within=None)
        assert set(checked(problem, front)) == exhaustive.front(problem, axes)
        assert front.complete


@few
@given(problem=questions(5))
def test_without_dates_it_is_the_front_of_sums(problem: PathwayProblem) -> None:
    front = pareto(problem, (COST, STEPS), Limits(), within=None)
    found = checked(problem, front)
    assert front.complete
    sums = set()
    for most in range(len(problem.contents) + 1):
        capped = replace(problem, caps=(*problem.caps, Cap("fewest", STEPS, most)))
        score = exhaustive.best(capped, COST)[1]
        if score is not None:
            sums.add((score[0], score[1]))
    best = {
        one for one in sums if not any(other != one and other[0] <= one[0] and other[1] <= one[1] for other in sums)
    }
    assert set(found) == best


@few
@given(problem=questions(5))
def test_its_ends_are_the_single_optima(problem: PathwayProblem) -> None:
    axes = (WEEKS, COST, STEPS)
    found = values(pareto(problem, axes, Limits(), within=None))
    for place, axis in enumerate(axes):
        assert (
            min((point[place] for point in found), default=None) == ExactPlanner().solve(problem, axis, Limits()).value
        )


@few
@given(problem=questions(5))
def test_with_hardly_any_work_each_point_is_still_on_the_front(problem: PathwayProblem) -> None:
    axes = (WEEKS, COST, STEPS)
    full = set(values(pareto(problem, axes, Limits(), within=None)))
    for limits in (Limits(0, 0, 0, 0.0), Limits(100, 1, 1, 0.001)):
        hasty = pareto(problem, axes, limits, within=None)
        assert set(checked(problem, hasty)) <= full
        for one in hasty.not_proven:
            most, least = (tuple(some[axis] for axis in axes) for some in (one.values, one.at_least))
            better = [point for point in full if all(here <= there for here, there in zip(point, most, strict=True))]
            assert better
            assert all(here <= there for point in better for here, there in zip(least, point, strict=True))
        assert not hasty.complete or set(values(hasty)) == full


@pytest.mark.shared_data
def test_shared_questions_have_their_published_fronts() -> None:
    if "STEPWAY_SHARED" not in os.environ:
        pytest.skip("set STEPWAY_SHARED to the folder that holds planning-examples/")
    folder = Path(os.environ["STEPWAY_SHARED"]) / "planning-examples"
    answers = json.loads((folder / "expected-small.json").read_text())
    axes = (WEEKS, COST, STEPS)
    for name, expected in answers.items():
        if "pareto" in expected:
            assert expected["pareto_axes"] == ["finish", "cost", "steps"]
            problem = read_instance(folder / "small" / f"{name}.json.gz")
            front = pareto(problem, axes, Limits(), within=None)
            assert ([list(one) for one in checked(problem, front)], front.complete) == (expected["pareto"], True)
