"""Limits over a whole plan hold on the calendar too: a budget, travel, one of two."""

from dataclasses import replace

from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import Cap, Criterion, Limits
from tests.support.text_world import line, pathway, world

QUICK_OR_CHEAP = """
    goal Role

    First  | 5w £300 10h  | - | A
    First  | 20w £0 10h
    Second | 5w £300 10h  | A | Role
    Second | 30w £100 10h
"""


def test_the_fastest_within_the_budget() -> None:
    assert pathway(QUICK_OR_CHEAP).endswith("[10w £600 2 steps]")
    assert pathway("spend £599\n" + QUICK_OR_CHEAP) == "First 20w ~ Second 5w ~ Role [25w £300 2 steps]"
    assert pathway("spend £299\n" + QUICK_OR_CHEAP) == "First 20w ~ Second 30w ~ Role [50w £100 2 steps]"
    assert pathway("spend £99\n" + QUICK_OR_CHEAP) == "none within limits"


def test_a_budget_and_a_horizon_may_together_leave_nothing() -> None:
    assert pathway("spend £299\n ends 50w\n" + QUICK_OR_CHEAP).endswith("[50w £100 2 steps]")
    assert pathway("spend £299\n ends 49w\n" + QUICK_OR_CHEAP) == "none within limits"


def test_the_cheapest_within_a_cap_on_travel_is_not_the_cheapest_delivery() -> None:
    text = """
        goal Role

        Course | 5w £0 10h travel 40h  | - | Role
        Course | 5w £80 10h travel 10h | - | Role
    """
    problem = world(text)
    assert pathway(text, by="cost").endswith("[5w £0 1 step]")
    near = replace(problem, caps=(Cap("travel", Criterion.TRAVEL, 39),))
    assert line(near, ExactPlanner().solve(near, Criterion.COST, Limits())).endswith("[5w £80 1 step]")


def test_of_two_that_exclude_each_other_one_is_taken() -> None:
    text = """
        goal Role

        Free  | 5w £0 10h  | - | A
        Grant | 5w £0 10h  | - | B
        Paid  | 9w £50 10h | - | B
        Hired | rule       | A and B | Role
    """
    once = (Cap("once", {"Free 1": 1, "Grant 1": 1}, 1),)
    problem = replace(world(text), caps=once)
    assert pathway(text) == "Free 5w + Grant 5w ~ Role [5w £0 2 steps]"
    assert line(problem, ExactPlanner().solve(problem, Criterion.WEEKS, Limits())).endswith("~ Role [9w £50 2 steps]")


def test_a_cap_on_steps_leads_to_fewer_and_longer_ones() -> None:
    text = "goal Role\n A | 2w £0 10h | - | X\n B | 2w £0 10h | X | Role\n C | 30w £0 10h | - | Role"
    problem = replace(world(text), caps=(Cap("steps", Criterion.STEPS, 1),))
    assert line(problem, ExactPlanner().solve(problem, Criterion.WEEKS, Limits())).endswith("[30w £0 1 step]")
