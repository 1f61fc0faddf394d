"""A proof that no pathway can have less, short enough to check by hand: landmarks with weights.

A landmark is a set of contents of which every pathway needs at least one. When the weights of the landmarks that a
content is in sum to no more than its price, for every content, no pathway costs less than the sum of all weights: what
it pays for its contents is at least what the landmarks they hit are worth, and it hits them all. Weights are dual
values of the linear hitting set (Bonet & Helmert 2010, "Strengthening landmark heuristics via hitting sets").
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

import highspy
import numpy as np

from queries.highs import quiet_highs
from queries.pathways.engine.kernel import NEVER, Gates, Ints
from queries.pathways.engine.problem import Certificate, Criterion, Landmark, PathwayProblem, measure


def certificate_of(cuts: Sequence[Gates], price: Ints, names: Callable[[int], str], hoped: int) -> Certificate:
    """The landmarks, as content numbers, with weights that pack under the prices by content number.

    First come, first served will do when it gets to the sum `hoped` for, as with landmarks from LM-cut it mostly does;
    otherwise linear programming finds the best weights, rounded so that they pack exactly.
    """
    weights = _in_turn(cuts, price)
    if sum(weights) < hoped:
        kinds, least = kinds_of(cuts, price)
        found = duals(kinds, least)
        rounded = ([_simple(dual) for dual in found], [_floored(dual) for dual in found])
        weights = max(weights, *(some for some in rounded if _packs(kinds, some, least)), key=sum)
    landmarks = tuple(
        Landmark(frozenset(map(names, cut.tolist())), weight)
        for cut, weight in zip(cuts, weights, strict=True)
        if weight > 0
    )
    return Certificate(landmarks, sum((landmark.weight for landmark in landmarks), Fraction(0)))


def _in_turn(cuts: Sequence[Gates], price: Ints) -> list[Fraction]:
    left = price.copy()
    weights = []
    for cut in cuts:
        least = left[cut].min()
        left[cut] -= least
        weights.append(Fraction(int(least)))
    return weights


def kinds_of(cuts: Sequence[Gates], price: Ints) -> tuple[list[Gates], Ints]:
    """The landmarks as kinds of contents, those in just the same landmarks, and the least price of each kind."""
    kind, count = np.zeros(len(price), np.int64), 1
    for cut in cuts:
        found, places = np.unique(kind[cut], return_inverse=True)
        kind[cut] = count + places
        count += len(found)
    numbers, kind = np.unique(kind, return_inverse=True)
    least = np.full(len(numbers), NEVER, np.int64)
    np.minimum.at(least, kind, price)
    return [np.unique(kind[cut]).astype(np.int32) for cut in cuts], least


def duals(cuts: Sequence[Gates], price: Ints) -> list[float]:
    """The prices of the rows of: least-price shares of contents such that each landmark gets at least one whole."""
    size = len(price)
    highs = quiet_highs()
    highs.addVars(size, np.zeros(size), np.full(size, highspy.kHighsInf))
    highs.changeColsCost(size, np.arange(size, dtype=np.int32), price.astype(np.float64))
    for cut in cuts:
        highs.addRow(1.0, highspy.kHighsInf, len(cut), cut, np.ones(len(cut)))
    highs.run()
    return [max(0.0, dual) for dual in highs.getSolution().row_dual]


def _simple(dual: float) -> Fraction:
    return Fraction(dual).limit_denominator(60)


def _floored(dual: float) -> Fraction:
    return max(Fraction(0), Fraction(math.floor(dual * 10**6) - 1, 10**6))


def _packs(cuts: Sequence[Gates], weights: Sequence[Fraction], price: Ints) -> bool:
    spent = [Fraction(0)] * len(price)
    for cut, weight in zip(cuts, weights, strict=True):
        for content in cut.tolist():
            spent[content] += weight
    return all(one <= most for one, most in zip(spent, price.tolist(), strict=True))


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
