"""What is missing when there is no pathway, and what one more fact would be worth."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from queries.pathways.engine import exhaustive
from queries.pathways.engine.interchange import read_instance
from queries.pathways.engine.missing import Solve, least_missing, worth_of
from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import Cap, Criterion, Delivery, Fact, Limits, Outcome, PathwayProblem
from tests.queries.pathways.questions import FACTS, layered_question, questions
from tests.support.text_world import world

few = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))

NOBODY_TEACHES = """
    goal Role

    Maths evening class | 10w £0 4h    | GCSE Maths          | Maths
    Statistics          | 20w £200 8h  | Maths               | Statistics
    Hired               | rule         | Statistics and Teamwork | Role
"""


def named(sets: tuple[frozenset[Fact], ...]) -> list[str]:
    return [" + ".join(sorted(one)) for one in sets]


def test_any_fact_on_the_way_will_do_that_opens_what_follows() -> None:
    missing = least_missing(world(NOBODY_TEACHES), Limits())
    assert missing is not None
    assert (missing.size, named(missing.sets)) == (1, ["Role"])
    short_of_the_goal = least_missing(world(NOBODY_TEACHES), Limits(), grantable=lambda fact: fact != "Role")
    assert short_of_the_goal is not None
    assert named(short_of_the_goal.sets) == ["GCSE Maths + Teamwork", "Maths + Teamwork", "Statistics + Teamwork"]
    assert short_of_the_goal.all_found
    assert short_of_the_goal.proven


def test_no_more_sets_than_asked_for_and_says_so() -> None:
    missing = least_missing(world(NOBODY_TEACHES), Limits(), grantable=lambda fact: fact != "Role", most=2)
    assert missing is not None
    assert (missing.size, len(missing.sets), missing.all_found, missing.proven) == (2, 2, False, True)


def test_nothing_is_missing_when_there_is_a_pathway_and_nothing_helps_when_none_may_be_granted() -> None:
    reachable = least_missing(
        world(NOBODY_TEACHES.replace("goal Role", "has GCSE Maths, Teamwork\ngoal Role")), Limits()
    )
    assert reachable is not None
    assert (reachable.size, reachable.sets, reachable.all_found) == (0, (frozenset(),), True)
    assert least_missing(world(NOBODY_TEACHES), Limits(), grantable=lambda fact: fact == "Teamwork") is None


def test_credits_that_nobody_gives_are_counted_by_weight() -> None:
    text = """
        goal Award

        Taught | 10w £0 4h | - | A
        Whole  | rule | 60 of (20 A, 20 B, 10 C, 10 D, 30 E) | Award
    """
    missing = least_missing(world(text), Limits(), grantable=lambda fact: fact != "Award")
    assert missing is not None
    assert (missing.size, named(missing.sets)) == (2, ["B + E", "C + E", "D + E"])


def test_what_the_learner_cannot_take_counts_for_nothing() -> None:
    text = "week 10h\ngoal Role\n\nHeavy | 10w £0 20h | Start | Role"
    missing = least_missing(world(text), Limits())
    assert missing is not None
    assert named(missing.sets) == ["Role"]


def test_what_is_brought_has_to_open_a_pathway_in_time_and_within_the_caps() -> None:
    """Each would do, but the way on from the T Level ends in week 30, and that from the lab costs £900."""
    text = """
        ends 20w
        goal Technician

        Degree unit | 30w £0 8h   | T Level    | Technician
        Evening lab | 10w £900 8h | Lab work   | Technician
        Upskilling  | 12w £0 8h   | Lab work and Chemistry | Technician
    """
    problem = world(text)
    kinds = {"T Level", "Lab work", "Chemistry"}

    def least(some: PathwayProblem, solve: Solve | None) -> list[str] | None:
        missing = least_missing(some, Limits(), grantable=kinds.__contains__, solve=solve)
        assert missing is None or (missing.all_found and missing.proven)
        return missing and named(missing.sets)

    in_time = ExactPlanner().solve
    capped = replace(problem, caps=(Cap("budget", Criterion.COST, 500),))
    assert least(problem, None) == least(capped, None) == ["Lab work", "T Level"]
    assert least(problem, in_time) == ["Lab work"]
    assert least(capped, in_time) == ["Chemistry + Lab work"]
    assert least(replace(capped, horizon=5), in_time) is None
    assert least(replace(problem, held=frozenset({"T Level"})), in_time) == [""]


def test_in_time_agrees_with_granting_every_set_of_facts() -> None:
    sizes: Counter[int | None] = Counter()
    for seed in range(500):
        problem = harder(layered_question(seed, 5), seed)
        if seed % 2:
            problem = replace(problem, horizon=problem.horizon // 2, caps=(Cap("budget", Criterion.COST, 300),))
        facts = [f"f{number}" for number in range(3 if seed % 3 else 7)]
        timeless = least_missing(problem, Limits(), grantable=facts.__contains__, most=10_000)
        solve = ExactPlanner().solve
        missing = least_missing(problem, Limits(), grantable=facts.__contains__, most=10_000, solve=solve)
        if timeless is None or not timeless.size:
            assert missing == timeless
            continue
        expected = next((found for size in (1, 2, 3) if (found := opening(problem, facts, size))), None)
        sizes[missing.size if missing else None] += 1
        if missing is None or missing.size > 3:
            assert expected is None
        else:
            assert (set(missing.sets), missing.all_found, missing.proven) == (expected, True, True)
    assert min(sizes[size] for size in (None, 1, 2)) > 2


def opening(problem: PathwayProblem, facts: list[Fact], size: int) -> set[frozenset[Fact]]:
    """The sets of so many facts that, held from the start, open a pathway on the calendar."""
    sets = map(frozenset, combinations(facts, size))
    return {
        one
        for one in sets
        if exhaustive.best_dated(replace(problem, held=problem.held | one), Criterion.STEPS)[0] is Outcome.FOUND
    }


def harder(problem: PathwayProblem, seed: int) -> PathwayProblem:
    """The question with some of its deliveries gone, so that something is missing."""
    kept = tuple(one for number, one in enumerate(problem.deliveries) if (seed >> number) % 3 == 0)
    return problem.with_catalogue(deliveries=kept)


def test_agrees_with_granting_every_set_of_facts() -> None:
    sizes: set[int] = set()
    for seed in range(400):
        problem = harder(layered_question(seed, 5), seed)
        for allowed in (lambda _: True, lambda fact: int(fact[1:]) % 3 > 0, lambda fact: int(fact[1:]) < 3):
            expected = exhaustive.least_missing(problem, allowed, most_facts=8)
            missing = least_missing(problem, Limits(), grantable=allowed, most=10_000)
            if missing is None:
                assert expected is None
                continue
            assert (set(missing.sets), missing.all_found, missing.proven) == (expected, True, True)
            assert len(set(missing.sets)) == len(missing.sets)
            assert {len(one) for one in missing.sets} == {missing.size}
            sizes.add(missing.size)
    assert {0, 1, 2, 3} <= sizes


@few
@given(problem=questions(5), fact=FACTS)
def test_one_more_fact_or_one_more_delivery_never_leaves_more_missing(problem: PathwayProblem, fact: Fact) -> None:
    def size(some: PathwayProblem) -> float:
        missing = least_missing(some, Limits(), most=1)
        return missing.size if missing is not None else float("inf")

    assert size(replace(problem, held=problem.held | {fact})) <= size(problem)
    more = (*problem.deliveries, Delivery("extra", problem.contents[0].id, 0, 1, 1, None))
    assert size(problem.with_catalogue(deliveries=more)) <= size(problem)


@few
@given(problem=questions(5))
def test_with_hardly_any_work_the_size_is_never_too_small_and_the_sets_do(problem: PathwayProblem) -> None:
    full = least_missing(problem, Limits())
    hasty = least_missing(problem, Limits(gate_visits=0, rounds=0, master_nodes=0))
    if full is None or hasty is None:
        assert full == hasty
        return
    assert hasty.size >= full.size
    assert not hasty.proven or hasty.size == full.size
    assert not hasty.all_found or set(hasty.sets) == set(full.sets)
    for some in hasty.sets:
        opened = least_missing(replace(problem, held=problem.held | some), Limits())
        assert opened is not None
        assert opened.size == 0


@pytest.mark.parametrize("criterion", [Criterion.COST, Criterion.STEPS, Criterion.WEEKS])
@few
@given(problem=questions(5))
def test_what_a_fact_is_worth_is_the_value_of_the_question_with_it(
    criterion: Criterion, problem: PathwayProblem
) -> None:
    facts = ["f1", "f2", "f3", "f7", "never heard of"]
    worth = worth_of(problem, criterion, facts, Limits())
    assert list(worth) == facts
    for fact, value in worth.items():
        held = replace(problem, held=problem.held | {fact})
        assert value == ExactPlanner().solve(held, criterion, Limits()).value


@pytest.mark.shared_data
@pytest.mark.parametrize("size", ["small", "region", "national"])
def test_shared_questions_miss_what_is_published(size: str) -> None:
    if "STEPWAY_SHARED" not in os.environ:
        pytest.skip("set STEPWAY_SHARED to the folder that holds planning-examples/")
    folder = Path(os.environ["STEPWAY_SHARED"]) / "planning-examples"
    answers = json.loads((folder / f"expected-{size}.json").read_text())
    unreachable = {name: expected for name, expected in answers.items() if not expected["reachable"]}
    assert unreachable
    for name, expected in unreachable.items():
        missing = least_missing(read_instance(folder / size / f"{name}.json.gz"), Limits())
        assert missing is not None
        assert (missing.size, missing.proven) == (expected["missing_size"], True)
        sets = [sorted(one) for one in missing.sets]
        if "missing_sets" in expected:
            assert missing.all_found
            assert sets == expected["missing_sets"]
        else:
            assert sorted(expected["missing_example"]) in sets or not missing.all_found
