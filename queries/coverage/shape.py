"""The shape of a curriculum: which units hold up which others, by rules that awards and units themselves state.

The figures are those of curricular analytics (Heileman, Abdallah, Slim & Hickman 2018, "Curricular Analytics: A
Framework for Quantifying the Impact of Curricular Reforms and Pedagogical Innovations", arXiv 1811.09676; the same
definitions stand in the documentation of CurricularAnalytics.jl, page *Metrics*). They are defined where every
prerequisite is asked: a graph with a line from each unit to those that ask for it. There

- the *blocking factor* of a unit is how many units can be reached from it,
- its *delay factor* is how many units stand in the longest row that passes through it,
- its *centrality* is the sum of the lengths, in units, of all rows from a unit without a prerequisite to one that is
  no prerequisite, which pass through it and neither begin nor end with it,
- its *structural complexity* is blocking and delay together; of a curriculum each figure is the sum over its units.

Rules here may also offer a choice (*any of*, *at least 2 of*, *90 credits from …*), so two numbers stand beside each
other, which are one where there is no choice:

- *needed*: a unit blocks another if every way to meet the rules takes it. It is exact: the other is out of reach of
  somebody who may take everything else. The delay is the least: the units that at the very least are taken in a row,
  when of each choice the quickest is made.
- *may*: a unit may block another if a row of rules leads from one to the other in which each unit is part of some way,
  none of whose parts could be left out, to meet the next rule. The delay is the longest such row.

Centrality has one number: it counts the rows through every choice. Where no unit of a selection has a rule nobody knows
which comes before which, and every figure is None: not nought. Where some have none the figures are at least so much.
What lies outside the selection (age, work, a level, other awards) is taken to be had, and is told.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, TypeAlias

from graph.projection import AwardFacts, Gap, Projection, Source, Status, UnitFacts
from graph.requirements import (
    NOTHING,
    AllOf,
    AnyOf,
    AtLeast,
    CreditsFrom,
    Holds,
    LevelHeld,
    Requirement,
    Usually,
    parse,
    references,
    sentence,
)

_SHAPING: Final = ("credits", "entry", "rules", "units")
"""What a gap has to leave open to bear on the shape of an award."""

MOST_WAYS: Final = 2_000
"""Ways to meet one rule that are told apart; of a rule with more, every unit it names may block."""


@dataclass(frozen=True)
class Curriculum:
    """Units, with what is asked before each, and what is asked before and after each award; all by id.

    `rules`: what a unit itself asks; None: not known. `stages`: what an award asks before any of its units is begun.
    `awards`: what must all be had before an award is made; empty: not known.
    """

    units: Mapping[str, UnitFacts]
    rules: Mapping[str, Requirement | None]
    stages: Mapping[str, Requirement] = field(default_factory=dict)
    awards: Mapping[str, tuple[Requirement, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UnitShape:
    """The place of one unit. Figures None: not known. `rule`: what it asks, in words; None: not known.

    `blocks`, `may_block`: units, by id. `needed_for`: awards that cannot be made without it. `delay`, `may_delay`: the
    units in the longest row through it, at the least and at the most; the latter None where rules run in a ring.
    `within_reach` False: its rule can never be met.
    """

    id: str
    title: str
    number: str | None
    award: str | None
    level: int | None
    credits: int | None
    rule: str | None
    status: Status
    within_reach: bool
    blocks: tuple[str, ...] | None
    may_block: tuple[str, ...] | None
    delay: int | None
    may_delay: int | None
    centrality: int | None
    complexity: int | None
    needed_for: tuple[str, ...]
    sentence: str | None


@dataclass(frozen=True, slots=True)
class Stage:
    """What an award asks before any of its units: `rule` in words. `waiting`: the units that wait for it.

    `needed`: units of the selection that every way to meet it takes; `ways_from`: units that can count towards it.
    `settled` False: credits or units are not all known, so `needed` may be short.
    """

    award: str
    title: str
    rule: str
    waiting: tuple[str, ...]
    needed: tuple[str, ...]
    ways_from: tuple[str, ...]
    settled: bool
    source: Source


@dataclass(frozen=True, slots=True)
class Fault:
    """Something odd in the rules: `kind` circular, behind-circular, redundant or never-needed; `units` it is about."""

    kind: str
    units: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class DeadEnd:
    """A unit or award that leads nowhere further, as far as anything here says. `text` says what was looked for."""

    id: str
    title: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums over all units; of each None: not known. `may_blocking`, `may_delay`: by the wider reading."""

    blocking: int | None
    delay: int | None
    centrality: int | None
    complexity: int | None
    may_blocking: int | None
    may_delay: int | None


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of the awards, taken in this order.

    `rules_known` of `units`: units of which it is known what they ask before. `at_least`: some are not known, so the
    figures can only grow. `choice`: some rule offers a choice, so that the published definitions hold only as widened.
    `sentences`: the bottlenecks, worst first. `printed`: rules in words that are not reckoned with.
    """

    awards: tuple[AwardFacts, ...]
    units: tuple[UnitShape, ...]
    rules_known: int
    at_least: bool
    choice: bool
    totals: Totals
    stages: tuple[Stage, ...]
    faults: tuple[Fault, ...]
    dead_ends: tuple[DeadEnd, ...]
    outside: tuple[str, ...]
    printed: tuple[tuple[str, str], ...]
    sentences: tuple[str, ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class _Outside:
    """Something that no unit of the selection gives: age, work, a provider's word."""

    rule: Requirement


_Variable: TypeAlias = "str | CreditsFrom | Holds | _Outside"
_Way: TypeAlias = frozenset[_Variable]


class Structure:
    """What the rules of a curriculum say of the order of its units. Every figure by the definitions above."""

    def __init__(self, curriculum: Curriculum) -> None:
        self.curriculum, self.units = curriculum, curriculum.units
        self.full = {
            id: _both(curriculum.stages.get(unit.award or ""), curriculum.rules.get(id))
            for id, unit in self.units.items()
        }
        self._of_award: dict[str, list[UnitFacts]] = defaultdict(list)
        for unit in self.units.values():
            self._of_award[unit.award or ""].append(unit)
        self._gates: dict[CreditsFrom, tuple[list[UnitFacts], bool]] = {}
        self.depth = self.layers()
        """The first round in which each unit can be taken, from 1; units whose rule cannot be met are not in it."""
        self.without = {id: self.layers(frozenset((id,))) for id in self.units}
        """The same for somebody who takes everything but one unit."""
        within = frozenset(self.depth)
        self.blocks = {id: tuple(sorted(within - self.without[id].keys() - {id})) for id in self.units}
        """The units that every way takes it for."""
        self.before = {id: self._relevant(rule) & within - {id} for id, rule in self.full.items()}
        """The units of the ways to meet its rule, of which no part could be left out."""
        self.choice = any(self._offers_choice(rule) for rule in self.full.values())

    # What is met by what is had.

    def layers(self, without: frozenset[str] = frozenset(), given: Collection[str] = ()) -> dict[str, int]:
        """Taking everything as soon as it can be: the round of each unit, 0 for those that are `given`."""
        found = dict.fromkeys(given, 0)
        left = [id for id in self.units if id not in without and id not in found]
        while True:
            had, cache = frozenset(found), dict[Requirement, bool]()
            now = max(found.values(), default=0) + 1
            new = [id for id in left if self.met(self.full[id], had, cache)]
            if not new:
                return found
            found.update(dict.fromkeys(new, now))
            left = [id for id in left if id not in found]

    def met(self, rule: Requirement, had: frozenset[str], cache: dict[Requirement, bool] | None = None) -> bool:
        """Whether a rule can be met by somebody who has these units, and everything that lies outside."""
        match rule:
            case AllOf(parts):
                return all(self.met(part, had, cache) for part in parts)
            case AnyOf(parts):
                return any(self.met(part, had, cache) for part in parts)
            case AtLeast(count, parts):
                return sum(self.met(part, had, cache) for part in parts) >= count
            case Holds(id) if id in self.units:
                return id in had
            case Holds() | CreditsFrom():
                cache = {} if cache is None else cache
                if rule not in cache:
                    cache[rule] = self.makeable(rule.id, had) if isinstance(rule, Holds) else self._reached(rule, had)
                return cache[rule]
            case _:
                return True

    def makeable(self, award: str, had: frozenset[str]) -> bool:
        """Whether an award can be made of these units; of one whose rules are not known: when any unit of it is had."""
        if award not in self.curriculum.awards:
            return True
        rules, own = self.curriculum.awards[award], self._of_award[award]
        if not rules:
            return not own or any(unit.id in had for unit in own)
        return all(self.met(rule, had) for rule in rules)

    def _gate(self, rule: CreditsFrom) -> tuple[list[UnitFacts], bool]:
        """The units that can count towards a number of credits, and whether all their credits are known and enough."""
        if rule not in self._gates:
            units = [
                unit
                for unit in self._of_award.get(rule.source or "", ())
                if rule.level in (None, unit.level) and rule.unit_role in (None, unit.role)
            ]
            known = all(unit.credits is not None for unit in units)
            self._gates[rule] = units, known and sum(unit.credits or 0 for unit in units) >= rule.credits
        return self._gates[rule]

    def _reached(self, rule: CreditsFrom, had: frozenset[str]) -> bool:
        if rule.source not in self.curriculum.awards:
            return True
        units, settled = self._gate(rule)
        if not settled:
            return not units or any(unit.id in had for unit in units)
        return sum(unit.credits or 0 for unit in units if unit.id in had) >= rule.credits

    def settled(self, rule: Requirement) -> bool:
        """Whether all that a rule says of the selection can be worked out."""
        match rule:
            case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
                return all(map(self.settled, parts))
            case Holds(id) if id in self.curriculum.awards:
                rules = self.curriculum.awards[id]
                return bool(rules) and all(map(self.settled, rules))
            case CreditsFrom(source=source) if source in self.curriculum.awards:
                return self._gate(rule)[1]
            case _:
                return True

    # Ways to meet a rule, of which no part could be left out.

    def ways(self, rule: Requirement) -> list[_Way] | None:
        """The least sets of things that meet a rule; None when they are more than `MOST_WAYS`."""
        match rule:
            case AllOf(parts):
                return self._least(len(parts), parts)
            case AnyOf(parts):
                return self._least(1, parts)
            case AtLeast(count, parts):
                return self._least(count, parts)
            case Usually(part):
                return self._least(1, (part, _asked(rule)))
            case Holds(id):
                inside = id in self.units or id in self.curriculum.awards
                return [frozenset((id if id in self.units else rule,))] if inside else [frozenset((_Outside(rule),))]
            case CreditsFrom(source=source) if source in self.curriculum.awards:
                return [frozenset((rule,))]
            case _:
                return [frozenset((_Outside(rule),))]

    def _least(self, count: int, parts: Sequence[Requirement]) -> list[_Way] | None:
        """The least sets that meet `count` of the parts; by how many are met so far, part after part."""
        met: list[list[_Way]] = [[frozenset()], *([] for _ in range(count))]
        for part in parts:
            own = self.ways(part)
            if own is None:
                return None
            for number in range(count, 0, -1):
                met[number] = _absorbed(chain(met[number], (one | two for one in met[number - 1] for two in own)))
                if len(met[number]) > MOST_WAYS:
                    return None
        return met[count] if count else [frozenset()]

    def _relevant(self, rule: Requirement) -> frozenset[str]:
        """The units in some least way to meet a rule."""
        ways = self.ways(rule)
        variables = set(chain.from_iterable(ways)) if ways is not None else self._named(rule)
        found = set[str]()
        for one in variables:
            if isinstance(one, str):
                found.add(one)
            elif isinstance(one, CreditsFrom):
                found |= self._counting(one)
            elif isinstance(one, Holds):
                found |= set(chain.from_iterable(map(self._relevant, self.curriculum.awards[one.id])))
                if not self.curriculum.awards[one.id]:
                    found |= {unit.id for unit in self._of_award[one.id]}
        return frozenset(found)

    def _named(self, rule: Requirement) -> set[_Variable]:
        match rule:
            case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
                return set(chain.from_iterable(map(self._named, parts)))
            case Usually(part):
                return self._named(part)
            case _:
                return set(chain.from_iterable(self.ways(rule) or ()))

    def _counting(self, rule: CreditsFrom) -> set[str]:
        """The units without which some choice of the others falls short, and with which it does not."""
        units, settled = self._gate(rule)
        if not settled:
            return {unit.id for unit in units}
        found = set[str]()
        for unit in units:
            sums = 1  # a bit for each sum of credits that the others can make
            for other in units:
                sums |= sums << (other.credits or 0) if other is not unit else 0
            short = range(max(rule.credits - (unit.credits or 0), 0), rule.credits)
            if any(sums >> number & 1 for number in short):
                found.add(unit.id)
        return found

    def _offers_choice(self, rule: Requirement) -> bool:
        ways = self.ways(rule)
        inside = [way for way in ways or () if any(not isinstance(one, _Outside) for one in way)]
        return ways is None or (
            bool(inside) and (len(ways) > 1 or any(not isinstance(v, str | _Outside) for v in inside[0]))
        )

    # Figures.

    def delay(self, unit: str) -> int | None:
        """The units that are taken in a row through this one, at the least; None when it is out of reach."""
        if unit not in self.depth:
            return None
        rounds = self.layers(given=(*self.without[unit], unit))
        return self.depth[unit] + max((rounds[id] for id in self.blocks[unit]), default=0)

    def order(self) -> list[str] | None:
        """The units, each after all that may come before it; None when the choices run in a ring."""
        placed, order = set[str](), list[str]()
        left = sorted(self.depth)
        while left:
            ready = [id for id in left if self.before[id] <= placed]
            if not ready:
                return None
            placed.update(ready)
            order += ready
            left = [id for id in left if id not in placed]
        return order

    def may(self) -> dict[str, tuple[frozenset[str], int | None, int | None]]:
        """By unit: those it may block, the longest row through it, and its centrality; None where there is a ring."""
        after: dict[str, set[str]] = defaultdict(set)
        for id in self.depth:
            for one in self.before[id]:
                after[one].add(id)
        order = self.order()
        reached = {id: _reachable(id, after) - {id} for id in self.depth}
        if order is None:
            return {id: (frozenset(reached[id]), None, None) for id in self.depth}
        into, out = dict[str, _Rows](), dict[str, _Rows]()
        for id in order:
            into[id] = _rows(into[one] for one in self.before[id])
        for id in reversed(order):
            out[id] = _rows(out[one] for one in after[id])
        return {
            id: (
                frozenset(reached[id]),
                into[id].longest + out[id].longest - 1,
                into[id].lengths * out[id].count + out[id].lengths * into[id].count - into[id].count * out[id].count
                if self.before[id] and after[id]
                else 0,
            )
            for id in order
        }

    # Faults.

    def faults(self) -> list[Fault]:
        """Rings of rules, what waits behind them, prerequisites that others imply, and choices that nobody needs."""
        return [*self._rings(), *chain.from_iterable(map(self._redundant, self.units))]

    def _rings(self) -> Iterable[Fault]:
        stuck = self.units.keys() - self.depth.keys()
        before = {id: self._relevant(self.full[id]) & stuck for id in stuck}
        reach = {id: _reachable(id, before) for id in stuck}
        told = set[str]()
        for id in sorted(stuck):
            if id in told:
                continue
            ring = tuple(sorted(one for one in reach[id] if id in reach[one]))
            if id not in reach[id]:
                text = f"{self._name(id)} can never be begun: what it asks waits on rules that run in a ring."
                yield Fault("behind-circular", (id,), text)
                continue
            told.update(ring)
            names = ", ".join(map(self._name, ring))
            text = f"{names}: the rules run in a ring, so none of these can be begun."
            yield Fault(
                "circular", ring, text if len(ring) > 1 else f"{names} asks for itself, so it can never be begun."
            )

    def _redundant(self, id: str) -> Iterable[Fault]:
        own = self.curriculum.rules.get(id)
        if own is None or id not in self.depth:
            return
        parts = list(own.parts if isinstance(own, AllOf) else (own,))
        stage = self.curriculum.stages.get(self.units[id].award or "", NOTHING)
        for place, part in enumerate(parts):
            rest = AllOf((stage, *(other for at, other in enumerate(parts) if at != place)))
            if part in parts[:place]:
                yield Fault("redundant", (id,), f"{self._name(id)} asks twice for {self._said(part)}.")
            elif part not in parts[place + 1 :] and self._implies(id, rest, part):
                text = f"{self._name(id)} need not ask for {self._said(part)}: what else it asks cannot be had without."
                yield Fault("redundant", (id, *sorted(_units_in(part, self.units))), text)
            if isinstance(part, AnyOf):
                for at, one in enumerate(part.parts):
                    others = [(number, two) for number, two in enumerate(part.parts) if number != at]
                    if any(
                        self._implies(id, one, two) and (number < at or not self._implies(id, two, one))
                        for number, two in others
                    ):
                        text = f"In what {self._name(id)} asks nobody needs the choice of {self._said(one)}:"
                        text += " whoever has it has another of the choices too."
                        yield Fault("never-needed", (id, *sorted(_units_in(one, self.units))), text)

    def _implies(self, of: str, one: Requirement, two: Requirement) -> bool:
        """Whether whoever meets the one surely meets the other. Exact for a unit, any of units, and all of such."""
        match two:
            case AllOf(parts):
                return bool(parts) and all(self._implies(of, one, part) for part in parts)
            case Holds(id) if id in self.units:
                leaves = {id}
            case AnyOf(parts) if parts and all(isinstance(p, Holds) and p.id in self.units for p in parts):
                leaves = set(_units_in(two, self.units))
            case _:
                return False
        had = frozenset(self.layers(frozenset((*leaves, of))))
        return not self.met(one, had)

    def _name(self, id: str) -> str:
        return _called(self.units[id])

    def _said(self, rule: Requirement) -> str:
        return sentence(rule, {id: _called(unit) for id, unit in self.units.items()})

    def needed_for(self, award: str) -> frozenset[str]:
        """The units without which an award cannot be made; nothing when its rules are not known."""
        if not self.curriculum.awards.get(award) or not self.makeable(award, frozenset(self.depth)):
            return frozenset()
        return frozenset(id for id, had in self.without.items() if not self.makeable(award, frozenset(had)))

    def needed_before(self, rule: Requirement) -> frozenset[str]:
        """The units that every way to meet a rule takes."""
        if not self.met(rule, frozenset(self.depth)):
            return frozenset()
        return frozenset(id for id, had in self.without.items() if not self.met(rule, frozenset(had)))

    def relevant(self, rule: Requirement) -> frozenset[str]:
        """The units in some way to meet a rule of which no part could be left out."""
        return self._relevant(rule)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows that end (or begin) at a unit: how many, the units in all of them together, and in the longest."""

    count: int
    lengths: int
    longest: int


def _rows(nearer: Iterable[_Rows]) -> _Rows:
    all_of = list(nearer)
    if not all_of:
        return _Rows(1, 1, 1)
    count = sum(one.count for one in all_of)
    return _Rows(count, sum(one.lengths for one in all_of) + count, max(one.longest for one in all_of) + 1)


def _both(stage: Requirement | None, own: Requirement | None) -> Requirement:
    parts = tuple(part for part in (stage, own) if part is not None)
    return parts[0] if len(parts) == 1 else AllOf(parts)


def _asked(rule: Usually) -> Requirement:
    """What stands for the word of whoever decides."""
    return Holds(f"the word of {rule.decided_by}")


def _absorbed(ways: Iterable[_Way]) -> list[_Way]:
    """The ways that hold no other."""
    kept: list[_Way] = []
    for way in sorted(set(ways), key=len):
        if not any(one <= way for one in kept):
            kept.append(way)
        if len(kept) > MOST_WAYS:
            break
    return kept


def _reachable(start: str, after: Mapping[str, Collection[str]]) -> set[str]:
    """What can be reached by one step or more."""
    found, waiting = set[str](), [*after.get(start, ())]
    while waiting:
        if (one := waiting.pop()) not in found:
            found.add(one)
            waiting += after.get(one, ())
    return found


def _units_in(rule: Requirement, units: Collection[str]) -> Iterable[str]:
    return {id for id in references(rule) if id in units}


def _called(unit: UnitFacts) -> str:
    return f"Unit {unit.number} ({unit.title})" if unit.number else unit.title


def curriculum_of(
    projection: Projection,
    awards: Sequence[str],
    placeholders: bool = False,
    imagined: Collection[str] = frozenset(),
) -> Curriculum:
    """The units of some awards with all their rules. Placeholders have no place unless let in, or `imagined`."""
    chosen = set(awards)
    units = {
        unit.id: unit
        for unit in projection.units.values()
        if unit.award in chosen
        and (placeholders or unit.id in imagined or unit.source.status is not Status.ILLUSTRATIVE)
    }
    steps = {step.id: step for step in projection.steps if step.id in chosen and step.requirement_known}
    return Curriculum(
        units,
        {id: parse(unit.entry_rule) if unit.entry_rule is not None else None for id, unit in units.items()},
        {id: parse(step.requirement) for id, step in steps.items()},
        {id: tuple(map(parse, projection.awards[id].award_rules)) for id in awards},
    )


def taken_before(projection: Projection, award: str) -> tuple[str, ...]:
    """The awards that an award's own rules name as what comes before it, first things first."""
    found: list[str] = []

    def look(id: str) -> None:
        texts = [*projection.awards[id].award_rules]
        texts += [step.requirement for step in projection.steps if step.id == id and step.requirement_known]
        named = dict.fromkeys(chain.from_iterable(references(parse(text)) for text in texts))
        for one in named:
            if one in projection.awards and one != award and one not in found:
                found.append(one)
                look(one)

    look(award)
    return tuple(reversed(found))


def shape(
    projection: Projection,
    award: str,
    before: Sequence[str] | None = None,
    *,
    placeholders: bool = False,
    imagined: Collection[str] = frozenset(),
    aligned: Mapping[str, Sequence[str]] | None = None,
) -> Shape:
    """The shape of an award, with those that are taken `before` it (None: those that its own rules name).

    `aligned`: the roles that awards are aimed at. Raises `KeyError` for an award that the release has not.
    """
    first = taken_before(projection, award) if before is None else tuple(before)
    chosen = tuple(dict.fromkeys((*first, award)))
    facts = tuple(projection.awards[id] for id in chosen)
    curriculum = curriculum_of(projection, chosen, placeholders, imagined)
    structure = Structure(curriculum)
    known = sum(rule is not None for rule in curriculum.rules.values())
    units = _unit_shapes(structure, known, chosen, projection.labels)
    about = {*chosen, *curriculum.units}
    return Shape(
        awards=facts,
        units=units,
        rules_known=known,
        at_least=known < len(units),
        choice=structure.choice,
        totals=_totals(units, known),
        stages=tuple(_stages(structure, facts, projection)),
        faults=tuple(structure.faults()),
        dead_ends=tuple(_dead_ends(projection, facts, curriculum, aligned or {})),
        outside=_outside(structure, projection.labels),
        printed=tuple((one.id, text) for one in facts for text in one.printed_rules),
        sentences=tuple(
            one.sentence for one in sorted(units, key=lambda one: -len(one.blocks or ())) if one.blocks and one.sentence
        ),
        gaps=tuple(gap for gap in projection.gaps if gap.leaves_open(*_SHAPING) and about.intersection(gap.about)),
    )


def _unit_shapes(
    structure: Structure, known: int, awards: Sequence[str], labels: Mapping[str, str]
) -> tuple[UnitShape, ...]:
    curriculum, may = structure.curriculum, structure.may()
    needed = {award: structure.needed_for(award) for award in awards}
    names = {**labels, **{id: _called(unit) for id, unit in curriculum.units.items()}}
    found = []
    for id, unit in curriculum.units.items():
        rule, reach = curriculum.rules[id], id in structure.depth
        told = known > 0 and reach
        delay = structure.delay(id) if told else None
        wide = may[id] if told else None
        found.append(
            UnitShape(
                id,
                unit.title,
                unit.number,
                unit.award,
                unit.level,
                unit.credits,
                sentence(rule, names) if rule is not None else None,
                unit.source.status,
                reach,
                structure.blocks[id] if told else None,
                tuple(sorted(wide[0])) if wide else None,
                delay,
                wide[1] if wide else None,
                wide[2] if wide else None,
                len(structure.blocks[id]) + delay if delay is not None else None,
                tuple(award for award in awards if id in needed[award]),
                _bottleneck(unit, len(structure.blocks[id])) if told else None,
            )
        )
    return tuple(sorted(found, key=lambda one: (one.level or 0, len(one.number or ""), one.number or "", one.id)))


def _bottleneck(unit: UnitFacts, others: int) -> str | None:
    if not others:
        return None
    wait = "that one waits" if others == 1 else "they all wait"
    more = f"{others} other" if others == 1 else f"{others} others"
    return f"{_called(unit)} is needed before {more}. If it is not run when it is due, {wait}."


def _totals(units: Iterable[UnitShape], known: int) -> Totals:
    reached = [one for one in units if one.within_reach]
    if not known:
        return Totals(None, None, None, None, None, None)
    blocking = sum(len(one.blocks or ()) for one in reached)
    delay = sum(one.delay or 0 for one in reached)
    ring = any(one.may_delay is None for one in reached)
    return Totals(
        blocking,
        delay,
        None if ring else sum(one.centrality or 0 for one in reached),
        blocking + delay,
        sum(len(one.may_block or ()) for one in reached),
        None if ring else sum(one.may_delay or 0 for one in reached),
    )


def _stages(structure: Structure, awards: Iterable[AwardFacts], projection: Projection) -> Iterable[Stage]:
    """The entry rules that ask for something of the selection."""
    sources = {step.id: step.sources[0] for step in projection.steps if step.sources}
    for award in awards:
        rule = structure.curriculum.stages.get(award.id)
        if rule is None:
            continue
        inside = {*structure.units, *structure.curriculum.awards}
        if not inside.intersection(references(rule)):
            continue
        waiting = tuple(id for id, unit in structure.units.items() if unit.award == award.id)
        yield Stage(
            award.id,
            award.title,
            sentence(rule, projection.labels),
            waiting,
            tuple(sorted(structure.needed_before(rule))),
            tuple(sorted(structure.relevant(rule))),
            structure.settled(rule),
            sources.get(award.id, award.source),
        )


def _outside(structure: Structure, labels: Mapping[str, str]) -> tuple[str, ...]:
    """What is asked beside units of the selection, in words."""
    found = dict[str, None]()
    for rule in (*structure.curriculum.stages.values(), *structure.curriculum.rules.values()):
        for way in (structure.ways(rule) or ()) if rule is not None else ():
            for one in way:
                if isinstance(one, _Outside):
                    said = one.rule.id if isinstance(one.rule, Holds) and one.rule.id not in labels else None
                    found.setdefault(said or sentence(one.rule, labels))
    return tuple(sorted(found))


def _dead_ends(
    projection: Projection, awards: Iterable[AwardFacts], curriculum: Curriculum, aligned: Mapping[str, Sequence[str]]
) -> Iterable[DeadEnd]:
    """Units and awards of the selection that nothing asks for, takes over or counts."""
    rules = list(_all_rules(projection))
    asked = set(chain.from_iterable(references(rule) for rule in rules))
    asked |= {link.from_id for step in projection.steps for link in step.links}
    asked |= {one.from_id for one in projection.transfers if one.from_id}
    for award in awards:
        if award.id in asked or aligned.get(award.id):
            continue
        by_level = sum(
            any(level <= (award.level or 0) for level in _levels(parse(step.requirement))) for step in projection.steps
        )
        text = "No entry rule, award, credit transfer, progression or role of this release names it."
        if by_level and award.level:
            text += f" {by_level} steps take any award at its level."
        yield DeadEnd(award.id, award.title, "award", text)
    for id, unit in curriculum.units.items():
        holder = projection.awards.get(unit.award or "")
        if id not in asked and (holder is None or not holder.current):
            why = "No award counts it" if holder is None else f"Its award, {holder.title}, takes nobody any more"
            yield DeadEnd(id, unit.title, "unit", f"{why}, and no rule of this release names it.")


def _all_rules(projection: Projection) -> Iterable[Requirement]:
    texts = chain(
        (step.requirement for step in projection.steps),
        chain.from_iterable(award.award_rules for award in projection.awards.values()),
        (unit.entry_rule for unit in projection.units.values() if unit.entry_rule is not None),
        (course.requirement for course in projection.courses if course.requirement is not None),
    )
    return map(parse, dict.fromkeys(texts))


def _levels(rule: Requirement) -> Iterable[int]:
    match rule:
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            return chain.from_iterable(map(_levels, parts))
        case Usually(part):
            return _levels(part)
        case LevelHeld(level):
            return (level,)
        case _:
            return ()
