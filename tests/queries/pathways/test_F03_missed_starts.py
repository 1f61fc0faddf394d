"""How much a start matters: miss 26 January, and the next is 14 September, 33 weeks later."""

from queries.pathways.engine.outlook import Slack, slack
from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import Criterion, Limits, PathwayProblem, Plan, PlannedStep
from queries.pathways.engine.replay import replay
from tests.support.text_world import world


def best(problem: PathwayProblem) -> Plan:
    plan = ExactPlanner().solve(problem, Criterion.WEEKS, Limits()).plan
    assert plan is not None
    return plan


def said(text: str, *, anew: bool = False) -> list[str]:
    """The slack of each step of the earliest plan, as one line each; every plan in it is replayed."""
    problem = world(text)
    plan = best(problem)
    finish = replay(problem, plan).finish_week
    assert finish is not None
    lines = []
    for delivery, one in slack(problem, plan, Limits(), anew=anew).items():
        for other, week in ((one.missed, one.missed_finish), (one.anew, one.anew_finish)):
            assert other is None or replay(problem, other).finish_week == week
        lines.append(f"{delivery[:-2]}: {line(one)}")
    return lines


def line(one: Slack) -> str:
    assert one.proven
    late = f"by {one.latest_alone}" + (f" ({one.latest} if others move)" if one.latest > one.latest_alone else "")
    other = f"; else week {one.anew_finish}" if one.anew else ""
    if one.next_start is None:
        return f"week {one.start_week}, {late}; missed, no more{other}"
    if one.weeks_lost is None:
        return f"week {one.start_week}, {late}; missed, week {one.next_start} is too late{other}"
    return f"week {one.start_week}, {late}; missed, week {one.next_start} is next: {one.weeks_lost} weeks later{other}"


ONE_INTAKE = """
    goal Role

    Bootcamp | 12w £0 10h @9,42      | -       | Python
    Imaging  | 20w £0 10h @22,55     | Python  | Imaging
    Visit    | 3w £0 5h              | -       | Seen
    Hired    | rule                  | Imaging and Seen | Role
"""


def test_missing_the_one_intake_costs_the_weeks_to_the_next() -> None:
    assert said(ONE_INTAKE) == [
        "Visit: week 0, by 39; missed, week 1 is next: 0 weeks later",
        "Bootcamp: week 9, by 9; missed, week 42 is next: 33 weeks later",
        "Imaging: week 22, by 22; missed, week 55 is next: 33 weeks later",
    ]


def test_when_the_last_start_is_missed_there_is_none_or_it_ends_too_late() -> None:
    assert said("goal Role\n Course | 10w £0 5h @3 | - | Role") == ["Course: week 3, by 3; missed, no more"]
    assert said("ends 20w\n goal Role\n Course | 10w £0 5h @3,11 | - | Role") == [
        "Course: week 3, by 3; missed, no more"
    ]
    assert said(
        """
        ends 30w
        goal Role

        First  | 5w £0 5h @0,12     | -     | A
        Second | 15w £0 5h @5,14    | A     | Role
    """
    ) == [
        "First: week 0, by 0; missed, week 12 is too late",
        "Second: week 5, by 5; missed, week 14 is next: 9 weeks later",
    ]


def test_something_else_may_be_better_than_waiting_for_the_next_start() -> None:
    assert said(ONE_INTAKE + " Evening | 40w £0 5h | - | Python", anew=True)[1:] == [
        "Bootcamp: week 9, by 9; missed, week 42 is next: 33 weeks later; else week 75",
        "Imaging: week 22, by 22; missed, week 55 is next: 33 weeks later; else week 75",
    ]
    assert said(ONE_INTAKE + " Online | 25w £0 5h @3 | Python | Imaging", anew=True)[1:] == [
        "Bootcamp: week 9, by 9; missed, week 42 is next: 33 weeks later; else week 75",
        "Imaging: week 22, by 22; missed, week 55 is next: 33 weeks later; else week 75",
    ]
    assert said(ONE_INTAKE + " Online | 25w £0 5h @30 | Python | Imaging", anew=True)[1:] == [
        "Bootcamp: week 9, by 9; missed, week 42 is next: 33 weeks later; else week 75",
        "Imaging: week 22, by 22; missed, week 55 is next: 33 weeks later; else week 55",
    ]


def test_a_start_has_more_room_when_later_steps_may_move_out_of_its_way() -> None:
    assert said("""
        week 10h
        goal Role

        Dated | 10w £0 10h @0,10  | -       | A
        Free  | 10w £0 10h from 0 to 30 | - | B
        Late  | 5w £0 10h @40     | A and B | Role
    """)[0].startswith("Dated: week 0, by 0 (10 if others move); missed, week 10 is next: 0 weeks later")


def test_what_had_begun_by_the_missed_start_stays_as_it_was() -> None:
    problem = world("""
        week 10h
        goal Role

        Long  | 20w £0 5h     | -       | A
        Short | 2w £0 6h @4,6,30 | -    | B
        Other | 2w £0 4h @4   | -       | C
        Hired | rule          | A and C and B | Role
    """)
    plan = Plan((PlannedStep("Long 1", 6), PlannedStep("Short 1", 4), PlannedStep("Other 1", 4)))
    found = slack(problem, plan, Limits())
    assert (found["Short 1"].missed_finish, found["Short 1"].weeks_lost) == (28, 2)
    assert found["Long 1"].missed_finish == 27
    assert found["Other 1"].missed is None


def test_a_plan_without_dates_or_steps_has_no_slack() -> None:
    problem = world(ONE_INTAKE)
    undated = Plan(tuple(PlannedStep(f"{name} 1", None) for name in ("Bootcamp", "Imaging", "Visit")))
    assert slack(problem, undated, Limits()) == {}
    assert slack(world("has Role\n goal Role"), Plan(()), Limits()) == {}
