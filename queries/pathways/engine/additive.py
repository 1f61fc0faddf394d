"""The least cost, steps, weeks of study or travel: exact, with a certificate.

Ignoring dates, a pathway is a delete-free plan (h+). A bound comes from landmarks, sets of contents of which every
pathway needs one; what it leaves of the prices shows which contents no better pathway can use; among the others, branch
and bound: a content is taken, or it is barred.

* Helmert & Domshlak (2009), "Landmarks, critical paths and abstractions" (LM-cut);
* Pommerening & Helmert (2012), "Optimal planning for delete-free tasks with incremental LM-cut" (the branch and bound);
* Haslum, Slaney & Thiebaux (2012), "Minimal landmarks for optimal delete-free planning".

What branching does not settle soon is left to implicit hitting sets: the cheapest choice of contents that hits every
landmark known, and adds up to what each threshold on the way asks for, is a plan, or it misses landmarks yet to be
found. After a while its programme has the gates too.

*Core-set deepening*: a pathway whose price is below a target uses only contents for which the bound, what is left to
pay to get there (h_max) and from there on (`kernel.tails`) are below it too. Targets just above the bound leave few
contents; when there is no pathway among them the target becomes the bound, and the next one is higher.

Prices are whole numbers. Inside, a price is `criterion * K + 1` with K above the number of contents, so that among
optimal pathways the one with fewest steps wins and no useless free course is ever shown.

*Caps* are further prices, each with a limit of its own in place of the best value known; the same bounds apply to them.
As a content may then need a delivery that is not its cheapest, every delivery worth having is a content of its own.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from queries.pathways.engine import kernel
from queries.pathways.engine.bounds import WIDE_BORDER
from queries.pathways.engine.certificate import certificate_of, counted, programme
from queries.pathways.engine.circuit import Circuit, compile_circuit, prepare, wired
from queries.pathways.engine.hitting import HittingSet, counts
from queries.pathways.engine.kernel import NEVER, Flags, Gates, Ints
from queries.pathways.engine.problem import (
    Certificate,
    Criterion,
    Delivery,
    Limits,
    PathwayProblem,
    Work,
)

NO_CUTS = (np.zeros(1, np.int32), np.zeros(0, np.int32), np.zeros(0, np.int64))
"""No landmarks, as rows."""

BRANCHING, BRANCHING_ON_STEPS = 4_000_000, 300_000
"""Gates to look at by branch and bound before hitting sets are tried: sooner when all prices are the same, or when what
a threshold costs (see `hitting.counts`) is above all that landmarks prove: those say little of eight units out of many.
"""

NODE = 500
"""Gates that a node of branch and bound counts for, besides those it looks at."""

FEW = 300
"""Contents of a core up to which it is worth looking for those that others stand in for."""

PLAIN_ROUNDS = 60
"""Rounds of hitting sets before the gates are put into the programme too: it is harder then, but misses less."""

PLAIN_WORK = 1_000_000
"""Gates that those rounds may count for where a core is of few contents, in which the gates are soon told."""

WORTH_FIXING = 200
"""Contents of a core from which on it is worth looking, every now and then, which of them can still matter."""

PARTS = 1024
"""Weights by linear programming are in so many parts of the least that matters, so that they pack in whole numbers."""

TIDYING = 200_000
"""Gates to look at, once the value is proven, for a plan of the same value with fewer steps.

In a catalogue of more gates than that (a nation has some 90,000) a plan that counts for nothing is looked for first.
"""

Cuts = tuple[Gates, Gates, Ints]
"""Landmarks as rows of contents (starts, members), with weights."""


@dataclass(frozen=True, slots=True)
class AdditiveOptimum:
    """Chosen deliveries in an order that can be carried out, with what is proved about their sum.

    `value` and `bound` are in the criterion's unit. `value` is None, and there are no deliveries, when the work ran out
    before a pathway within the caps was found. `proven`: no pathway has less than `value`.
    """

    deliveries: tuple[Delivery, ...]
    value: int | None
    bound: int
    proven: bool
    certificate: Certificate
    work: Work


def solve_additive(problem: PathwayProblem, criterion: Criterion, limits: Limits) -> AdditiveOptimum | None:
    """The pathway of least `criterion` within the caps, or None when it is proved that there is none.

    Dates and horizon are ignored, and so is the sum of running hours; but no delivery heavier than the learner's week
    is used, nor one that is barred.
    """
    prepared = prepare(problem.catalogue)
    usable = prepared.usable(problem)
    cheapest = prepared.cheapest(criterion, usable)
    circuit: Circuit | bool | None = None
    if len(prepared.structure.wires.threshold) > TIDYING and not problem.caps:
        circuit = _for_nothing(problem, (cheapest >= 0) & (prepared.amounts[criterion][cheapest] == 0))
    if circuit is None:
        circuit = prepared.structure.asked(problem.held, problem.goal, (cheapest >= 0).tobytes())
    if circuit is True:
        return AdditiveOptimum((), 0, 0, True, Certificate((), Fraction(0)), Work())
    if circuit is False:
        return None
    columns, caps = cheapest[circuit.contents], []
    if problem.caps:
        every = [np.array([cap.amount(one) for one in problem.deliveries], np.int64) for cap in problem.caps]
        worth = _undominated(prepared.content, usable, [prepared.amounts[criterion], *every])
        circuit, columns = _by_delivery(circuit, prepared.content, worth)
        caps = [(amounts[columns], cap.most) for amounts, cap in zip(every, problem.caps, strict=True)]
    plain = prepared.amounts[criterion][columns]
    unit = int(np.gcd.reduce(plain)) or 1
    scale = 1 if criterion is Criterion.STEPS else len(plain) + 1
    search = Search(circuit, plain // unit * scale + (scale > 1), limits, scale, caps)
    search.run()
    if search.plan is None and search.proven:
        return None
    value = None if search.plan is None else int(plain[search.plan].sum())
    # A scaled bound B proves criterion * scale + steps >= B. Fewer than `scale` steps are possible.
    bound = max(0, -(-(search.bound - scale + 1) // scale) * unit)
    certificate = _certificate(problem, circuit, plain, search.cuts, bound)
    return AdditiveOptimum(
        tuple(problem.deliveries[columns[content]] for content in search.in_order()),
        value,
        bound if value is None else min(bound, value),
        value is not None and bound >= value,
        certificate,
        Work(search.nodes, len(certificate.landmarks)),
    )


def no_less(problem: PathwayProblem, criterion: Criterion) -> int:
    """A bound on the sum of every plan, without search: h_max (see `kernel.settled`). `NEVER`: there is no plan."""
    prepared = prepare(problem.catalogue)
    cheapest = prepared.cheapest(criterion, prepared.usable(problem))
    circuit = prepared.structure.asked(problem.held, problem.goal, (cheapest >= 0).tobytes())
    if isinstance(circuit, bool):
        return 0 if circuit else NEVER
    price = prepared.amounts[criterion][cheapest[circuit.contents]]
    value, _ = kernel.settled(circuit.wires, price, False, circuit.goal, NEVER)
    return int(value[circuit.goal])


def _for_nothing(problem: PathwayProblem, free: Flags) -> Circuit | None:
    """The contents of a quick plan of those that count for nothing; None when there is no such plan, or need of one.

    Nothing has less, so there is nothing to prove about all the other contents.
    """
    whole = compile_circuit(replace(problem, milestone=None))
    value, rank = kernel.settled(whole.wires, np.where(free, 1, NEVER), True, whole.goal, NEVER)
    if not 0 < value[whole.goal] < NEVER:
        return None
    return whole.narrowed(kernel.supporters(whole.wires, rank, whole.goal))


def _certificate(problem: PathwayProblem, circuit: Circuit, plain: Ints, cuts: Cuts, hoped: int) -> Certificate:
    """The first landmarks as a certificate in the criterion's unit."""
    starts, members, _ = cuts
    numbers, places = np.unique(circuit.contents, return_inverse=True)
    price = np.full(len(numbers), NEVER, np.int64)
    np.minimum.at(price, places, plain)
    rows = pairwise(starts.tolist())
    landmarks = [np.unique(places[members[one:two]]).astype(np.int32) for one, two in rows]
    index = prepare(problem.catalogue).structure.index
    return certificate_of(
        landmarks,
        price,
        hoped,
        name=lambda place: problem.contents[numbers[place]].id,
        number=lambda id: int(np.searchsorted(numbers, index[id])),
        counted=lambda: counted(problem, circuit, plain),
    )


def _undominated(content: Gates, usable: Flags, amounts: Sequence[Ints]) -> Gates:
    """The usable deliveries of each content less those that another has no more than, whatever is counted."""
    keys: list[NDArray[np.integer]] = [*reversed(amounts), content]
    order = np.lexsort(keys)
    kept: list[int] = []
    mine: list[tuple[int, ...]] = []
    last = -1
    table = np.stack(amounts, axis=1)
    for place in order[usable[order]].tolist():
        if content[place] != last:
            last, mine = content[place], []
        one = tuple(table[place].tolist())
        if not any(all(x <= y for x, y in zip(other, one, strict=True)) for other in mine):
            mine.append(one)
            kept.append(place)
    return np.array(kept, np.int32)


def _by_delivery(circuit: Circuit, content: Gates, deliveries: Gates) -> tuple[Circuit, Gates]:
    """The circuit with a content for each delivery, and which delivery each is.

    Deliveries of a content have the same entry and feed one gate, that of the content. Taking two of them is of no use.
    """
    wires, old = circuit.wires, circuit.wires.contents
    number = np.full(int(content.max()) + 1, -1, np.int32)
    number[circuit.contents] = np.arange(old, dtype=np.int32)
    columns = deliveries[number[content[deliveries]] >= 0]
    mine = number[content[columns]]
    size = len(columns)
    owner = np.repeat(np.arange(len(circuit), dtype=np.int32), np.diff(wires.in_start))
    asked = owner < old
    entry = np.full(old, -1, np.int32)
    entry[owner[asked]] = wires.in_gate[asked]
    enters = np.flatnonzero(entry[mine] >= 0).astype(np.int32)
    taken = np.arange(size, dtype=np.int32)
    owners = np.concatenate((owner[~asked] + np.int32(size), enters, mine + np.int32(size)))
    gates = np.concatenate((wires.in_gate[~asked] + np.int32(size), entry[mine][enters] + np.int32(size), taken))
    weights = np.concatenate((wires.in_weight[~asked], np.ones(len(enters) + size, np.int64)))
    threshold = np.concatenate((wires.threshold[mine], np.ones(old, np.int64), wires.threshold[old:]))
    rows = kernel.rows(len(threshold), owners, gates, weights)
    gates = np.concatenate((circuit.gates[mine], circuit.gates))
    return Circuit(circuit.contents[mine], wired(size, wires.goal + size, threshold, *rows), gates), columns


@dataclass(frozen=True, slots=True)
class _Price:
    """What is left of one price at a node of the search: 0 for what is taken, NEVER for what is barred.

    `bound` is on the sum over the whole plan: the landmarks' weights and the prices of what is taken.
    """

    left: Ints
    bound: int
    cuts: Cuts

    def taking(self, content: int) -> _Price:
        """With a content in the plan."""
        left = self.left.copy()
        cuts = kernel.included(left, *self.cuts, content)
        return _Price(left, self.bound + int(self.left[content]), cuts)

    def barring(self, contents: int | Flags) -> _Price:
        """Without some contents."""
        left = self.left.copy()
        left[contents] = NEVER
        return _Price(left, self.bound, self.cuts)


@dataclass(frozen=True, slots=True)
class _Core:
    """The contents that a search is about: their circuit, prices, amounts under caps, and numbers in the whole."""

    circuit: Circuit
    price: Ints
    caps: list[Ints]
    numbers: Gates


class Search:
    """The least sum of prices over the contents of a circuit, within caps; `scale` is what matters, less is tie-break.

    `price` and the amounts of `caps`, pairs of amounts and the most they may sum to, are one per content. The goal must
    be within reach but not yet true. After `run`, `plan` is the best plan known (None: none known) in no order, `bound`
    is on the price of any plan, and `cuts` are the landmarks of the first bound. `proven`: no plan is better by `scale`
    or, without a plan, there is none.
    """

    def __init__(
        self,
        circuit: Circuit,
        price: Sequence[int] | Ints,
        limits: Limits,
        scale: int = 1,
        caps: Sequence[tuple[Ints, int]] = (),
    ) -> None:
        self.circuit = replace(circuit, contents=np.arange(len(circuit.contents), dtype=np.int32))
        self.price = np.asarray(price, np.int64)
        self.scale = scale
        self.caps = caps
        self.limits = limits
        self.work = limits.gate_visits
        self.rounds = limits.rounds
        self.nodes = 0
        self.bound = 0
        self.plan: Gates | None = None
        self.value = (int(self.price.sum()) // scale + 2) * scale
        """The price of the best plan known, or one that is beyond any."""
        self.cuts: Cuts = NO_CUTS

    @property
    def proven(self) -> bool:
        """Whether the bound says all that matters."""
        return self.bound // self.scale >= self.value // self.scale

    def in_order(self) -> list[int]:
        """The plan in an order in which each content can be entered after those before it."""
        if self.plan is None:
            return []
        _, _, order = kernel.closed(self.circuit.wires, self.circuit.flags(self.plan))
        return [int(gate) for gate in order if gate < len(self.price)]

    def improve(self, plan: Gates) -> bool:
        """Keep a plan if it is better than the best known; says whether it is within the caps."""
        within = all(amounts[plan].sum() <= most for amounts, most in self.caps)
        if within and self.price[plan].sum() < self.value:
            self.plan, self.value = plan, int(self.price[plan].sum())
        return within

    def run(self) -> None:
        """Search until proven or out of work."""
        wires, gates = self.circuit.wires, len(self.circuit)
        self.improve(kernel.plan(wires, self.price, self.price))
        left = self.price.copy()
        reach, rank = kernel.settled(wires, left, False, -1, NEVER)
        most = self.work // gates
        self.cuts = kernel.lm_cut(wires, left, reach, rank, most, self.value, WIDE_BORDER, self._grain)
        self.work -= gates * (4 + len(self.cuts[2]))
        first = _Price(left, int(self.cuts[2].sum()), self.cuts)
        self.bound = min(first.bound, self.value)
        if self._over():
            return
        reach, _ = kernel.settled(wires, left, False, -1, self.value - first.bound)
        tail = kernel.tails(wires, left, reach, self.value - first.bound)[: len(left)]
        through = first.bound + reach[: len(left)] + tail
        counted = self._counted(through < self.value)
        self.bound = max(self.bound, min(counted, self.value))
        quick = counted > first.bound or self.price.max() == self.price.min()
        share = self.work - (BRANCHING_ON_STEPS if quick else BRANCHING)
        widening = self.scale
        while not self._over():
            target = min(self.bound // self.scale * self.scale + widening, self.value)
            if not self._below(target, first, through < target, share):
                break
            self.bound = max(self.bound, min(target, self.value))
            widening *= 2
        if self._over():
            return
        better = through < self.value // self.scale * self.scale
        if self._hit(first, better) or self._below(self.value, first, through < self.value, 0):
            self.bound = self.value

    def _counted(self, wanted: Flags) -> int:
        """A bound on the price of plans of some contents: the most that any one threshold on the way costs."""
        small = self.circuit.narrowed(wanted)
        if small is None:
            return self.value
        price = self.price[small.contents]
        self.work -= len(small)
        return max((one.bound(price) for one in counts(small, price).values()), default=0)

    @property
    def _grain(self) -> int:
        """What of a price is not worth a landmark: less than half of the least that matters, until that is proven."""
        return 1 if self.proven else max(1, self.scale // 2)

    def _over(self) -> bool:
        """Whether to stop. Once all that matters is proven, a little more work goes into the tie-break."""
        if self.proven:
            self.work = min(self.work, TIDYING)
        return self.bound >= self.value or self.work <= 0

    def _below(self, target: int, first: _Price, wanted: Flags, share: int) -> bool:
        """Look for plans below a target among some contents, as long as more work is left than `share`.

        Says whether all were looked at.
        """
        core = self._core(wanted, first.left, target - first.bound)
        if core is None:
            return True
        small, numbers = core.circuit, core.numbers
        landmarks = kernel.renumbered(*first.cuts, numbers, len(self.price))
        prices = [_Price(first.left[numbers], first.bound, landmarks)]
        prices += [_Price(amounts.copy(), 0, NO_CUTS) for amounts in core.caps]
        nodes = [(first.bound // self.scale, 0, 0, prices, frozenset[int]())]
        while nodes:
            level, depth, _, prices, taken = heapq.heappop(nodes)
            target = min(target, self.value)
            self.bound = max(self.bound, min(level * self.scale, target))
            if self._over():
                return False
            if self.work < share:
                return False
            self.nodes += 1
            self.work -= NODE
            tight = self._tightened(core, prices, target)
            if tight is None:
                continue
            plan = kernel.plan(small.wires, core.price, tight[0].left)
            within = self.improve(numbers[plan])
            if not within:
                guide = self._guide(tight, target)
                self.improve(numbers[kernel.plan(small.wires, guide, guide)])
            if tight[0].bound >= min(target, self.value):
                continue
            content = self._choice(core, plan, tight, taken, within)
            with_it = [price.taking(content) for price in tight]
            without = [price.barring(content) for price in tight]
            for prices, more in ((with_it, taken | {content}), (without, taken)):
                key = (prices[0].bound // self.scale, depth - 1, self.nodes * 2 + (prices is without))
                heapq.heappush(nodes, (*key, prices, more))
        return True

    def _hit(self, first: _Price, wanted: Flags) -> bool:
        """Implicit hitting sets: the cheapest choice that hits all landmarks is a plan, or misses other landmarks.

        Those are looked for with the choice taken, and then with contents that hit them taken too, until there is a
        plan. Says whether it is proved that none of the contents wanted make a better plan, as far as it matters.
        """
        core = self._core(wanted, first.left, self.value - first.bound)
        if core is None:
            return True
        wires, gates = core.circuit.wires, len(core.circuit)
        starts, members, _ = first.cuts
        master = self._master(core, [members[one:two] for one, two in pairwise(starts.tolist())])
        plain, fixing = self.rounds - PLAIN_ROUNDS, self.rounds - 2
        cheap = self.work - PLAIN_WORK
        while self.work > 0 and self.rounds > 0:
            if self.rounds < plain or (self.work < cheap and len(core.numbers) <= FEW):
                master.structure = wires
            solved = master.solve(self.limits.master_nodes, self.work // 2)
            self.work -= master.work
            self.rounds -= 1
            self.nodes += 1
            if solved is None:
                return True
            chosen, bound = solved
            self.bound = max(self.bound, min(bound * self.scale, self.value))
            toll = core.price.copy()
            toll[chosen] = 0
            plan = kernel.plan(wires, core.price, toll)
            self.improve(core.numbers[plan])
            if self.proven:
                return True
            toll = np.minimum(toll, 1)
            missed = kernel.missed(wires, toll, plan, WIDE_BORDER)
            self.work -= gates * (4 + 4 * len(missed[2]))
            if not len(missed[2]):
                return False
            master.require(*missed[:2])
            if self.rounds <= fixing and len(core.numbers) > WORTH_FIXING:
                fixing = self.rounds - (self.limits.rounds - self.rounds)
                wanted = self._fixed(core, master.cuts)
                if 2 * wanted.sum() < len(core.numbers):
                    cuts = [core.numbers[cut] for cut in master.cuts]
                    core = self._core(wanted, first.left, self.value - first.bound)
                    if core is None:
                        return True
                    wires, gates = core.circuit.wires, len(core.circuit)
                    master = self._master(core, cuts)
        return False

    def _master(self, core: _Core, cuts: Sequence[Gates]) -> HittingSet:
        """The hitting sets of a core, given landmarks as contents of the whole."""
        caps = [(amounts, most) for amounts, (_, most) in zip(core.caps, self.caps, strict=True)]
        master = HittingSet(core.price // self.scale, caps)
        starts = np.cumsum([0, *map(len, cuts)]).astype(np.int32)
        weights = np.ones(len(cuts), np.int64)
        rows = kernel.renumbered(starts, np.concatenate([NO_CUTS[1], *cuts]), weights, core.numbers, len(self.price))
        master.require(*rows[:2])
        master.count(counts(core.circuit, core.price).values())
        return master

    def _fixed(self, core: _Core, cuts: Sequence[Gates]) -> Flags:
        """Contents of the whole that a plan among those of a core needs to be better by what matters.

        As before the search, but what landmarks are worth is now by linear programming (see `certificate`): the more
        there are, the less do first come, first served weights say. A weight is in `PARTS` of the least that matters.
        """
        price = core.price // self.scale
        duals = np.array(programme(cuts, price).duals())
        weights = np.maximum(np.floor(duals * PARTS).astype(np.int64) - 1, 0)
        left = price * PARTS
        for cut, weight in zip(cuts, weights, strict=True):
            left[cut] -= weight
        slack = (self.value // self.scale - 1) * PARTS - int(weights.sum()) + 1
        wanted = np.zeros(len(self.price), np.bool_)
        if left.min() < 0:
            wanted[core.numbers] = True
        elif slack > 0:
            wires = core.circuit.wires
            reach, _ = kernel.settled(wires, left, False, -1, slack)
            through = reach[: len(left)] + kernel.tails(wires, left, reach, slack)[: len(left)]
            wanted[core.numbers[through < slack]] = True
            self.work -= 2 * len(core.circuit)
        return wanted

    def _core(self, wanted: Flags, left: Ints, most: int) -> _Core | None:
        """The question asked of some contents only; when they are few, less those that others stand in for.

        None when they do not reach the goal, or not with less than `most` of what is `left` of their prices.
        """
        small = self.circuit.narrowed(wanted)
        if small is None:
            return None
        if len(small.contents) <= FEW:
            wires, left = small.wires, left[small.contents]
            reach, _ = kernel.settled(wires, left, False, -1, most)
            if reach[wires.goal] >= most:
                return None
            tail = kernel.tails(wires, left, reach, most)
            amounts = np.array([each[small.contents] for each in (self.price, *(caps for caps, _ in self.caps))])
            small = small.restricted(kernel.undominated(wires, amounts, reach, tail, most))
        numbers = small.contents
        return _Core(small, self.price[numbers], [amounts[numbers] for amounts, _ in self.caps], numbers)

    def _tightened(self, core: _Core, prices: Sequence[_Price], target: int) -> list[_Price] | None:
        """The bounds of a node raised and contents barred as far as may be; None when no plan is below the target."""
        limits = [target, *(most + 1 for _, most in self.caps)]
        grains = [self._grain, *(1 for _ in self.caps)]
        while True:
            tight = []
            for price, limit, grain in zip(prices, limits, grains, strict=True):
                left = price.left.copy()
                bound, visits, cuts = kernel.tightened(
                    core.circuit.wires, left, price.bound, limit, *price.cuts, WIDE_BORDER, grain
                )
                self.work -= visits
                if bound >= limit:
                    return None
                tight.append(_Price(left, bound, cuts))
            barred = np.any([price.left >= NEVER for price in tight], axis=0)
            if all(np.array_equal(price.left >= NEVER, barred) for price in tight):
                return tight
            prices = [price.barring(barred) for price in tight]

    def _guide(self, prices: Sequence[_Price], target: int) -> Ints:
        """Prices for a plan that minds the caps: as much of a cap as there is is worth the target."""
        guide = prices[0].left.copy()
        for price, (_, most) in zip(prices[1:], self.caps, strict=True):
            guide += np.minimum(price.left, NEVER // 64 // target) * (target // (most + 1) + 1)
        return np.where(prices[0].left < NEVER, guide, NEVER)

    def _choice(self, core: _Core, plan: Gates, prices: Sequence[_Price], taken: frozenset[int], within: bool) -> int:
        """The content of a plan to branch on: the one most of whose price is not in the bound, or is beyond a cap."""
        score = kernel.unpaid(prices[0].left, *prices[0].cuts, plan)
        if not within and score.max() <= 0:
            beyond = [
                amounts[plan] * (amounts[plan].sum() > most)
                for amounts, (_, most) in zip(core.caps, self.caps, strict=True)
            ]
            score = np.max(beyond, axis=0) * ~np.isin(plan, list(taken))
        return int(plan[score.argmax()])
