"""The additive core alone: sums over the steps, within caps, against trying everything."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from queries.pathways.engine import additive, exhaustive, kernel
from queries.pathways.engine.additive import NO_CUTS, AdditiveOptimum, solve_additive
from queries.pathways.engine.certificate import check_certificate
from queries.pathways.engine.circuit import compile_circuit
from queries.pathways.engine.hitting import HittingSet, counts
from queries.pathways.engine.kernel import Ints, Wires
from queries.pathways.engine.problem import (
    ADDITIVE,
    AnyOf,
    AtLeast,
    Cap,
    Criterion,
    Limits,
    PathwayProblem,
    Plan,
    PlannedStep,
    measure,
)
from queries.pathways.engine.replay import reaches_goal, replay
from tests.queries.pathways.questions import layered_question, limited, questions
from tests.support.text_world import world

tiny = settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))

LESS_AND_LESS_LIMITED = (Limits(gate_visits=0), Limits(gate_visits=60), Limits(gate_visits=400), Limits())


def solve(problem: PathwayProblem, criterion: Criterion, limits: Limits | None = None) -> AdditiveOptimum | None:
    return solve_additive(problem, criterion, limits or Limits())


def agrees(problem: PathwayProblem, criterion: Criterion) -> AdditiveOptimum | None:
    """Value and number of steps are those of trying everything, the steps can be carried out and keep the caps."""
    _, score = exhaustive.best(problem, criterion)
    optimum = solve(problem, criterion)
    if optimum is None or score is None:
        assert (optimum, score) == (None, None)
        return None
    assert optimum.proven
    assert (optimum.value, optimum.bound, len(optimum.deliveries)) == (score[0], score[0], score[1])
    assert optimum.value == sum(measure(one, criterion) for one in optimum.deliveries)
    replay(problem, Plan(tuple(PlannedStep(one.id, None) for one in optimum.deliveries)))
    for cap in problem.caps:
        assert sum(cap.amount(one) for one in optimum.deliveries) <= cap.most
    return optimum


@pytest.mark.parametrize("criterion", ADDITIVE)
def test_layered_questions_have_the_values_of_trying_everything(criterion: Criterion) -> None:
    for seed in range(200):
        problem = layered_question(seed, 7)
        agrees(problem, criterion)
        agrees(limited(problem, seed), criterion)


@pytest.mark.parametrize("criterion", ADDITIVE)
@tiny
@given(problem=questions())
def test_any_question_has_the_value_of_trying_everything(criterion: Criterion, problem: PathwayProblem) -> None:
    agrees(problem, criterion)


def test_in_a_huge_catalogue_too_what_counts_for_nothing_is_least(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(additive, "TIDYING", 0)
    found = [agrees(layered_question(seed, 7), Criterion.TRAVEL) for seed in range(30)]
    free = [one for one in found if one is not None and one.value == 0]
    assert any(one.deliveries for one in free)
    assert not any(one.certificate.landmarks for one in free)


@pytest.mark.parametrize("criterion", ADDITIVE)
def test_branching_agrees_when_it_gets_no_help_from_landmarks(
    criterion: Criterion, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Landmarks alone settle nearly every tiny question; without them branching has to."""

    def hardly_tightened(w: Wires, left: Ints, bound: int, upper: int, *_: object) -> object:
        value, _ = kernel.settled(w, left, False, -1, kernel.NEVER)
        return (upper if value[w.goal] >= kernel.NEVER else bound), len(value), NO_CUTS

    monkeypatch.setattr(kernel, "lm_cut", lambda *_: NO_CUTS)
    monkeypatch.setattr(kernel, "tightened", hardly_tightened)
    branched = 0
    for seed in range(100):
        optimum = agrees(layered_question(seed, 6), criterion)
        branched += optimum is not None and optimum.work.rounds > 1
    assert branched > 10


@pytest.mark.parametrize("criterion", ADDITIVE)
@tiny
@given(problem=questions(7))
def test_certificate_proves_its_bound_by_independent_checks(criterion: Criterion, problem: PathwayProblem) -> None:
    optimum = solve(problem, criterion)
    if optimum is not None:
        assert optimum.value is not None
        assert check_certificate(problem, criterion, optimum.certificate, reaches_goal)
        assert optimum.certificate.bound <= optimum.value


@pytest.mark.parametrize("criterion", ADDITIVE)
@tiny
@given(problem=questions(7))
def test_with_less_work_bound_and_value_still_enclose_the_optimum(
    criterion: Criterion, problem: PathwayProblem
) -> None:
    full = solve(problem, criterion)
    bounds = []
    for limits in LESS_AND_LESS_LIMITED:
        optimum = solve(problem, criterion, limits)
        if full is None:
            assert optimum is None or (optimum.value is None and not optimum.proven)
        else:
            assert optimum is not None
            assert full.value is not None
            assert optimum.bound <= full.value
            assert optimum.value is None or full.value <= optimum.value
            assert not optimum.proven or optimum.value == full.value
            bounds.append(optimum.bound)
    assert bounds == sorted(bounds)


BUDGET = """
    goal Role

    Course   | 10w £900 20h | -              | Role
    Basics   | 5w £200 10h  | -              | Basics
    Project  | 5w £0 10h    | Basics         | Project
    Practice | 5w £150 10h  | Project        | Role
"""


def test_a_budget_takes_more_steps_when_fewer_are_too_dear() -> None:
    problem = world(BUDGET)
    for most, steps in ((900, 1), (899, 3), (350, 3)):
        optimum = solve(replace(problem, caps=(Cap("budget", Criterion.COST, most),)), Criterion.STEPS)
        assert optimum is not None
        assert (optimum.value, optimum.proven) == (steps, True)
    assert solve(replace(problem, caps=(Cap("budget", Criterion.COST, 349),)), Criterion.STEPS) is None


def test_within_a_cap_a_content_may_need_its_dearer_delivery() -> None:
    problem = world("""
        goal Role

        Course | 30w £100 5h | - | Role
        Course | 10w £400 20h
    """)
    optimum = solve(replace(problem, caps=(Cap("study", Criterion.STUDY_WEEKS, 20),)), Criterion.COST)
    assert optimum is not None
    assert [one.id for one in optimum.deliveries] == ["Course 2"]


def test_of_two_that_exclude_each_other_one_is_taken() -> None:
    problem = world("""
        goal Role

        First  | 5w £100 5h | - | A
        Second | 5w £100 5h | - | B
        Third  | 5w £500 5h | - | B
        Hired  | rule | A and B | Role
    """)
    apart = Cap("one of two", {"First 1": 1, "Second 1": 1}, 1)
    optimum = solve(replace(problem, caps=(apart,)), Criterion.COST)
    assert optimum is not None
    assert (optimum.value, [one.content for one in optimum.deliveries]) == (600, ["First", "Third"])


def test_many_equal_ways_are_proven() -> None:
    """A hundred courses worth 10 credits each, 300 asked for: any thirty will do, and landmarks alone prove little."""
    lines = [f"Unit {n} | 5w £100 5h | - | U{n}" for n in range(100)]
    problem = world("goal Role\n" + "\n".join(lines))
    problem = replace(problem, goal=AtLeast(300, tuple((10, f"U{n}") for n in range(100))))
    optimum = solve(problem, Criterion.COST)
    assert optimum is not None
    assert (optimum.value, optimum.proven) == (3000, True)


@pytest.mark.parametrize(("plain_rounds", "worth_fixing"), [(0, 0), (60, 0), (60, 200)])
@pytest.mark.parametrize("criterion", ADDITIVE)
def test_hitting_sets_agree_with_trying_everything(
    criterion: Criterion, plain_rounds: int, worth_fixing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With and without the gates in the programme, when there is neither a first bound nor much branching."""
    monkeypatch.setattr(additive, "BRANCHING", 0)
    monkeypatch.setattr(additive, "BRANCHING_ON_STEPS", 0)
    monkeypatch.setattr(additive, "PLAIN_ROUNDS", plain_rounds)
    monkeypatch.setattr(additive, "WORTH_FIXING", worth_fixing)
    monkeypatch.setattr(kernel, "lm_cut", lambda *_: NO_CUTS)
    monkeypatch.setattr(kernel, "tightened", lambda w, left, bound, *_: (bound, 1, NO_CUTS))
    hit = 0
    for seed in range(80):
        problem = layered_question(seed, 7)
        _, score = exhaustive.best(problem, criterion)
        optimum = solve(problem, criterion)
        assert (optimum.value if optimum else None) == (score[0] if score else None)
        assert optimum is None or optimum.proven
        hit += optimum is not None and optimum.work.rounds > 2
    assert hit > 10


def eight_units(units: int, *, awards: int = 1) -> PathwayProblem:
    """Eight units of any one award, each unit taught at a price of its own: £300 + £10 for each number before it."""
    lines = [
        f"U{award}.{n} course | 12w £{300 + 10 * (n * 7 % units) + 5 * award} 4h | - | U{award}.{n}"
        for award in range(awards)
        for n in range(units)
    ]
    problem = world("goal Role\n" + "\n".join(lines))
    of = [tuple((15, f"U{award}.{n}") for n in range(units)) for award in range(awards)]
    return replace(problem, goal=AnyOf(tuple(AtLeast(120, parts) for parts in of)))


@pytest.mark.parametrize(("units", "awards"), [(12, 1), (20, 1), (40, 1), (15, 2), (20, 3)])
@pytest.mark.parametrize("criterion", [Criterion.COST, Criterion.STEPS])
def test_eight_units_of_many_are_settled_with_little_work(criterion: Criterion, units: int, awards: int) -> None:
    """A modular award: landmarks alone say of eight units out of twenty that one of any thirteen is needed."""
    optimum = solve_additive(eight_units(units, awards=awards), criterion, replace(Limits(), gate_visits=12_000_000))
    assert optimum is not None
    cheapest = sum(300 + 10 * n for n in range(8))
    assert (optimum.value, optimum.proven) == (cheapest if criterion is Criterion.COST else 8, True)


def test_every_plan_comes_to_what_a_threshold_on_the_way_asks_for() -> None:
    found = 0
    for seed in range(300):
        problem = layered_question(seed, 6)
        whole = compile_circuit(problem)
        if not whole.reached(range(whole.wires.contents)) or whole.reached(()):
            continue
        circuit = whole.restricted(range(whole.wires.contents))
        price = np.array([7, 3, 5, 11, 2, 13][: circuit.wires.contents], np.int64)
        for one in counts(circuit, price).values():
            found += 1
            for size in range(circuit.wires.contents + 1):
                for plan in combinations(range(circuit.wires.contents), size):
                    if circuit.reached(plan):
                        assert one.amounts[np.isin(one.contents, plan)].sum() >= one.least
                        assert price[list(plan)].sum() >= one.bound(price)
    assert found > 30


def test_of_contents_in_the_same_landmarks_the_cheapest_is_chosen() -> None:
    """Contents 0 and 1 are alike until the third landmark, which has only 0; within a cap both stay to choose from."""
    price, landmarks = np.array([9, 5, 7, 4], np.int64), [[0, 1, 2], [0, 1, 3]]
    rows = np.array([0, 3, 6], np.int32), np.array([one for row in landmarks for one in row], np.int32)
    for caps, chosen, least in (
        ([], [1], 5),
        ([(np.array([0, 1, 0, 0], np.int64), 0)], [0], 9),
    ):
        master = HittingSet(price, caps)
        master.require(*rows)
        solved = master.solve(100, 10_000_000)
        assert solved is not None
        assert (solved[0].tolist(), solved[1]) == (chosen, least)
        master.require(np.array([0, 1], np.int32), np.array([0], np.int32))
        solved = master.solve(100, 10_000_000)
        assert solved is not None
        assert (solved[0].tolist(), solved[1]) == ([0], 9)
