"""Why each step is there: leave it out, carry out the rest as planned, and name what is lost."""

from queries.pathways.engine.outlook import removal_reasons
from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import Criterion, Limits, Plan, PlannedStep
from tests.support.text_world import world


def reasons(text: str, *steps: tuple[str, int | None], by: Criterion = Criterion.WEEKS) -> list[str]:
    """For each step a line as an adviser would say it; the best plan when no steps are given."""
    problem = world(text)
    plan = Plan(tuple(PlannedStep(f"{name} 1", week) for name, week in steps))
    if not steps:
        found = ExactPlanner().solve(problem, by, Limits()).plan
        assert found is not None
        plan = found
    said = []
    for delivery, loss in removal_reasons(problem, plan).items():
        lost = [f"no {closed.delivery[:-2]} ({', '.join(closed.lost)})" for closed in loss.closed]
        if loss.goal:
            lost.append(f"no goal ({', '.join(loss.goal_lost)})")
        elif loss.finish_week is not None:
            lost.append(f"goal in week {loss.finish_week}")
        said.append(f"without {delivery[:-2]}: {', '.join(lost) or 'nothing lost'}")
    return said


CHAIN = """
    has  Maths
    goal Role

    Bootcamp | 12w £0 16h | Maths              | Python
    Imaging  | 20w £0 8h  | Python and Maths   | Imaging
    Hired    | rule       | Imaging            | Role
"""


def test_each_step_is_there_for_what_comes_after_it() -> None:
    assert reasons(CHAIN) == [
        "without Bootcamp: no Imaging (Python), no goal (Role)",
        "without Imaging: no goal (Role)",
    ]


def test_what_leans_on_a_step_that_is_closed_is_closed_in_turn() -> None:
    assert reasons("""
        goal Role

        One   | 5w £0 5h | -             | A
        Two   | 5w £0 5h | A             | B
        Three | 5w £0 5h | A and B       | Role
    """) == [
        "without One: no Two (A), no Three (A, B), no goal (Role)",
        "without Two: no Three (B), no goal (Role)",
        "without Three: no goal (Role)",
    ]


def test_a_fact_that_followed_by_rules_is_named_as_the_entry_asks_for_it() -> None:
    assert reasons("""
        goal Role

        Diploma | 30w £0 5h | -                                  | Unit A, Unit B
        Award   | rule      | 20 of (10 Unit A, 10 Unit B)       | Level 3
        Degree  | 90w £0 5h | Level 3 or Experience              | Role
    """) == ["without Diploma: no Degree (Level 3), no goal (Role)", "without Degree: no goal (Role)"]


def test_credit_that_is_short_without_a_unit_closes_only_what_asks_for_so_much() -> None:
    units = """
        goal Award

        Unit A | 5w £0 5h  | -                     | A
        Unit B | 5w £0 5h  | -                     | B
        Unit C | 5w £0 5h  | 10 of (10 A, 10 B)    | C
        Award  | rule      | 20 of (10 A, 10 B, 10 C) | Award
    """
    assert reasons(units, ("Unit A", 0), ("Unit C", 5)) == [
        "without Unit A: no Unit C (A), no goal (Award)",
        "without Unit C: no goal (Award)",
    ]
    assert reasons(units, ("Unit A", 0), ("Unit B", 0), ("Unit C", 5)) == [
        "without Unit A: goal in week 10",
        "without Unit B: goal in week 10",
        "without Unit C: goal in week 5",
    ]


def test_a_step_that_is_there_to_be_quick_is_said_to_be() -> None:
    late = "goal Role\n Slow | 30w £0 5h | - | Role\n Quick | 5w £0 5h | - | Role"
    assert reasons(late, ("Quick", 0), ("Slow", 0)) == [
        "without Quick: goal in week 30",
        "without Slow: goal in week 5",
    ]


def test_without_dates_the_order_is_kept() -> None:
    assert reasons(CHAIN, ("Bootcamp", None), ("Imaging", None)) == [
        "without Bootcamp: no Imaging (Python), no goal (Role)",
        "without Imaging: no goal (Role)",
    ]


def test_without_a_step_that_renews_it_credit_lapses() -> None:
    assert reasons(
        """
        has    Physics
        lapses Physics 10w
        goal   Role

        Refresh | 1w £0 5h  | -       | Physics
        Course  | 9w £0 5h  | Physics | Role
    """,
        ("Refresh", 5),
        ("Course", 16),
    ) == ["without Refresh: no Course (Physics), no goal (Role)", "without Course: no goal (Role)"]


def test_a_goal_already_held_needs_no_step() -> None:
    assert reasons("has Role\n goal Role\n Course | 5w £0 5h | - | Role") == []
