"""What is known of one question: what the person brings, and what the release says of what they ask about."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from graph.projection import AwardFacts, Course, Projection, Status, Transfer, UnitFacts, worst
from graph.requirements import Requirement
from queries.eligibility.rulebook import RuleBook
from queries.pathways.compile import Person, UnknownThingError, award_rule, facts_of, read_rule
from queries.pathways.judge import Judge
from queries.pathways.request import Need, Thing, counted
from queries.prior_learning.evidence import Evidence
from queries.prior_learning.request import Brought, CourseSaid, CreditSaid, Held, PriorLearningRequest, Span
from queries.prior_learning.said import TRANSCRIPT
from queries.prior_learning.shortfall import Shortfall, Shortfalls


def next_start(starts: Iterable[str], on: date) -> str | None:
    """The first start that is still to come, as it was written.

    A month counts from its first day; a year alone is too vague.
    """
    days = {said: date.fromisoformat(said if len(said) == 10 else f"{said}-01") for said in starts if len(said) >= 7}
    return min((said for said, day in days.items() if day >= on), key=days.__getitem__, default=None)


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked about: an award, or a course (which may lead to one).

    `entry` is what must hold to join, `rule` what must add up for the award; None: not known. `status`: that of the
    least sure of what is said of it.
    """

    thing: Thing
    award: AwardFacts | None
    courses: tuple[Course, ...]
    entry: Requirement | None
    rule: Requirement | None
    status: Status


class Known:
    """One question, and what is worked out for it once."""

    def __init__(self, projection: Projection, book: RuleBook, asked: PriorLearningRequest) -> None:
        self.projection, self.book, self.asked = projection, book, asked
        self.courses = {course.id: course for course in projection.courses}
        self.steps = {step.id: step for step in projection.steps}
        self.competencies = {one.id: one for one in projection.competencies}
        ids = [*(one.id for one in asked.holds), *(one.id for one in asked.roles)]
        for role in asked.roles:
            if role.id not in projection.roles:
                raise UnknownThingError(role.id)
        self.person = Person(ids, dict(asked.attributes), projection, asked.on)
        unsure = {f"unit:{unit.id}" for unit in projection.units.values() if not self.shown(unit.source.status)}
        self.facts = self.person.facts - unsure
        self.judge = Judge(projection, self.person)
        self.units = [unit for unit in projection.units.values() if self.shown(unit.source.status)]
        self.shortfalls = Shortfalls(projection, self.judge, self.units, asked.on)
        self.origin = {fact: self.thing(id).label for id in ids for fact in facts_of(id, projection)}
        self.evidence = Evidence(projection)
        self.awards_held = frozenset(self.judge.awards_held(self.facts))
        told = {fact for fact in self.facts if fact.startswith("credits:")}
        self.loose = frozenset(fact for fact in told if fact.split(":")[1] not in self.awards_held)
        self.brought = tuple(self._bring())

    def shown(self, status: Status) -> bool:
        """Whether a row of this status has a place in the answer."""
        return status is Status.PUBLISHED or not self.asked.published_only

    def thing(self, id: str) -> Thing:
        """A thing with its everyday name."""
        award, _, credits = id.partition(":")
        if credits and award in self.projection.awards:
            return Thing(id, f"{counted(int(credits), 'credit')} of {self.projection.labels.get(award, award)}")
        if award == "level":
            return Thing(id, f"an award at level {credits}")
        competency = self.competencies.get(id)
        return Thing(id, competency.label if competency else self.projection.labels.get(id, id))

    # What the person brings

    def _bring(self) -> Iterable[Brought]:
        """What was understood of everything brought; its statements become evidence on the way."""
        for one in {held.id: held for held in self.asked.holds}.values():
            yield self._held(one)
        for role in {role.id: role for role in self.asked.roles}.values():
            thing = self.thing(role.id)
            known = self.evidence.add(self.evidence.of_role(role, thing))
            told = f", for {counted(role.years, 'year')}" if role.years else ""
            note = None if known else "what its standard asks for is not held here: describe the work itself"
            yield Brought(thing, f"worked as {thing.label}{told}", note)
        for claim in {claim.id: claim for claim in self.asked.competencies}.values():
            if claim.id not in self.competencies:
                raise UnknownThingError(claim.id)
            self.evidence.add(self.evidence.of_claim(self.competencies[claim.id], claim))
            note = None if claim.evidence else "nothing was named that shows it"
            yield Brought(self.thing(claim.id), "a competency claimed", note)

    def _held(self, held: Held) -> Brought:
        thing, unit = self.thing(held.id), self.projection.units.get(held.id)
        told = "".join(f", {said}" for said in (held.grade, str(held.year) if held.year else None) if said)
        if unit:
            size = "its credits are not known" if unit.credits is None else counted(unit.credits, "credit")
            self.evidence.add(self.evidence.of_unit(unit, held, thing))
            note = None if self.shown(unit.source.status) else "it is not published, and so left out of this answer"
            return Brought(thing, f"holds the unit {thing.label} ({size}){told}", note)
        if ":" in held.id and not held.id.startswith("level:"):
            return Brought(thing, f"holds {thing.label}{told}", f"which units they were was not said: {TRANSCRIPT}")
        known = self.evidence.add(self.evidence.of_award(held.id, held, thing))
        note = None if known else "what it covers is not held here: bring the specification or the syllabus"
        return Brought(thing, f"holds or completed {thing.label}{told}", note)

    def needs(
        self, requirement: Requirement | None, facts: frozenset[str], claimed: Iterable[UnitFacts] = ()
    ) -> tuple[Need, ...]:
        """Each thing that entry asks on the day of the question, with what satisfies it."""
        if requirement is None:
            return ()
        claims = {f"unit:{unit.id}": f"a claim for {unit.title}, if it is accepted" for unit in claimed}
        return self.judge.needs(requirement, facts, {**self.origin, **claims}, day=self.asked.on)

    def target(self, id: str) -> Target:
        """What an id of the question stands for."""
        if id in self.projection.awards:
            award = self.projection.awards[id]
            step = self.steps.get(id)
            step = step if step and self.shown(step.status) else None
            courses = tuple(
                course
                for course in self.projection.courses
                if course.award == id and self.shown(worst([course.award_status, course.source.status]))
            )
            rule = award_rule(award) if self.shown(award.rules_status) else None
            return Target(
                self.thing(id),
                award,
                courses,
                read_rule(step.requirement) if step else None,
                rule,
                worst(
                    [
                        award.source.status,
                        *([step.status] if step else []),
                        *([award.rules_status] if rule is not None else []),
                    ]
                ),
            )
        if id in self.courses:
            course = self.courses[id]
            led_to = self.target(course.award) if course.award and self.shown(course.award_status) else None
            entry = read_rule(course.requirement) if course.requirement and self.shown(Status.INFERRED) else None
            sure = [course.source.status, *([Status.INFERRED] if entry is not None else [])]
            return Target(
                self.thing(id),
                led_to.award if led_to else None,
                (course,),
                entry,
                led_to.rule if led_to else None,
                worst([*sure, *([led_to.status, course.award_status] if led_to else [])]),
            )
        raise UnknownThingError(id)

    def courses_said(self, courses: Iterable[Course]) -> tuple[CourseSaid, ...]:
        """Courses with their next start, those with one first."""
        found = [
            CourseSaid(
                course=self.thing(one.id),
                provider=self.thing(one.provider),
                next_start=next_start(one.starts, self.asked.on),
                sold_separately=one.sold_separately,
                price_pounds=one.cost_pounds,
                needs=self.needs(read_rule(one.requirement) if one.requirement else None, self.facts),
                entry_note=one.entry_note,
                source=one.source,
            )
            for one in courses
        ]
        return tuple(sorted(found, key=lambda one: (one.next_start or "9999", one.course.id)))

    def left(self, rule: Requirement, facts: frozenset[str], award: str) -> tuple[Span | None, Shortfall | None]:
        """What is left of an award by its rule, and the units of it; None where no units that are known complete it.

        Both ends are exact: as if credits told without their units were of the most useful ones, and of none of use.
        """
        if award in self.awards_held:
            return Span(0, 0), Shortfall(0, (), {})
        most = self.shortfalls.least(rule, facts - self.loose, award)
        least = self.shortfalls.at_best(rule, facts, self.loose, award)
        return (Span(least.credits, most.credits if most else None) if least else None), most

    def counted_by_rules(self, award: AwardFacts) -> tuple[CreditSaid, ...]:
        """Credits held that count towards an award by its own rules, each once; those without their units apart."""
        into: list[tuple[str, Transfer | None]] = [(award.id, None)]
        for transfer in self.projection.transfers:
            by_rule = transfer.automatic and transfer.to_id == award.id and self.shown(transfer.source.status)
            if by_rule and transfer.from_id in self.projection.awards:
                into.append((transfer.from_id, transfer))
        found = []
        for id, way in into:
            named, loose = self.credits_of(id), self._loose_of(id)
            most = way.credits if way and way.credits else named + loose
            condition = way.condition if way else "units and credits of the award itself"
            sources = (way.source if way else award.source, *(unit.source for unit in self.units_held(id)))
            known = min(named, most)
            if known:
                found.append(CreditSaid(self.thing(id), known, condition, None, sources))
            if rest := min(loose, most - known):
                unsaid = f"{condition}; which units they are was not said, so {TRANSCRIPT}"
                found.append(CreditSaid(self.thing(id), rest, unsaid, None, sources[:1], units_told=False))
        return tuple(found)

    def credits_of(self, award: str) -> int:
        """Credits that are held of an award: all of it, or of its units; those told without their units left out."""
        if award in self.awards_held:
            return self.projection.awards[award].credits or 0
        return sum(unit.credits or 0 for unit in self.units_held(award))

    def _loose_of(self, award: str) -> int:
        return sum(int(fact.split(":")[2]) for fact in self.loose if fact.split(":")[1] == award)

    def units_held(self, award: str) -> list[UnitFacts]:
        """Units of an award that the person holds."""
        return [unit for unit in self.units if unit.award == award and f"unit:{unit.id}" in self.facts]
