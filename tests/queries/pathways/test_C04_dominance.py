"""What another content does as well is left out, and no answer is the worse for it."""

from __future__ import annotations

import numpy as np
import pytest

from queries.pathways.engine import exhaustive, kernel
from queries.pathways.engine.circuit import compile_circuit, prepare
from queries.pathways.engine.kernel import NEVER
from queries.pathways.engine.problem import Criterion, PathwayProblem
from tests.queries.pathways.questions import layered_question
from tests.support.text_world import world

EVERYTHING = """
    week 20h
    goal Role

    Basics  | 5w £100 5h  | -              | Basics
    One     | 5w £100 5h  | Basics         | A
    Both    | 5w £100 5h  | -              | A, B
    Dear    | 5w £101 5h  | -              | A, B
    Late    | 5w £100 5h  | Basics and B   | A
    Unlike  | 5w £100 5h  | -              | C
    Hired   | rule | A and B and C | Role
"""


def spared(problem: PathwayProblem, amounts: np.ndarray) -> set[str]:
    """The contents left out, by name, when what matters of them are these amounts (a row each)."""
    circuit = compile_circuit(problem)
    nothing = np.zeros(len(circuit), np.int64)
    kept = kernel.undominated(circuit.wires, amounts, nothing, nothing, 1)
    return {content.id for content, stays in zip(problem.contents, kept, strict=True) if not stays}


def test_one_is_left_out_when_another_can_be_entered_gives_as_much_and_counts_for_no_more() -> None:
    problem = world(EVERYTHING)
    price = prepare(problem.catalogue).amounts[Criterion.COST].reshape(1, -1)
    assert spared(problem, price) == {"One", "Dear", "Late"}
    of_equals_one_stays = spared(problem, price[:0]) & {"Both", "Dear"}
    assert len(of_equals_one_stays) == 1


def test_what_leads_nowhere_in_time_need_not_be_given_by_another() -> None:
    """When nobody who wants B can be in time any more, the cheap course in A alone does for the dear one in both."""
    problem = world("""
        goal Role

        Cheap | 5w £100 5h | -       | A
        Both  | 5w £200 5h | -       | A, B
        Other | 5w £100 5h | -       | B
        Hired | rule       | A or B  | Role
    """)
    circuit = compile_circuit(problem)
    price = prepare(problem.catalogue).amounts[Criterion.COST].reshape(1, -1)
    nothing, tail = np.zeros(len(circuit), np.int64), np.zeros(len(circuit), np.int64)
    assert kernel.undominated(circuit.wires, price, nothing, tail, 1).tolist() == [True, True, True]
    tail[circuit.fact_gates["B"]] = 1
    assert kernel.undominated(circuit.wires, price, nothing, tail, 1).tolist()[:2] == [True, False]


@pytest.mark.parametrize("criterion", [Criterion.COST, Criterion.STEPS, Criterion.STUDY_WEEKS, Criterion.TRAVEL])
def test_without_contents_that_others_stand_in_for_the_least_is_the_same(criterion: Criterion) -> None:
    fewer = 0
    for seed in range(200):
        problem = layered_question(seed, 7)
        prepared = prepare(problem.catalogue)
        cheapest = prepared.cheapest(criterion, prepared.usable(problem))
        price = np.where(cheapest >= 0, prepared.amounts[criterion][cheapest], NEVER)
        gone = spared(problem, price.reshape(1, -1))
        less = problem.with_catalogue(deliveries=[one for one in problem.deliveries if one.content not in gone])
        undone, score = exhaustive.best(less, criterion), exhaustive.best(problem, criterion)
        assert (undone[1] and undone[1][0]) == (score[1] and score[1][0])
        fewer += len(gone)
    assert fewer > 50
