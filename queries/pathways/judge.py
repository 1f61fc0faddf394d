"""Whether what a step asks is satisfied, said leaf by leaf, and what a person holds at a point of a pathway.

This reads the requirement itself, not what was compiled for the planner: it is the second opinion that stands in every
answer.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from graph.projection import Projection
from graph.requirements import (
    AllOf,
    AnyOf,
    AtLeast,
    Attribute,
    Completed,
    CreditsFrom,
    Holds,
    LevelHeld,
    Requirement,
    Usually,
    WorksAs,
    sentence,
    write,
)
from queries.pathways.compile import Person, award_rule
from queries.pathways.request import Need, Verdict

_ORDER = (Verdict.MET, Verdict.DECIDED_BY_SOMEBODY, Verdict.NOT_KNOWN, Verdict.NOT_MET)
Judged = tuple[Verdict, tuple[str, ...]]
"""A verdict, and the facts that brought it about."""


def _worst(parts: Iterable[Judged]) -> Judged:
    found = list(parts)
    verdict = max((v for v, _ in found), key=_ORDER.index, default=Verdict.MET)
    return verdict, tuple(dict.fromkeys(fact for _, facts in found for fact in facts))


class Judge:
    """Judges requirements for one person against the facts that hold at a moment.

    `origin` says where each fact comes from: in words, for the answer.
    """

    def __init__(self, projection: Projection, person: Person) -> None:
        self.projection, self.person = projection, person

    def awards_held(self, facts: Iterable[str]) -> list[str]:
        """Ids of the awards held: those brought or gained whole, and those whose units add up."""
        held = {fact.removeprefix("award:") for fact in facts if fact.startswith("award:")}
        for award in self.projection.awards.values():
            rule = award_rule(award)
            if award.id not in held and rule is not None and self.judge(rule, facts)[0] is Verdict.MET:
                held.add(award.id)
        return sorted(held)

    def credits_held(self, wanted: CreditsFrom, facts: Iterable[str]) -> tuple[int, tuple[str, ...]]:
        """The most credits of one award that count towards what is wanted, and the facts they come from."""
        by_award: dict[str | None, list[tuple[int, str]]] = defaultdict(list)
        best: tuple[int, tuple[str, ...]] = (0, ())
        for fact in facts:
            kind, _, rest = fact.partition(":")
            if kind == "unit":
                unit = self.projection.units[rest]
                if wanted.level in (None, unit.level) and wanted.unit_role in (None, unit.role):
                    by_award[unit.award].append((unit.credits or 0, fact))
            elif kind in ("award", "credits") and wanted.unit_role is None:
                award = self.projection.awards[rest.partition(":")[0]]
                if wanted.level not in (None, award.level):
                    continue
                if kind == "credits":
                    by_award[award.id].append((int(rest.partition(":")[2]), fact))
                elif wanted.source in (None, award.id):
                    best = max(best, (award.credits or 0, (fact,)))
        for id, parts in by_award.items():
            if wanted.source in (None, id):
                best = max(best, (sum(credits for credits, _ in parts), tuple(fact for _, fact in parts)))
        return best

    def credits_banked(self, facts: Iterable[str]) -> list[tuple[int, str, bool]]:
        """What is banked, each credit once: (credits, the id of their award, whether the award itself is held).

        An award takes in its own units, and the credits of an award that by its rules is a part of it.
        """
        held = self.awards_held(facts)
        taken_in = {t.from_id for t in self.projection.transfers if t.automatic and t.to_id in held}
        banked = [
            (a.credits, id, True) for id in held if id not in taken_in and (a := self.projection.awards[id]).credits
        ]
        loose: dict[str, int] = defaultdict(int)
        for fact in facts:
            kind, _, rest = fact.partition(":")
            if kind == "unit":
                unit = self.projection.units[rest]
                loose[unit.award or ""] += unit.credits or 0
            elif kind == "credits":
                loose[rest.partition(":")[0]] += int(rest.partition(":")[2])
        return banked + [(n, id, False) for id, n in loose.items() if n and id not in held and id not in taken_in]

    def judge(self, requirement: Requirement, facts: Iterable[str]) -> Judged:
        """The verdict on a requirement, from the facts that hold."""
        match requirement:
            case AllOf(parts):
                return _worst(self.judge(part, facts) for part in parts)
            case AnyOf(parts):
                judged = [self.judge(part, facts) for part in parts]
                return min(judged, key=lambda one: _ORDER.index(one[0]))
            case AtLeast(count, parts):
                judged = sorted((self.judge(part, facts) for part in parts), key=lambda one: _ORDER.index(one[0]))
                return _worst(judged[:count])
            case Usually(part, _):
                verdict, used = self.judge(part, facts)
                return (Verdict.MET, used) if verdict is Verdict.MET and used else (Verdict.DECIDED_BY_SOMEBODY, used)
            case Holds(id):
                return self._fact(f"unit:{id}" if id in self.projection.units else f"award:{id}", facts)
            case Completed(id):
                return self._fact(f"completed:{id}", facts)
            case WorksAs(id):
                return self._fact(f"works-as:{id}", facts)
            case LevelHeld(level):
                return self._level(level, facts)
            case CreditsFrom(credits=credits):
                total, used = self.credits_held(requirement, facts)
                return (Verdict.MET if total >= credits else Verdict.NOT_MET), used
            case Attribute():
                known = self.person.attribute(requirement)
                if known is None:
                    return Verdict.NOT_KNOWN, ()
                return (Verdict.MET if known else Verdict.NOT_MET), (f"attribute:{write(requirement)}",)

    def needs(self, requirement: Requirement, facts: Iterable[str], origin: Mapping[str, str]) -> tuple[Need, ...]:
        """Each thing that is asked, with its verdict and where what satisfies it comes from."""
        held = list(facts)
        parts = requirement.parts if isinstance(requirement, AllOf) else (requirement,)
        found = []
        for part in parts:
            verdict, used = self.judge(part, held)
            said = tuple(origin.get(fact, "said about the person") for fact in used)
            text = sentence(part, self.projection.labels)
            found.append(Need(text, write(part), verdict, said if verdict is not Verdict.NOT_MET else ()))
        return tuple(found)

    def _fact(self, fact: str, facts: Iterable[str]) -> Judged:
        if fact in facts:
            return Verdict.MET, (fact,)
        if fact.startswith("award:") and fact.removeprefix("award:") in self.awards_of_units(facts):
            return Verdict.MET, tuple(f for f in facts if f.startswith("unit:"))
        return Verdict.NOT_MET, ()

    def awards_of_units(self, facts: Iterable[str]) -> list[str]:
        """Awards made by adding up units alone."""
        units = [fact for fact in facts if fact.startswith(("unit:", "credits:"))]
        return self.awards_held(units) if units else []

    def _level(self, level: int, facts: Iterable[str]) -> Judged:
        for fact in facts:
            kind, _, rest = fact.partition(":")
            held = int(rest) if kind == "level" else self.projection.awards[rest].level if kind == "award" else None
            if held is not None and held >= level:
                return Verdict.MET, (fact,)
        return Verdict.NOT_MET, ()
