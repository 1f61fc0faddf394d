"""How many legal choices of units there are, and what they cover: exact counts, over integers and bit sets alone.

A *legal choice* is a set of units that satisfies the rules and from which no unit can be left out. The rules are
monotone: more units never break one. So every set that satisfies them holds a legal choice, and the least that any such
set covers is the least that any legal choice covers.

Units that add the same to every rule are alike to the rules: a *group*. A legal choice takes so many of each group, and
all ways to take that many are legal. So the rules become a short list of *counts*, one number for each group, and what
choices cover is counted from those:

- the choices that cover at most the items X are the sum over the counts of the products of C(units of the group that
  cover nothing outside X, taken of the group); from this, for all X at once, Möbius inversion gives how many choices
  cover exactly X (Björklund, Husfeldt, Kaski and Koivisto, "Fourier meets Möbius", STOC 2007, section 2);
- where there are too many items for all X, sets of items that can be covered are merged unit by unit;
- where those are too many as well, the least and the most covered are found by a solver, and no share is given.

Work is counted in steps, not seconds: the same question always stops at the same place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import comb, prod
from typing import Final, TypeAlias

COUNTS: Final = 20_000
"""Nodes of the search for the counts that are legal."""

Sums: TypeAlias = Sequence[int]
Holds: TypeAlias = Callable[[Sums], bool]
"""Whether the rules hold for what is added up for each of their conditions. Monotone."""

Counts: TypeAlias = tuple[int, ...]
"""How many units of each group are taken."""


class NotFinishedError(RuntimeError):
    """The work that an answer may take is used up."""


@dataclass(frozen=True, slots=True)
class Group:
    """Units that add the same to every condition, by their numbers."""

    adds: tuple[int, ...]
    units: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """All legal choices: `counts` of the groups, each of which is met in as many ways as its products say."""

    groups: tuple[Group, ...]
    counts: tuple[Counts, ...]

    @property
    def total(self) -> int:
        """How many legal choices there are."""
        return sum(prod(comb(len(g.units), n) for g, n in zip(self.groups, one, strict=True)) for one in self.counts)

    def without(self, units: frozenset[int]) -> int:
        """How many legal choices take none of these units."""
        left = [sum(unit not in units for unit in group.units) for group in self.groups]
        return sum(prod(map(comb, left, one)) for one in self.counts)

    @property
    def always(self) -> frozenset[int]:
        """The units that every legal choice takes."""
        whole = (
            group
            for number, group in enumerate(self.groups)
            if self.counts and all(one[number] == len(group.units) for one in self.counts)
        )
        return frozenset(unit for group in whole for unit in group.units)

    @property
    def ever(self) -> frozenset[int]:
        """The units that some legal choice takes."""
        used = (group for number, group in enumerate(self.groups) if any(one[number] for one in self.counts))
        return frozenset(unit for group in used for unit in group.units)


def choices(adds: Sequence[tuple[int, ...]], caps: Sequence[int], holds: Holds, nodes: int = COUNTS) -> Choices:
    """All legal choices. `adds`: what each unit adds to each condition; `caps`: what is enough for it.

    Raises `NotFinishedError` after so many nodes of the search.
    """
    capped = [tuple(map(min, one, caps)) for one in adds]
    by_adds: dict[tuple[int, ...], list[int]] = {}
    for unit, one in enumerate(capped):
        if any(one):
            by_adds.setdefault(one, []).append(unit)
    groups = tuple(Group(one, tuple(by_adds[one])) for one in sorted(by_adds, reverse=True))
    zero = tuple(0 for _ in caps)
    rest = [zero]
    for group in reversed(groups):
        rest.append(_plus(rest[-1], group.adds, len(group.units)))
    rest.reverse()
    found: list[Counts] = []
    left = nodes

    def search(number: int, taken: Counts, sums: tuple[int, ...]) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise NotFinishedError(f"more than {nodes:,} combinations of sizes had to be looked at")
        if any(n and holds(_plus(sums, groups[g].adds, -1)) for g, n in enumerate(taken)):
            return  # a unit can be left out already, and can be whatever comes besides
        if holds(sums):
            found.append(taken + (0,) * (len(groups) - number))
            return
        if number == len(groups) or not holds(_plus(sums, rest[number], 1)):
            return
        for n in range(len(groups[number].units) + 1):
            search(number + 1, (*taken, n), _plus(sums, groups[number].adds, n))

    search(0, (), zero)
    return Choices(groups, tuple(found))


def _plus(sums: tuple[int, ...], adds: tuple[int, ...], times: int) -> tuple[int, ...]:
    return tuple(a + b * times for a, b in zip(sums, adds, strict=True))


@dataclass(frozen=True, slots=True)
class Tally:
    """What legal choices cover. `avoided`: of each item, by how many choices it is not covered.

    `least`, `most`: how many items a choice covers, with the units of one that does (none: not looked for to the end).
    `by_number`: how many choices cover so many items; empty: not worked out. `proven` False: `least` and `most` are
    those of the best choices found, not shown to be the end.
    """

    total: int
    avoided: tuple[int, ...]
    least: int
    least_units: tuple[int, ...]
    most: int
    most_units: tuple[int, ...]
    by_number: Mapping[int, int]
    proven: bool = True
