"""The least that is left to study for a requirement, exactly: fewest credits, and of these the fewest units.

A requirement becomes ways to meet it, each a set of demands: one unit, or so many credits of some kind. Units of the
same credits that help the same demands are as good as each other, so what is searched is how many of each kind are
taken, and not which.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations, product
from typing import TypeAlias

from graph.projection import Projection, UnitFacts
from graph.requirements import AllOf, AnyOf, AtLeast, CreditsFrom, Holds, Requirement, Usually
from queries.pathways.compile import award_rule
from queries.pathways.judge import Judge
from queries.pathways.request import Verdict


@dataclass(frozen=True, slots=True)
class _Credits:
    """So many more credits of units of one award; `level` and `role` narrow what counts."""

    award: str
    level: int | None
    role: str | None
    missing: int

    def counts(self, unit: UnitFacts) -> bool:
        return unit.award == self.award and self.level in (None, unit.level) and self.role in (None, unit.role)


_Demand: TypeAlias = str | _Credits
"""The id of a unit, or credits."""

_Way: TypeAlias = frozenset[_Demand]


@dataclass(frozen=True, slots=True)
class Group:
    """Take so many of these units; which ones makes no difference to the requirement."""

    take: int
    units: tuple[UnitFacts, ...]


@dataclass(frozen=True, slots=True)
class Shortfall:
    """The least that is left: whole credits, the number of units, and which.

    `by_number`: credits of awards of which no unit is known, by their ids.
    """

    credits: int
    groups: tuple[Group, ...]
    by_number: Mapping[str, int]

    @property
    def units(self) -> int:
        """How many units are to be taken."""
        return sum(group.take for group in self.groups)


class Shortfalls:
    """Answers for one person: which units may still be taken, and what else holds on a day."""

    def __init__(self, projection: Projection, judge: Judge, units: Iterable[UnitFacts], day: date) -> None:
        self.projection, self.judge, self.day = projection, judge, day
        self.units: Mapping[str, UnitFacts] = {unit.id: unit for unit in units}
        self._found: dict[tuple[Requirement, frozenset[str], str | None, frozenset[str]], Shortfall | None] = {}
        self._with_units = frozenset(unit.award for unit in self.units.values())

    def least(self, requirement: Requirement, facts: frozenset[str], of: str | None = None) -> Shortfall | None:
        """The least that is left; None when no choice of the units that are known meets the requirement.

        What no unit can bring (an age, a level, work) is taken as it stands: met or not known, it asks for no unit.
        `of`: the award that the requirement makes up, by id; it is then no part of itself.
        """
        return self._least(requirement, facts, of, frozenset())

    def at_best(
        self, requirement: Requirement, facts: frozenset[str], loose: frozenset[str], of: str | None = None
    ) -> Shortfall | None:
        """The same if credits that were told without their units are of the most useful ones.

        `loose`: the facts of such credits. What they do not make up of the units that are known counts as any credits.
        """
        found = (self._least(requirement, facts - loose, of, loose & facts), self.least(requirement, facts, of))
        return min(filter(None, found), key=lambda one: (one.credits, one.units), default=None)

    def _least(
        self, requirement: Requirement, facts: frozenset[str], of: str | None, loose: frozenset[str]
    ) -> Shortfall | None:
        key = requirement, facts, of, loose
        if key not in self._found:
            told = Counter[str | None]()
            for fact in loose:
                _, award, credits = fact.split(":")
                told[award] += int(credits)
            ways = self._ways(requirement, facts, frozenset([of] if of else []))
            found = filter(None, (self._cheapest(way, facts, told) for way in ways))
            self._found[key] = min(found, key=lambda one: (one.credits, one.units, _named(one)), default=None)
        return self._found[key]

    def _ways(self, requirement: Requirement, facts: frozenset[str], within: frozenset[str]) -> frozenset[_Way]:
        """The sets of demands each of which would meet the requirement; `within`: awards being made up already."""
        verdict, _ = self.judge.judge(requirement, facts, self.day)
        if verdict is Verdict.MET:
            return frozenset([frozenset()])
        match requirement:
            case AllOf(parts):
                return self._all(parts, facts, within)
            case AnyOf(parts):
                return frozenset(way for part in parts for way in self._ways(part, facts, within))
            case AtLeast(count, parts):
                return frozenset(
                    way for chosen in combinations(parts, count) for way in self._all(chosen, facts, within)
                )
            case Usually():
                return frozenset([frozenset()])
            case Holds(id) if id in self.projection.units:
                return frozenset([frozenset([id])]) if id in self.units else frozenset()
            case Holds(id):
                return self._made_up(id, facts, within)
            case CreditsFrom():
                return frozenset(self._credits(requirement, facts, within))
            case _:
                return frozenset() if verdict is Verdict.NOT_MET else frozenset([frozenset()])

    def _all(self, parts: Iterable[Requirement], facts: frozenset[str], within: frozenset[str]) -> frozenset[_Way]:
        ways = [self._ways(part, facts, within) for part in parts]
        return frozenset(frozenset[_Demand]().union(*chosen) for chosen in product(*ways))

    def _made_up(self, award: str, facts: frozenset[str], within: frozenset[str]) -> frozenset[_Way]:
        """Ways to make up a whole award from its units."""
        known = self.projection.awards.get(award)
        rule = award_rule(known) if known and award not in within else None
        return self._ways(rule, facts, within | {award}) if rule is not None else frozenset()

    def _credits(self, wanted: CreditsFrom, facts: frozenset[str], within: frozenset[str]) -> Iterator[_Way]:
        for award in [wanted.source] if wanted.source else sorted(self.projection.awards):
            demand = _Credits(award, wanted.level, wanted.unit_role, wanted.credits - self._held(wanted, award, facts))
            yield frozenset([demand])
            whole = self.projection.awards.get(award)
            enough = whole is not None and (whole.credits or 0) >= wanted.credits
            if whole and enough and wanted.unit_role is None and wanted.level in (None, whole.level):
                yield from self._made_up(award, facts, within)

    def _held(self, wanted: CreditsFrom, award: str, facts: frozenset[str]) -> int:
        """Credits of units of an award that are held and count; the award itself is not among them."""
        total = 0
        for fact in facts:
            kind, _, rest = fact.partition(":")
            if kind == "unit":
                unit = self.projection.units[rest]
                if _Credits(award, wanted.level, wanted.unit_role, 0).counts(unit):
                    total += unit.credits or 0
            elif kind == "credits" and wanted.unit_role is None:
                of, _, amount = rest.partition(":")
                if of == award and wanted.level in (None, self.projection.awards[of].level):
                    total += int(amount)
        return total

    def _cheapest(self, way: _Way, facts: frozenset[str], told: Mapping[str | None, int]) -> Shortfall | None:
        """The least that meets every demand of one way; `told`: credits of awards that may be of any of their units."""
        fixed = [self.units[id] for id in sorted(one for one in way if isinstance(one, str))]
        sums = sorted((one for one in way if isinstance(one, _Credits)), key=str)
        by_number: dict[str, int] = {}
        for one in [one for one in sums if one.award not in self._with_units and one.role is None]:
            missing = one.missing - (told[one.award] if told.get(one.award) and self._any_counts(one) else 0)
            by_number[one.award] = max(missing, 0, by_number.get(one.award, 0))
            sums.remove(one)
        groups = [Group(1, (unit,)) for unit in fixed if not told.get(unit.award)]
        open_ = [unit.award for unit in fixed if told.get(unit.award)]
        for award in dict.fromkeys([*(one.award for one in sums), *open_]):
            of_it = [one for one in sums if one.award == award]
            taken = self._of_award(of_it, [u for u in fixed if u.award == award], facts, told.get(award, 0))
            if taken is None:
                return None
            groups += taken
        credits = sum(group.take * (group.units[0].credits or 0) for group in groups) + sum(by_number.values())
        return Shortfall(credits, tuple(groups), by_number)

    def _any_counts(self, demand: _Credits) -> bool:
        """Whether credits of the award count for a demand when their units are not known."""
        return demand.role is None and demand.level in (None, self.projection.awards[demand.award].level)

    def _of_award(
        self, sums: list[_Credits], fixed: list[UnitFacts], facts: frozenset[str], told: int
    ) -> list[Group] | None:
        """The least that meets every demand of one award; no unit counts for two awards.

        Where credits were told without their units, those that have to be taken may be among them.
        """
        kinds: dict[tuple[int, tuple[bool, ...], str | None], list[UnitFacts]] = defaultdict(list)
        for unit in fixed if told else ():
            kinds[unit.credits or 0, tuple(one.counts(unit) for one in sums), unit.id].append(unit)
        for unit in sorted(self.units.values(), key=lambda u: u.id):
            helps = tuple(one.counts(unit) for one in sums)
            if unit.credits and any(helps) and unit not in fixed and f"unit:{unit.id}" not in facts:
                kinds[unit.credits, helps, None].append(unit)
        sure = () if told else fixed
        missing = tuple(
            max(0, one.missing - sum(unit.credits or 0 for unit in sure if one.counts(unit))) for one in sums
        )
        there = [
            _Kind(credits, helps, len(units), must=must is not None) for (credits, helps, must), units in kinds.items()
        ]
        taken = _fewest(missing, there, told, tuple(told > 0 and self._any_counts(one) for one in sums))
        if taken is None:
            return None
        return [Group(n, tuple(units)) for n, units in zip(taken, kinds.values(), strict=True) if n]


@dataclass(frozen=True, slots=True)
class _Kind:
    """Units as good as each other: their credits, which demands they help, how many there are, whether all must be."""

    credits: int
    helps: tuple[bool, ...]
    there: int
    must: bool


def _fewest(
    missing: tuple[int, ...], kinds: list[_Kind], told: int, any_counts: tuple[bool, ...]
) -> tuple[int, ...] | None:
    """How many to take of each kind: fewest credits, then fewest units.

    Kind by kind, the best way to every set of credits still missing is kept: nothing that differs further matters.
    `told`: credits that may be of any of the units, which are then held; what is left of them helps `any_counts`.
    """
    states: dict[tuple[tuple[int, ...], int], tuple[int, int, tuple[int, ...]]] = {(missing, told): (0, 0, ())}
    for kind in kinds:
        following: dict[tuple[tuple[int, ...], int], tuple[int, int, tuple[int, ...]]] = {}
        for (left, loose), (spent, units, taken) in states.items():
            most = min(kind.there, loose // kind.credits) if kind.credits and loose else 0
            for held in range(most + 1):
                for n in range(kind.there - held if kind.must else 0, kind.there - held + 1):
                    done = (n + held) * kind.credits
                    then = tuple(max(0, m - done) if h else m for m, h in zip(left, kind.helps, strict=True))
                    key = then, loose - held * kind.credits
                    value = (spent + n * kind.credits, units + n, (*taken, n))
                    following[key] = min(value, following.get(key, value))
                    if not any(m for m, h in zip(then, kind.helps, strict=True) if h):
                        break
        states = following
    enough = (
        value
        for (left, loose), value in states.items()
        if all(m <= (loose if counts else 0) for m, counts in zip(left, any_counts, strict=True))
    )
    best = min(enough, default=None)
    return best[2] if best else None


def _named(shortfall: Shortfall) -> tuple[str, ...]:
    """What tells two that are equally short apart, the same each time."""
    return tuple(unit.id for group in shortfall.groups for unit in group.units)
