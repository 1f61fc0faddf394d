"""Whether what a step asks is satisfied, said leaf by leaf, and what a person holds at a point of a pathway.

This reads the requirement itself, not what was compiled for the planner: it is the second opinion that stands in every
answer.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from copy import copy
from datetime import date
from functools import cached_property, lru_cache
from typing import Self

from graph.projection import Projection, Status, worst
from graph.requirements import (
    AllOf,
    AnyOf,
    AtLeast,
    Attribute,
    Completed,
    CreditsFrom,
    Holds,
    LevelHeld,
    Not,
    Opportunity,
    Requirement,
    Usually,
    WorksAs,
    circumstances,
    sentence,
    write,
)
from queries.pathways.compile import Person, award_rule
from queries.pathways.request import Need, Verdict

_ORDER = (Verdict.MET, Verdict.DECIDED_BY_SOMEBODY, Verdict.NOT_KNOWN, Verdict.NOT_MET)
_LEFT = "by then in other work: ask whether it still counts"
Judged = tuple[Verdict, tuple[str, ...]]
"""A verdict, and the facts that brought it about."""


def _worst(parts: Iterable[Judged]) -> Judged:
    found = list(parts)
    verdict = max((v for v, _ in found), key=_ORDER.index, default=Verdict.MET)
    return verdict, tuple(dict.fromkeys(fact for _, facts in found for fact in facts))


class _Held:
    """What is held at a moment: the facts, the highest level, and the awards that units make, with what made them."""

    def __init__(self, facts: frozenset[str], projection: Projection) -> None:
        self.facts, self.made = facts, dict[str, tuple[str, ...]]()
        self.level: tuple[int, str] = (0, "")
        self.units: dict[str | None, list[tuple[int, int | None, str | None, str]]] = defaultdict(list)
        self.awards: dict[str, str] = {}
        self._projection = projection
        for fact in sorted(facts):
            kind, _, rest = fact.partition(":")
            if kind == "level":
                self.level = max(self.level, (int(rest), fact))
            elif kind == "award":
                self.add_award(rest, fact)
            elif kind == "unit":
                unit = projection.units[rest]
                self.units[unit.award].append((unit.credits or 0, unit.level, unit.role, fact))
            elif kind == "credits":
                award, _, amount = rest.partition(":")
                self.units[award].append((int(amount), projection.awards[award].level, None, fact))

    def add_award(self, id: str, fact: str) -> None:
        """An award that is held whole, by this fact."""
        self.awards[id] = fact
        self.level = max(self.level, (self._projection.awards[id].level or 0, fact))

    def sources(self, fact: str) -> tuple[str, ...]:
        """The facts of the person behind one fact."""
        return self.made.get(fact, (fact,))


class Judge:
    """Judges requirements for one person against the facts that hold at a moment.

    What follows from the same facts is worked out once, so that a person may hold thousands of them.
    """

    def __init__(self, projection: Projection, person: Person) -> None:
        self.projection, self.person = projection, person
        self._held = lru_cache(maxsize=64)(self._closed)

    def with_person(self, person: Person) -> Self:
        """The judge for the same question with other circumstances; what follows from facts is kept for both."""
        if any(circumstances(rule) for rule in self._award_rules.values()):
            return type(self)(self.projection, person)
        other = copy(self)
        other.person = person
        return other

    @cached_property
    def _award_rules(self) -> Mapping[str, Requirement]:
        rules = ((award.id, award_rule(award)) for award in self.projection.awards.values())
        return {id: rule for id, rule in rules if rule is not None}

    def _closed(self, facts: frozenset[str]) -> _Held:
        """The facts with the awards that add up from them, one after another until no more does."""
        held = _Held(facts, self.projection)
        waiting = {id: rule for id, rule in self._award_rules.items() if id not in held.awards}
        while made := [(id, used) for id, rule in waiting.items() for used in self._made_of(rule, held)]:
            for id, used in made:
                held.made[f"award:{id}"] = used
                held.add_award(id, f"award:{id}")
                del waiting[id]
        return held

    def _made_of(self, rule: Requirement, held: _Held) -> Iterable[tuple[str, ...]]:
        """The facts that an award is made of, once; nothing when they do not add up."""
        verdict, used = self._judged(rule, held)
        if verdict is Verdict.MET:
            yield used

    def awards_held(self, facts: Iterable[str]) -> list[str]:
        """Ids of the awards held: those brought or gained whole, and those whose units add up."""
        return sorted(self._held(frozenset(facts)).awards)

    def credits_held(self, wanted: CreditsFrom, held: _Held) -> tuple[int, tuple[str, ...]]:
        """The most credits of one award that count towards what is wanted, and the facts they come from."""
        best: tuple[int, tuple[str, ...]] = (0, ())
        for award in [wanted.source] if wanted.source else sorted(filter(None, {*held.units, *held.awards})):
            parts = [
                (credits, fact)
                for credits, level, role, fact in held.units.get(award, ())
                if wanted.level in (None, level) and wanted.unit_role in (None, role)
            ]
            best = max(best, (sum(credits for credits, _ in parts), tuple(fact for _, fact in parts)))
            if award in held.awards and wanted.unit_role is None:
                whole = self.projection.awards[award]
                if wanted.level in (None, whole.level):
                    best = max(best, (whole.credits or 0, held.sources(held.awards[award])))
        return best

    def credits_banked(self, facts: Iterable[str]) -> list[tuple[int, str, bool, Status]]:
        """What is banked, each credit once: (credits, the id of their award, whether that itself is held, how sure).

        An award takes in its own units, and the credits of an award that by its rules is a part of it.
        """
        held = self._held(frozenset(facts))
        taken_in = {t.from_id for t in self.projection.transfers if t.automatic and t.to_id in held.awards}
        banked = [
            (a.credits, id, True, a.credits_status)
            for id in sorted(held.awards)
            if id not in taken_in and (a := self.projection.awards[id]).credits
        ]
        out = held.awards.keys() | taken_in
        for award, parts in sorted((award or "", parts) for award, parts in held.units.items()):
            if (credits := sum(part[0] for part in parts)) and award not in out:
                units = (self.projection.units.get(fact.removeprefix("unit:")) for *_, fact in parts)
                sure = (Status.PUBLISHED if unit is None else unit.credits_status for unit in units)
                banked.append((credits, award, False, worst(sure)))
        return banked

    def judge(self, requirement: Requirement, facts: Iterable[str], day: date | None = None) -> Judged:
        """The verdict on a requirement, from the facts that hold, and on circumstances as they are on a day.

        Without a day, a circumstance that is ever as asked will do.
        """
        return self._judged(requirement, self._held(frozenset(facts)), day)

    def _judged(self, requirement: Requirement, held: _Held, day: date | None = None) -> Judged:
        match requirement:
            case AllOf(parts):
                return _worst(self._judged(part, held, day) for part in parts)
            case AnyOf(parts):
                judged = [self._judged(part, held, day) for part in parts]
                return min(judged, key=lambda one: _ORDER.index(one[0]), default=(Verdict.NOT_MET, ()))
            case AtLeast(count, parts):
                judged = sorted((self._judged(part, held, day) for part in parts), key=lambda one: _ORDER.index(one[0]))
                return _worst(judged[:count])
            case Usually(part, _):
                verdict, used = self._judged(part, held, day)
                met = verdict is Verdict.MET and used and not requirement.asks_besides
                return (Verdict.MET if met else Verdict.DECIDED_BY_SOMEBODY), used
            case Holds(id):
                return self._fact(f"unit:{id}" if id in self.projection.units else f"award:{id}", held)
            case Completed(id):
                return self._fact(f"completed:{id}", held)
            case WorksAs(id):
                return self._fact(f"works-as:{id}", held)
            case LevelHeld(level):
                highest, fact = held.level
                return (Verdict.MET, held.sources(fact)) if highest >= level else (Verdict.NOT_MET, ())
            case CreditsFrom(credits=credits):
                total, used = self.credits_held(requirement, held)
                return (Verdict.MET if total >= credits else Verdict.NOT_MET), used
            case Attribute():
                known = self.person.attribute(requirement, day)
                if known is None:
                    return Verdict.NOT_KNOWN, ()
                return (Verdict.MET if known else Verdict.NOT_MET), (f"attribute:{write(requirement)}",)
            case Not() | Opportunity():
                return Verdict.NOT_KNOWN, ()  # only schemes ask such things, and they judge them themselves

    def needs(
        self,
        requirement: Requirement,
        facts: Iterable[str],
        origin: Mapping[str, str],
        left: frozenset[str] = frozenset(),
        day: date | None = None,
    ) -> tuple[Need, ...]:
        """Each thing that is asked, with its verdict and where what satisfies it comes from.

        `origin` says in words where each fact comes from. `left`: work that other work has come after, of which
        somebody has to say whether it still counts. `day`: the day of the start (see `judge`).
        """
        held = frozenset(facts)
        parts = requirement.parts if isinstance(requirement, AllOf) else (requirement,)
        found = []
        for part in parts:
            verdict, used = self.judge(part, held - left, day)
            if verdict is not Verdict.MET and left:
                verdict, used = self.judge(part, held, day)
                if verdict is Verdict.MET:
                    verdict, used = Verdict.DECIDED_BY_SOMEBODY, (*used, _LEFT)
            said = tuple(origin.get(fact, "said about the person") for fact in used if fact != _LEFT)
            said += (_LEFT,) if _LEFT in used else ()
            text = sentence(part, self.projection.labels)
            found.append(Need(text, write(part), verdict, said if verdict is not Verdict.NOT_MET else ()))
        return tuple(found)

    def _fact(self, fact: str, held: _Held) -> Judged:
        if fact in held.facts or fact in held.made:
            return Verdict.MET, held.sources(fact)
        return Verdict.NOT_MET, ()
