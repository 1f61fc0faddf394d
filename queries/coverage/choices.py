"""Every legal choice of units of an award: the learner who falls through, and what everybody gets.

A *legal choice* is a set of known units that satisfies every rule of the award that can be checked, and from which no
unit can be left out. Where an award is made of so many credits in units of one size that is every full programme, and
nothing else. What the rules print besides (a co-requisite, an upper bound) is not checked, and is named.

What a choice covers is what its units are known to teach, in the ways that the question lets in. A statement that no
unit of a choice is known to teach may be taught all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from graph.projection import Projection, Source, Status, UnitFacts, worst
from graph.requirements import (
    AllOf,
    AnyOf,
    AtLeast,
    CreditsFrom,
    Holds,
    Requirement,
    parse,
    references,
    sentence,
)
from queries.coverage import legal
from queries.coverage.award_rules import AwardRule
from queries.coverage.legal import Choices, NotFinishedError, Sums, Tally
from queries.coverage.matrix import Wanted, teaching_of
from queries.coverage.model import CoverageFacts, Inference, Via
from queries.profiles import UnknownIdError

_NO_REAL_PART: Final = "template"


class Outcome(StrEnum):
    """Whether every legal choice could be looked at."""

    WORKED_OUT = "worked-out"
    NOT_FINISHED = "not-finished"
    """The work that an answer may take was used up; what is said is right, and more is not known."""
    NOT_KNOWN = "not-known"
    """Something that the rules speak of is not known: see `missing`."""
    NO_CHOICE = "no-choice"
    """The known units do not meet the rules, whatever is chosen: the list of units is not whole."""


@dataclass(frozen=True, slots=True)
class ChoiceUnit:
    """A unit that can be chosen. `credits` None: not known, and no rule asks. `assumed`: they are an assumption."""

    id: str
    number: str | None
    title: str
    award: str | None
    role: str | None
    level: int | None
    credits: int | None
    assumed: bool
    source: Source

    @property
    def name(self) -> str:
        """What people call it in a sentence: its number, else its title."""
        return f"Unit {self.number}" if self.number else self.title


@dataclass(frozen=True, slots=True)
class Legal:
    """The legal choices of an award.

    `units`: those that may be chosen, by the numbers that `choices` uses. `used`: the rules that were checked;
    `unchecked`: those that are printed and cannot be. `granted`: what the rules ask of the person and not of the units.
    `assumed`: what was taken as given, in words. `missing`: what is not known and is needed. `status`: that of the
    least sure rule or unit. `choices` None: see `outcome`.
    """

    award: str
    outcome: Outcome
    choices: Choices | None
    units: tuple[ChoiceUnit, ...]
    used: tuple[AwardRule, ...]
    unchecked: tuple[AwardRule, ...]
    granted: tuple[str, ...]
    assumed: tuple[str, ...]
    missing: tuple[str, ...]
    status: Status


@dataclass(frozen=True, slots=True)
class Shown:
    """A choice as an example: the units of it that not everybody takes, how many statements it covers, and which not.

    `lost`: statements it is not known to cover and another choice is.
    """

    units: tuple[ChoiceUnit, ...]
    covered: int
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reached:
    """A statement, how many of all legal choices are known to cover it, and the units that are known to teach it."""

    competency: str
    choices: int
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EveryChoice:
    """What all legal choices cover of a standard.

    `statements`: how many the standard has. `total`: how many legal choices there are. `reached`: each statement in the
    order of the standard. `all_of_it`: how many choices cover every statement; `all_there_is`: those that cover every
    statement that some choice covers; None: not worked out. `by_number`: how many choices cover so many statements.
    `proven` False: `worst` and `best` are the best found. `silent`: units of which nothing is known to be taught.
    `inferred`: of all units that are known to teach a statement, how many are known by our inference alone.
    """

    role: str
    legal: Legal
    statements: int
    total: int
    everybody: tuple[ChoiceUnit, ...]
    reached: tuple[Reached, ...]
    worst: Shown | None
    best: Shown | None
    all_of_it: int | None
    all_there_is: int | None
    by_number: Mapping[int, int]
    proven: bool
    silent: tuple[ChoiceUnit, ...]
    pairs: int
    inferred: int


class _Rules:
    """Compiles rules to sums over units: a condition for each kind of credit asked for, and for each unit named."""

    def __init__(self, units: Sequence[ChoiceUnit], labels: Mapping[str, str]) -> None:
        self.units, self.labels = units, labels
        self.conditions: dict[tuple[str | None, int | None, str | None] | str, int] = {}
        self.caps: list[int] = []
        self.granted: list[str] = []

    def condition(self, key: tuple[str | None, int | None, str | None] | str, need: int) -> Callable[[Sums], bool]:
        number = self.conditions.setdefault(key, len(self.caps))
        if number == len(self.caps):
            self.caps.append(0)
        self.caps[number] = max(self.caps[number], need)
        return lambda sums: sums[number] >= need

    def compiled(self, rule: Requirement) -> Callable[[Sums], bool]:
        match rule:
            case AllOf(parts):
                return self.several(parts, len(parts))
            case AnyOf(parts):
                return self.several(parts, 1)
            case AtLeast(count, parts):
                return self.several(parts, count)
            case CreditsFrom(credits, source, level, role):
                return self.condition((source, level, role), credits)
            case Holds(id) if any(unit.id == id for unit in self.units):
                return self.condition(id, 1)
            case _:
                self.granted.append(sentence(rule, self.labels))
                return lambda sums: True

    def several(self, parts: Iterable[Requirement], count: int) -> Callable[[Sums], bool]:
        held = [self.compiled(part) for part in parts]
        return lambda sums: sum(part(sums) for part in held) >= count

    def adds(self, unit: ChoiceUnit) -> tuple[int, ...]:
        """What a unit adds to each condition."""
        return tuple(
            int(key == unit.id) if isinstance(key, str) else (unit.credits or 0) * counts(key, unit)
            for key in self.conditions
        )


def counts(key: tuple[str | None, int | None, str | None], unit: ChoiceUnit | UnitFacts) -> bool:
    """Whether the credits of a unit count towards what is asked from an award, at a level, of a part."""
    source, level, role = key
    return source in (None, unit.award) and level in (None, unit.level) and role in (None, unit.role)


def legal_choices(
    projection: Projection,
    rules: Iterable[AwardRule],
    award: str,
    *,
    placeholders: bool = False,
    imagined: Collection[str] = (),
    blank_credits: int | None = None,
    nodes: int = legal.COUNTS,
) -> Legal:
    """The legal choices of an award. `imagined`: units that a sandbox imagines; they count there.

    `blank_credits`: what a unit of unknown size is taken to have; None: what the award's own rules say of a standard
    unit, and where they say nothing it cannot be worked out. Raises `UnknownIdError`.
    """
    if award not in projection.awards:
        raise UnknownIdError(award, kind="qualifications")
    by_award: dict[str | None, list[AwardRule]] = {}
    for rule in rules:
        by_award.setdefault(rule.award, []).append(rule)
    stages = _stages(projection, by_award, award)
    about = [rule for stage in stages for rule in by_award.get(stage, ())]
    used = tuple(rule for rule in about if rule.requirement is not None)
    asked = AllOf(tuple(parse(rule.requirement) for rule in used if rule.requirement is not None))
    units, assumed, missing = _units(projection, by_award, stages, asked, placeholders, imagined, blank_credits)
    labels = projection.labels
    assumed += [
        f"The credits that come from {labels.get(stage, stage)} are taken by the rules of that award."
        for stage in stages[1:]
    ]
    if used and not any(_asks_total(part) for part in _parts(asked)):
        assumed.append(
            "No rule that can be checked says how many credits the award takes in all: a choice here is the least that"
            " its other rules ask."
        )
    compiled = _Rules(units, labels)
    holds = compiled.compiled(asked)
    status = worst([*(rule.source.status for rule in used), *(unit.source.status for unit in units)])

    def found(outcome: Outcome, choices: Choices | None, more: Iterable[str] = ()) -> Legal:
        return Legal(
            award,
            outcome,
            choices,
            tuple(units),
            used,
            tuple(rule for rule in about if rule.requirement is None),
            tuple(dict.fromkeys(compiled.granted)),
            tuple(assumed),
            (*missing, *more),
            status,
        )

    title = labels.get(award, award)
    if not used:
        return found(Outcome.NOT_KNOWN, None, [f"No rule of {title} that can be checked is known."])
    if not units:
        return found(Outcome.NOT_KNOWN, None, [f"No unit of {title} is known."])
    if missing:
        return found(Outcome.NOT_KNOWN, None)
    try:
        choices = legal.choices([compiled.adds(unit) for unit in units], compiled.caps, holds, nodes)
    except NotFinishedError as error:
        return found(Outcome.NOT_FINISHED, None, [f"The search for legal choices was stopped: {error}."])
    if not choices.counts:
        return found(Outcome.NO_CHOICE, choices, _unmet(asked, compiled, units, labels))
    return found(Outcome.WORKED_OUT, choices)


def _stages(projection: Projection, rules: Mapping[str | None, Sequence[AwardRule]], award: str) -> list[str]:
    """The award, and the awards that its rules ask for whole and that have rules of their own."""
    stages = [award]
    for stage in stages:
        for rule in rules.get(stage, ()):
            for part in _parts(parse(rule.requirement)) if rule.requirement else ():
                if isinstance(part, CreditsFrom) and part.source and part.source not in stages:
                    whole = projection.awards.get(part.source)
                    own = any(one.requirement for one in rules.get(part.source, ()))
                    if own and whole and whole.credits is not None and part.credits >= whole.credits:
                        stages.append(part.source)
    return stages


def _parts(rule: Requirement) -> Iterable[Requirement]:
    yield rule
    if isinstance(rule, AllOf | AnyOf | AtLeast):
        for part in rule.parts:
            yield from _parts(part)


def _asks_total(part: Requirement) -> bool:
    return isinstance(part, CreditsFrom) and part.unit_role is None


def _units(
    projection: Projection,
    rules: Mapping[str | None, Sequence[AwardRule]],
    stages: Collection[str],
    asked: Requirement,
    placeholders: bool,
    imagined: Collection[str],
    blank_credits: int | None,
) -> tuple[list[ChoiceUnit], list[str], list[str]]:
    """The units that may be chosen, what was assumed of them, and what is missing."""
    named = references(asked)
    conditions = [(part.source, part.level, part.unit_role) for part in _parts(asked) if isinstance(part, CreditsFrom)]
    units, assumed, blank, no_level = list[ChoiceUnit](), dict[str, list[UnitFacts]](), list[UnitFacts](), 0
    for facts in projection.units.values():
        fits = facts.award in stages or facts.award in named or facts.id in named
        real = placeholders or facts.id in imagined or facts.source.status is not Status.ILLUSTRATIVE
        if not (fits and real and facts.role != _NO_REAL_PART):
            continue
        if facts.level is None and any(
            level is not None and source in (None, facts.award) for source, level, _ in conditions
        ):
            no_level += 1
        credits = facts.credits
        asks = any(counts(key, facts) for key in conditions)
        if credits is None and asks:
            size, words = _size(projection, rules, facts, blank_credits)
            if size is None:
                blank.append(facts)
            else:
                credits = size
                assumed.setdefault(words, []).append(facts)
        units.append(
            ChoiceUnit(
                facts.id,
                facts.number,
                facts.title,
                facts.award,
                facts.role,
                facts.level,
                credits,
                facts.credits is None and credits is not None,
                facts.source,
            )
        )
    units.sort(key=lambda unit: (unit.level or 0, _in_order(unit.number), unit.id))
    said = [f"{len(some)} units of unknown size {words}." for words, some in assumed.items()]
    missing = []
    if blank:
        missing.append(
            f"The credits of {len(blank)} units are not known ({', '.join(one.id for one in blank[:5])}"
            f"{' …' if len(blank) > 5 else ''}): ask {_asked_of(projection, blank)}, or say what a unit of unknown size"
            f" is to count{_hint(projection, rules, blank)}."
        )
    if no_level:
        missing.append(f"The level of {no_level} units is not known, and a rule asks for credits at a level.")
    return units, said, missing


def _size(
    projection: Projection,
    rules: Mapping[str | None, Sequence[AwardRule]],
    unit: UnitFacts,
    blank_credits: int | None,
) -> tuple[int | None, str]:
    if blank_credits is not None:
        return blank_credits, f"are taken to have {blank_credits} credits, as the question says"
    for rule in rules.get(unit.award, ()):
        if rule.unit_size is not None:
            return rule.unit_size, f"are taken to have {rule.unit_size} credits, the standard unit of {rule.id}"
    return None, ""


def _hint(projection: Projection, rules: Mapping[str | None, Sequence[AwardRule]], units: Iterable[UnitFacts]) -> str:
    """What is published of a standard unit of awards of the same type."""
    kinds = {award.kind for unit in units if (award := projection.awards.get(unit.award or ""))} - {None}
    alike = (id for id, award in projection.awards.items() if award.kind in kinds)
    known = [rule for id in alike for rule in rules.get(id, ()) if rule.unit_size is not None]
    words = "; ".join(f"{rule.id} says {rule.unit_size} of {projection.labels.get(rule.award or '')}" for rule in known)
    return f" ({words})" if known else ""


def _asked_of(projection: Projection, units: Iterable[UnitFacts]) -> str:
    awards = (projection.awards.get(unit.award or "") for unit in units)
    return " and ".join(dict.fromkeys(award.awarding_body or "the awarding body" for award in awards if award)) or (
        "the awarding body"
    )


def _in_order(number: str | None) -> tuple[int, str]:
    return (int(number), "") if number and number.isdigit() else (1 << 30, number or "")


def _unmet(asked: AllOf, compiled: _Rules, units: Sequence[ChoiceUnit], labels: Mapping[str, str]) -> list[str]:
    """The rules that not even all known units together meet."""
    whole = [sum(one) for one in zip(*(compiled.adds(unit) for unit in units), strict=True)]
    return [
        f"All known units together do not meet: {sentence(rule, labels)}."
        for rule in asked.parts
        if not compiled.compiled(rule)(whole)
    ]


@dataclass(frozen=True, slots=True)
class ToCount:
    """Choices of which is to be counted what they cover: plain numbers alone, for a process that knows no release."""

    choices: Choices
    covers: tuple[frozenset[int], ...]
    items: int


class ChoicesQuestion:
    """What all legal choices cover of the standard of a role, in two parts: what is to be counted, and the answer.

    Raises `UnknownIdError` for a role that the release does not have.
    """

    def __init__(self, facts: CoverageFacts, inference: Inference, role: str, found: Legal) -> None:
        self.facts, self.role, self.found = facts, role, found
        self.wanted = Wanted.of(facts, role)
        self.ids = [unit.id for unit in found.units]
        self.teaches = teaching_of(facts, inference, self.wanted, frozenset(self.ids))
        self.items = [competency.id for competency in self.wanted.competencies]
        self.covers = tuple(
            frozenset(n for n, item in enumerate(self.items) if id in self.teaches.get(item, {})) for id in self.ids
        )

    @property
    def to_count(self) -> ToCount | None:
        """What is to be counted; None: there is no legal choice to look at."""
        choices = self.found.choices
        return ToCount(choices, self.covers, len(self.items)) if choices is not None and choices.counts else None

    def answer(self, tally: Tally | None) -> EveryChoice:
        """The answer, of what was counted. Without it only the units that teach each statement are said."""
        return _answer(self, tally)


def _answer(question: ChoicesQuestion, tally: Tally | None) -> EveryChoice:
    facts, found, items, ids = question.facts, question.found, question.items, question.ids
    teaches, covers = question.teaches, question.covers
    ways = [reasons for by in teaches.values() for reasons in by.values()]
    known = {one.unit for one in facts.said} | facts.taught_by.keys()
    silent = tuple(
        unit for unit in found.units if unit.id not in known and not _themes(facts, unit.id)
    )  # fmt: skip
    surely = (Via.STATED, Via.STANDARD, Via.AWARD)
    inferred = sum(not any(reason.via in surely for reason in reasons) for reasons in ways)
    choices = found.choices
    total = tally.total if tally else 0
    reached = tuple(
        Reached(item, total - tally.avoided[n] if tally else 0, tuple(id for id in ids if id in teaches.get(item, {})))
        for n, item in enumerate(items)
    )
    ever = sum(one.choices > 0 for one in reached)
    return EveryChoice(
        role=question.role,
        legal=found,
        statements=len(items),
        total=total,
        everybody=tuple(found.units[n] for n in sorted(choices.always)) if choices is not None else (),
        reached=reached,
        worst=_shown(found, reached, covers, tally.least, tally.least_units) if tally else None,
        best=_shown(found, reached, covers, tally.most, tally.most_units) if tally else None,
        all_of_it=_cover(tally, len(items)),
        all_there_is=_cover(tally, ever),
        by_number=tally.by_number if tally else {},
        proven=tally.proven if tally else False,
        silent=silent,
        pairs=len(ways),
        inferred=inferred,
    )


def _themes(facts: CoverageFacts, unit: str) -> tuple[str, ...]:
    teacher = facts.teachers.get(unit)
    return teacher.themes if teacher else ()


def _cover(tally: Tally | None, number: int) -> int | None:
    """How many choices cover so many statements, the most there can be."""
    if tally is None:
        return None
    if tally.by_number:
        return tally.by_number.get(number, 0)
    if not tally.proven:
        return None
    return tally.total if tally.least == number else 0 if tally.most < number else None


def _shown(
    found: Legal, reached: Sequence[Reached], covers: Sequence[frozenset[int]], number: int, units: Sequence[int]
) -> Shown:
    assert found.choices is not None
    have = frozenset().union(*(covers[unit] for unit in units))
    lost = tuple(one.competency for n, one in enumerate(reached) if one.choices and n not in have)
    own = tuple(found.units[unit] for unit in units if unit not in found.choices.always)
    return Shown(own, number, lost if units else ())
