"""A question that contradicts itself is refused before anything is searched."""

from dataclasses import replace

import pytest

from queries.pathways.engine.circuit import reasons
from queries.pathways.engine.problem import (
    LONGEST,
    MOST,
    All,
    AnyOf,
    AtLeast,
    Cap,
    Criterion,
    PathwayProblem,
    ProblemRefused,
)
from tests.support.text_world import world

WORLD = world("""
    goal Role

    Basics | 4w £0 10h | -      | Basics
    Course | 4w £0 10h | Basics | Role
    Staff  | rule      | Role   | Staff
""")
BASICS, COURSE = WORLD.deliveries


@pytest.mark.parametrize(
    ("code", "broken"),
    [
        ("repeated_id", lambda: WORLD.with_catalogue(contents=WORLD.contents * 2)),
        ("repeated_id", lambda: WORLD.with_catalogue(rules=WORLD.rules * 2)),
        ("unknown_content", lambda: WORLD.with_catalogue(deliveries=(replace(BASICS, content="Elsewhere"),))),
        ("number_out_of_range", lambda: WORLD.with_catalogue(deliveries=(replace(BASICS, weeks=0),))),
        ("number_out_of_range", lambda: WORLD.with_catalogue(deliveries=(replace(BASICS, cost_pounds=-1),))),
        ("starts_not_ascending", lambda: WORLD.with_catalogue(deliveries=(replace(BASICS, starts=(5, 3)),))),
        ("starts_not_ascending", lambda: WORLD.with_catalogue(deliveries=(replace(BASICS, starts=(-1,)),))),
        ("starts_not_ascending", lambda: WORLD.with_catalogue(deliveries=(replace(BASICS, starts=(5, LONGEST + 1)),))),
        ("number_out_of_range", lambda: WORLD.with_catalogue(deliveries=(replace(BASICS, weeks=LONGEST + 1),))),
        ("number_out_of_range", lambda: WORLD.with_catalogue(deliveries=(replace(BASICS, cost_pounds=MOST + 1),))),
        ("number_out_of_range", lambda: WORLD.with_catalogue(deliveries=(replace(BASICS, travel_hours=10**19),))),
        ("number_out_of_range", lambda: WORLD.with_catalogue(deliveries=(replace(BASICS, hours_per_week=10**19),))),
        ("number_out_of_range", lambda: replace(WORLD, goal=AtLeast(5, ((-5, "Role"),)))),
        ("number_out_of_range", lambda: replace(WORLD, goal=AtLeast(10**19, ((5, "Role"),)))),
        ("number_out_of_range", lambda: replace(WORLD, goal=All((AnyOf((AtLeast(5, ((10**19, "Role"),)),)),)))),
        ("number_out_of_range", lambda: replace(WORLD, horizon=10**12)),
        ("number_out_of_range", lambda: replace(WORLD, hours_cap=10**19)),
        ("number_out_of_range", lambda: replace(WORLD, lapses={"Basics": 10**19})),
        ("number_out_of_range", lambda: replace(WORLD, caps=(Cap("budget", Criterion.COST, 10**19),))),
        ("number_out_of_range", lambda: replace(WORLD, caps=(Cap("once", {"Basics": 10**19}, 1),))),
    ],
)
def test_a_contradiction_is_refused(code: str, broken: object) -> None:
    with pytest.raises(ProblemRefused) as refused:
        broken()
    assert refused.value.code == code


def test_reasons_name_the_contents_that_made_a_fact_true() -> None:
    problem: PathwayProblem = WORLD
    assert reasons(problem, problem.contents) == {
        "Basics": ("Basics",),
        "Role": ("Basics", "Course"),
        "Staff": ("Basics", "Course"),
    }
    assert reasons(problem, problem.contents[1:]) == {}
