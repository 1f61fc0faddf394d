"""Choices among dozens of units are proved: of one award or several, and of a diploma built on a certificate."""

from dataclasses import replace
from fractions import Fraction

import pytest

from queries.pathways.engine.additive import solve_additive
from queries.pathways.engine.certificate import check_certificate
from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import (
    ADDITIVE,
    All,
    AnyOf,
    AtLeast,
    Catalogue,
    Certificate,
    Content,
    Counted,
    Criterion,
    Delivery,
    Landmark,
    Limits,
    PathwayProblem,
    Rule,
)
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
    certificate = certified(problem, criterion)
    assert certificate.bound == least(problem, criterion)
    several = [one for one in certificate.landmarks if one.either]
    assert [(len(one.contents), one.fewest) for one in several] == [(15, 8), (14, 7)][: 1 + diploma]


@pytest.mark.parametrize("diploma", [False, True])
def test_of_two_awards_the_units_of_the_one_or_of_the_other_are_needed(diploma: bool) -> None:
    problem = modular(2, diploma=diploma, seed=1)
    assert certified(problem, Criterion.STEPS).bound == least(problem, Criterion.STEPS)
    certificate = certified(problem, Criterion.COST)
    assert 0.8 * least(problem, Criterion.COST) < certificate.bound <= least(problem, Criterion.COST)
    assert {(len(one.either), one.fewest) for one in certificate.landmarks if one.either} >= {(2, 8)}


def test_what_is_held_is_not_waited_for_by_what_follows_from_it() -> None:
    """Level 2 is held; a course that also gives it is no way to the units that a test makes of it."""
    units = tuple((15, f"unit {number}") for number in range(4))
    contents = [Content(id, "unit", AnyOf(("level 2",)), (f"{id} passed",)) for _, id in units]
    contents.append(Content("level 2 again", "course", All(()), ("level 2",)))
    rules = [Rule(f"of {id}", "credit", All(("level 2", f"{id} passed")), (id,)) for _, id in units]
    deliveries = [Delivery(one.id, one.id, 100, 5, 5, None) for one in contents]
    catalogue = Catalogue(tuple(contents), tuple(deliveries), tuple(rules))
    problem = PathwayProblem(catalogue, frozenset({"level 2"}), AtLeast(45, units), 24, 100)
    certificate = certified(problem, Criterion.COST)
    assert certificate.bound == 300
    assert [(len(one.contents), one.fewest) for one in certificate.landmarks] == [(4, 3)]


def certified(problem: PathwayProblem, criterion: Criterion) -> Certificate:
    """The certificate of the optimum, checked."""
    optimum = solve_additive(problem, criterion, Limits())
    assert optimum is not None
    assert check_certificate(problem, criterion, optimum.certificate, reaches_goal)
    return optimum.certificate


def test_a_certificate_that_claims_too_much_is_refused() -> None:
    problem = modular(1, diploma=True, seed=1)
    landmark = next(one for one in certified(problem, Criterion.COST).landmarks if one.either)
    (units,) = landmark.either

    def holds(claimed: Counted, weight: Fraction = landmark.weight) -> bool:
        one = Landmark(frozenset(claimed.amounts), weight, (claimed,))
        price = {id: min(d.cost_pounds for d in problem.deliveries if d.content == id) for id in one.contents}
        beyond = sum(max(0, weight * amount - price[id]) for id, amount in one.amounts.items())
        certificate = Certificate((one,), weight * one.least - beyond)
        return check_certificate(problem, Criterion.COST, certificate, reaches_goal)

    assert holds(units) and holds(units, landmark.weight * 2) and holds(replace(units, least=units.least - 15))
    assert not holds(replace(units, least=units.least + 15))
    more = replace(units, requirement=replace(units.requirement, threshold=135), least=135)
    assert not holds(more)  # nothing asks for that
    assert not holds(replace(units, sources=(frozenset(), *units.sources[1:])))  # that unit may be had unnamed
    whole = Certificate((landmark,), landmark.weight * landmark.least)
    assert not check_certificate(problem, Criterion.COST, whole, reaches_goal)  # no excess is taken off
