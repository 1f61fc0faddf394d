"""Other people's solvers find the same optima: Fast Downward on our PDDL; clingo, CP-SAT and HiGHS on theirs."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from queries.pathways.engine import exhaustive, pddl
from queries.pathways.engine.additive import solve_additive
from queries.pathways.engine.interchange import EXPECTED_NAMES, read_instance
from queries.pathways.engine.problem import (
    ADDITIVE,
    All,
    AnyOf,
    AtLeast,
    Catalogue,
    Content,
    Criterion,
    Delivery,
    Limits,
    PathwayProblem,
    ProblemRefused,
    Rule,
)
from tests.queries.pathways.questions import layered_question
from tests.support.peers import Peer, ask_clingo, ask_cp_sat, ask_fast_downward, ask_highs, ask_networkx

SAMPLES = Path(__file__).parents[2] / "samples" / "pathway-instances"
SAMPLE_ANSWERS: dict[str, dict[str, Any]] = json.loads((SAMPLES / "expected.json").read_text())


def uncapped(seed: int) -> PathwayProblem:
    return replace(layered_question(seed, 7), caps=())


def engine(problem: PathwayProblem, criterion: Criterion) -> int | None:
    optimum = solve_additive(problem, criterion, Limits())
    assert optimum is None or optimum.proven
    return optimum.value if optimum else None


@pytest.mark.parametrize("criterion", ADDITIVE)
@pytest.mark.parametrize(
    ("ask", "questions"), [(ask_clingo, 100), (ask_cp_sat, 25), (ask_highs, 25)], ids=["clingo", "cp-sat", "highs"]
)
def test_other_solvers_agree_on_tiny_questions(ask: Peer, questions: int, criterion: Criterion) -> None:
    for seed in range(questions):
        problem = uncapped(seed)
        answer = ask(problem, criterion, 60)
        assert answer.proven
        assert answer.value == engine(problem, criterion)


@pytest.mark.parametrize("criterion", [Criterion.COST, Criterion.STEPS])
def test_fast_downward_agrees_on_tiny_questions(criterion: Criterion) -> None:
    found = 0
    for seed in range(12):
        problem = uncapped(seed)
        answer = ask_fast_downward(problem, criterion, 60)
        assert answer.proven
        assert answer.value == engine(problem, criterion)
        found += answer.value is not None
    assert found > 3


@pytest.mark.parametrize(("part", "criterion"), enumerate(ADDITIVE))
def test_fast_downward_agrees_on_many_tiny_questions(part: int, criterion: Criterion) -> None:
    """Each question by one criterion, in turn: from one criterion to another only the costs in our PDDL change."""
    for seed in range(12 + part, 100, len(ADDITIVE)):
        problem = uncapped(seed)
        assert ask_fast_downward(problem, criterion, 60).value == engine(problem, criterion)


@pytest.mark.parametrize("name", ["credits", "circles", "too-late", "too-heavy", "nobody-teaches-it"])
def test_fast_downward_agrees_on_the_samples(name: str) -> None:
    problem = read_instance(SAMPLES / f"{name}.json")
    for criterion in ADDITIVE:
        answer = ask_fast_downward(problem, criterion, 60)
        assert (answer.value, answer.proven) == (SAMPLE_ANSWERS[name][EXPECTED_NAMES[criterion]], True)


@pytest.mark.shared_data
def test_other_solvers_agree_on_the_shared_region() -> None:
    if "STEPWAY_SHARED" not in os.environ:
        pytest.skip("set STEPWAY_SHARED to the folder that holds planning-examples/")
    folder = Path(os.environ["STEPWAY_SHARED"]) / "planning-examples"
    for name, expected in json.loads((folder / "expected-region.json").read_text()).items():
        problem = read_instance(folder / "region" / f"{name}.json.gz")
        for criterion in ADDITIVE:
            answer = ask_clingo(problem, criterion, 60)
            assert (answer.value, answer.proven) == (expected.get(EXPECTED_NAMES[criterion]), True)


def test_credits_are_counted_in_pddl_as_they_are_in_the_engine() -> None:
    """Equal and odd weights, a part that weighs nothing, a part twice, thresholds of nothing and beyond reach."""
    units = tuple(Content(f"u{n}", "unit", All(()), (f"f{n}",)) for n in range(4))
    deliveries = tuple(Delivery(f"d{n}", f"u{n}", 10 + 7 * n, 1, 1, None) for n in range(4))
    for weights in ((15, 15, 15, 15), (10, 15, 20, 40), (0, 30, 0, 5), (10, 10, 20, 20)):
        for threshold in (-5, 0, 1, 20, 35, 45, 60, 999):
            parts = (*((weight, f"f{n}") for n, weight in enumerate(weights)), (5, "f1"))
            question = PathwayProblem(Catalogue(units, deliveries), frozenset(), AtLeast(threshold, parts), 20, 40)
            _, score = exhaustive.best(question, Criterion.COST)
            if threshold in (20, 45, 999):
                answer = ask_fast_downward(question, Criterion.COST, 60)
                assert answer.value == (score[0] if score else None)
            assert ask_clingo(question, Criterion.COST, 60).value == (score[0] if score else None)


def test_pddl_is_the_same_text_each_time_and_names_what_is_behind_a_name() -> None:
    contents = (Content("First aid (L2)", "short_course", AnyOf(("Zuß@3", "zu@3")), ("aid",)),)
    deliveries = (
        Delivery("Köln/1", "First aid (L2)", 90, 1, 1, None, travel_hours=0),
        Delivery("heavy", "First aid (L2)", 0, 1, 99, None, travel_hours=0),
        Delivery("near", "First aid (L2)", 95, 1, 1, None, travel_hours=0),
    )
    rules = (Rule("r", "implies", "aid", ("goal",)),)
    problem = PathwayProblem(Catalogue(contents, deliveries, rules), frozenset({"zu@3"}), "goal", 20, 40)
    domain, task = pddl.export(problem, Criterion.COST, "ask")
    assert (domain, task) == pddl.export(problem, Criterion.COST, "ask")
    assert list(pddl.deliveries_of(domain).values()) == ["Köln/1"]
    assert "(increase (total-cost) 90)" in domain
    assert ask_fast_downward(problem, Criterion.COST, 60).value == 90


def test_what_pddl_cannot_say_is_refused() -> None:
    with pytest.raises(ProblemRefused) as refusal:
        pddl.export(read_instance(SAMPLES / "budget.json"), Criterion.COST, "budget")
    assert (refusal.value.code, refusal.value.facts) == ("not_in_pddl", {"caps": ["budget"]})


def test_a_shortest_path_is_no_pathway_when_several_things_are_needed_at_once() -> None:
    problem = read_instance(SAMPLES / "budget.json")
    found, carried_out = ask_networkx(problem, Criterion.COST, paths=30)
    assert found > 0
    assert carried_out == 0
