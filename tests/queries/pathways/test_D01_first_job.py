"""The first job soon, on a way to the goal: the milestone first, then the finish, then steps and pounds."""

import pytest

from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import Criterion, Limits, ProblemRefused
from tests.support.text_world import pathway, world

TWO_WAYS = """
    job  Assistant
    goal Engineer

    Degree           | 150w £0 30h | -         | Engineer
    Short course     | 10w £0 20h  | -         | Basics
    Assistant (job)  | 0w £0 0h    | Basics    | Assistant
    On the job       | 145w £0 10h | Assistant | Engineer
"""


def test_a_way_by_way_of_a_job_takes_longer_and_pays_sooner() -> None:
    assert pathway(TWO_WAYS) == "Degree 150w ~ Engineer [150w £0 1 step]"
    assert (
        pathway(TWO_WAYS, by="first-job")
        == "Short course 10w ~ Assistant 0w ~ On the job 145w ~ Engineer [155w £0 3 steps]"
    )


def test_the_value_is_the_week_of_the_job_not_of_the_goal() -> None:
    result = ExactPlanner().solve(world(TWO_WAYS), Criterion.FIRST_JOB, Limits())
    assert (result.value, result.bound, result.proven) == (10, 10, True)


def test_a_job_that_leaves_no_time_for_the_goal_by_the_horizon_is_not_on_the_way() -> None:
    """With room for one course at a time the job costs ten weeks, which are there until week 155 and not before."""
    assert pathway("week 30h\n ends 155w\n" + TWO_WAYS, by="first-job").endswith("[155w £0 3 steps]")
    assert pathway("week 30h\n ends 154w\n" + TWO_WAYS, by="first-job") == "none within limits"
    assert pathway("week 50h\n ends 154w\n" + TWO_WAYS, by="first-job").endswith("~ Engineer [150w £0 3 steps]")


def test_of_ways_with_the_job_as_soon_the_one_that_finishes_soonest_is_taken() -> None:
    assert pathway(
        """
        job  Staff
        goal Lead

        Placement | 4w £0 10h  | -     | Staff
        Slow      | 20w £0 10h | Staff | Lead
        Quick     | 9w £0 10h  | Staff | Midway
        Rest      | 9w £0 10h  | Midway | Lead
    """,
        by="first-job",
    ).endswith("~ Lead [22w £0 3 steps]")


def test_a_milestone_held_from_the_start_leaves_only_the_way_to_the_goal() -> None:
    text = "has Staff\n job Staff\n goal Lead\n Course | 9w £0 10h | - | Lead\n Detour | 3w £0 10h | - | Other"
    assert pathway(text, by="first-job") == "Course 9w ~ Lead [9w £0 1 step]"


def test_a_goal_held_from_the_start_leaves_only_the_way_to_the_milestone() -> None:
    text = "has Lead\n job Staff\n goal Lead\n Course | 9w £0 10h | - | Staff"
    assert pathway(text, by="first-job") == "Course 9w ~ Lead [0w £0 1 step]"


def test_a_goal_held_from_the_start_still_leaves_the_cheapest_way_to_the_milestone() -> None:
    text = "has Lead\n job Staff\n goal Lead\n Dear | 0w £100 0h | - | Staff\n Free | 0w £0 0h | - | Staff"
    assert pathway(text, by="first-job") == "Free 0w ~ Lead [0w £0 1 step]"


def test_a_milestone_beyond_everything_on_offer_is_proved_to_be() -> None:
    text = "job Staff\n goal Lead\n Course | 9w £0 10h | - | Lead"
    assert pathway(text) == "Course 9w ~ Lead [9w £0 1 step]"
    assert pathway(text, by="first-job") == "proved none"


def test_no_milestone_is_refused_with_a_hint() -> None:
    with pytest.raises(ProblemRefused, match=r"no_milestone.*Say what counts as the first job"):
        pathway("goal Lead\n Course | 9w £0 10h | - | Lead", by="first-job")
