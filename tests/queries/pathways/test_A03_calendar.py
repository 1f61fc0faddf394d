"""Dates, hours and horizon: what may run side by side, what has to wait, and what is too late."""

import pytest

from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import Criterion, Limits, Outcome
from queries.pathways.engine.replay import replay
from tests.support.text_world import pathway, world

TWO_UNITS = """
    goal Award

    Unit A | 10w £0 10h | -             | A
    Unit B | 12w £0 10h | -             | B
    Award  | rule       | 30 of (15 A, 15 B) | Award
"""


def test_two_units_run_side_by_side_when_the_week_has_room() -> None:
    assert pathway("week 20h\n" + TWO_UNITS) == "Unit A 10w + Unit B 12w ~ Award [12w £0 2 steps]"


def test_two_units_run_in_turn_when_it_has_not() -> None:
    assert pathway("week 19h\n" + TWO_UNITS).endswith("~ Award [22w £0 2 steps]")


def test_a_start_that_has_gone_is_waited_for() -> None:
    assert (
        pathway("""
        goal Imaging

        Bootcamp       | 12w £0 16h         | -      | Python
        Imaging module | 20w £0 8h @10,36   | Python | Imaging
    """)
        == "Bootcamp 12w ~ wait 24w ~ Imaging module 20w ~ Imaging [56w £0 2 steps]"
    )


def test_a_slower_course_in_time_beats_a_faster_one_too_late() -> None:
    assert (
        pathway("""
        goal Role

        Intensive | 6w £0 35h @30   | - | Role
        Evening   | 30w £0 6h @2,40 | - | Role
    """)
        == "wait 2w ~ Evening 30w ~ Role [32w £0 1 step]"
    )


def test_the_last_of_two_units_to_end_decides_and_the_first_may_wait() -> None:
    assert (
        pathway("""
        week 30h
        goal Role

        Unit A | 10w £0 20h      | -       | A
        Unit B | 20w £0 20h @0   | -       | B
        Course | 5w £0 20h       | A and B | Role
    """)
        == "Unit B 20w ~ Unit A 10w ~ Course 5w ~ Role [35w £0 3 steps]"
    )


def test_the_hours_cap_makes_a_longer_but_lighter_delivery_better() -> None:
    assert (
        pathway("""
        week 20h
        goal Role

        Unit A | 10w £0 20h | -       | A
        Unit B | 8w £0 15h  | -       | B
        Unit B | 10w £0 10h
        Unit A | 11w £0 10h
        Hired  | rule       | A and B | Role
    """)
        == "Unit A 11w + Unit B 10w ~ Role [11w £0 2 steps]"
    )


def test_among_the_earliest_fewest_steps_then_least_pounds() -> None:
    assert (
        pathway("""
        goal Role

        Slow   | 20w £0 10h   | -            | A
        Quick1 | 2w £0 10h    | -            | X
        Quick2 | 2w £0 10h    | X            | B
        Dear   | 9w £500 10h  | -            | B
        Fair   | 9w £400 10h  | -            | B
        Hired  | rule         | A and B      | Role
    """)
        == "Fair 9w + Slow 20w ~ Role [20w £400 2 steps]"
    )


def test_a_lighter_delivery_that_costs_more_is_taken_only_when_it_must_be() -> None:
    text = """
        goal Role

        Course | 10w £500 10h | -       | A
        Course | 10w £400 12h
        Beside | 10w £0 10h   | -       | B
        Hired  | rule         | A and B | Role
    """
    assert pathway("week 22h\n" + text).endswith("~ Role [10w £400 2 steps]")
    assert pathway("week 20h\n" + text).endswith("~ Role [10w £500 2 steps]")


def test_the_horizon_and_the_hours_are_limits_not_the_offer() -> None:
    course = "goal Role\n Course | 20w £0 10h | - | Role"
    assert pathway("ends 20w\n" + course) == "Course 20w ~ Role [20w £0 1 step]"
    assert pathway("ends 19w\n" + course) == "none within limits"
    assert pathway("week 9h\n" + course) == "none within limits"
    assert pathway("week 9h\n" + course, by="cost") == "none within limits"
    assert pathway("goal Other\n Course | 20w £0 10h | - | Role") == "proved none"


def test_hours_and_horizon_together_may_leave_nothing() -> None:
    assert pathway("week 19h\n ends 21w\n" + TWO_UNITS) == "none within limits"
    assert pathway("week 19h\n ends 22w\n" + TWO_UNITS).endswith("[22w £0 2 steps]")


def test_when_no_calendar_runs_the_cheapest_pathway_the_cheapest_that_one_runs_is_the_answer() -> None:
    text = """
        goal Role

        First  | 10w £0 10h @5    | -     | A
        Second | 10w £0 10h @5,9  | A     | Role
        Other  | 10w £700 10h     | A     | Role
    """
    assert pathway(text, by="cost") == "wait 5w ~ First 10w ~ Other 10w ~ Role [25w £700 2 steps]"
    result = ExactPlanner().solve(world(text), Criterion.COST, Limits())
    assert (result.value, result.bound, result.proven) == (700, 700, True)
    assert pathway("ends 24w\n" + text, by="cost") == "none within limits"


def test_the_cheapest_pathway_takes_the_start_that_fits_among_equal_prices() -> None:
    assert (
        pathway(
            """
        goal Role

        First  | 10w £0 10h @5    | -     | A
        Second | 10w £0 10h @5    | A     | Role
        Second | 14w £0 10h @20
    """,
            by="cost",
        )
        == "wait 5w ~ First 10w ~ wait 5w ~ Second 14w ~ Role [34w £0 2 steps]"
    )


def test_circular_rules_do_not_hasten_a_schedule() -> None:
    assert pathway("""
        week 20h
        goal Role

        Slow | 10w £0 20h | -       | A
        Next | 10w £0 20h | -       | B
        Up   | rule       | A or C  | C2
        Down | rule       | C2      | C
        Role | rule       | C and B | Role
    """).endswith("[20w £0 2 steps]")


@pytest.mark.parametrize("work", [0.0, 1e-6])
def test_stopping_early_gives_a_plan_with_its_bound_and_claims_nothing(work: float) -> None:
    units = "\n".join(f"Unit {n} | {5 + n}w £0 {7 + n}h | - | U{n}" for n in range(6))
    problem = world(f"week 20h\n goal Award\n {units}\n Award | rule | 60 of ({credits_of(6)}) | Award")
    result = ExactPlanner().solve(problem, Criterion.WEEKS, Limits(calendar_work=work))
    assert (result.outcome, result.proven) == (Outcome.FOUND, False)
    assert result.plan is not None
    assert result.bound is not None
    assert replay(problem, result.plan).finish_week == result.value
    best = ExactPlanner().solve(problem, Criterion.WEEKS, Limits())
    assert best.proven
    assert best.value is not None
    assert result.value is not None
    assert result.bound <= best.value <= result.value


def credits_of(units: int) -> str:
    return ", ".join(f"15 U{n}" for n in range(units))
