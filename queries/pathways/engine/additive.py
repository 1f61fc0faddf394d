"""The least cost, steps or weeks of study: exact, with a certificate.

Ignoring dates, a pathway is a delete-free plan (h+). Its exact optimum is a minimum hitting set over all *disjunctive
action landmarks*, sets of contents of which every pathway needs one:

* Bonet & Helmert (2010), "Strengthening landmark heuristics via hitting sets";
* Haslum, Slaney & Thiebaux (2012), "Minimal landmarks for optimal delete-free planning";
* Davies & Bacchus (2011), "Solving MAXSAT by solving a sequence of simpler SAT instances" (implicit hitting sets);
* Helmert & Domshlak (2009), "Landmarks, critical paths and abstractions" (LM-cut).

Prices are whole numbers. Inside, a price is `criterion * K + 1` with K above the number of contents, so that among
optimal pathways the one with fewest steps wins and no useless free course is ever shown.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import highspy
import numpy as np

from queries.pathways.engine.circuit import (
    NEVER,
    Circuit,
    Closure,
    cheapest_tails,
    compile_circuit,
    settle,
    supporting_contents,
    without_waste,
)
from queries.pathways.engine.problem import (
    Certificate,
    Criterion,
    Delivery,
    Landmark,
    Limits,
    PathwayProblem,
    Work,
    measure,
)

WIDE_BORDER = 64
"""Contents in a landmark from which on it is not worth the closures to make it minimal."""

Cut = tuple[int, ...]
"""A landmark as content gates of one circuit, in ascending order."""


@dataclass(frozen=True, slots=True)
class AdditiveOptimum:
    """Chosen deliveries in an order that can be carried out, with what is proved about their sum.

    `value` and `bound` are in the criterion's unit.
    """

    deliveries: tuple[Delivery, ...]
    value: int
    bound: int
    proven: bool
    certificate: Certificate
    work: Work


def best_deliveries(problem: PathwayProblem, criterion: Criterion) -> dict[str, Delivery]:
    """For each content that the learner can carry at all, its delivery of least price, then weeks, then pounds."""
    best: dict[str, Delivery] = {}

    def key(delivery: Delivery) -> tuple[int, int, int, int, str]:
        price = measure(delivery, criterion)
        return price, delivery.weeks, delivery.cost_pounds, delivery.travel_hours, delivery.id

    for delivery in problem.deliveries:
        if problem.usable(delivery):
            known = best.get(delivery.content)
            if known is None or key(delivery) < key(known):
                best[delivery.content] = delivery
    return best


def solve_additive(problem: PathwayProblem, criterion: Criterion, limits: Limits) -> AdditiveOptimum | None:
    """The pathway of least `criterion`, or None when the goal is out of reach for this learner's weekly hours."""
    best = best_deliveries(problem, criterion)
    whole = compile_circuit(problem)
    usable = [number for number, content in enumerate(problem.contents) if content.id in best]
    if Closure(whole).run():
        return AdditiveOptimum((), 0, 0, True, Certificate((), Fraction(0)), Work())
    if not Closure(whole, usable).run():
        return None
    circuit = whole.restricted(usable)
    plain = [measure(best[problem.contents[number].id], criterion) for number in circuit.contents]
    unit = math.gcd(*plain) or 1
    scale = len(plain) + 1
    price = [amount // unit * scale + 1 for amount in plain]
    search = _Search(circuit, price, limits)
    search.run()
    chosen = _in_order(circuit, search.plan)
    value = sum(plain[content] for content in chosen)
    # A scaled bound B proves criterion * scale + steps >= B. Fewer than `scale` steps are possible.
    bound = value if search.proven else min(value, max(0, math.ceil((search.bound - scale + 1) / scale)) * unit)
    ids = [problem.contents[number].id for number in circuit.contents]
    certificate = _certificate(search.cuts, plain, ids)
    return AdditiveOptimum(
        tuple(best[ids[content]] for content in chosen),
        value,
        max(bound, min(value, math.ceil(certificate.bound))),
        search.proven,
        certificate,
        Work(search.rounds, len(search.cuts)),
    )


def _in_order(circuit: Circuit, contents: Iterable[int]) -> list[int]:
    """The contents in an order in which each can be entered after those before it."""
    wanted = set(contents)
    return [gate for gate in _closed(circuit, wanted).order if gate in wanted]


def _closed(circuit: Circuit, contents: Iterable[int]) -> Closure:
    closure = Closure(circuit, contents)
    closure.run()
    return closure


class _Search:
    """Bounds from LM-cut, contents fixed out by them, then hitting sets until the cheapest one is a pathway."""

    def __init__(self, circuit: Circuit, price: list[int], limits: Limits) -> None:
        self.circuit = circuit
        self.price = price
        self.limits = limits
        self.plan = relaxed_plan(circuit, price)
        self.bound = 0
        self.proven = False
        self.rounds = 0
        self.visits = 0
        self.cuts: dict[Cut, None] = {}

    @property
    def value(self) -> int:
        """The scaled price of the best plan known."""
        return sum(self.price[content] for content in self.plan)

    def improve(self, plan: Sequence[int]) -> None:
        """Keep a plan if it is better than the best known."""
        if sum(self.price[content] for content in plan) < self.value:
            self.plan = list(plan)

    def raise_bound(self, bound: int) -> None:
        """Keep a bound if it is better than the best known."""
        self.bound = min(self.value, max(self.bound, bound))
        self.proven = self.bound >= self.value

    def run(self) -> None:
        """Search until proven or out of work."""
        gates = len(self.circuit)
        cuts, residual, reach = lm_cut(self.circuit, self.price, self.limits.gate_visits // 2 // gates)
        self.visits = gates * (1 + len(cuts))
        self.cuts.update(dict.fromkeys(cut for cut, _ in cuts))
        bound = sum(weight for _, weight in cuts)
        self.improve(relaxed_plan(self.circuit, self.price, residual))
        self.raise_bound(bound)
        if self.proven:
            return
        # A pathway through a content costs at least the bound, what is left to pay to get there, and from there on.
        onward = cheapest_tails(self.circuit, residual)
        core = [content for content in range(len(self.price)) if bound + reach[content] + onward[content] < self.value]
        if not _closed(self.circuit, core).true[self.circuit.goal]:
            self.raise_bound(self.value)
            return
        self._hit(core)

    def _hit(self, core: Sequence[int]) -> None:
        """Hitting sets over the contents that a better plan may use. `core` must reach the goal."""
        small = self.circuit.restricted(core)
        position = {content: gate for gate, content in enumerate(self.circuit.contents)}
        to_whole = [position[content] for content in small.contents]
        price = [self.price[gate] for gate in to_whole]
        to_small = {gate: column for column, gate in enumerate(to_whole)}
        outside = [gate for gate in range(len(self.price)) if gate not in to_small]
        master = HittingSet(price)
        for cut in list(self.cuts):
            master.require([to_small[gate] for gate in cut if gate in to_small])
        while self.rounds < self.limits.rounds and self.visits < self.limits.gate_visits:
            chosen, bound = master.solve(self.limits.master_nodes)
            self.rounds += 1
            self.raise_bound(bound)
            if self.proven:
                return
            rest = price.copy()
            for content in chosen:
                rest[content] = 0
            self.improve([to_whole[gate] for gate in relaxed_plan(small, price, rest)])
            self.raise_bound(self.bound)
            cuts = [cut for cut, _ in lm_cut(small, [min(1, amount) for amount in rest])[0]]
            self.visits += len(self.circuit) * (2 + 2 * len(cuts))
            for cut in cuts:
                master.require(cut)
                self.cuts[self._widened([to_whole[gate] for gate in cut], outside)] = None

    def _widened(self, cut: Sequence[int], outside: Sequence[int]) -> Cut:
        """A landmark of the core made a landmark of the whole, by the outside contents that would let one past it."""
        toll = [0] * len(self.price)
        for content in (*cut, *outside):
            toll[content] = 1
        return lm_cut(self.circuit, toll, most=1)[0][0][0]


def relaxed_plan(circuit: Circuit, price: Sequence[int], guide: Sequence[int] | None = None) -> list[int]:
    """A good pathway, quickly: the supporters under h_add (with prices `guide` if given) without the needless ones."""
    amount = price if guide is None else guide
    settled = settle(circuit, lambda content, value: value + amount[content], summed=True)
    return without_waste(circuit, supporting_contents(circuit, settled), price.__getitem__)


def lm_cut(
    circuit: Circuit, price: Sequence[int], most: int | None = None
) -> tuple[list[tuple[Cut, int]], list[int], list[int]]:
    """Landmarks with weights that pack under the prices, what is left of each price, and h_max under what is left.

    LM-cut (Helmert & Domshlak 2009) with gates: going back from the goal over what is free, a gate is barred by a
    *blocking set* of its inputs, without which too little weight remains; for `any` that is every input, for `all` the
    dearest one. The contents met on the way that still cost something are a landmark, made minimal before use. Weights
    sum to a bound on the scaled price of any pathway.
    """
    left = list(price)
    reach = Reach(circuit, left)
    cuts: list[tuple[Cut, int]] = []
    while reach.value[circuit.goal] > 0 and len(cuts) != most:
        cut = _minimal(circuit, _border(circuit, left, reach.value), left)
        weight = min(left[content] for content in cut)
        cuts.append((cut, weight))
        for content in cut:
            left[content] -= weight
        reach.cheaper(cut)
    return cuts, left, reach.value


def _border(circuit: Circuit, left: Sequence[int], value: Sequence[int]) -> set[int]:
    """The contents with a price left that lead to gates from which the goal follows for free."""
    zone = {circuit.goal}
    border: set[int] = set()
    stack = [circuit.goal]
    while stack:
        gate = stack.pop()
        inputs = sorted(((value[source], source, weight) for source, weight in circuit.inputs(gate)), reverse=True)
        remaining = sum(weight for _, _, weight in inputs)
        for _, source, weight in inputs:
            if remaining < circuit.threshold[gate]:
                break
            remaining -= weight
            if source < len(left) and left[source] > 0:
                border.add(source)
            elif source not in zone:
                zone.add(source)
                stack.append(source)
    return border


def _minimal(circuit: Circuit, border: set[int], left: Sequence[int]) -> Cut:
    """The landmark within a border: what can be entered from outside and, of a small border, what cannot be spared.

    Contents with least left to pay are dropped first. A wide border is left as it is, for each trial is a closure.
    """
    closure = Closure(circuit, (content for content in range(len(left)) if content not in border))
    closure.run()
    if len(border) > WIDE_BORDER:
        return tuple(sorted(content for content in closure.ready if content in border))
    needed: list[int] = []
    for content in sorted(border, key=left.__getitem__):
        mark = closure.mark()
        if closure.allow([content]):
            closure.rewind(mark, [content])
            needed.append(content)
    return tuple(sorted(needed))


class Reach:
    """h_max per gate (Bonet & Geffner 2001), kept up to date while prices fall.

    `value[g]` is the least scaled price by which the dearest single requirement of gate g can be met.
    """

    def __init__(self, circuit: Circuit, price: list[int]) -> None:
        self.circuit = circuit
        self.price = price
        self.value = settle(circuit, lambda content, value: value + price[content]).value

    def cheaper(self, contents: Iterable[int]) -> None:
        """Draw the consequences of lower prices of some contents."""
        circuit, value = self.circuit, self.value
        heap: list[tuple[int, int]] = []
        for content in contents:
            entry = circuit.entry(content)
            now = (value[entry] if entry >= 0 else 0) + self.price[content]
            if now < value[content]:
                heapq.heappush(heap, (now, content))
        while heap:
            now, gate = heapq.heappop(heap)
            if now >= value[gate]:
                continue
            value[gate] = now
            for target, _ in circuit.outputs(gate):
                held = value[target]
                if target < len(self.price):
                    later = now + self.price[target]
                elif now < held:
                    later = self._statistic(target)
                else:
                    continue
                if later < held:
                    heapq.heappush(heap, (later, target))

    def _statistic(self, gate: int) -> int:
        """The least value by which inputs of enough weight hold."""
        missing = self.circuit.threshold[gate]
        for value, weight in sorted((self.value[source], weight) for source, weight in self.circuit.inputs(gate)):
            missing -= weight
            if missing <= 0:
                return value
        return NEVER


class HittingSet:
    """The least-price choice of contents that hits every landmark so far: a 0/1 programme solved by HiGHS."""

    def __init__(self, price: Sequence[int]) -> None:
        self.price = list(price)
        self._highs = _quiet_highs()
        size = len(price)
        self._highs.addVars(size, np.zeros(size), np.ones(size))
        columns = np.arange(size, dtype=np.int32)
        self._highs.changeColsCost(size, columns, np.asarray(price, dtype=np.float64))
        kinds = np.full(size, int(highspy.HighsVarType.kInteger), dtype=np.uint8)
        self._highs.changeColsIntegrality(size, columns, kinds)

    def require(self, cut: Sequence[int]) -> None:
        """Ask for at least one of the contents (column numbers)."""
        size = len(cut)
        self._highs.addRow(1.0, highspy.kHighsInf, size, np.asarray(cut, dtype=np.int32), np.ones(size))

    def solve(self, nodes: int) -> tuple[list[int], int]:
        """The choice found and a proved lower bound on any choice (equal to its price when solved to the end)."""
        self._highs.setOptionValue("mip_max_nodes", nodes)
        self._highs.run()
        solution = self._highs.getSolution().col_value
        chosen = [column for column, share in enumerate(solution) if share > 0.5]
        total = sum(self.price[column] for column in chosen)
        objective = self._highs.getInfo().objective_function_value
        if self._highs.getModelStatus() == highspy.HighsModelStatus.kOptimal and abs(objective - total) < 0.5:
            return chosen, total
        return chosen, max(0, math.ceil(self._highs.getInfo().mip_dual_bound - 1e-6 * max(1, total)))


def _quiet_highs() -> highspy.Highs:
    highs = highspy.Highs()
    for option, setting in (
        ("output_flag", False),
        ("log_to_console", False),
        ("threads", 1),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", 0.5),
        ("mip_feasibility_tolerance", 1e-9),
        ("primal_feasibility_tolerance", 1e-9),
        ("dual_feasibility_tolerance", 1e-9),
    ):
        highs.setOptionValue(option, setting)
    return highs


def _certificate(cuts: Iterable[Cut], price: Sequence[int], ids: Sequence[str]) -> Certificate:
    """The landmarks with the dual values of the linear hitting set, rounded down so that they pack exactly.

    Weights are in the criterion's unit. Their sum is the bound that anybody can check by hand.
    """
    cuts = list(cuts)
    if not cuts:
        return Certificate((), Fraction(0))
    highs = _quiet_highs()
    size = len(price)
    highs.addVars(size, np.zeros(size), np.full(size, highspy.kHighsInf))
    highs.changeColsCost(size, np.arange(size, dtype=np.int32), np.asarray(price, dtype=np.float64))
    for cut in cuts:
        highs.addRow(1.0, highspy.kHighsInf, len(cut), np.asarray(cut, dtype=np.int32), np.ones(len(cut)))
    highs.run()
    duals = [max(0.0, dual) for dual in highs.getSolution().row_dual]
    for rounded in (_simple, _floored):
        weights = [rounded(dual) for dual in duals]
        if _packs(cuts, weights, price):
            break
    landmarks = tuple(
        Landmark(frozenset(ids[content] for content in cut), weight)
        for cut, weight in zip(cuts, weights, strict=True)
        if weight > 0
    )
    return Certificate(landmarks, sum((landmark.weight for landmark in landmarks), Fraction(0)))


def _simple(dual: float) -> Fraction:
    return Fraction(dual).limit_denominator(60)


def _floored(dual: float) -> Fraction:
    return max(Fraction(0), Fraction(math.floor(dual * 10**6) - 1, 10**6))


def _packs(cuts: Sequence[Cut], weights: Sequence[Fraction], price: Sequence[int]) -> bool:
    spent = [Fraction(0)] * len(price)
    for cut, weight in zip(cuts, weights, strict=True):
        for content in cut:
            spent[content] += weight
    return all(one <= other for one, other in zip(spent, price, strict=True))


def check_certificate(
    problem: PathwayProblem,
    criterion: Criterion,
    certificate: Certificate,
    reaches_goal: Callable[[PathwayProblem, frozenset[str]], bool],
) -> bool:
    """Whether a certificate proves its bound, by three checks that need no solver and no search.

    Each landmark is one: without its contents, everything else together does not reach the goal. Weights pack: over
    each content they sum to no more than its cheapest delivery that the learner can carry. And they sum to the bound.
    `reaches_goal(problem, contents)` closes the problem under the given contents; pass
    `queries.pathways.engine.replay.reaches_goal` for a check that shares no code with the search.
    """
    price: dict[str, int] = {}
    for delivery in problem.deliveries:
        if problem.usable(delivery):
            amount = measure(delivery, criterion)
            price[delivery.content] = min(amount, price.get(delivery.content, amount))
    spent = dict.fromkeys(price, Fraction(0))
    for landmark in certificate.landmarks:
        if landmark.weight < 0 or reaches_goal(problem, frozenset(price) - landmark.contents):
            return False
        for content in landmark.contents:
            spent[content] += landmark.weight
    packed = all(spent[content] <= price[content] for content in price)
    return packed and sum((one.weight for one in certificate.landmarks), Fraction(0)) == certificate.bound
