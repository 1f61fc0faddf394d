"""A question compiled to one kind of gate, and what follows from what.

Every fact, requirement, rule and content becomes a *threshold gate*: true when the weights of its true inputs reach its
threshold (all = n of n, any = 1 of n, 120 credits = a weighted threshold, a fact = any of what achieves it). Contents
are gates 0 .. n-1, one input each (their entry), and the only gates that wait for permission. Truth is the least
fixpoint, found by counting down, as in Dowling & Gallier (1984), "Linear-time algorithms for testing the
satisfiability of propositional Horn formulae".

What all learners share is compiled once per catalogue (`prepare`); a question then only sets what its learner holds and
adds the gates of its goal (`compile_circuit`).
"""

from __future__ import annotations

import heapq
from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from operator import is_
from threading import Lock
from weakref import WeakKeyDictionary, WeakSet

import numpy as np
from numpy.typing import NDArray

from queries.pathways.engine import kernel
from queries.pathways.engine.kernel import Flags, Gates, Ints, Wires
from queries.pathways.engine.problem import (
    ADDITIVE,
    All,
    AtLeast,
    Catalogue,
    Content,
    Criterion,
    Delivery,
    Expression,
    Fact,
    PathwayProblem,
    Rule,
    measured_by,
)

NEVER = kernel.NEVER

Sum = tuple[AtLeast, tuple[int, ...]]
"""A requirement of credits and the like, with the gate of each of its parts."""

QUESTIONS_KEPT = 8
"""Restricted circuits kept per catalogue: a few megabytes each for a nation."""


@dataclass(frozen=True, eq=False)
class Circuit:
    """Threshold gates with their wires both ways, as the arrays of `wires`.

    Gates below `len(contents)` are the contents, `contents[i]` being the index in the problem. `milestone` is the gate
    of the problem's milestone, or -1. `gates` are the numbers of the gates in the circuit of the whole question.
    `fact_gates` and `sums` (requirements of credits, with the gates of their parts) are empty for a restricted circuit.
    """

    contents: Gates
    wires: Wires
    gates: Gates
    milestone: int = -1
    fact_gates: Mapping[Fact, int] = field(default_factory=dict)
    sums: Mapping[int, Sum] = field(default_factory=dict)

    def __len__(self) -> int:
        """Number of gates."""
        return len(self.wires.threshold)

    @property
    def goal(self) -> int:
        """The gate of the goal."""
        return self.wires.goal

    @cached_property
    def threshold(self) -> list[int]:
        """The threshold of each gate, as a list."""
        return _listed(self.wires.threshold)

    @cached_property
    def _in(self) -> tuple[list[int], list[tuple[int, int]]]:
        wires = self.wires
        return _listed(wires.in_start), list(zip(_listed(wires.in_gate), _listed(wires.in_weight), strict=True))

    @cached_property
    def _out(self) -> tuple[list[int], list[tuple[int, int]]]:
        wires = self.wires
        return _listed(wires.out_start), list(zip(_listed(wires.out_gate), _listed(wires.out_weight), strict=True))

    def inputs(self, gate: int) -> list[tuple[int, int]]:
        """The (gate, weight) pairs that feed a gate."""
        start, pairs = self._in
        return pairs[start[gate] : start[gate + 1]]

    def outputs(self, gate: int) -> list[tuple[int, int]]:
        """The (gate, weight) pairs that a gate feeds."""
        start, pairs = self._out
        return pairs[start[gate] : start[gate + 1]]

    def entry(self, content: int) -> int:
        """The gate of a content's entry requirement, or -1 when anybody may enter."""
        start = self.wires.in_start
        return int(self.wires.in_gate[start[content]]) if start[content] < start[content + 1] else -1

    def restricted(self, allowed: Iterable[int] | Flags) -> Circuit:
        """The same question asked of some contents (gate numbers, or a flag per content) only, as small as can be.

        What is true without any content is folded into thresholds; what cannot become true or cannot help the goal is
        dropped; a gate that only passes on another is that other. The goal must be within reach but not yet true.
        """
        narrowed = self.narrowed(allowed)
        if narrowed is None:
            raise ValueError("The goal is out of reach.")
        return narrowed

    def narrowed(self, allowed: Iterable[int] | Flags) -> Circuit | None:
        """The restricted circuit, or None when the goal is out of reach."""
        wires = self.wires
        reached, within, _ = kernel.closed(wires, self.flags(allowed))
        if not reached:
            return None
        certain = self.certain
        kept, goal, threshold, start, gate, weight = kernel.restricted(wires, certain, within, self.milestone)
        contents = int(np.searchsorted(kept, wires.contents))
        milestone = -1
        if self.milestone >= 0 and (place := int(np.searchsorted(kept, self.milestone))) < len(kept):
            milestone = place if kept[place] == self.milestone else -1
        wires = wired(contents, goal, threshold, start, gate, weight)
        return Circuit(self.contents[kept[:contents]], wires, self.gates[kept], milestone)

    @cached_property
    def certain(self) -> Flags:
        """For each gate, whether it holds without any content."""
        _, certain, _ = kernel.closed(self.wires, np.zeros(self.wires.contents, np.bool_))
        return certain

    def reached(self, allowed: Iterable[int] | Flags) -> bool:
        """Whether the goal follows when some contents are allowed."""
        reached, _, _ = kernel.closed(self.wires, self.flags(allowed))
        return bool(reached)

    def flags(self, contents: Iterable[int] | Flags) -> Flags:
        """A flag per content from content gates (flags stay as they are)."""
        if isinstance(contents, np.ndarray) and contents.dtype == np.bool_:
            return contents
        flags = np.zeros(self.wires.contents, np.bool_)
        flags[contents if isinstance(contents, np.ndarray) else np.fromiter(contents, np.int64)] = True
        return flags


def _listed(array: NDArray[np.generic]) -> list[int]:
    listed: list[int] = array.tolist()
    return listed


def wired(contents: int, goal: int, threshold: Ints, start: Gates, gate: Gates, weight: Ints) -> Wires:
    """`Wires` from input rows."""
    kind = kernel.kinds(threshold, start, weight)
    return Wires(contents, goal, threshold, kind, start, gate, weight, *kernel.transposed(start, gate, weight))


# Once per catalogue


@dataclass(frozen=True, eq=False)
class Structure:
    """Contents and rules as gates, before anybody holds anything: what catalogues of the same ones share.

    Gate numbers are those of every whole circuit; `facts` are the fact gates by name, `sums` the requirements of
    credits by gate, `index` the contents' by id. `wires` has no goal (-1).
    """

    contents: tuple[Content, ...]
    rules: tuple[Rule, ...]
    wires: Wires
    facts: dict[Fact, int]
    sums: dict[int, Sum]
    index: dict[str, int]

    def of(self, catalogue: Catalogue) -> bool:
        """Whether these are the very contents and rules of a catalogue."""
        mine, theirs = (self.contents, self.rules), (catalogue.contents, catalogue.rules)
        return all(len(one) == len(two) and all(map(is_, one, two)) for one, two in zip(mine, theirs, strict=True))

    @cached_property
    def asked(self) -> Callable[[frozenset[Fact], Expression, bytes], Circuit | bool]:
        """What is left of a question, by the facts held, the goal and a flag per content that is to be had.

        A restricted circuit without milestone; or whether the goal holds already, when it does or is out of reach. The
        last few are kept: what one person asks next mostly differs in the criterion or in caps.
        """
        return lru_cache(maxsize=QUESTIONS_KEPT)(partial(_asked, self))


@dataclass(frozen=True, eq=False)
class Prepared:
    """A catalogue as arrays: its structure and its deliveries.

    One entry per delivery, in the catalogue's order: `content` (index), `hours` (a week), and in `amounts`, by additive
    criterion, pounds, 1, weeks of study and hours of travel. `places` is the place of each delivery by id.
    """

    structure: Structure
    content: Gates
    hours: Ints
    amounts: dict[Criterion, Ints]
    places: dict[str, int]
    _orders: dict[Criterion, Gates] = field(default_factory=dict)

    def usable(self, problem: PathwayProblem) -> Flags:
        """For each delivery, whether the learner can take it at all, alone (see `PathwayProblem.usable`)."""
        usable: Flags = self.hours <= problem.hours_cap
        usable[[self.places[one] for one in problem.barred if one in self.places]] = False
        return usable

    def cheapest(self, criterion: Criterion, usable: Flags) -> Gates:
        """For each content its usable delivery of least amount, then weeks, pounds and travel; -1 where there is none.

        Deliveries that tie in everything go by their place in the catalogue.
        """
        order = self._orders.get(criterion)
        if order is None:
            least_last = (Criterion.TRAVEL, Criterion.COST, Criterion.STUDY_WEEKS, criterion)
            keys: list[NDArray[np.integer]] = [*(self.amounts[one] for one in least_last), self.content]
            order = self._orders[criterion] = np.lexsort(keys)[::-1].astype(np.int32)
        mine = order[usable[order]]
        cheapest = np.full(self.structure.wires.contents, -1, np.int32)
        cheapest[self.content[mine]] = mine
        return cheapest


def _asked(structure: Structure, held: frozenset[Fact], goal: Expression, offered: bytes) -> Circuit | bool:
    whole = _whole(structure, held, goal, None)
    if whole.certain[whole.goal]:
        return True
    return whole.narrowed(np.frombuffer(offered, np.bool_).copy()) or False


_PREPARED: WeakKeyDictionary[Catalogue, Prepared] = WeakKeyDictionary()
_STRUCTURES: WeakSet[Structure] = WeakSet()
_MAKING = Lock()


def prepare(catalogue: Catalogue) -> Prepared:
    """The arrays of a catalogue, made once and kept for as long as the catalogue is.

    One of the same contents and rules as another (the same objects, whatever tuple they are in) shares its structure,
    so that only its deliveries have to be read.
    """
    prepared = _PREPARED.get(catalogue)
    if prepared is None:
        with _MAKING:
            prepared = _PREPARED.get(catalogue)
            if prepared is None:
                structure = next((one for one in _STRUCTURES if one.of(catalogue)), None) or _structure(catalogue)
                _STRUCTURES.add(structure)
                prepared = _PREPARED[catalogue] = _prepared(catalogue.deliveries, structure)
    return prepared


def _structure(catalogue: Catalogue) -> Structure:
    index = {content.id: number for number, content in enumerate(catalogue.contents)}
    gates = _Gates({}, [1] * len(index))
    fact, wire = gates.fact, gates.wire
    for number, content in enumerate(catalogue.contents):
        wire(gates.of(content.entry), number)
        for name in dict.fromkeys(content.adds):
            wire(number, fact(name))
    for rule in catalogue.rules:
        condition = gates.of(rule.condition)
        for name in dict.fromkeys(rule.then):
            wire(condition, fact(name))
    wires = wired(len(index), -1, *gates.arrays())
    return Structure(catalogue.contents, catalogue.rules, wires, gates.facts, gates.sums, index)


def _prepared(deliveries: tuple[Delivery, ...], structure: Structure) -> Prepared:
    size, index = len(deliveries), structure.index
    return Prepared(
        structure,
        np.fromiter((index[one.content] for one in deliveries), np.int32, size),
        np.fromiter((one.hours_per_week for one in deliveries), np.int64, size),
        {criterion: np.fromiter(map(measured_by(criterion), deliveries), np.int64, size) for criterion in ADDITIVE},
        {one.id: place for place, one in enumerate(deliveries)},
    )


class _Gates:
    """Gates in the making, one per fact and distinct requirement. `facts` are the new ones, beside those `known`."""

    def __init__(self, known: Mapping[Fact, int], threshold: list[int], first: int = 0) -> None:
        self.known = known
        self.threshold = threshold
        self.first = first
        self.facts: dict[Fact, int] = {}
        self.sums: dict[int, Sum] = {}
        self._source: list[int] = []
        self._target: list[int] = []
        self._weight: list[int] = []
        self._shared: dict[tuple[int, frozenset[int] | frozenset[tuple[int, int]]], int] = {}

    def wire(self, source: int, target: int, weight: int = 1) -> None:
        """Let a gate feed another."""
        self._source.append(source)
        self._target.append(target)
        self._weight.append(weight)

    def fact(self, name: Fact, threshold: int = 1) -> int:
        """The gate of a fact, made (with a threshold) when it is new."""
        gate = self.facts.get(name)
        if gate is None:
            gate = self.known.get(name)
        if gate is None:
            gate = self.facts[name] = self._gate(threshold)
        return gate

    def of(self, expression: Expression) -> int:
        """The gate of a requirement."""
        if isinstance(expression, str):
            return self.fact(expression)
        if isinstance(expression, AtLeast):
            return self._at_least(expression)
        fact = self.fact
        sources = frozenset([fact(one) if isinstance(one, str) else self.of(one) for one in expression.parts])
        if len(sources) == 1:
            return next(iter(sources))
        threshold = len(sources) if isinstance(expression, All) else 1
        gate = self._shared.get((threshold, sources))
        if gate is None:
            gate = self._shared[threshold, sources] = self._gate(threshold)
            self._source += sources
            self._target += [gate] * len(sources)
            self._weight += [1] * len(sources)
        return gate

    def _at_least(self, expression: AtLeast) -> int:
        """Weights of one gate add up, except beyond the threshold, where more makes no difference."""
        threshold = max(expression.threshold, 0)
        total: dict[int, int] = {}
        parts = tuple(self.of(part) for _, part in expression.parts) if threshold else ()
        for source, (weight, _) in zip(parts, expression.parts, strict=False):
            total[source] = min(threshold, total.get(source, 0) + weight)
        if len(total) == 1 and threshold in total.values():
            return next(iter(total))
        threshold = min(threshold, sum(total.values()) + 1)
        key = (threshold, frozenset(total.items()))
        gate = self._shared.get(key)
        if gate is None:
            gate = self._shared[key] = self._gate(threshold)
            self.sums[gate] = expression, parts
            for source, weight in total.items():
                if weight:
                    self.wire(source, gate, weight)
        elif gate in self.sums and self.sums[gate][0] != expression:
            del self.sums[gate]  # the same written in two ways: neither text alone is the gate
        return gate

    def _gate(self, threshold: int) -> int:
        self.threshold.append(threshold)
        return self.first + len(self.threshold) - 1

    def arrays(self) -> tuple[Ints, Gates, Gates, Ints]:
        """Thresholds and input rows of the new gates."""
        target = np.array(self._target, np.int32) - np.int32(self.first)
        source, weight = np.array(self._source, np.int32), np.array(self._weight, np.int64)
        return np.array(self.threshold, np.int64), *kernel.rows(len(self.threshold), target, source, weight)


def compile_circuit(problem: PathwayProblem) -> Circuit:
    """The gates of a whole question: those of its catalogue, what the learner holds, and the goal and milestone."""
    return _whole(prepare(problem.catalogue).structure, problem.held, problem.goal, problem.milestone)


def _whole(structure: Structure, held: Iterable[Fact], wanted: Expression, before: Expression | None) -> Circuit:
    base = structure.wires
    gates = _Gates(structure.facts, [], len(base.threshold))
    holding = [gates.fact(name, 0) for name in sorted(held)]
    goal = gates.of(wanted)
    milestone = -1 if before is None else gates.of(before)
    threshold = base.threshold.copy()
    threshold[[gate for gate in holding if gate < len(threshold)]] = 0
    more, start, gate, weight = gates.arrays()
    outputs = base.out_start, base.out_gate, base.out_weight
    wires = Wires(
        base.contents,
        goal,
        np.concatenate((threshold, more)),
        np.concatenate((base.kind, kernel.kinds(more, start, weight))),
        np.concatenate((base.in_start, base.in_start[-1] + start[1:])),
        np.concatenate((base.in_gate, gate)),
        np.concatenate((base.in_weight, weight)),
        *(kernel.extended(*outputs, start, gate, weight) if len(more) else outputs),
    )
    every = np.arange(len(wires.threshold), dtype=np.int32)
    facts, sums = ChainMap(gates.facts, structure.facts), ChainMap(gates.sums, structure.sums)
    return Circuit(every[: base.contents], wires, every, milestone, facts, sums)


class Closure:
    """What becomes true when some contents are allowed: the least fixpoint, grown step by step and taken back.

    `true[g]` says whether a gate holds. Linear in the wires touched.
    """

    def __init__(self, circuit: Circuit, allowed: Iterable[int] | Flags = ()) -> None:
        gates, contents = len(circuit), len(circuit.contents)
        self.circuit = circuit
        self.allowed = circuit.flags(allowed).copy()
        self.missing = np.empty(gates, np.int64)
        self.true = np.empty(gates, np.bool_)
        self._order = np.empty(gates, np.int32)
        self._ready = np.empty(contents, np.int32)
        self._size = np.zeros(3, np.int64)
        self._state = (self.missing, self.true, self._order, self._ready, self._size)
        kernel.begin(circuit.wires, self.allowed, *self._state)

    @property
    def order(self) -> list[int]:
        """Gates as they became true."""
        return _listed(self._order[: self._size[0]])

    @property
    def ready(self) -> list[int]:
        """The contents that could be entered, allowed or not."""
        return _listed(self._ready[: self._size[1]])

    def allow(self, contents: Iterable[int]) -> bool:
        """Allow contents too, and draw every consequence; says whether the goal holds."""
        for content in contents:
            kernel.allow(self.circuit.wires, content, self.allowed, *self._state)
        return self.run()

    def run(self) -> bool:
        """Draw every consequence; says whether the goal holds."""
        return bool(kernel.spread(self.circuit.wires, self.allowed, *self._state, False))

    def mark(self) -> tuple[int, int]:
        """A point to come back to. Take it only between runs."""
        return int(self._size[0]), int(self._size[1])

    def rewind(self, mark: tuple[int, int], allowed_since: Iterable[int]) -> None:
        """Back to a mark, withdrawing permission from the contents allowed since."""
        kernel.rewind(self.circuit.wires, self.missing, self.true, self._order, self._size, *mark)
        for content in allowed_since:
            self.allowed[content] = False


@dataclass(frozen=True, slots=True)
class Settled:
    """A value per gate (NEVER when out of reach) and the order in which gates were settled (-1 when never)."""

    value: list[int]
    rank: list[int]


def settle(circuit: Circuit, arrive: Callable[[int, int], int]) -> Settled:
    """The least value at which each gate can hold, by Dijkstra with gates, for any way of pricing a content.

    `arrive(content, value)` is the value at which a content is completed when its entry holds at `value`, or NEVER; it
    may not go below `value`. A gate holds at its weighted order statistic: the least value by which inputs of enough
    weight hold (all = max, any = min). Knuth (1977), "A generalization of Dijkstra's algorithm". `kernel.settled` is
    the same for prices, and fast.
    """
    contents = len(circuit.contents)
    missing = circuit.threshold.copy()
    value = [NEVER] * len(circuit)
    rank = [-1] * len(circuit)
    heap: list[tuple[int, int]] = []
    settled = 0
    for gate, threshold in enumerate(circuit.threshold):
        if threshold <= 0:
            when = arrive(gate, 0) if gate < contents else 0
            if when < NEVER:
                heap.append((when, gate))
    heapq.heapify(heap)
    while heap:
        now, first = heapq.heappop(heap)
        if rank[first] >= 0:
            continue
        same = [first]
        while same:
            gate = same.pop()
            if rank[gate] >= 0:
                continue
            value[gate], rank[gate] = now, settled
            settled += 1
            for target, weight in circuit.outputs(gate):
                left = missing[target]
                if left <= 0:
                    continue
                missing[target] = left - weight
                if left > weight:
                    continue
                when = arrive(target, now) if target < contents else now
                if when == now:
                    same.append(target)
                elif when < NEVER:
                    heapq.heappush(heap, (when, target))
    return Settled(value, rank)


def without_waste(circuit: Circuit, contents: Sequence[int], price: Callable[[int], int]) -> list[int]:
    """The contents less every one that the goal can do without, the dearest being tried first."""
    prices = np.zeros(len(circuit.contents), np.int64)
    prices[list(contents)] = [price(content) for content in contents]
    return _listed(kernel.without_waste(circuit.wires, np.array(contents, np.int32), prices))


def reasons(problem: PathwayProblem, contents: Iterable[Content]) -> dict[Fact, tuple[str, ...]]:
    """For each fact that holds after the contents: the ids of the contents among them that made it true."""
    circuit = compile_circuit(problem)
    wanted = {content.id for content in contents}
    price = np.array([1 if content.id in wanted else NEVER for content in problem.contents], np.int64)
    _, rank = kernel.settled(circuit.wires, price, False, -1, NEVER)
    return {
        fact: tuple(problem.contents[number].id for number in kernel.supporters(circuit.wires, rank, gate))
        for fact, gate in circuit.fact_gates.items()
        if rank[gate] >= 0
    }
