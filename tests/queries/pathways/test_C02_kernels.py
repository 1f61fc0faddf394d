"""The compiled inner loops: nothing is left to compile at the first question, and closures can be taken back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from queries.pathways.engine import exhaustive, kernel
from queries.pathways.engine.additive import solve_additive
from queries.pathways.engine.circuit import Closure, compile_circuit, prepare, settle
from queries.pathways.engine.kernel import NEVER
from queries.pathways.engine.problem import ADDITIVE, All, Criterion, Limits
from tests.queries.pathways.questions import layered_question


def signatures() -> dict[str, int]:
    """For each kernel, for how many combinations of types it has been compiled (0: only within others so far)."""
    return {name: len(one.signatures) for name, one in vars(kernel).items() if hasattr(one, "signatures")}


def test_once_warm_no_question_makes_a_kernel_compile() -> None:
    kernel.warm()
    warm = signatures()
    assert min(warm[name] for name in ("rows", "settled", "plan", "lm_cut", "tightened", "missed")) == 1
    for seed in range(30):
        for criterion in ADDITIVE:
            solve_additive(layered_question(seed, 7), criterion, Limits())
    assert signatures() == warm


def test_a_closure_taken_back_is_as_it_was() -> None:
    for seed in range(50):
        circuit = compile_circuit(layered_question(seed, 7))
        closure = Closure(circuit, [0])
        closure.run()
        before = closure.true.copy(), closure.missing.copy(), closure.order, closure.ready
        mark = closure.mark()
        more = [content for content in range(1, len(circuit.contents)) if content % 2]
        closure.allow(more)
        assert set(np.flatnonzero(before[0])) <= set(np.flatnonzero(closure.true))
        closure.rewind(mark, more)
        assert np.array_equal(before[0], closure.true)
        assert np.array_equal(before[1], closure.missing)
        assert before[2:] == (closure.order, closure.ready)


def test_contents_withdrawn_from_a_closure_leave_what_follows_without_them() -> None:
    """Also when support is circular: what only holds up itself falls."""
    fallen = 0
    for seed in range(200):
        w = compile_circuit(layered_question(seed, 8)).wires
        gates = len(w.threshold)
        _, rank = kernel.settled(w, np.ones(w.contents, np.int64), False, -1, NEVER)
        true, allowed = rank >= 0, np.ones(w.contents, np.bool_)
        order, ready, size = np.empty(gates, np.int32), np.empty(w.contents, np.int32), np.zeros(3, np.int64)
        missing, behind = kernel.leanings(w, rank)
        assert np.array_equal(true, kernel.closed(w, allowed)[1])
        assert (behind[true] >= w.threshold[true]).all()
        before = missing.copy(), true.copy(), behind.copy()
        for first in range(w.contents):
            taken = np.array([content for content in (first, first + 2) if content < w.contents], np.int32)
            gone = np.empty(gates, np.int32)
            allowed[taken] = False
            fell, rose = kernel.withdraw(w, taken, rank, behind, missing, true, gone, order)
            size[:] = rose, 0, 0
            kernel.spread(w, allowed, missing, true, order, ready, size, False)
            _, expected, _ = kernel.closed(w, allowed)
            assert np.array_equal(true, expected)
            fallen += fell
            kernel.give_back(w, gone, fell, rank, behind, missing, true)
            allowed[taken] = True
            for was, now in zip(before, (missing, true, behind), strict=True):
                assert np.array_equal(was, now)
    assert fallen > 1000


def test_h_max_kept_up_to_date_is_h_max_anew_below_the_goal() -> None:
    lower = 0
    for seed in range(200):
        w = compile_circuit(layered_question(seed, 8)).wires
        price = 5 + np.arange(w.contents) * 7 % 11
        value, _ = kernel.settled(w, price, False, -1, NEVER)
        for first in range(w.contents):
            fallen = np.array([content for content in (first, first + 1) if content < w.contents], np.int32)
            price[fallen] -= np.minimum(price[fallen], 3)
            before = value[w.goal]
            kernel.cheaper(w, price, value, fallen)
            anew, _ = kernel.settled(w, price, False, -1, NEVER)
            assert value[w.goal] == anew[w.goal]
            below = anew < anew[w.goal]
            assert np.array_equal(value[below], anew[below])
            assert (value >= anew).all()
            lower += value[w.goal] < before
    assert lower > 100


def test_values_and_tails_cut_off_are_as_they_were_below() -> None:
    for seed in range(100):
        w = compile_circuit(layered_question(seed, 8)).wires
        price = 5 + np.arange(w.contents) * 7 % 11
        value, _ = kernel.settled(w, price, False, -1, NEVER)
        tail = kernel.tails(w, price, value, NEVER)
        for most in (1, 10, 20, 30):
            low, _ = kernel.settled(w, price, False, -1, most)
            assert np.array_equal(low, np.where(value < most, value, NEVER))
            short = kernel.tails(w, price, value, most)
            assert (short >= tail).all()
            assert (value + short)[short < NEVER].max(initial=0) < most


def test_values_by_prices_are_those_by_any_way_of_pricing() -> None:
    for seed in range(50):
        circuit = compile_circuit(layered_question(seed, 7))
        price = 1 + np.arange(len(circuit.contents)) % 4
        value, _ = kernel.settled(circuit.wires, price, False, -1, NEVER)
        slow = settle(circuit, lambda content, when, price=price: when + int(price[content]))
        assert slow.value == value.tolist()


def test_a_catalogue_is_prepared_once() -> None:
    problem = layered_question(3)
    assert prepare(problem.catalogue) is prepare(problem.catalogue)


def test_catalogues_of_the_same_contents_and_rules_share_their_gates() -> None:
    """So what differs between people, what a run costs them and when, is cheap to make ready."""
    problem = layered_question(3)
    dearer = [replace(one, cost_pounds=one.cost_pounds + 7) for one in problem.deliveries]
    other = problem.with_catalogue(contents=list(problem.contents), deliveries=dearer)
    assert prepare(other.catalogue).structure is prepare(problem.catalogue).structure
    before, after = (prepare(one.catalogue).amounts[Criterion.COST] for one in (problem, other))
    assert np.array_equal(after, before + 7)
    for one in (problem, other):
        optimum, (_, score) = solve_additive(one, Criterion.COST, Limits()), exhaustive.best(one, Criterion.COST)
        assert optimum is not None
        assert score is not None
        assert optimum.value == score[0]

    last = replace(problem.contents[-1], entry=All(()))
    free = problem.with_catalogue(contents=[*problem.contents[:-1], last])
    assert prepare(free.catalogue).structure is not prepare(problem.catalogue).structure
    fewer = problem.with_catalogue(rules=problem.rules[1:])
    assert prepare(fewer.catalogue).structure is not prepare(problem.catalogue).structure
