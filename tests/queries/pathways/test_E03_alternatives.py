"""Other good pathways: different enough from those shown, or nearly as good and much better otherwise."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from queries.pathways.engine import exhaustive
from queries.pathways.engine.alternatives import alternatives, nearly_as_good, sharing_caps, value_of
from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import Cap, Criterion, Limits, PathwayProblem, Plan, PlannerResult
from queries.pathways.engine.replay import replay
from tests.queries.pathways.questions import questions
from tests.queries.pathways.test_E04_pareto import with_choices
from tests.support.text_world import line, world

few = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))

THREE_WAYS = """
    goal Role

    Bootcamp   | 10w £500 10h | -               | Skill
    Bootcamp   | 12w £450 10h
    Module     | 20w £300 10h | -               | Skill
    Traineeship| 30w £0 10h   | -               | Skill
    Interview  | 1w £0 2h     | Skill           | Role
"""


def solve(problem: PathwayProblem, criterion: Criterion) -> PlannerResult:
    return ExactPlanner().solve(problem, criterion, Limits())


def others(text: str, criterion: Criterion, **options: int) -> list[str]:
    problem = world(text)
    first = solve(problem, criterion)
    assert first.plan is not None
    return [line(problem, one) for one in alternatives(problem, criterion, first.plan, Limits(), **options)]


def test_another_delivery_of_the_same_course_is_no_other_pathway() -> None:
    assert others(THREE_WAYS, Criterion.WEEKS) == [
        "Module 20w ~ Interview 1w ~ Role [21w £300 2 steps]",
        "Traineeship 30w ~ Interview 1w ~ Role [31w £0 2 steps]",
    ]
    assert others(THREE_WAYS, Criterion.COST, most=1) == ["Module 20w ~ Interview 1w ~ Role [21w £300 2 steps]"]


def test_a_step_that_nobody_can_do_without_counts_as_shared() -> None:
    assert others(THREE_WAYS, Criterion.WEEKS, shared_percent=49) == []
    assert len(others(THREE_WAYS, Criterion.WEEKS, shared_percent=100)) == 2
    assert alternatives(world("has Role\ngoal Role"), Criterion.COST, Plan(()), Limits()) == ()


@pytest.mark.parametrize("criterion", list(Criterion))
@few
@given(problem=questions(4))
def test_each_is_the_best_that_shares_no_more_than_allowed_with_any_before(
    criterion: Criterion, problem: PathwayProblem
) -> None:
    first = solve(problem, criterion)
    if first.plan is None:
        return
    found = alternatives(problem, criterion, first.plan, Limits(), most=2, shared_percent=60)
    earlier = [first.plan]
    for one in found:
        assert one.plan is not None
        replay(problem, one.plan)
        contents = [contents_of(problem, plan) for plan in (*earlier, one.plan)]
        for before in contents[:-1]:
            assert len(before & contents[-1]) <= min(60 * len(before) // 100, len(before) - 1)
        assert least(with_caps(problem, earlier), criterion) == one.value
        assert one.proven
        earlier.append(one.plan)
    if len(found) < 2 and earlier[-1].steps:
        assert least(with_caps(problem, earlier), criterion) is None


def contents_of(problem: PathwayProblem, plan: Plan) -> set[str]:
    content = {one.id: one.content for one in problem.deliveries}
    return {content[step.delivery] for step in plan.steps}


def with_caps(problem: PathwayProblem, earlier: list[Plan]) -> PathwayProblem:
    return replace(problem, caps=(*problem.caps, *sharing_caps(problem, earlier, 60)))


def least(problem: PathwayProblem, criterion: Criterion) -> int | None:
    """The least value of a dated plan, by trying everything."""
    return min((value for (value,) in exhaustive.front(problem, (criterion,))), default=None)


# Nearly as good


def nearly(text: str, criterion: Criterion, otherwise: Criterion, **options: int) -> str:
    problem = world(text)
    found = nearly_as_good(problem, criterion, solve(problem, criterion), otherwise, Limits(), **options)
    return "nothing" if found is None else line(problem, found)


def test_two_weeks_more_save_fifty_pounds() -> None:
    slower = "Bootcamp 12w ~ Interview 1w ~ Role [13w £450 2 steps]"
    assert nearly(THREE_WAYS, Criterion.WEEKS, Criterion.COST, slack_percent=20) == slower
    assert nearly(THREE_WAYS, Criterion.WEEKS, Criterion.COST, slack_percent=10) == "nothing"
    assert nearly(THREE_WAYS, Criterion.WEEKS, Criterion.COST, slack_percent=20, gain_percent=11) == "nothing"
    free = "Traineeship 30w ~ Interview 1w ~ Role [31w £0 2 steps]"
    assert nearly(THREE_WAYS, Criterion.WEEKS, Criterion.COST, slack_percent=200) == free


def test_what_is_already_best_otherwise_has_nothing_nearly_as_good() -> None:
    assert nearly(THREE_WAYS, Criterion.WEEKS, Criterion.STEPS, slack_percent=500) == "nothing"
    assert nearly("has Role\ngoal Role", Criterion.WEEKS, Criterion.COST) == "nothing"
    assert nearly("goal Role", Criterion.WEEKS, Criterion.COST) == "nothing"


@pytest.mark.parametrize("criterion", list(Criterion))
def test_nothing_within_the_slack_is_better_otherwise(criterion: Criterion) -> None:
    found_some = 0
    for seed in range(20):
        problem = with_choices(seed)
        first = solve(problem, criterion)
        for otherwise in Criterion:
            if criterion is not otherwise:
                found_some += best_otherwise(problem, criterion, first, otherwise)
    assert found_some


def best_otherwise(problem: PathwayProblem, criterion: Criterion, first: PlannerResult, otherwise: Criterion) -> bool:
    """Whether there is one nearly as good; it, or that there is none, is checked by trying everything."""
    found = nearly_as_good(problem, criterion, first, otherwise, Limits(), slack_percent=50, gain_percent=0)
    if first.plan is None or first.value is None:
        assert found is None
        return False
    before, most = value_of(problem, first.plan, otherwise), first.value * 150 // 100
    within = [other for value, other in exhaustive.front(problem, (criterion, otherwise)) if value <= most]
    if found is None:
        assert before is None or min(within, default=before) >= before
        return False
    assert found.plan is not None
    replay(problem, found.plan)
    assert found.proven
    assert found.value == value_of(problem, found.plan, otherwise) == min(within)
    now = value_of(problem, found.plan, criterion)
    assert now is not None
    assert now <= most
    return True


def test_a_cap_of_the_question_holds_for_other_pathways_too() -> None:
    problem = replace(world(THREE_WAYS), caps=(Cap("budget", Criterion.COST, 400),))
    first = solve(problem, Criterion.WEEKS)
    assert first.plan is not None
    found = alternatives(problem, Criterion.WEEKS, first.plan, Limits())
    assert [line(problem, one) for one in found] == ["Traineeship 30w ~ Interview 1w ~ Role [31w £0 2 steps]"]


def test_what_is_alike_is_shared() -> None:
    problem = world(THREE_WAYS)
    first = solve(problem, Criterion.WEEKS)
    assert first.plan is not None

    def second(alike: dict[str, str]) -> str:
        (found,) = alternatives(problem, Criterion.WEEKS, first.plan, Limits(), most=1, alike=alike)
        return line(problem, found)

    assert "Module" in second({})
    assert "Traineeship" in second({"Bootcamp": "course", "Module": "course"})
