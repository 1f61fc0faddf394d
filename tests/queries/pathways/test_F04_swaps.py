"""Course full, moved or cancelled: what can stand in for one step with the rest kept."""

import pytest

from queries.pathways.engine.outlook import swaps
from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import Criterion, Limits, Plan, PlannedStep
from queries.pathways.engine.replay import replay
from tests.support.text_world import world


def said(text: str, step: str) -> list[str]:
    """What can stand in for a step of the earliest plan, one line each; every swap is replayed."""
    problem = world(text)
    plan = ExactPlanner().solve(problem, Criterion.WEEKS, Limits()).plan
    assert plan is not None
    kept = {one.delivery for one in plan.steps} - {step}
    lines = []
    for swap in swaps(problem, plan, step, Limits()):
        trace = replay(problem, swap.plan)
        assert (swap.finish_week, swap.cost_pounds, swap.travel_hours, swap.proven) == (
            trace.finish_week,
            trace.cost_pounds,
            trace.travel_hours,
            True,
        )
        assert {one.delivery.id for one in trace.steps} == kept | set(swap.deliveries)
        moved = f", moving {', '.join(swap.moved)}" if swap.moved else ""
        lines.append(f"{' + '.join(swap.deliveries)}: week {swap.finish_week} £{swap.cost_pounds}{moved}")
    return lines


WORLD = """
    bars Bootcamp 4
    goal Role

    Bootcamp | 12w £0 16h @0            | GCSE or Level 2 | Python
    Bootcamp | 14w £50 10h @6
    Bootcamp | 20w £20 50h @0
    Bootcamp | 2w £0 5h @0
    Bootcamp | 12w £10 16h @9
    Evening  | 15w £30 5h @3            | -               | Python, Excel
    Excel    | 10w £0 5h                | -               | Excel
    Later    | 5w £0 5h                 | Imaging         | Python
    Imaging  | 20w £0 8h @12,21,30      | Python          | Imaging
    Hired    | rule                     | Imaging         | Role
    has GCSE
"""


def test_other_deliveries_and_other_courses_are_offered_soonest_first() -> None:
    assert said(WORLD, "Bootcamp 1") == [
        "Bootcamp 5: week 41 £10, moving Imaging 1",
        "Evening 1: week 41 £30, moving Imaging 1",
        "Bootcamp 2: week 41 £50, moving Imaging 1",
    ]


def test_nothing_is_offered_where_nothing_can_stand_in() -> None:
    assert said(WORLD, "Imaging 1") == []


def test_a_course_that_gives_all_that_later_steps_need_stands_in_alone() -> None:
    assert said(
        """
        goal Role

        Both   | 10w £0 5h | -        | A, B
        Only A | 14w £0 5h | -        | A
        Other  | 12w £9 5h | -        | A, B, C
        Next   | 5w £0 5h  | A        | N
        Role   | 5w £0 5h  | N and B  | Role
    """,
        "Both 1",
    ) == ["Other 1: week 22 £9, moving Next 1, Role 1"]


def test_when_no_single_course_will_do_the_smallest_sets_are_offered() -> None:
    assert said(
        """
        goal Role

        Diploma | 5w £0 5h  | -       | A, B
        Unit A  | 6w £10 5h | -       | A
        Unit B  | 7w £10 5h | -       | B
        Other B | 8w £5 5h  | -       | B
        Start   | 1w £0 5h  | -       | S
        B after | 1w £0 5h  | S       | B
        Course  | 5w £0 5h  | A and B | Role
    """,
        "Diploma 1",
    ) == ["Unit A 1 + Unit B 1: week 12 £20, moving Course 1", "Other B 1 + Unit A 1: week 13 £15, moving Course 1"]


def test_a_swap_respects_the_hours_of_the_steps_kept() -> None:
    assert said(
        """
        week 20h
        goal Role

        Kept  | 10w £0 10h @0 | -       | A
        Light | 12w £0 10h    | -       | B
        Heavy | 11w £0 15h    | -       | B
        Hired | rule          | A and B | Role
    """,
        "Light 1",
    ) == ["Heavy 1: week 21 £0"]


def test_a_swap_stays_within_the_budget() -> None:
    text = "goal Role\n A | 5w £20 5h | - | A\n B | 5w £30 5h | A | Role\n C | 6w £40 5h | A | Role"
    assert said("spend £60\n" + text, "B 1") == ["C 1: week 11 £60"]
    assert said("spend £59\n" + text, "B 1") == []


def test_what_cannot_be_run_in_time_is_left_out() -> None:
    text = "goal Role\n A | 5w £20 5h | - | Role\n A | 9w £30 5h @1,3\n B | 8w £30 5h | - | Role"
    assert said("ends 10w\n" + text, "A 1") == ["B 1: week 8 £30", "A 2: week 10 £30"]
    assert said("ends 9w\n" + text, "A 1") == ["B 1: week 8 £30"]


def test_a_step_needed_only_for_its_date_is_swapped_for_what_is_sooner_than_doing_without() -> None:
    text = """
        goal Role and B

        Taster | 0w £0 0h     | - | A
        Other  | 1w £5 5h @0  | - | A
        Slow   | 6w £0 5h @1  | - | A
        Idle   | 1w £0 5h     | - | C
        Both   | 2w £0 5h     | - | A, B
        Role   | 5w £0 5h {} | A | Role
    """
    assert said(text.format("@0,1,4"), "Taster 1") == ["Other 1: week 6 £5, moving Role 1"]
    assert said(text.format("@0,1"), "Taster 1") == ["Other 1: week 6 £5, moving Role 1"]
    assert said(text.format("@0,4"), "Taster 1") == []


def test_only_a_step_of_the_plan_can_be_swapped() -> None:
    problem = world("goal Role\n A | 5w £20 5h | - | Role")
    with pytest.raises(ValueError, match="no step"):
        swaps(problem, Plan((PlannedStep("A 1", 0),)), "B 1", Limits())
