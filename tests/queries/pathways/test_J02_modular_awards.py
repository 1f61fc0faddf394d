"""Choices among dozens of units are proved: of one award or several, and of a diploma built on a certificate."""

from dataclasses import replace

import pytest

from queries.pathways.engine.additive import solve_additive
from queries.pathways.engine.certificate import check_certificate
from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import ADDITIVE, Certificate, Criterion, Landmark, Limits
from queries.pathways.engine.replay import reaches_goal, replay
from tests.support.modular import least, modular


@pytest.mark.parametrize("criterion", ADDITIVE)
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


@pytest.mark.parametrize("diploma", [False, True])
@pytest.mark.parametrize("criterion", ADDITIVE)
def test_the_certificate_shows_all_of_it_where_there_is_one_award(criterion: Criterion, diploma: bool) -> None:
    """Eight of fifteen units, and for the diploma seven of fourteen more: what the weights of these come to."""
    problem = modular(1, diploma=diploma, seed=1)
    optimum = solve_additive(problem, criterion, Limits())
    assert optimum is not None and optimum.certificate.bound == optimum.value
    assert check_certificate(problem, criterion, optimum.certificate, reaches_goal)
    several = [one for one in optimum.certificate.landmarks if one.of is not None]
    assert [(len(one.contents), one.fewest) for one in several] == [(15, 8), (14, 7)][: 1 + diploma]


def test_a_certificate_that_claims_too_much_is_refused() -> None:
    problem = modular(1, diploma=True, seed=1)
    optimum = solve_additive(problem, Criterion.COST, Limits())
    assert optimum is not None
    one = next(one for one in optimum.certificate.landmarks if one.of is not None)
    assert one.of is not None

    def holds(claimed: Landmark) -> bool:
        worth = {id: claimed.weight * amount for id, amount in claimed.amounts.items()}
        price = {id: min(d.cost_pounds for d in problem.deliveries if d.content == id) for id in claimed.contents}
        beyond = sum(max(0, each - price[id]) for id, each in worth.items())
        certificate = Certificate((claimed,), claimed.weight * claimed.least - beyond)
        return check_certificate(problem, Criterion.COST, certificate, reaches_goal)

    assert holds(one) and holds(replace(one, least=one.least - 15)) and holds(replace(one, weight=one.weight * 2))
    assert not holds(replace(one, least=one.least + 15))
    assert not holds(replace(one, of=replace(one.of, threshold=135), least=135))  # no requirement of the question
    unfed = (frozenset[str](), *one.sources[1:])
    assert not holds(replace(one, sources=unfed))  # that unit may be held by what is not named
    assert not check_certificate(problem, Criterion.COST, Certificate((one,), one.weight * one.least), reaches_goal)
