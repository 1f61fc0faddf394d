"""The compiled inner loops: nothing is left to compile at the first question, and closures can be taken back."""

from __future__ import annotations

import numpy as np

from queries.pathways.engine import kernel
from queries.pathways.engine.additive import solve_additive
from queries.pathways.engine.circuit import Closure, compile_circuit, prepare, settle
from queries.pathways.engine.problem import ADDITIVE, Limits
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
        allowed = np.ones(w.contents, np.bool_)
        missing, true = np.empty(gates, np.int64), np.empty(gates, np.bool_)
        order, ready, size = np.empty(gates, np.int32), np.empty(w.contents, np.int32), np.zeros(3, np.int64)
        kernel.begin(w, allowed, missing, true, order, ready, size)
        kernel.spread(w, allowed, missing, true, order, ready, size, False)
        place, behind = kernel.leanings(w, order[: size[0]])
        before = missing.copy(), true.copy(), behind.copy()
        for first in range(w.contents):
            taken = np.array([content for content in (first, first + 2) if content < w.contents], np.int32)
            gone = np.empty(gates, np.int32)
            allowed[taken] = False
            fell, rose = kernel.withdraw(w, taken, place, behind, missing, true, gone, order)
            size[:] = rose, 0, 0
            kernel.spread(w, allowed, missing, true, order, ready, size, False)
            _, expected, _ = kernel.closed(w, allowed)
            assert np.array_equal(true, expected)
            fallen += fell
            kernel.give_back(w, gone, fell, place, behind, missing, true)
            allowed[taken] = True
            for was, now in zip(before, (missing, true, behind), strict=True):
                assert np.array_equal(was, now)
    assert fallen > 1000


def test_h_max_kept_up_to_date_is_h_max_anew() -> None:
    for seed in range(200):
        w = compile_circuit(layered_question(seed, 8)).wires
        price = 5 + np.arange(w.contents) * 7 % 11
        value, _ = kernel.settled(w, price, False, -1)
        for first in range(w.contents):
            fallen = np.array([content for content in (first, first + 1) if content < w.contents], np.int32)
            price[fallen] -= np.minimum(price[fallen], 3)
            kernel.cheaper(w, price, value, fallen)
            anew, _ = kernel.settled(w, price, False, -1)
            assert np.array_equal(value, anew)


def test_values_by_prices_are_those_by_any_way_of_pricing() -> None:
    for seed in range(50):
        circuit = compile_circuit(layered_question(seed, 7))
        price = 1 + np.arange(len(circuit.contents)) % 4
        value, _ = kernel.settled(circuit.wires, price, False, -1)
        slow = settle(circuit, lambda content, when, price=price: when + int(price[content]))
        assert slow.value == value.tolist()


def test_a_catalogue_is_prepared_once() -> None:
    problem = layered_question(3)
    assert prepare(problem.catalogue) is prepare(problem.catalogue)
