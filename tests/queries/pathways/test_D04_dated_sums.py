"""The least sum over the steps, on the calendar: then the earliest finish, then fewest steps, then least pounds."""

import pytest

from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import Criterion, Limits
from tests.support.text_world import pathway, world

MISSED = """
    goal Role

    First  | 10w £0 10h @5    | -     | A
    Second | 10w £0 10h @5,9  | A     | Role
    Other  | 10w £700 10h     | A     | Role
    Third  | 12w £600 10h     | A     | Role
"""


def test_the_bound_is_of_the_cheapest_without_dates_until_a_dated_search_betters_it() -> None:
    full = ExactPlanner().solve(world(MISSED), Criterion.COST, Limits())
    assert (full.value, full.bound, full.proven) == (600, 600, True)
    none = ExactPlanner().solve(world(MISSED), Criterion.COST, Limits(calendar_work=0.0))
    assert none.bound is not None
    assert none.bound <= 600


def test_among_the_cheapest_the_one_that_finishes_soonest() -> None:
    text = """
        goal Role

        Long   | 30w £100 10h | - | Role
        Quick  | 5w £60 10h   | - | A
        Second | 5w £40 10h   | A | Role
    """
    assert pathway(text, by="cost") == "Quick 5w ~ Second 5w ~ Role [10w £100 2 steps]"
    assert pathway(text, by="steps") == "Long 30w ~ Role [30w £100 1 step]"


def test_among_those_the_one_of_fewest_steps_and_no_useless_free_course() -> None:
    text = """
        goal Role

        Course | 10w £0 10h | - | Role
        Half   | 5w £0 10h  | - | A
        Rest   | 5w £0 10h  | A | Role
        Extra  | 5w £0 10h  | - | B
    """
    assert pathway(text, by="cost") == "Course 10w ~ Role [10w £0 1 step]"


def test_among_those_the_cheapest() -> None:
    text = "goal Role\n Dear | 10w £300 10h | - | Role\n Fair | 10w £200 10h | - | Role"
    assert pathway(text, by="steps") == "Fair 10w ~ Role [10w £200 1 step]"
    assert pathway(text, by="study-weeks") == "Fair 10w ~ Role [10w £200 1 step]"


def test_least_travel() -> None:
    text = """
        goal Role

        Near | 30w £100 10h travel 5h | - | Role
        Far  | 10w £0 10h travel 60h  | - | Role
    """
    assert pathway(text, by="travel") == "Near 30w ~ Role [30w £100 1 step]"


def test_hours_that_leave_no_dated_plan_at_the_least_sum_lead_to_the_next() -> None:
    """Both units at once are too many hours for the horizon; the dearer lighter one is not."""
    text = """
        week 20h
        ends 12w
        goal Role

        Unit A | 10w £0 15h  | -       | A
        Unit B | 10w £0 15h  | -       | B
        Unit B | 10w £90 5h
        Hired  | rule        | A and B | Role
    """
    assert pathway(text, by="cost") == "Unit A 10w + Unit B 10w ~ Role [10w £90 2 steps]"


@pytest.mark.parametrize("by", ["cost", "steps", "study-weeks", "travel", "weeks"])
def test_the_same_question_has_the_same_answer(by: str) -> None:
    twins = "\n".join(f"Twin {n} | 10w £50 10h travel 3h | - | A" for n in range(4))
    text = f"goal Role\n {twins}\n Last | 5w £0 10h | A | Role"
    answers = {pathway(text, by=by) for _ in range(3)}
    assert len(answers) == 1
