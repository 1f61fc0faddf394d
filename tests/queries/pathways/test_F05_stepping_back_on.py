"""Life comes in between: what stopping for a while means, and the best way back on."""

import pytest

from queries.pathways.engine.outlook import resume
from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import Criterion, Limits
from queries.pathways.engine.replay import replay
from tests.support.text_world import world


def said(text: str, after: int, pause_weeks: int) -> str:
    """The way back on to the earliest plan, as one line; the whole plan is replayed."""
    problem = world(text)
    plan = ExactPlanner().solve(problem, Criterion.WEEKS, Limits()).plan
    assert plan is not None
    back = resume(problem, plan, after, pause_weeks, Limits())
    assert back.proven
    lost = f", giving up {', '.join(back.given_up)}" if back.given_up else ""
    lost += f", {', '.join(sorted(back.lapsed))} lapsed" if back.lapsed else ""
    start = f"stop in week {back.stopped_week}, back in week {back.back_week}{lost}: "
    if back.plan is None:
        return start + "no way on"
    assert replay(problem, back.plan).finish_week == back.finish_week
    assert {step.delivery for step in back.remaining} <= {step.delivery for step in back.plan.steps}
    steps = ", ".join(f"{step.delivery} in week {step.start_week}" for step in back.remaining) or "nothing remains"
    return f"{start}{steps} [{back.finish_week}w, {back.weeks_later} weeks later]"


WORLD = """
    goal Role

    Unit A  | 10w £0 10h @0,30     | -           | A
    Unit B  | 12w £0 10h @10,40,60 | A           | B
    Course  | 5w £0 10h @22,80     | A and B     | Role
    Slower  | 9w £0 10h            | A and B     | Role
    Again   | 2w £0 5h             | GCSE        | A
"""


def test_the_way_on_starts_where_the_pause_ends() -> None:
    assert said(WORLD, 1, 0) == (
        "stop in week 10, back in week 10: Unit B 1 in week 10, Course 1 in week 22 [27w, 0 weeks later]"
    )
    assert said(WORLD, 1, 1) == (
        "stop in week 10, back in week 11: Unit B 1 in week 40, Slower 1 in week 52 [61w, 34 weeks later]"
    )
    assert said(WORLD, 2, 4) == "stop in week 22, back in week 26: Slower 1 in week 26 [35w, 8 weeks later]"
    assert said(WORLD, 3, 52) == "stop in week 27, back in week 79: nothing remains [27w, 0 weeks later]"


def test_stopping_before_anything_is_starting_later() -> None:
    assert said(WORLD, 0, 1).endswith(
        "Unit A 1 in week 30, Unit B 1 in week 40, Slower 1 in week 52 [61w, 34 weeks later]"
    )


def test_what_would_only_begin_in_the_week_of_the_stop_is_not_kept() -> None:
    hired = "goal Staff\n Course | 10w £0 10h @0,40 | - | C\n Join | 0w £0 0h | C | Staff"
    assert said(hired, 1, 8) == ("stop in week 10, back in week 18: Join 1 in week 18 [18w, 8 weeks later]")


def test_there_may_be_no_way_on_in_time() -> None:
    assert said("ends 60w\n" + WORLD, 1, 31) == "stop in week 10, back in week 41: no way on"


LAPSING = """
    has    GCSE
    lapses A 20w
    goal   Role

    Unit A  | 10w £0 10h @0,200    | -           | A
    Unit B  | 12w £0 10h           | A           | B
    Course  | 5w £0 10h            | A and B     | Role
"""


def test_credit_may_lapse_in_the_pause_and_has_to_be_renewed() -> None:
    assert said(LAPSING, 2, 8) == "stop in week 22, back in week 30: Course 1 in week 30 [35w, 8 weeks later]"
    assert said(LAPSING, 2, 9) == "stop in week 22, back in week 31, A lapsed: no way on"
    assert said(LAPSING + " Again | 2w £0 5h from 15 | GCSE | A", 2, 9) == (
        "stop in week 22, back in week 31, A lapsed: Again 1 in week 31, Course 1 in week 33 [38w, 11 weeks later]"
    )


def test_credit_need_not_have_lapsed_yet_to_lapse_on_the_way() -> None:
    assert said(LAPSING + " Again | 2w £0 5h from 15 | GCSE | A", 1, 10) == (
        "stop in week 10, back in week 20: Again 1 in week 20, Unit B 1 in week 20, Course 1 in week 32"
        " [37w, 10 weeks later]"
    )


BESIDE = """
    week 30h
    goal Role

    Long  | 30w £100 10h @0,15   | -       | L
    Short | 10w £0 10h @0        | -       | S
    Hired | rule                 | L and S | Role
"""


def test_what_is_under_way_is_given_up_and_paid_for_again() -> None:
    assert said(BESIDE, 1, 2) == "stop in week 30, back in week 32: nothing remains [30w, 0 weeks later]"
    assert said(BESIDE, 2, 2) == (
        "stop in week 10, back in week 12, giving up Long 1: Long 1 in week 15 [45w, 15 weeks later]"
    )
    assert said("spend £199\n" + BESIDE, 2, 2) == "stop in week 10, back in week 12, giving up Long 1: no way on"


@pytest.mark.parametrize(("after", "pause"), [(-1, 0), (4, 0), (1, -1)])
def test_a_stop_that_makes_no_sense_is_refused(after: int, pause: int) -> None:
    with pytest.raises(ValueError, match="a plan with dates"):
        said(WORLD, after, pause)
