"""Which limit closes the way: the smallest sets of limits that, lifted, open a pathway.

Lifting more limits never closes a pathway, so the sets that open one are upward closed and their least members are
*minimal correction sets*. They are found as MARCO does, by growing each set that does not help to a largest one, none
of whose subsets can help then: Liffiton, Previti, Malik & Marques-Silva (2016), "Fast, flexible MUS enumeration". The
map of what is left is small enough (a dozen limits) to go through by size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from queries.pathways.engine.problem import Outcome, PlannerResult

Names = frozenset[str]


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Limits that, lifted together, open a pathway, and the best one then.

    `proven` says that lifting fewer of them opens none: each set with one limit less was searched to the end. What
    was given up for lack of work counts as neither open nor closed.
    """

    lifted: Names
    result: PlannerResult
    proven: bool


def relaxations(
    names: Sequence[str],
    lifted: Callable[[Names], PlannerResult],
    *,
    most: int = 5,
    surely_closed: Callable[[Names], bool] | None = None,
) -> tuple[Relaxation, ...]:
    """Minimal sets of limits that, lifted, open a pathway: fewest first, then by value, then in the order of `names`.

    `lifted` answers the question without those limits. `surely_closed` is a cheaper test that proves for some sets
    that lifting them opens nothing (that the goal is out of reach, dates aside, say). The empty set is given when there
    is a pathway as it is; nothing when not even lifting every limit opens one.
    """
    search = _Search(tuple(dict.fromkeys(names)), lifted, surely_closed or (lambda _: False))
    found: list[Relaxation] = []
    if not search.closed(frozenset(search.names)):
        for size in range(len(search.names) + 1):
            if len(found) >= most:
                break
            found += sorted(search.of_size(size, [one.lifted for one in found]), key=_value)
    return tuple(found[:most])


def _value(relaxation: Relaxation) -> float:
    value = relaxation.result.value
    return float("inf") if value is None else value


class _Search:
    """The map of which sets of limits are known to open a pathway, or proved to open none."""

    def __init__(
        self, names: tuple[str, ...], lifted: Callable[[Names], PlannerResult], surely_closed: Callable[[Names], bool]
    ) -> None:
        self.names = names
        self.lifted = lifted
        self.surely_closed = surely_closed
        self.answers: dict[Names, PlannerResult] = {}
        self.largest_closed: list[Names] = []

    def answer(self, some: Names) -> PlannerResult:
        """What the question comes to without some limits; asked once."""
        if some not in self.answers:
            self.answers[some] = self.lifted(some)
        return self.answers[some]

    def closed(self, some: Names) -> bool:
        """Whether it is proved that lifting these opens no pathway."""
        if any(some <= larger for larger in self.largest_closed):
            return True
        if not self.surely_closed(some):
            result = self.answer(some)
            if not (result.proven and result.outcome in {Outcome.PROVED_NONE, Outcome.NONE_WITHIN_LIMITS}):
                return False
        self.largest_closed = [one for one in self.largest_closed if not one <= some] + [some]
        return True

    def of_size(self, size: int, smaller: Sequence[Names]) -> list[Relaxation]:
        """The minimal sets of one size, given the smaller ones."""
        found = []
        for chosen in combinations(self.names, size):
            some = frozenset(chosen)
            if any(one <= some for one in smaller):
                continue
            if self.closed(some):
                self.grow(some)
                continue
            result = self.answer(some)
            if result.plan is not None:
                proven = all(self.closed(some - {name}) for name in some)
                found.append(Relaxation(some, result, proven))
        return found

    def grow(self, some: Names) -> None:
        """Grow a set that opens nothing to a largest one, so that what lies below it need not be asked."""
        for name in self.names:
            if name not in some and self.closed(some | {name}):
                some |= {name}
