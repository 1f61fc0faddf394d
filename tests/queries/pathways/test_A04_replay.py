"""Replay: a good plan is explained step by step, a broken one is refused for the right reason."""

from dataclasses import replace

import pytest

from queries.pathways.engine.problem import All, Cap, Plan, PlannedStep
from queries.pathways.engine.replay import PlanRefused, Source, Support, replay
from tests.support.text_world import world

WORLD = world("""
    has  Maths
    week 20h
    ends 60w
    goal Role

    Bootcamp | 12w £50 10h @0,20   | Maths             | Python
    Physics  | 10w £80 15h         | -                 | Physics
    Imaging  | 20w £0 8h           | Python or Physics | Imaging
    Heavy    | 2w £0 21h           | -                 | Imaging
    Hired    | rule                | Imaging           | Role, Staff
    Again    | rule                | Role              | Imaging
""")


def plan(*steps: tuple[str, int | None]) -> Plan:
    return Plan(tuple(PlannedStep(f"{name} 1", week) for name, week in steps))


def test_a_trace_says_what_each_step_leaned_on_and_gave() -> None:
    trace = replay(WORLD, plan(("Imaging", 12), ("Bootcamp", 0)))
    assert [(step.content.id, step.start_week, step.end_week) for step in trace.steps] == [
        ("Bootcamp", 0, 12),
        ("Imaging", 12, 32),
    ]
    bootcamp, imaging = trace.steps
    assert bootcamp.entry == (Support("Maths", Source.HELD, "", 0),)
    assert imaging.entry == (Support("Python", Source.STEP, "Bootcamp 1", 12),)
    assert imaging.gained == (
        Support("Imaging", Source.STEP, "Imaging 1", 32),
        Support("Role", Source.RULE, "Hired 0", 32),
        Support("Staff", Source.RULE, "Hired 0", 32),
    )
    assert trace.goal == (Support("Role", Source.RULE, "Hired 0", 32),)
    assert (trace.finish_week, trace.cost_pounds, trace.study_weeks, trace.busiest_hours) == (32, 50, 32, 10)


def test_without_dates_steps_are_carried_out_in_the_order_given() -> None:
    trace = replay(WORLD, plan(("Physics", None), ("Imaging", None)))
    assert (trace.finish_week, trace.cost_pounds, trace.steps[1].start_week) == (None, 80, None)


def test_a_step_that_ends_after_the_goal_holds_does_not_delay_it() -> None:
    assert replay(WORLD, plan(("Physics", 0), ("Imaging", 10), ("Bootcamp", 20))).finish_week == 30


@pytest.mark.parametrize(
    ("code", "steps"),
    [
        ("unknown_delivery", [("Nowhere", 0)]),
        ("content_repeated", [("Physics", 0), ("Physics", 10)]),
        ("partly_dated", [("Bootcamp", 0), ("Imaging", None)]),
        ("start_not_offered", [("Bootcamp", 1), ("Imaging", 20)]),
        ("start_not_offered", [("Physics", -1), ("Imaging", 20)]),
        ("past_horizon", [("Physics", 0), ("Imaging", 41)]),
        ("too_many_hours", [("Heavy", 0)]),
        ("too_many_hours", [("Heavy", None)]),
        ("too_many_hours", [("Bootcamp", 0), ("Physics", 11), ("Imaging", 21)]),
        ("entry_not_met", [("Bootcamp", 0), ("Imaging", 11)]),
        ("entry_not_met", [("Imaging", None), ("Physics", None)]),
        ("goal_not_met", [("Physics", 0)]),
        ("goal_not_met", [("Physics", None)]),
        ("goal_not_met", []),
    ],
)
def test_a_broken_plan_is_refused_with_its_reason(code: str, steps: list[tuple[str, int | None]]) -> None:
    with pytest.raises(PlanRefused) as refused:
        replay(WORLD, plan(*steps))
    assert refused.value.code == code
    assert refused.value.hint


def test_a_refusal_says_what_was_lacking() -> None:
    with pytest.raises(PlanRefused) as refused:
        replay(WORLD, plan(("Imaging", 0)))
    assert refused.value.facts["lacking"] == ["Python", "Physics"]


LIMITED = world("""
    after 4w
    ends  60w
    spend £100
    bars  Evening 1
    job   Staff
    goal  Role

    Day     | 10w £60 10h from 5 to 9  | -       | Unit
    Evening | 10w £0 5h                | -       | Unit
    Evening | 20w £50 5h @0,30
    Course  | 5w £40 10h               | Unit    | Role
    Dear    | 5w £41 10h               | Unit    | Role
    Join    | 0w £0 0h                 | Unit    | Staff
""")


@pytest.mark.parametrize("start", [5, 9])
def test_a_delivery_starts_from_the_week_it_opens_to_the_week_it_closes(start: int) -> None:
    trace = replay(LIMITED, plan(("Day", start), ("Join", start + 10), ("Course", start + 12)))
    assert (trace.finish_week, trace.milestone_week, trace.cost_pounds) == (start + 17, start + 10, 100)


@pytest.mark.parametrize(
    ("code", "steps"),
    [
        ("start_not_offered", [("Day 1", 4), ("Course 1", 20)]),
        ("start_not_offered", [("Day 1", 10), ("Course 1", 20)]),
        ("start_not_offered", [("Evening 2", 31), ("Course 1", 51)]),
        ("too_early", [("Evening 2", 0), ("Course 1", 20)]),
        ("barred", [("Evening 1", 4), ("Course 1", 14)]),
        ("barred", [("Evening 1", None), ("Course 1", None)]),
        ("over_cap", [("Day 1", 5), ("Dear 1", 15)]),
        ("over_cap", [("Day 1", None), ("Dear 1", None)]),
    ],
)
def test_the_learners_limits_are_limits(code: str, steps: list[tuple[str, int | None]]) -> None:
    with pytest.raises(PlanRefused) as refused:
        replay(LIMITED, Plan(tuple(PlannedStep(delivery, week) for delivery, week in steps)))
    assert refused.value.code == code


def test_a_cap_may_count_anything_by_delivery() -> None:
    one_award = replace(LIMITED, caps=(Cap("one of these", {"Course 1": 1, "Dear 1": 1}, 1),))
    assert replay(one_award, plan(("Day", 5), ("Dear", 15))).cost_pounds == 101
    with pytest.raises(PlanRefused) as refused:
        replay(one_award, plan(("Day", 5), ("Dear", 15), ("Course", 20)))
    assert refused.value.facts == {"cap": "one of these", "spent": 2, "most": 1}


def test_the_milestone_is_read_off_whether_or_not_it_comes_before_the_goal() -> None:
    assert replay(LIMITED, plan(("Day", 5), ("Course", 15), ("Join", 25))).milestone_week == 25
    assert replay(LIMITED, plan(("Day", 5), ("Course", 15))).milestone_week is None
    assert replay(WORLD, plan(("Physics", 0), ("Imaging", 10))).milestone_week is None


LAPSING = world("""
    has    First aid
    lapses First aid 6w, Physics 10w, Licence 20w
    goal   Role

    Physics  | 5w £0 10h | -                   | Physics
    Refresh  | 1w £0 5h  | -                   | Physics
    Science  | rule      | Physics             | Science
    Diploma  | award     | Science and Maths   | Diploma
    Licence  | award     | Physics and Maths   | Licence
    Maths    | 5w £0 5h  | -                   | Maths
    Course   | 4w £0 10h | Science             | Skill
    Hired    | 0w £0 0h  | Skill and Science   | Role
    Trained  | 0w £0 0h  | Diploma             | Role
    Licensed | 0w £0 0h  | Licence             | Role
    Aid      | 0w £0 0h  | First aid           | Role
""")


@pytest.mark.parametrize(
    ("what", "last_week", "steps"),
    [
        ("what is held counts from week 0", 6, [("Aid", 0)]),
        ("what a step gives counts from its end", 15, [("Physics", 0), ("Course", 5), ("Hired", 9)]),
        ("a step that gives it again renews it", 22, [("Physics", 0), ("Refresh", 11), ("Course", 12), ("Hired", 16)]),
        ("a lapsing award counts from when it was made", 25, [("Physics", 0), ("Maths", 0), ("Licensed", 5)]),
    ],
)
def test_a_fact_counts_to_the_end_of_its_weeks_and_not_after(
    what: str, last_week: int, steps: list[tuple[str, int | None]]
) -> None:
    (name, _), before = steps[-1], steps[:-1]
    assert replay(LAPSING, plan(*before, (name, last_week))).finish_week == last_week, what
    with pytest.raises(PlanRefused) as refused:
        replay(LAPSING, plan(*before, (name, last_week + 1)))
    assert refused.value.code == "lapsed", what
    assert refused.value.facts["delivery"] == f"{name} 1"


def test_what_follows_by_a_rule_lapses_with_it_and_the_refusal_says_what_lapsed() -> None:
    with pytest.raises(PlanRefused) as refused:
        replay(LAPSING, plan(("Physics", 0), ("Course", 16), ("Hired", 20)))
    assert refused.value.facts["lacking"] == ["Science"]
    assert refused.value.facts["lapsed"] == (Support("Physics", Source.STEP, "Physics 1", 5),)


def test_an_award_once_made_is_kept_but_is_not_made_from_credit_that_has_lapsed() -> None:
    assert replay(LAPSING, plan(("Physics", 0), ("Maths", 10), ("Trained", 200))).finish_week == 200
    with pytest.raises(PlanRefused) as refused:
        replay(LAPSING, plan(("Physics", 0), ("Maths", 11), ("Trained", 200)))
    assert refused.value.code == "lapsed"


def test_the_goal_counts_what_has_not_lapsed_like_any_requirement() -> None:
    both = replace(LAPSING, goal=All(("Physics", "Maths")))
    assert replay(both, plan(("Physics", 0), ("Maths", 10))).finish_week == 15
    with pytest.raises(PlanRefused) as refused:
        replay(both, plan(("Physics", 0), ("Maths", 11)))
    assert refused.value.code == "lapsed"
    assert replay(both, plan(("Physics", 0), ("Maths", 11), ("Refresh", 20))).finish_week == 21


def test_nothing_lapses_without_dates_and_what_no_lapse_explains_is_not_put_down_to_it() -> None:
    assert replay(LAPSING, plan(("Physics", None), ("Course", None), ("Hired", None))).finish_week is None
    with pytest.raises(PlanRefused) as refused:
        replay(LAPSING, plan(("Hired", 50)))
    assert refused.value.code == "entry_not_met"
