"""A proof that no pathway can have less, short enough to check by hand: landmarks with weights.

A landmark is a set of contents of which every pathway needs at least one. When the weights of the landmarks that a
content is in sum to no more than its price, for every content, no pathway costs less than the sum of all weights: what
it pays for its contents is at least what the landmarks they hit are worth, and it hits them all. Weights are dual
values of the linear hitting set (Bonet & Helmert 2010, "Strengthening landmark heuristics via hitting sets").

Of some more than one is needed, "eight of these fifteen units": where no pathway can do without the requirement that
asks for them, or not without two such. As a pathway takes each content once, weights may then sum to more than a price,
the excess being taken off: the eight cheapest are worth what the eighth costs, less what the others are cheaper.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Sequence
from dataclasses import replace
from fractions import Fraction
from operator import itemgetter
from typing import NamedTuple

import highspy
import numpy as np
from numpy.typing import NDArray

from queries.highs import quiet_highs
from queries.pathways.engine import kernel
from queries.pathways.engine.circuit import Circuit, compile_circuit
from queries.pathways.engine.hitting import Count, counts, sources
from queries.pathways.engine.kernel import NEVER, Gates, Ints
from queries.pathways.engine.problem import (
    AnyOf,
    AtLeast,
    Certificate,
    Counted,
    Criterion,
    Expression,
    Fact,
    Landmark,
    PathwayProblem,
    measure,
)

NO_CONTENTS = np.zeros(0, np.int32)


def certificate_of(
    cuts: Sequence[Gates],
    price: Ints,
    hoped: int,
    *,
    name: Callable[[int], str],
    number: Callable[[str], int],
    counted: Callable[[], list[Landmark]],
) -> Certificate:
    """The certificate of some landmarks, as contents by number; `name` tells a content's id, `number` that of an id.

    Weights given first come, first served will do when they get to the sum `hoped` for, as with landmarks from LM-cut
    they mostly do. Otherwise linear programming finds the best; for landmarks of which more is needed (`counted`) too,
    where it still falls short.
    """
    weights, more = _in_turn(cuts, price), list[Landmark]()
    bound = sum(weights, Fraction(0))
    if bound < hoped:
        weights, bound = max((weights, bound), _best(programme(cuts, price), price), key=itemgetter(1))
    if bound < hoped and (more := counted()):
        several = [_numbered(one, number) for one in more]
        weights, bound = max((weights, bound), _best(programme(cuts, price, several), price), key=itemgetter(1))
    landmarks = [
        Landmark(frozenset(map(name, cut.tolist())), weight)
        for cut, weight in zip(cuts, weights, strict=False)
        if weight > 0
    ]
    landmarks += [
        replace(one, weight=weight) for one, weight in zip(more, weights[len(cuts) :], strict=False) if weight > 0
    ]
    return Certificate(tuple(landmarks), bound)


def _best(programme: Programme, price: Ints) -> tuple[list[Fraction], Fraction]:
    """Weights for the rows, and what they prove."""
    exact = programme.duals()
    tried = ([_simple(dual) for dual in exact], [_floored(dual) for dual in exact])
    return max(((weights, programme.worth(weights, price)) for weights in tried), key=itemgetter(1))


def _numbered(landmark: Landmark, number: Callable[[str], int]) -> Count:
    amounts = landmark.amounts
    contents = np.array([*map(number, amounts)], np.int32)
    return Count(contents, np.array([*amounts.values()], np.int64), landmark.least)


def counted(problem: PathwayProblem, circuit: Circuit, price: Ints) -> list[Landmark]:
    """Landmarks of which more than one content is needed, without weights.

    `circuit` is that of the question, restricted to what can help, `price` one per content of it. What is not in it
    does not help, or cannot be had.
    """
    asked = counts(circuit, price)
    if not asked:
        return []
    whole = compile_circuit(problem)
    _, within, _ = kernel.closed(whole.wires, whole.flags(circuit.contents))

    def told(gate: int) -> Counted | None:
        if (named := whole.sums.get(int(circuit.gates[gate]))) is None:
            return None
        requirement, parts = named
        weighed = zip(requirement.parts, parts, strict=True)
        least = requirement.threshold - sum(weight for (weight, _), part in weighed if whole.certain[part])
        taught = (frozenset(problem.contents[one].id for one in sources(whole, part) if within[one]) for part in parts)
        return Counted(requirement, least, tuple(taught))

    found = []
    for gates in asked:
        either = tuple(one for one in map(told, gates) if one is not None)
        if len(either) == len(gates):
            contents = frozenset[str]().union(*(sources for one in either for sources in one.sources))
            found.append(Landmark(contents, Fraction(0), either))
    return found


def _in_turn(cuts: Sequence[Gates], price: Ints) -> list[Fraction]:
    left = price.copy()
    weights = []
    for cut in cuts:
        least = left[cut].min()
        left[cut] -= least
        weights.append(Fraction(int(least)))
    return weights


class Programme(NamedTuple):
    """Least-price shares of contents such that every row gets what it asks for, over kinds of contents.

    Of a kind are contents in just the same rows, unless a row counts them. `kind` is the number of each content's;
    `price` and `most` are one per kind: the least price of its contents, and how much of it there is.
    """

    rows: list[Count]
    kind: NDArray[np.int64]
    price: Ints
    most: NDArray[np.float64]

    def duals(self) -> list[float]:
        """The price of each row."""
        size = len(self.price)
        highs = quiet_highs()
        highs.addVars(size, np.zeros(size), self.most)
        highs.changeColsCost(size, np.arange(size, dtype=np.int32), self.price.astype(np.float64))
        for row in self.rows:
            highs.addRow(row.least, highspy.kHighsInf, len(row.contents), row.contents, row.amounts.astype(np.float64))
        highs.run()
        return [max(0.0, dual) for dual in highs.getSolution().row_dual]

    def worth(self, weights: Sequence[Fraction], price: Ints) -> Fraction:
        """What rows of such weights prove about the sum of prices, exactly."""
        worth = [Fraction(0)] * len(self.price)
        total = Fraction(0)
        for row, weight in zip(self.rows, weights, strict=True):
            total += row.least * weight
            for kind, amount in zip(row.contents.tolist(), row.amounts.tolist(), strict=True):
                worth[kind] += amount * weight
        for kind, (each, least) in enumerate(zip(worth, self.price.tolist(), strict=True)):
            if each > least:
                total -= sum(max(Fraction(0), each - one) for one in price[self.kind == kind].tolist())
        return total


def programme(cuts: Sequence[Gates], price: Ints, counts: Sequence[Count] = ()) -> Programme:
    """The rows of landmarks of which one content is needed, and of some of which more is."""
    kind, numbers = np.zeros(len(price), np.int64), 1
    singly = np.unique(np.concatenate([NO_CONTENTS, *(one.contents for one in counts)]))
    for cut in (*cuts, *singly[:, None]):
        found, places = np.unique(kind[cut], return_inverse=True)
        kind[cut] = numbers + places
        numbers += len(found)
    names, kind = np.unique(kind, return_inverse=True)
    least, most = np.full(len(names), NEVER, np.int64), np.full(len(names), highspy.kHighsInf)
    np.minimum.at(least, kind, price)
    most[kind[singly]] = 1.0
    rows = []
    for cut in cuts:
        mine = np.unique(kind[cut]).astype(np.int32)
        rows.append(Count(mine, np.ones(len(mine), np.int64), 1))
    rows += [one._replace(contents=kind[one.contents].astype(np.int32)) for one in counts]
    return Programme(rows, kind, least, most)


def _simple(dual: float) -> Fraction:
    return Fraction(dual).limit_denominator(60)


def _floored(dual: float) -> Fraction:
    return max(Fraction(0), Fraction(math.floor(dual * 10**6) - 1, 10**6))


def check_certificate(
    problem: PathwayProblem,
    criterion: Criterion,
    certificate: Certificate,
    reaches_goal: Callable[[PathwayProblem, frozenset[str]], bool],
) -> bool:
    """Whether a certificate proves its bound, by checks that need no solver and no search.

    Each landmark is one: without its contents, or without the requirements that ask for so many of them, everything
    else together does not reach the goal. And the weights of as much as is needed, less by how much contents are worth
    more than their prices, come to the bound; a price is that of the cheapest delivery that the learner can carry.
    `reaches_goal(problem, contents)` closes the problem under the given contents; pass
    `queries.pathways.engine.replay.reaches_goal` for a check that shares no code with the search.
    """
    price: dict[str, int] = {}
    for delivery in problem.deliveries:
        if problem.usable(delivery):
            amount = measure(delivery, criterion)
            price[delivery.content] = min(amount, price.get(delivery.content, amount))
    everything = frozenset(price)

    def takes(one: Counted) -> bool:
        parts = zip(one.requirement.parts, one.sources, strict=True)
        spare = sum(
            weight
            for (weight, part), sources in parts
            if reaches_goal(replace(problem, goal=part), everything - sources)
        )
        return one.least <= one.requirement.threshold - spare

    def is_landmark(one: Landmark) -> bool:
        if not one.either:
            return not reaches_goal(problem, everything - one.contents)
        narrowed = _without(problem, frozenset(each.requirement for each in one.either))
        return not reaches_goal(narrowed, everything) and all(map(takes, one.either))

    bound, worth = Fraction(0), dict.fromkeys(price, Fraction(0))
    for one in certificate.landmarks:
        if one.weight < 0 or not is_landmark(one):
            return False
        bound += one.weight * one.least
        for content, amount in one.amounts.items():
            if content in worth:
                worth[content] += one.weight * amount
    return bound - sum(max(Fraction(0), worth[content] - price[content]) for content in price) == certificate.bound


def _without(problem: PathwayProblem, requirements: Container[Expression]) -> PathwayProblem:
    """The question in a world where nothing meets some requirements, wherever they are asked for."""

    def less(one: Expression) -> Expression:
        if one in requirements:
            return AnyOf(())
        if isinstance(one, AtLeast):
            return replace(one, parts=tuple((weight, less(part)) for weight, part in one.parts))
        return one if isinstance(one, Fact) else replace(one, parts=tuple(map(less, one.parts)))

    narrowed = problem.with_catalogue(
        contents=[replace(one, entry=less(one.entry)) for one in problem.contents],
        rules=[replace(one, condition=less(one.condition)) for one in problem.rules],
    )
    return replace(narrowed, goal=less(problem.goal))
