"""Choices among dozens of units are proved: of one award or several, and of a diploma built on a certificate."""

import pytest

from queries.pathways.engine.additive import solve_additive
from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import Criterion, Limits
from queries.pathways.engine.replay import replay
from tests.support.modular import least, modular


@pytest.mark.parametrize("criterion", [Criterion.COST, Criterion.STEPS, Criterion.STUDY_WEEKS, Criterion.TRAVEL])
@pytest.mark.parametrize(("families", "diploma"), [(1, False), (2, False), (1, True)])
def test_the_least_is_what_sorting_finds(criterion: Criterion, families: int, diploma: bool) -> None:
    for seed in (1, 2):
        problem = modular(families, diploma=diploma, seed=seed)
        optimum = solve_additive(problem, criterion, Limits())
        assert optimum is not None
        assert (optimum.value, optimum.bound, optimum.proven) == (least(problem, criterion),) * 2 + (True,)


def test_the_earliest_finish_of_a_choice_of_awards_is_proved() -> None:
    problem = modular(2)
    result = ExactPlanner().solve(problem, Criterion.WEEKS, Limits())
    assert result.plan is not None and result.proven
    trace = replay(problem, result.plan)
    units = [step.content.id for step in trace.steps if step.content.kind == "unit"]
    assert (trace.finish_week, len(units), len({id.partition(".")[0] for id in units})) == (result.value, 8, 1)
