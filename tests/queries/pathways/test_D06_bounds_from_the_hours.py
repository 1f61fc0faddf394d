"""What the weekly hours alone prove, without any search."""

import pytest

from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import Criterion, Limits
from tests.support.text_world import world


def units(hours: int, number: int = 3) -> str:
    lines = "\n".join(f"Unit {n} | 10w £0 {hours}h | - | U{n}" for n in range(number))
    return f"week 20h\n goal Award\n {lines}\n Award | rule | {' and '.join(f'U{n}' for n in range(number))} | Award"


@pytest.mark.parametrize(
    ("hours", "finish"),
    [(20, 30), (12, 30), (11, 30), (10, 20), (5, 10)],
    ids=["each fills the week", "no two fit", "just no two fit", "two fit", "all fit"],
)
def test_the_finish_is_proved_by_the_hours_alone(hours: int, finish: int) -> None:
    """11 of 20 hours leave room for no second unit like it, so they count as the whole week."""
    result = ExactPlanner().solve(world(units(hours)), Criterion.WEEKS, Limits(calendar_work=0.0))
    assert (result.value, result.work.calendar_work) == (finish, 0.0)
    assert result.bound is not None
    assert result.bound >= -(-3 * 10 * hours // 20)
    assert result.proven == (hours != 10)


def test_a_bound_from_the_hours_is_none_when_a_lighter_delivery_is_there() -> None:
    text = units(20) + "\n Unit 0 | 12w £0 5h\n Unit 1 | 12w £0 5h\n Unit 2 | 12w £0 5h"
    result = ExactPlanner().solve(world(text), Criterion.WEEKS, Limits())
    assert (result.value, result.bound, result.proven) == (12, 12, True)
