"""Replay: a good plan is explained step by step, a broken one is refused for the right reason."""

import pytest

from queries.pathways.engine.problem import Plan, PlannedStep
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
