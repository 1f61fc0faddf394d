"""Where one can stop, and with what: credit, awards, roles open, money, weeks and travel spent."""

import pytest

from queries.pathways.engine.outlook import Standing, ledger, standing_at
from queries.pathways.engine.problem import All, Expression, Plan, PlannedStep
from tests.support.text_world import world

WORLD = world("""
    has    GCSE
    lapses Unit A 30w
    goal   Engineer

    Unit A | 10w £100 10h travel 15h     | GCSE                  | Unit A
    Unit B | 20w £200 10h travel 40h     | GCSE                  | Unit B
    Cert   | award                       | 30 of (15 Unit A, 15 Unit B) | Certificate
    Degree | 60w £900 20h                | Certificate           | Degree
    Hired  | rule                        | Degree                | Engineer
    Join   | 0w £5 0h travel 1h          | Certificate           | Staff
""")
ROLES: dict[str, Expression] = {"cleaner": All(()), "assistant": "Unit A", "technician": "Certificate"}


def plan(*steps: tuple[str, int | None]) -> Plan:
    return Plan(tuple(PlannedStep(f"{name} 1", week) for name, week in steps))


def said(standing: Standing) -> str:
    """A standing as one line."""
    breaking = f", breaking off {', '.join(standing.under_way)}" if standing.under_way else ""
    new = f" (new: {', '.join(standing.newly_open)})" if standing.newly_open else ""
    spent = f"£{standing.cost_pounds} {standing.study_weeks}w {standing.travel_hours}h"
    return f"{standing.week}: {', '.join(standing.open)}{new} [{spent}]{breaking}"


DATED = plan(("Unit A", 0), ("Unit B", 5), ("Join", 25), ("Degree", 25))


def test_at_every_point_where_something_ends_it_is_said_what_one_would_have() -> None:
    assert [said(standing) for standing in ledger(WORLD, DATED, ROLES)] == [
        "10: cleaner, assistant (new: assistant) [£300 15w 25h], breaking off Unit B 1",
        "25: cleaner, assistant, technician (new: technician) [£305 30w 56h]",
        "85: cleaner, technician [£1205 90w 56h]",
    ]


def test_what_is_held_lapses_and_an_award_does_not() -> None:
    first, second, last = ledger(WORLD, DATED, ROLES)
    assert first.held == {"GCSE", "Unit A"}
    assert second.held == {"GCSE", "Unit A", "Unit B", "Certificate", "Staff"}
    assert second.gained == {"Unit B", "Certificate", "Staff"}
    assert last.held == {"GCSE", "Unit B", "Certificate", "Staff", "Degree", "Engineer"}
    assert [standing.can_stop for standing in (first, second, last)] == [False, True, True]
    assert last.completed == ("Unit A 1", "Unit B 1", "Join 1", "Degree 1")


def test_two_that_end_together_are_one_place_to_stop() -> None:
    standings = ledger(WORLD, plan(("Unit A", 15), ("Unit B", 5), ("Degree", 25)), ROLES)
    assert [standing.ended for standing in standings] == [("Unit B 1", "Unit A 1"), ("Degree 1",)]


def test_without_dates_it_is_said_after_each_step() -> None:
    standings = ledger(WORLD, plan(("Unit A", None), ("Unit B", None), ("Degree", None)), ROLES)
    assert [said(standing) for standing in standings] == [
        "None: cleaner, assistant (new: assistant) [£100 10w 15h]",
        "None: cleaner, assistant, technician (new: technician) [£300 30w 55h]",
        "None: cleaner, assistant, technician [£1200 90w 55h]",
    ]


@pytest.mark.parametrize(
    ("week", "line"),
    [
        (0, "0: cleaner [£0 0w 0h]"),
        (7, "7: cleaner [£300 9w 14h], breaking off Unit A 1, Unit B 1"),
        (10, "10: cleaner, assistant (new: assistant) [£300 15w 25h], breaking off Unit B 1"),
        (12, "12: cleaner, assistant [£300 17w 29h], breaking off Unit B 1"),
        (41, "41: cleaner, technician [£1205 46w 56h], breaking off Degree 1"),
        (200, "200: cleaner, technician [£1205 90w 56h]"),
    ],
)
def test_stopping_in_the_middle_keeps_what_was_completed_by_then(week: int, line: str) -> None:
    assert said(standing_at(WORLD, DATED, ROLES, week)) == line


def test_a_plan_without_dates_has_no_weeks_to_stop_in() -> None:
    with pytest.raises(ValueError, match="no weeks"):
        standing_at(WORLD, plan(("Unit A", None), ("Unit B", None), ("Degree", None)), ROLES, 5)
