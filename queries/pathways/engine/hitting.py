"""The least-price choice of contents that hits every landmark known: a 0/1 programme solved by HiGHS.

Davies & Bacchus (2011), "Solving MAXSAT by solving a sequence of simpler SAT instances" (implicit hitting sets).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import highspy
import numpy as np
from numpy.typing import NDArray

from queries.highs import quiet_highs, run_within
from queries.pathways.engine import kernel
from queries.pathways.engine.circuit import Circuit
from queries.pathways.engine.kernel import ALL, NEVER, SOME, Gates, Ints, Wires
from queries.pathways.engine.problem import MOST

Floats = NDArray[np.float64]


class Count(NamedTuple):
    """A sum that every plan has at least `least` of: `amounts` of the contents in it that are among `contents`."""

    contents: Gates
    amounts: Ints
    least: int

    def bound(self, price: Ints) -> int:
        """What the sum costs at least: the cheapest for what they count first, the last one in part."""
        total, left = Fraction(0), self.least
        mine = sorted(
            zip(price[self.contents].tolist(), self.amounts.tolist(), strict=True), key=lambda x: Fraction(*x)
        )
        for each, amount in mine:
            part = min(left, amount)
            total, left = total + Fraction(each * part, amount), left - part
        return math.ceil(total)


MOST_TOGETHER = 4
"""Thresholds of which a plan may need any one, for what they ask to be told."""


def counts(circuit: Circuit, price: Ints) -> dict[tuple[int, ...], Count]:
    """What every plan of a circuit adds up to: by the thresholds (gates) that the goal cannot do without all of.

    "120 credits of these units, each given by these courses": a plan takes some source of each input that it has, so
    the weights of the inputs, summed by source, come to the threshold. Landmarks say no more of eight units out of
    fifteen than that one of any eight is needed, in as many sets as there are ways to choose them.

    Where a threshold can be done without, those are tried with it that a plan without it has, first what is had at most
    nearly the same price: "of this award, or of that". Amounts are then shares of what each asks for, over a common
    denominator (up to `MOST`). The circuit must be a restricted one.
    """
    wires, found, alone = circuit.wires, dict[tuple[int, ...], Count](), dict[int, Count]()
    everything = np.ones(wires.contents, np.bool_)
    value, _ = kernel.settled(wires, price, True, -1, NEVER)

    def in_plan(w: Wires) -> list[int]:
        _, true, _ = kernel.closed(w, circuit.flags(kernel.plan(w, price, price)))
        gates = [int(gate) for gate in np.flatnonzero((w.kind == SOME) & true)]
        alone.update((gate, _count(circuit, gate)) for gate in gates if gate not in alone)
        return gates

    for first in in_plan(wires):
        together, without = [first], wires.threshold.copy()
        while True:
            without[together[-1]] = NEVER
            others = wires._replace(threshold=without)
            if not kernel.closed(others, everything)[0]:
                if math.lcm(*(alone[gate].least for gate in together)) <= MOST:
                    found.setdefault(tuple(sorted(together)), _any_of([alone[gate] for gate in together]))
                break
            more = in_plan(others) if len(together) < MOST_TOGETHER else []
            if not more:
                break
            together.append(min(more, key=lambda gate: (abs(value[gate] - value[first]), gate)))
    return found


def _count(circuit: Circuit, gate: int) -> Count:
    """What a threshold asks for."""
    wires = circuit.wires
    amounts, least = np.zeros(wires.contents, np.int64), int(wires.threshold[gate])
    inputs = slice(wires.in_start[gate], wires.in_start[gate + 1])
    for source, weight in zip(wires.in_gate[inputs].tolist(), wires.in_weight[inputs].tolist(), strict=True):
        amounts[sources(circuit, source)] += weight
    contents = np.flatnonzero(amounts).astype(np.int32)
    return Count(contents, np.minimum(amounts[contents], least), least)


def _any_of(counts: Sequence[Count]) -> Count:
    """What is needed of all contents where one of some sums is."""
    least = math.lcm(*(one.least for one in counts))
    contents = np.unique(np.concatenate([one.contents for one in counts]))
    amounts = np.zeros(len(contents), np.int64)
    for one in counts:
        mine = np.searchsorted(contents, one.contents)
        amounts[mine] = np.maximum(amounts[mine], one.amounts * (least // one.least))
    return Count(contents, amounts, least)


def sources(circuit: Circuit, gate: int) -> list[int]:
    """The contents of which one at least is taken where a gate holds: those it is fed by, through rules alone.

    None where it holds without any content, as it does not wait for those that it is also fed by.
    """
    w, certain = circuit.wires, circuit.certain
    seen, stack, found = {gate}, [] if certain[gate] else [gate], []
    while stack:
        one = stack.pop()
        if one < w.contents:
            found.append(one)
            continue
        for source in w.in_gate[w.in_start[one] : w.in_start[one + 1]].tolist():
            if source not in seen and not certain[source]:
                seen.add(source)
                stack.append(source)
    return found


class HittingSet:
    """Contents with whole prices, landmarks to hit, and caps: amounts and the most they may sum to.

    Of contents that are in just the same landmarks one will do, the cheapest. Without caps the programme has no others,
    which leaves a few dozen out of thousands.
    """

    def __init__(self, price: Ints, caps: Sequence[tuple[Ints, int]] = ()) -> None:
        self.price = price
        self.caps = caps
        self.structure: Wires | None = None
        """Gates whose thresholds the choice must keep as well. Only circular support gets past those."""
        self.cuts: list[Gates] = []
        self.counts: list[Count] = []
        self._alike = np.zeros(len(price), np.int64)
        """A number that contents share when they are in the same landmarks; 0 for those in none."""
        self._numbers = 1
        self.work = 0
        """Gates that the last solve counts for."""

    def require(self, start: Gates, member: Gates) -> None:
        """Ask for at least one content of each landmark (rows)."""
        for one, two in pairwise(start.tolist()):
            cut = member[one:two]
            kinds, kind = np.unique(self._alike[cut], return_inverse=True)
            self._alike[cut] = self._numbers + kind
            self._numbers += len(kinds)
            self.cuts.append(cut)

    def count(self, counts: Collection[Count]) -> None:
        """Ask for these sums too. What they count is not alike anything: two that hit the same may both be needed."""
        for one in counts:
            self._alike[one.contents] = self._numbers + np.arange(len(one.contents))
            self._numbers += len(one.contents)
        self.counts += counts

    def _columns(self) -> Gates:
        """The contents that the programme is about, ascending."""
        if self.structure is not None:
            return np.arange(len(self.price), dtype=np.int32)
        hitting = np.flatnonzero(self._alike).astype(np.int32)
        if self.caps:
            return hitting
        cheapest_first = hitting[np.argsort(self.price[hitting], kind="stable")]
        _, first = np.unique(self._alike[cheapest_first], return_index=True)
        return np.sort(cheapest_first[first])

    def solve(self, nodes: int, work: int) -> tuple[Gates, int] | None:
        """The choice found (empty: none yet) and a proved bound on the price of any, or None when there is none.

        The bound is the price of the choice when it was solved to the end within so many branch-and-bound nodes and
        about so much work (gates). HiGHS is stopped by counting, not by time: the same question, the same answer.
        """
        contents = self._columns()
        column = np.full(len(self.price), -1, np.int32)
        column[contents] = np.arange(len(contents), dtype=np.int32)
        cuts = [mine[mine >= 0] for mine in (column[cut] for cut in self.cuts)]
        members = np.concatenate(cuts) if cuts else np.zeros(0, np.int32)
        price, size = self.price[contents], len(contents)
        highs = quiet_highs()
        columns = np.arange(size, dtype=np.int32)
        highs.addVars(size, np.zeros(size), np.ones(size))
        highs.changeColsCost(size, columns, price.astype(np.float64))
        highs.changeColsIntegrality(size, columns, np.full(size, int(highspy.HighsVarType.kInteger), np.uint8))
        starts = np.cumsum([0, *(len(cut) for cut in cuts)])
        _add_rows(highs, np.ones(len(cuts)), starts, members, np.ones(len(members)))
        for one in self.counts:
            values = one.amounts.astype(np.float64)
            highs.addRow(one.least, highspy.kHighsInf, len(values), column[one.contents], values)
        for amounts, most in self.caps:
            counted = np.flatnonzero(amounts[contents]).astype(np.int32)
            values = amounts[contents[counted]].astype(np.float64)
            highs.addRow(-highspy.kHighsInf, most, len(counted), counted, values)
        if self.structure is not None:
            _add_gates(highs, self.structure)
        self.work = run_within(highs, work, nodes)
        info, status = highs.getInfo(), highs.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        chosen = np.flatnonzero(np.array(highs.getSolution().col_value[:size]) > 0.5)
        total = int(price[chosen].sum())
        if status == highspy.HighsModelStatus.kOptimal and abs(info.objective_function_value - total) < 0.5:
            return contents[chosen], total
        bound = info.mip_dual_bound if math.isfinite(info.mip_dual_bound) else 0
        return contents[chosen], max(0, math.ceil(bound - 1e-6 * max(1, total)))


def _add_rows(
    highs: highspy.Highs, least: Floats, starts: NDArray[np.integer], columns: NDArray[np.integer], values: Floats
) -> None:
    """Rows whose sums are at least so much; row r has the columns from `starts[r]` up to `starts[r + 1]`."""
    most = np.full(len(least), highspy.kHighsInf)
    rows = starts[:-1].astype(np.int32)
    highs.addRows(len(least), least, most, len(columns), rows, columns.astype(np.int32), values)


def _add_gates(highs: highspy.Highs, w: Wires) -> None:
    """A column per free gate, and that what is true (or taken) has inputs enough; the goal is true.

    Gates are whole numbers: which of two awards is made is what to branch on, not each of their units.
    """
    free = len(w.threshold) - w.contents
    highs.addVars(free, np.zeros(free), np.ones(free))
    highs.changeColBounds(w.goal, 1.0, 1.0)
    columns = np.arange(w.contents, len(w.threshold), dtype=np.int32)
    highs.changeColsIntegrality(free, columns, np.full(free, int(highspy.HighsVarType.kInteger), np.uint8))
    owner = np.repeat(np.arange(len(w.threshold)), np.diff(w.in_start))
    each = w.kind[owner] == ALL
    gates = np.flatnonzero((w.kind != ALL) & (w.threshold > 0))
    wires = np.flatnonzero(each)
    pairs: NDArray[np.integer] = np.stack((w.in_gate[wires], owner[wires].astype(np.int32)), axis=1).ravel()
    _add_rows(highs, np.zeros(len(wires)), np.arange(len(wires) + 1) * 2, pairs, np.tile([1.0, -1.0], len(wires)))
    lengths = np.diff(w.in_start)[gates]
    starts = np.concatenate(([0], np.cumsum(lengths + 1)))
    columns, values = np.empty(starts[-1], np.int32), np.empty(starts[-1])
    own = starts[1:] - 1
    columns[own], values[own] = gates, -w.threshold[gates].astype(np.float64)
    others = np.ones(starts[-1], np.bool_)
    others[own] = False
    some = ~each & (w.threshold[owner] > 0)
    columns[others] = w.in_gate[some]
    values[others] = np.minimum(w.in_weight[some], w.threshold[owner[some]])
    _add_rows(highs, np.zeros(len(gates)), starts, columns, values)
