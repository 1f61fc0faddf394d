"""A question compiled to one kind of gate, and what follows from what.

Every fact, requirement, rule and content becomes a *threshold gate*: true when the weights of its true inputs reach its
threshold (all = n of n, any = 1 of n, 120 credits = a weighted threshold, a fact = any of what achieves it). Contents
are gates 0 .. n-1, one input each (their entry), and the only gates that wait for permission. Truth is the least
fixpoint, found by counting down, as in Dowling & Gallier (1984), "Linear-time algorithms for testing the
satisfiability of propositional Horn formulae".
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from queries.pathways.engine.problem import All, AnyOf, AtLeast, Content, Expression, Fact, PathwayProblem

NEVER = 1 << 60
"""The value of a gate that cannot become true."""

Inputs = list[tuple[int, int]]
"""The inputs of one gate, as (gate, weight)."""


@dataclass(frozen=True, slots=True)
class Circuit:
    """Threshold gates with their wires both ways in compressed sparse rows.

    Inputs of gate g: `in_gate[in_start[g]:in_start[g + 1]]` with `in_weight` beside; outputs likewise. Gates below
    `len(contents)` are the contents, `contents[i]` being the index in the problem.
    """

    contents: tuple[int, ...]
    threshold: list[int]
    goal: int
    in_start: list[int]
    in_gate: list[int]
    in_weight: list[int]
    out_start: list[int]
    out_gate: list[int]
    out_weight: list[int]
    fact_gates: dict[Fact, int] = field(default_factory=dict)

    @staticmethod
    def build(
        contents: Sequence[int],
        gates: Sequence[tuple[int, Inputs]],
        goal: int,
        fact_gates: dict[Fact, int] | None = None,
    ) -> Circuit:
        """A circuit from (threshold, inputs) per gate."""
        outputs: list[Inputs] = [[] for _ in gates]
        for gate, (_, inputs) in enumerate(gates):
            for source, weight in inputs:
                outputs[source].append((gate, weight))
        rows_in = [inputs for _, inputs in gates]
        return Circuit(
            tuple(contents),
            [threshold for threshold, _ in gates],
            goal,
            *_rows(rows_in),
            *_rows(outputs),
            fact_gates if fact_gates is not None else {},
        )

    def __len__(self) -> int:
        """Number of gates."""
        return len(self.threshold)

    def inputs(self, gate: int) -> Iterator[tuple[int, int]]:
        """The (gate, weight) pairs that feed a gate."""
        span = slice(self.in_start[gate], self.in_start[gate + 1])
        return zip(self.in_gate[span], self.in_weight[span], strict=True)

    def outputs(self, gate: int) -> Iterator[tuple[int, int]]:
        """The (gate, weight) pairs that a gate feeds."""
        span = slice(self.out_start[gate], self.out_start[gate + 1])
        return zip(self.out_gate[span], self.out_weight[span], strict=True)

    def entry(self, content: int) -> int:
        """The gate of a content's entry requirement, or -1 when anybody may enter."""
        start = self.in_start[content]
        return self.in_gate[start] if start < self.in_start[content + 1] else -1

    def restricted(self, allowed: Iterable[int]) -> Circuit:
        """The same question asked of some contents (gate numbers) only, with all that no longer matters left out.

        What is true without any content is folded into thresholds; what cannot become true or cannot help the goal is
        dropped; a gate that only passes on another is that other. The goal must be within reach but not yet true.
        """
        allowed = list(allowed)
        certain = Closure(self)
        certain.run()
        within = Closure(self, allowed)
        within.run()
        wanted = _wanted(self, certain.true, within.true)
        alias: dict[int, int] = {}
        slim: dict[int, tuple[int, Inputs]] = {}
        for gate in within.order:
            if not wanted[gate]:
                continue
            threshold, inputs = self.threshold[gate], []
            for source, weight in self.inputs(gate):
                if certain.true[source]:
                    threshold -= weight
                elif wanted[source]:
                    inputs.append((source, weight))
            if gate >= len(self.contents) and gate != self.goal and len(inputs) == 1:
                alias[gate] = inputs[0][0]
            else:
                slim[gate] = (threshold, inputs)
        kept = sorted(slim)
        number = {gate: position for position, gate in enumerate(kept)}

        def final(gate: int) -> int:
            while gate in alias:
                gate = alias[gate]
            return number[gate]

        gates = []
        for gate in kept:
            threshold, inputs = slim[gate]
            wires = ((final(source), weight) for source, weight in inputs)
            gates.append((threshold, _merged(threshold, (wire for wire in wires if wire[0] != number[gate]))))
        contents = [self.contents[gate] for gate in kept if gate < len(self.contents)]
        return Circuit.build(contents, gates, final(self.goal))


def _rows(lists: Sequence[Inputs]) -> tuple[list[int], list[int], list[int]]:
    starts = [0, *accumulate(len(row) for row in lists)]
    return starts, [gate for row in lists for gate, _ in row], [weight for row in lists for _, weight in row]


def _merged(threshold: int, inputs: Iterable[tuple[int, int]]) -> Inputs:
    """Inputs with each gate once. Weights add up, except beyond the threshold, where more makes no difference."""
    total: dict[int, int] = {}
    for gate, weight in inputs:
        total[gate] = min(threshold, total.get(gate, 0) + weight)
    return list(total.items())


def _wanted(circuit: Circuit, certain: Sequence[bool], within: Sequence[bool]) -> list[bool]:
    """Gates that can help the goal: backwards from it over what is neither certain nor out of reach."""
    wanted = [False] * len(circuit)
    wanted[circuit.goal] = True
    stack = [circuit.goal]
    while stack:
        for source, _ in circuit.inputs(stack.pop()):
            if within[source] and not certain[source] and not wanted[source]:
                wanted[source] = True
                stack.append(source)
    return wanted


def compile_circuit(problem: PathwayProblem) -> Circuit:
    """The gates of a whole question: one per content, fact, rule and distinct requirement."""
    gates: list[tuple[int, Inputs]] = [(1, []) for _ in problem.contents]
    fact_gates: dict[Fact, int] = {}
    shared: dict[tuple[int, tuple[tuple[int, int], ...]], int] = {}

    def fact(name: Fact) -> int:
        gate = fact_gates.get(name)
        if gate is None:
            gate = fact_gates[name] = len(gates)
            gates.append((0 if name in problem.held else 1, []))
        return gate

    def compiled(expression: Expression) -> int:
        match expression:
            case str():
                return fact(expression)
            case All(parts):
                inputs = [(gate, 1) for gate in dict.fromkeys(compiled(part) for part in parts)]
                threshold = len(inputs)
            case AnyOf(parts):
                inputs = [(gate, 1) for gate in dict.fromkeys(compiled(part) for part in parts)]
                threshold = 1
            case AtLeast(threshold, weighted):
                inputs = _merged(max(threshold, 0), ((compiled(part), weight) for weight, part in weighted if weight))
        if len(inputs) == 1 and 0 < threshold <= inputs[0][1]:
            return inputs[0][0]
        key = (threshold, tuple(sorted(inputs)))
        if key not in shared:
            shared[key] = len(gates)
            gates.append((threshold, inputs))
        return shared[key]

    for number, content in enumerate(problem.contents):
        gates[number][1].append((compiled(content.entry), 1))
        for name in dict.fromkeys(content.adds):
            gates[fact(name)][1].append((number, 1))
    for rule in problem.rules:
        condition = compiled(rule.condition)
        for name in dict.fromkeys(rule.then):
            gates[fact(name)][1].append((condition, 1))
    for name in problem.held:
        fact(name)
    goal = compiled(problem.goal)
    return Circuit.build(range(len(problem.contents)), gates, goal, fact_gates)


class Closure:
    """What becomes true when some contents are allowed: the least fixpoint, grown step by step and taken back.

    `true[g]` says whether a gate holds, `order` lists gates as they became true, `ready` the contents that could be
    entered (allowed or not). Linear in the wires touched.
    """

    __slots__ = ("_done", "allowed", "circuit", "missing", "order", "ready", "true")

    def __init__(self, circuit: Circuit, allowed: Iterable[int] = ()) -> None:
        self.circuit = circuit
        self.missing = circuit.threshold.copy()
        self.true = [False] * len(circuit)
        self.allowed = [False] * len(circuit.contents)
        self.order: list[int] = []
        self.ready: list[int] = []
        self._done = 0
        for content in allowed:
            self.allowed[content] = True
        for gate, threshold in enumerate(circuit.threshold):
            if threshold <= 0:
                self._reached(gate)

    def _reached(self, gate: int) -> None:
        if gate < len(self.allowed):
            self.ready.append(gate)
            if not self.allowed[gate]:
                return
        if not self.true[gate]:
            self.true[gate] = True
            self.order.append(gate)

    def allow(self, contents: Iterable[int]) -> bool:
        """Allow contents too, and draw every consequence; says whether the goal holds."""
        for content in contents:
            self.allowed[content] = True
            if self.missing[content] <= 0 and not self.true[content]:
                self.true[content] = True
                self.order.append(content)
        return self.run()

    def run(self) -> bool:
        """Draw every consequence; says whether the goal holds."""
        circuit, missing, order = self.circuit, self.missing, self.order
        starts, out_gate, out_weight = circuit.out_start, circuit.out_gate, circuit.out_weight
        done = self._done
        while done < len(order):
            gate = order[done]
            done += 1
            for wire in range(starts[gate], starts[gate + 1]):
                target = out_gate[wire]
                left = missing[target]
                missing[target] = left - out_weight[wire]
                if left > 0 and missing[target] <= 0:
                    self._reached(target)
        self._done = done
        return self.true[circuit.goal]

    def mark(self) -> tuple[int, int]:
        """A point to come back to. Take it only between runs."""
        return len(self.order), len(self.ready)

    def rewind(self, mark: tuple[int, int], allowed_since: Iterable[int]) -> None:
        """Back to a mark, withdrawing permission from the contents allowed since."""
        size, ready = mark
        circuit, missing = self.circuit, self.missing
        for gate in self.order[size:]:
            self.true[gate] = False
            for wire in range(circuit.out_start[gate], circuit.out_start[gate + 1]):
                missing[circuit.out_gate[wire]] += circuit.out_weight[wire]
        del self.order[size:]
        del self.ready[ready:]
        self._done = size
        for content in allowed_since:
            self.allowed[content] = False


@dataclass(frozen=True, slots=True)
class Settled:
    """A value per gate (NEVER when out of reach) and the order in which gates were settled (-1 when never)."""

    value: list[int]
    rank: list[int]


def settle(circuit: Circuit, arrive: Callable[[int, int], int], *, summed: bool = False) -> Settled:
    """The least value at which each gate can hold, by Dijkstra with gates.

    `arrive(content, value)` is the value at which a content is completed when its entry holds at `value`, or NEVER; it
    may not go below `value`. A gate holds at its weighted order statistic: the least value by which inputs of enough
    weight hold (all = max, any = min). With `summed` it is the sum over those inputs instead, as in h_add (Bonet &
    Geffner 2001, "Planning as heuristic search"). Knuth (1977), "A generalization of Dijkstra's algorithm".
    """
    contents = len(circuit.contents)
    missing = circuit.threshold.copy()
    value = [NEVER] * len(circuit)
    rank = [-1] * len(circuit)
    gathered = [0] * len(circuit) if summed else value
    starts, out_gate, out_weight = circuit.out_start, circuit.out_gate, circuit.out_weight
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
            for wire in range(starts[gate], starts[gate + 1]):
                target = out_gate[wire]
                left = missing[target]
                if left <= 0:
                    continue
                missing[target] = left - out_weight[wire]
                if summed:
                    gathered[target] += now
                if left > out_weight[wire]:
                    continue
                when = gathered[target] if summed else now
                if target < contents:
                    when = arrive(target, when)
                if when == now:
                    same.append(target)
                elif when < NEVER:
                    heapq.heappush(heap, (when, target))
    return Settled(value, rank)


def supporting_contents(circuit: Circuit, settled: Settled, goal: int | None = None) -> list[int]:
    """The contents that made a gate (by default the goal) true, in the order they were settled.

    Each gate leans only on inputs settled before it, the earliest that suffice, so nothing supports itself.
    """
    found: list[int] = []
    goal = circuit.goal if goal is None else goal
    seen = {goal}
    stack = [goal]
    rank = settled.rank
    while stack:
        gate = stack.pop()
        if gate < len(circuit.contents):
            found.append(gate)
        missing = circuit.threshold[gate]
        earlier = sorted((rank[source], source, weight) for source, weight in circuit.inputs(gate))
        for position, source, weight in earlier:
            if missing <= 0:
                break
            if position < 0:
                continue
            missing -= weight
            if source not in seen:
                seen.add(source)
                stack.append(source)
    return sorted(found, key=rank.__getitem__)


def cheapest_tails(circuit: Circuit, price: Sequence[int]) -> list[int]:
    """The least price (or weeks) still to pay on a chain from each gate to the goal; NEVER when no chain leads there.

    In a plan without waste every step is on a chain to the goal whose other steps all come later. So what it takes to
    get to a step and its tail may be added up, and a step whose sum is beyond the budget is of no use.
    """
    tail = [NEVER] * len(circuit)
    heap = [(0, circuit.goal)]
    while heap:
        now, gate = heapq.heappop(heap)
        if now >= tail[gate]:
            continue
        tail[gate] = now
        onward = now + price[gate] if gate < len(price) else now
        for source, _ in circuit.inputs(gate):
            if onward < tail[source]:
                heapq.heappush(heap, (onward, source))
    return tail


def without_waste(circuit: Circuit, contents: Sequence[int], price: Callable[[int], int]) -> list[int]:
    """The contents less every one that the goal can do without, the dearest being tried first."""
    kept = list(contents)
    for content in sorted(contents, key=price, reverse=True):
        rest = [other for other in kept if other != content]
        if Closure(circuit, rest).run():
            kept = rest
    return kept


def reasons(problem: PathwayProblem, contents: Iterable[Content]) -> dict[Fact, tuple[str, ...]]:
    """For each fact that holds after the contents: the ids of the contents among them that made it true."""
    circuit = compile_circuit(problem)
    wanted = {content.id for content in contents}
    allowed = [content.id in wanted for content in problem.contents]
    settled = settle(circuit, lambda content, value: value + 1 if allowed[content] else NEVER)
    return {
        fact: tuple(problem.contents[number].id for number in supporting_contents(circuit, settled, gate))
        for fact, gate in circuit.fact_gates.items()
        if settled.rank[gate] >= 0
    }
