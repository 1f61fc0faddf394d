"""Bundles for a gap that the Lifelong Learning Entitlement could fund: units of one award at one provider, exactly.

How many credits are enough, from which day, and what else is asked is read of the scheme's own rules, with their source
and the day they were checked. A unit whose credits are not known is in no bundle; what is to be asked is said. That a
provider runs an award does not say that it teaches each of its units, nor that it sells units alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from graph.projection import AwardFacts
from queries.coverage.change import RANKS, Closers, Reach
from queries.coverage.faults import EmptyGapError, NoSchemeError
from queries.coverage.gap import Item
from queries.coverage.model import CoverageFacts, Inference, Run, RunState, Teacher, is_real
from queries.coverage.posed import Kind, Level, Pack, Packed, Way
from queries.eligibility.decision import Answer, Decision, RuleSaid, RuleSource
from queries.eligibility.logic import Situation
from queries.eligibility.rulebook import ALWAYS, RuleBook, Scheme
from queries.eligibility.schemes import decide_scheme
from queries.prior_learning.bundles import SCHEME, as_opportunity, sold_alone

FIGURE: Final = "least-credits-of-a-module"
"""The figure of the scheme that says how many credits are enough."""

BUNDLE_RULES: Final = ("module-size", "bundle-size", "parent-course", "provider-approval")
"""The scheme's rules on what a bundle is, whose rows are named with the figure."""

SHOWN: Final = 20
"""Bundles that are told one by one; how many more there are is said."""


@dataclass(frozen=True, slots=True)
class BundleRequest:
    """One question. `providers`, `awards`: only these; empty: all. `on`: the day of the question."""

    items: tuple[Item, ...]
    on: date
    providers: tuple[str, ...] = ()
    awards: tuple[str, ...] = ()
    inference: Inference = field(default_factory=Inference)


@dataclass(frozen=True, slots=True)
class Floor:
    """The least credits of a bundle, from which day on (at or after the day of the question), and where that stands."""

    credits: int
    title: str
    from_day: date
    source: RuleSource
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pick:
    """So many of some units, any of which will do: alike in credits, level and what they close.

    `reach`: for each unit what it closes, and why we think so.
    """

    take: int
    credits_each: int
    units: tuple[Teacher, ...]
    reach: tuple[tuple[Reach, ...], ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """Units of one award at one provider. `sets`: how many sets of units it stands for.

    `could_be_funded`: the answer of the scheme's rules about what is offered, whoever the learner is: each with its
    source in `rules`. `ask`: what has to be confirmed first. `courses`: what was seen there that leads to the award.
    """

    award: str
    provider: str
    courses: tuple[Run, ...]
    credits: int
    picks: tuple[Pick, ...]
    closes: tuple[Reach, ...]
    sets: int
    from_day: date
    could_be_funded: Answer
    rules: tuple[RuleSaid, ...]
    ask: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Value:
    """Bundles of so many credits that close so many items, surest first; `more` that are not told one by one.

    `more` None: there are, and how many is not known.
    """

    credits: int
    closed: int
    bundles: tuple[Bundle, ...]
    more: int | None


@dataclass(frozen=True, slots=True)
class Refused:
    """An award at a provider of which no bundle could be funded, and what the rules say against it."""

    award: str
    provider: str
    text: str


@dataclass(frozen=True, slots=True)
class Bundles:
    """The answer: the best value first (fewest credits, then most closed), and what more credits would close besides.

    `front`: each value closes more than the one before. `runner_up`: the next best after the first. `unknown`: units
    that would close something and whose credits are not known. `not_here`: awards with such units that no provider is
    known to teach. `proven` False: the work ran out.
    """

    floor: Floor
    front: tuple[Value, ...]
    runner_up: Value | None
    unknown: tuple[tuple[Teacher, tuple[str, ...]], ...]
    not_here: tuple[str, ...]
    refused: tuple[Refused, ...]
    out_of_reach: tuple[str, ...]
    proven: bool
    text: str


@dataclass(frozen=True, slots=True)
class _Place:
    """An award at a provider, the day on which a bundle would begin, and what stands against every bundle of it."""

    award: AwardFacts
    provider: str
    courses: tuple[Run, ...]
    sold: str
    day: date


class BundleQuestion:
    """A question made ready: `packs` are to be solved, by award; `answer` says in words what was found.

    Raises `EmptyGapError` and `NoSchemeError`.
    """

    def __init__(
        self, facts: CoverageFacts, awards: Mapping[str, AwardFacts], book: RuleBook, request: BundleRequest
    ) -> None:
        if not request.items:
            raise EmptyGapError("the gap is empty: there is nothing to close")
        scheme = book.schemes.get(SCHEME)
        if scheme is None:
            raise NoSchemeError("no rules of the Lifelong Learning Entitlement are held here")
        self.facts, self.awards, self.scheme, self.request = facts, awards, scheme, request
        self.floor = floor(scheme, request.on)
        self.turning = book.turning_days(SCHEME)
        closers = Closers(facts, request.items, request.inference)
        self.reach: dict[str, dict[int, Reach]] = {}
        self.units: dict[str, list[Teacher]] = defaultdict(list)
        for unit in closers.units():
            self.reach[unit.id] = closers.of(unit)
            for award in unit.awards:
                if award in awards and (not request.awards or award in request.awards):
                    self.units[award].append(unit)
        useful = {id for id, units in self.units.items() if any(self.reach[unit.id] for unit in units)}
        self.refused: list[Refused] = []
        self.places = [place for award in sorted(useful) for place in self._places(awards[award])]
        here = {place.award.id for place in self.places} | {one.award for one in self.refused}
        self.not_here = tuple(sorted(useful - here))
        self.kinds = {place.award.id: self._kinds(place.award.id) for place in self.places}
        self.packs = {
            award: Pack(
                len(request.items),
                tuple(Kind(units[0].credits or 0, len(units), self._ranks(units[0])) for units in kinds),
                self.floor.credits,
            )
            for award, kinds in self.kinds.items()
        }

    def _places(self, award: AwardFacts) -> Iterable[_Place]:
        """Each provider with a course that leads to the award, unless the rules refuse every bundle there."""
        at: dict[str, list[Run]] = defaultdict(list)
        for run in self.facts.runs_of.get(award.id, ()):
            here = not self.request.providers or run.provider in self.request.providers
            real = is_real(run.status, run.id, self.facts, self.request.inference)
            if here and real and run.state is not RunState.EVIDENCE:
                at[run.provider].append(run)
        for provider, runs in sorted(at.items()):
            if not award.current:
                self.refused.append(Refused(award.id, provider, "People cannot be entered for this award any more."))
                continue
            place = _Place(
                award, provider, tuple(runs), sold_alone(run.sold_separately for run in runs), self._day(runs)
            )
            if self.scheme.applies({"kind": award.kind or "", "whole-course": "no"}) is Answer.NO:
                said = f"{self.scheme.title} is not about this kind of award."
                self.refused.append(Refused(award.id, provider, said))
                continue
            everything = [unit for unit in self.units[award.id] if unit.credits]
            whole = sum(unit.credits or 0 for unit in everything)
            decided = self._decided(place, everything, whole)
            against = [one for one in decided if one.decision.answer is Answer.NO]
            if against:
                self.refused.append(Refused(award.id, provider, " ".join(one.decision.text for one in against)))
                continue
            yield place

    def _day(self, runs: Sequence[Run]) -> date:
        """The first day on which a bundle could begin: of the next start that is known, or of the scheme."""
        starts = [start for run in runs for start in run.starts if run.state is RunState.TO_COME]
        first = min(
            (date.fromisoformat(one if len(one) == 10 else f"{one}-01") for one in starts if len(one) > 4),
            default=self.request.on,
        )
        return max(first, self.request.on, self.floor.from_day)

    def _kinds(self, award: str) -> list[list[Teacher]]:
        """Units that are alike, those that come first first."""
        alike: dict[tuple[int, int, tuple[tuple[int, int], ...]], list[Teacher]] = defaultdict(list)
        for unit in sorted(self.units[award], key=lambda one: one.id):
            if unit.credits:
                level = -1 if unit.level is None else unit.level
                alike[unit.credits, level, tuple(sorted(self._ranks(unit).items()))].append(unit)
        return sorted(alike.values(), key=lambda units: units[0].id)

    def _ranks(self, unit: Teacher) -> dict[int, int]:
        return {number: RANKS[one.via] for number, one in self.reach[unit.id].items() if one.via is not None}

    def _decided(self, place: _Place, units: Sequence[Teacher], credits: int) -> tuple[RuleSaid, ...]:
        """What the scheme's rules about the offer say of units taken together, whoever the learner is."""
        levels = {unit.level for unit in units}
        opportunity = as_opportunity(place.award, levels, credits, len(units), place.sold, place.day)
        said = decide_scheme(self.scheme, Situation({}, opportunity, place.day, self.request.on))
        return tuple(
            one for one in said.rules if one.kind == "offer" or (one.kind == "funding" and _of_the_offer(one.decision))
        )

    # The answer.

    def answer(self, packed: Mapping[str, Packed]) -> Bundles:
        """What was found, in words."""
        values: dict[tuple[int, int], list[tuple[_Place, Level]]] = defaultdict(list)
        later: dict[tuple[int, int], list[tuple[_Place, Level]]] = defaultdict(list)
        for place in self.places:
            found = packed[place.award.id]
            for level in found.front:
                values[level.credits, -level.closed].append((place, level))
            by_value = {(level.credits, -level.closed): level for level in found.front}
            if found.runner_up is not None:
                by_value[found.runner_up.credits, -found.runner_up.closed] = found.runner_up
            for value, level in by_value.items():
                later[value].append((place, level))
        front, most = list[Value](), 0
        for (credits, minus), some in sorted(values.items(), key=lambda one: one[0]):
            if -minus > most:
                most = -minus
                front.append(self._value(credits, -minus, some))
        first = (front[0].credits, -front[0].closed) if front else None
        second = min((value for value in later if first is not None and value > first), default=None)
        closable = {number for place in self.places for unit in self._sized(place) for number in self.reach[unit.id]}
        return Bundles(
            floor=self.floor,
            front=tuple(front),
            runner_up=None if second is None else self._value(second[0], -second[1], later[second]),
            unknown=tuple(
                (unit, tuple(one.item.label for one in self.reach[unit.id].values()))
                for unit in sorted(self._unsized(), key=lambda one: one.id)
            ),
            not_here=self.not_here,
            refused=tuple(self.refused),
            out_of_reach=tuple(item.id for number, item in enumerate(self.request.items) if number not in closable),
            proven=all(one.proven for one in packed.values()),
            text=self._said(front),
        )

    def _sized(self, place: _Place) -> Iterable[Teacher]:
        return (unit for unit in self.units[place.award.id] if unit.credits)

    def _unsized(self) -> set[Teacher]:
        return {unit for units in self.units.values() for unit in units if not unit.credits and self.reach[unit.id]}

    def _value(self, credits: int, closed: int, found: Sequence[tuple[_Place, Level]]) -> Value:
        told = [(place, way) for place, level in found for way in level.ways]
        told.sort(key=lambda one: (sorted(one[1].closed.values()), one[0].award.id, one[0].provider, one[1].taken))
        more = None if any(level.more for _, level in found) else max(0, len(told) - SHOWN)
        return Value(credits, closed, tuple(self._bundle(place, way, credits) for place, way in told[:SHOWN]), more)

    def _bundle(self, place: _Place, way: Way, credits: int) -> Bundle:
        kinds = self.kinds[place.award.id]
        picks = tuple(
            Pick(
                times,
                kinds[n][0].credits or 0,
                tuple(kinds[n]),
                tuple(tuple(self.reach[unit.id].values()) for unit in kinds[n]),
            )
            for n, times in way.taken
        )
        units = [unit for pick in picks for unit in pick.units[: pick.take]]
        rules = self._decided(place, units, credits)
        reach: dict[int, Reach] = {}
        for pick in picks:
            for number, one in self.reach[pick.units[0].id].items():
                if number not in reach or _rank(one) < _rank(reach[number]):
                    reach[number] = one
        ask = [f"{asked.question} Ask the {asked.whom}." for one in rules for asked in one.decision.ask]
        if place.sold not in ("yes", "no"):
            ask.insert(0, "Are these units sold on their own? Ask the provider.")
        if all(run.state is RunState.OVER for run in place.courses):
            ask.insert(0, "Does the course run again? Its last known start has passed. Ask the provider.")
        if any(unit.unit_role in (None, "optional", "specialist") for unit in units):
            ask.insert(0, "Does the provider teach these units of the award? Ask the provider.")
        return Bundle(
            award=place.award.id,
            provider=place.provider,
            courses=place.courses,
            credits=credits,
            picks=picks,
            closes=tuple(one for _, one in sorted(reach.items())),
            sets=way.sets,
            from_day=place.day,
            could_be_funded=together(one.decision.answer for one in rules),
            rules=rules,
            ask=tuple(dict.fromkeys(ask)),
            text=f"{_picked(picks)} at {self.facts.labels.get(place.provider, place.provider)}: {credits} credits,"
            f" {len(reach)} of {len(self.request.items)} closed.",
        )

    def _said(self, front: Sequence[Value]) -> str:
        whole = len(self.request.items)
        if not front:
            return f"No bundle of {self.floor.credits} credits or more closes any of the {whole}."
        best = front[0]
        count = "more than " * (best.more is None) + str(len(best.bundles) + (best.more or 0))
        said = f"The fewest credits are {best.credits}, and close {best.closed} of the {whole}: {count} such bundles."
        for value in front[1:]:
            said += f" {value.credits} credits close {value.closed}."
        return said.replace(": 1 such bundles", ": 1 such bundle")


def floor(scheme: Scheme, on: date) -> Floor:
    """The least credits in force on a day, or from the first day after it on which any are. Raises `NoSchemeError`."""
    figure = scheme.values.get(FIGURE)
    for version in figure.series if figure is not None else ():
        if version.value is not None and version.source is not None and on <= (version.applies_to or ALWAYS):
            assert figure is not None
            rows = tuple(row for rule in scheme.rules for row in rule.rows if rule.id in BUNDLE_RULES)
            return Floor(version.value, figure.title, max(on, version.applies_from), version.source, rows)
    raise NoSchemeError("the rules that are held do not say how many credits are enough")


def together(answers: Iterable[Answer]) -> Answer:
    """All of it: no when any is no, yes when all are."""
    said = set(answers)
    if Answer.NO in said:
        return Answer.NO
    return Answer.NOT_KNOWN if Answer.NOT_KNOWN in said else Answer.YES


def _of_the_offer(decision: Decision) -> bool:
    """Whether a rule about money is settled without anything being known of the learner."""
    return decision.answer is not Answer.NOT_KNOWN


def _rank(reach: Reach) -> int:
    return len(RANKS) if reach.via is None else RANKS[reach.via]


def _picked(picks: Sequence[Pick]) -> str:
    told = []
    for pick in picks:
        if pick.take >= len(pick.units):
            told += [f"{unit.title} ({pick.credits_each})" for unit in pick.units]
        else:
            told.append(f"any {pick.take} of {len(pick.units)} units of {pick.credits_each} credits")
    return " and ".join(told)
