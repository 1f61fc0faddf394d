"""From what a release offers on a day and what a person asks to a problem for the planner.

The *catalogue* of a day is the same for everybody; what a question adds are facts that are held and deliveries that are
barred. Two things are kept apart all the way. A *fact* is true of the person or becomes true by a step. An *assumption*
is granted so that the search can go on, and is said in the answer: that a provider, who may decide freely, lets
somebody in without the profile it usually asks; that something nobody told us about the person is so. Nothing a person
does not say they hold is assumed to be held: only their circumstances (age, employment …) are open.
"""

import re
import threading
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import Final

from graph.projection import Amount, AwardFacts, Evidence, Offer, Projection, Status, Step, StepKind, worst
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
    parse,
    references,
    write,
)
from queries.pathways.engine import problem as engine
from queries.pathways.request import Via

HIGHEST_LEVEL: Final = 8
EMPLOYER_CONDITIONS: Final = frozenset({"employer-needed", "vacancy-needed"})
FRESH_FOR_DAYS: Final = 366
"""A page seen longer ago than this says what was offered, not what is."""

ADMITTED: Final = "admitted without the usual profile"
"""The assumption that whoever decides about entry decides in favour. Not held where the profile is to be a bar."""

CREDIT_BITS: Final = tuple(1 << bit for bit in range(10))
"""Credits that are held of an award are facts of these sizes, so that one catalogue serves every number of them."""

_OF_WEEKS: Final = (engine.Criterion.WEEKS, engine.Criterion.STUDY_WEEKS, engine.Criterion.FIRST_JOB)
_KEPT: Final = 8
"""Catalogues of a release that are kept: of the days, and numbers of hours a week, lately asked for."""

read_rule = lru_cache(maxsize=100_000)(parse)
"""The tree of a requirement's text; the same texts are read again and again."""


class UnknownThingError(LookupError):
    """The question names something the release does not hold, by this `id`."""

    def __init__(self, id: str) -> None:
        super().__init__(f"nothing has the id “{id}”")
        self.id = id


class Person:
    """What is known of the person: facts brought, and circumstances, each of which may be not known."""

    def __init__(self, holds: Iterable[str], attributes: Mapping[str, str], projection: Projection) -> None:
        self.attributes = attributes
        self.facts = frozenset(fact for id in dict.fromkeys(holds) for fact in facts_of(id, projection))

    def attribute(self, wanted: Attribute) -> bool | None:
        """Whether a circumstance is as asked: True, False, or None when nobody said."""
        given = self.attributes.get(wanted.name)
        if given is None:
            return None
        try:
            left, right = float(given), float(wanted.value)
        except ValueError:
            return given.casefold() == wanted.value.casefold() if wanted.operator == "=" else None
        match wanted.operator:
            case ">=":
                return left >= right
            case "<=":
                return left <= right
            case ">":
                return left > right
            case "<":
                return left < right
            case _:
                return left == right

    def planned(self) -> Iterable[engine.Fact]:
        """The facts brought, as the planner reads them: credits of an award in all, as facts of fixed sizes."""
        credits: dict[str, int] = defaultdict(int)
        for fact in self.facts:
            if fact.startswith("credits:"):
                _, award, amount = fact.split(":")
                credits[award] += int(amount)
            else:
                yield fact
        for award, total in credits.items():
            held = min(total, sum(CREDIT_BITS))
            yield from (f"credits:{award}:{bit}" for bit in CREDIT_BITS if held & bit)


def facts_of(id: str, projection: Projection) -> tuple[str, ...]:
    """The facts that somebody brings who holds, completed or worked as the thing with this id.

    Raises `UnknownThingError`.
    """
    if found := re.fullmatch(r"level:([1-8])", id):
        return (f"level:{found[1]}",)
    award, _, credits = id.partition(":")
    if award in projection.awards:
        if not credits:
            return (f"award:{award}",)
        if credits.isdigit() and 0 < int(credits) <= 1000:
            return (f"credits:{award}:{int(credits)}",)
    if id in projection.units:
        return (f"unit:{id}",)
    if id in projection.roles:
        return (f"works-as:{id}",)
    for offer in projection.offers:
        if offer.opportunity == id:
            return next(step.gives for step in projection.steps if step.id == offer.step)
    if id in projection.types:
        level = projection.types[id]
        return (f"completed:{id}", *([f"level:{level}"] if level else []))
    raise UnknownThingError(id)


def usable_start_weeks(offer: Offer, on: date, since: date | None = None) -> tuple[int, ...]:
    """Weeks from the question's day in which a run starts, from dates that are still to come (not before `since`).

    A month counts from its first day. A year alone is too vague to plan by. A start within a week counts from the
    week's beginning, so that what must be finished before it truly is.
    """
    dates = (date.fromisoformat(said if len(said) == 10 else f"{said}-01") for said in offer.starts if len(said) >= 7)
    return tuple(sorted({(start - on).days // 7 for start in dates if start >= max(on, since or on)}))


def is_current(offer: Offer, on: date) -> bool:
    """Whether a run can be planned: it has a start to come, or no dates at all and was seen within a year."""
    if offer.starts:
        return bool(usable_start_weeks(offer, on))
    seen = offer.source.as_of
    return seen is not None and len(seen) == 10 and on - date.fromisoformat(seen) <= timedelta(days=FRESH_FOR_DAYS)


def award_rule(award: AwardFacts) -> Requirement | None:
    """What must add up for an award made of units; None unless its rules say how many credits it takes in all."""
    parts = tuple(read_rule(text) for text in award.award_rules)
    return AllOf(parts) if any(isinstance(p, CreditsFrom) and p.unit_role is None for p in parts) else None


def needs_employer(step: Step) -> bool:
    """Whether somebody must employ the person for a step."""
    return bool(EMPLOYER_CONDITIONS.intersection(step.conditions))


@dataclass(frozen=True, slots=True)
class Way:
    """One delivery of the catalogue: a run of a step, or with `offer` None the step itself, run by nobody known.

    `unknown` are the measures that the release does not give; the delivery then counts 0 for them, which is never
    shown. `earlier`: the dated runs of the step, where this stands for a run after them; when that would start is not
    known.
    """

    delivery: engine.Delivery
    step: Step
    offer: Offer | None
    unknown: frozenset[engine.Criterion]
    earlier: tuple[Offer, ...] = ()

    @property
    def last_start(self) -> str | None:
        """The last start that is known of the step, where this stands for a run after it."""
        return max((start for run in self.earlier for start in run.starts), default=None)

    @property
    def status(self) -> Status:
        """That of the less sure of step and run."""
        return worst([self.step.status, *([self.offer.source.status] if self.offer else [])])


@dataclass(frozen=True, eq=False)
class DayCatalogue:
    """What a release offers on a day: the planner's catalogue, and what its ids stand for.

    `circumstances` are those that some rule asks for. `offers` are all runs of a step, those of the past too, and
    `evidence` what shows past delivery of a thing, each by id.
    """

    catalogue: engine.Catalogue
    steps: Mapping[str, Step]
    ways: Mapping[str, Way]
    circumstances: Mapping[engine.Fact, Attribute]
    offers: Mapping[str, Sequence[Offer]]
    evidence: Mapping[str, Sequence[Evidence]]

    @cached_property
    def start_weeks(self) -> Mapping[str, tuple[int, ...]]:
        """The start weeks that are known, by step."""
        found = defaultdict[str, set[int]](set)
        for way in self.ways.values():
            found[way.step.id].update(way.delivery.starts or ())
        return {step: tuple(sorted(weeks)) for step, weeks in found.items() if weeks}

    @cached_property
    def without_measure(self) -> Mapping[engine.Criterion, frozenset[str]]:
        """For each criterion the deliveries, by id, of which the measure is not known."""
        return {
            criterion: frozenset(id for id, way in self.ways.items() if criterion in way.unknown)
            for criterion in engine.Criterion
        }

    @cached_property
    def not_published(self) -> frozenset[str]:
        """The deliveries, by id, that rest on more than what is published."""
        return frozenset(id for id, way in self.ways.items() if way.status is not Status.PUBLISHED)

    @cached_property
    def alike(self) -> Mapping[str, str]:
        """What the awards of a type of provision at a level are all the same as, by step."""
        studies = (step for step in self.steps.values() if step.kind is StepKind.STUDY and step.level)
        return {step.id: f"{kind} at level {step.level}" for step in studies for kind in step.about[1:]}

    @cached_property
    def past(self) -> Mapping[str, "Way"]:
        """The runs that can no longer be joined, as ways with no start, by id."""
        runs = ((self.steps[id], offer) for id, offers in self.offers.items() for offer in offers)
        return {
            offer.id: Way(engine.Delivery(offer.id, step.id, 0, 0, 0, ()), step, offer, frozenset())
            for step, offer in runs
            if offer.id not in self.ways
        }

    @cached_property
    def leading_to(self) -> Mapping[str, Sequence[Step]]:
        """The steps that give something of a thing, by its id."""
        found = defaultdict[str, list[Step]](list)
        for step in self.steps.values():
            for fact in step.gives:
                found[fact.partition(":")[2]].append(step)
        return found

    def on_the_way(self, goals: Iterable[str]) -> tuple[Step, ...]:
        """Every step on some way to the goals, by what rules name: nearest to the goals first."""
        waiting, found = deque(dict.fromkeys(goals)), dict[str, Step]()
        seen = set(waiting)
        while waiting:
            for step in self.leading_to.get(waiting.popleft(), ()):
                if step.id not in found:
                    found[step.id] = step
                    new = sorted(references(read_rule(step.requirement)) - seen)
                    seen.update(new)
                    waiting += new
        return tuple(found.values())

    def asked_for(self, goals: Iterable[str], *, circumstances: bool = False) -> tuple[engine.Fact, ...]:
        """What a person could bring that steps on some way to the goals ask for, nearest to the goals first.

        Awards, units, programmes, levels and work in a role, never a goal itself; circumstances only on request.
        """
        goals = tuple(goals)
        kinds = ("award:", "unit:", "completed:", "works-as:", "level:", *(("attribute:",) if circumstances else ()))
        entries = {content.id: content.entry for content in self.catalogue.contents}
        named = (fact for step in self.on_the_way(goals) for fact in _facts(entries[step.id]))
        return tuple(
            fact for fact in dict.fromkeys(named) if fact.startswith(kinds) and fact.partition(":")[2] not in goals
        )

    def held(self, person: Person, *, profile_required: bool) -> frozenset[engine.Fact]:
        """What holds at the beginning: what the person brings, and what is assumed."""
        held = {*person.planned(), *(() if profile_required else (ADMITTED,))}
        for fact, wanted in self.circumstances.items():
            known = person.attribute(wanted)
            held |= {fact, said(fact)} if known else {fact} if known is None else set()
        return frozenset(held)

    def through(
        self, via: Iterable[Via], goals: frozenset[engine.Fact], hours_per_week: int, projection: Projection
    ) -> "DayCatalogue":
        """The same, where a step that gives one of the goals asks for everything that is to be passed through."""
        stays = [_stay(one, hours_per_week, projection) for one in via if one.weeks]
        wanted = passed_through(via, projection)
        contents = [
            replace(content, entry=engine.All((content.entry, *wanted)))
            if goals.intersection(content.adds) and not set(wanted).intersection(content.adds)
            else content
            for content in self.catalogue.contents
        ]
        contents += [
            engine.Content(one.step.id, one.step.kind, f"works-as:{one.step.about[0]}", one.step.gives) for one in stays
        ]
        catalogue = engine.Catalogue(
            tuple(contents),
            self.catalogue.deliveries + tuple(one.delivery for one in stays),
            self.catalogue.rules,
        )
        steps = {**self.steps, **{one.step.id: one.step for one in stays}}
        ways = {**self.ways, **{one.delivery.id: one for one in stays}}
        return replace(self, catalogue=catalogue, steps=steps, ways=ways)


def _facts(expression: engine.Expression) -> Iterable[engine.Fact]:
    """The facts that an expression names."""
    match expression:
        case str():
            yield expression
        case engine.AtLeast(_, parts):
            for _, part in parts:
                yield from _facts(part)
        case engine.All(parts) | engine.AnyOf(parts):
            for part in parts:
                yield from _facts(part)


def said(fact: engine.Fact) -> engine.Fact:
    """That a circumstance was told, and not only never denied."""
    return f"{fact} (said)"


def passed_through(via: Iterable[Via], projection: Projection) -> tuple[engine.Fact, ...]:
    """The facts that mean that one was there, and long enough."""
    return tuple(f"stayed:{one.id}" if one.weeks else facts_of(one.id, projection)[0] for one in via)


def _stay(via: Via, hours_per_week: int, projection: Projection) -> Way:
    """Working on in a role for so many weeks, as a step; how heavy it is is not known, so nothing goes on beside it."""
    role = projection.roles[via.id]
    title = f"Stay in work as {role.title[:1].lower()}{role.title[1:]} for {via.weeks} weeks"
    step = Step(
        id=f"stay:{via.id}",
        kind=StepKind.JOB,
        title=title,
        about=(via.id,),
        level=role.level,
        requirement=f"works_as({via.id})",
        requirement_known=True,
        gives=(f"stayed:{via.id}",),
        conditions=(),
        weeks=Amount(via.weeks, Status.INFERRED, note="the client's own wish, not a rule"),
        cost=Amount(0, Status.INFERRED, note="a job is not paid for"),
        hours_per_week=None,
        status=role.source.status,
        sources=(role.source,),
    )
    delivery = engine.Delivery(step.id, step.id, 0, via.weeks, hours_per_week, None)
    return Way(delivery, step, None, frozenset({engine.Criterion.TRAVEL}))


class Catalogues:
    """The catalogues of one release, each made once. Safe to share between threads.

    A step of which the hours a week are not known is never planned beside another: it takes all that the person can
    give. So there is a catalogue for each day and number of hours a week, and for each day to set out, which drops the
    starts before it; contents and rules are the same in all.
    """

    def __init__(self, projection: Projection) -> None:
        self.projection = projection
        self.steps = {step.id: step for step in projection.steps}
        self._compiler = _Compiler(projection)
        self._kept: dict[tuple[date, int, date | None], DayCatalogue] = {}
        self._lock = threading.Lock()

    def of(self, on: date, hours_per_week: int, since: date | None = None) -> DayCatalogue:
        """The catalogue of a day, for somebody who can give so many hours a week and starts nothing before `since`."""
        key = on, hours_per_week, since
        with self._lock:
            found = self._kept.pop(key, None) or self._compiler.catalogue(*key)
            self._kept[key] = found
            while len(self._kept) > _KEPT:
                del self._kept[next(iter(self._kept))]
            return found


class _Compiler:
    """What does not depend on the day: requirements as the planner reads them, and the free rules."""

    def __init__(self, projection: Projection) -> None:
        self.projection = projection
        self.circumstances: dict[engine.Fact, Attribute] = {}
        self.offers: dict[str, list[Offer]] = defaultdict(list)
        for offer in projection.offers:
            self.offers[offer.step].append(offer)
        self.evidence: dict[str, list[Evidence]] = defaultdict(list)
        for one in projection.evidence:
            self.evidence[one.about].append(one)
        self.units: dict[str, list[tuple[int, str, int | None, str | None]]] = defaultdict(list)
        for unit in projection.units.values():
            if unit.award and unit.credits:
                self.units[unit.award].append((unit.credits, f"unit:{unit.id}", unit.level, unit.role))
        self.contents = {
            step.id: engine.Content(step.id, step.kind, self.expression(read_rule(step.requirement)), step.gives)
            for step in projection.steps
        }
        self.rules = tuple(self.free_rules())

    def credits(self, wanted: CreditsFrom) -> engine.Expression:
        """The award as a whole, or a weighted threshold over its units and credits; never both counted together.

        Without a source all credits must still come from one award: what adds up across awards, nobody has said.
        """
        ways: list[engine.Expression] = []
        for award in [wanted.source] if wanted.source else list(self.projection.awards):
            facts = self.projection.awards.get(award)
            parts = [
                (amount, fact)
                for amount, fact, level, role in self.units.get(award, ())
                if wanted.level in (None, level) and wanted.unit_role in (None, role)
            ]
            if facts and wanted.unit_role is None and wanted.level in (None, facts.level):
                ways += [f"award:{award}"] if (facts.credits or 0) >= wanted.credits else []
                parts += [(bit, f"credits:{award}:{bit}") for bit in CREDIT_BITS]
            ways += [engine.AtLeast(wanted.credits, tuple(parts))] if parts else []
        return engine.AnyOf(tuple(ways))

    def expression(self, requirement: Requirement, *, at_the_door: bool = False) -> engine.Expression:
        """A requirement as the planner reads it. `at_the_door`: a circumstance that nobody told us does not count."""
        match requirement:
            case AllOf(parts):
                return engine.All(tuple(self.expression(part, at_the_door=at_the_door) for part in parts))
            case AnyOf(parts):
                return engine.AnyOf(tuple(self.expression(part, at_the_door=at_the_door) for part in parts))
            case AtLeast(count, parts):
                return engine.AtLeast(
                    count, tuple((1, self.expression(part, at_the_door=at_the_door)) for part in parts)
                )
            case Usually(part, _):
                return engine.AnyOf((ADMITTED, self.expression(part, at_the_door=True)))
            case Holds(id):
                return f"unit:{id}" if id in self.projection.units else f"award:{id}"
            case Completed(id):
                return f"completed:{id}"
            case WorksAs(id):
                return f"works-as:{id}"
            case LevelHeld(level):
                return f"level:{level}"
            case CreditsFrom():
                return self.credits(requirement)
            case Attribute():
                fact = f"attribute:{write(requirement)}"
                self.circumstances[fact] = requirement
                return said(fact) if at_the_door else fact

    def free_rules(self) -> Iterable[engine.Rule]:
        """What follows by itself: a lower level from a higher, the level of an award, an award from its credits."""
        for level in range(2, HIGHEST_LEVEL + 1):
            yield engine.Rule(f"level:{level}", "implies", f"level:{level}", (f"level:{level - 1}",))
        for award in self.projection.awards.values():
            if award.level:
                yield engine.Rule(f"level of {award.id}", "implies", f"award:{award.id}", (f"level:{award.level}",))
            if (rule := award_rule(award)) is not None:
                yield engine.Rule(f"award of {award.id}", "award", self.expression(rule), (f"award:{award.id}",))

    def ways(self, step: Step, on: date, hours_per_week: int, since: date | None) -> Iterable[Way]:
        """The ways to take a step: runs that can be planned, else the step as a type with no provider known.

        Where all runs are dated it is a type with no provider known from the week after the last start that is known,
        unless all are known to be too heavy.
        """
        current = [one for one in self.offers.get(step.id, ()) if is_current(one, on)]
        dated = all(one.starts for one in current)
        after = max((week + 1 for one in current for week in usable_start_weeks(one, on)), default=0)
        least_hours = min((one.hours_per_week or 0 for one in current), default=0)
        set_out = max(0, -(-(since - on).days // 7)) if since else 0
        for offer in [*current, *([None] if dated and least_hours <= hours_per_week else [])]:
            weeks = offer.weeks if offer and offer.weeks is not None else step.weeks.value if step.weeks else None
            run_cost = offer.cost_pounds if offer else None
            cost = run_cost if run_cost is not None else step.cost.value if step.cost else None
            hours = (offer.hours_per_week if offer else None) or step.hours_per_week or hours_per_week
            unknown = {engine.Criterion.TRAVEL}
            unknown.update([engine.Criterion.COST] if cost is None else [])
            unknown.update(_OF_WEEKS if weeks is None else [])
            delivery = engine.Delivery(
                offer.id if offer else f"{step.id} (no provider known)",
                step.id,
                cost or 0,
                weeks or 0,
                hours if weeks else 0,
                usable_start_weeks(offer, on, since) if offer and offer.starts else None,
                opens=set_out if offer else max(set_out, after),
            )
            yield Way(delivery, step, offer, frozenset(unknown), () if offer else tuple(current))

    def catalogue(self, on: date, hours_per_week: int, since: date | None) -> DayCatalogue:
        """Everything on offer on a day, whatever is known of it."""
        steps = self.projection.steps
        ways = [way for step in steps for way in self.ways(step, on, hours_per_week, since)]
        return DayCatalogue(
            engine.Catalogue(tuple(self.contents.values()), tuple(way.delivery for way in ways), self.rules),
            {step.id: step for step in steps},
            {way.delivery.id: way for way in ways},
            self.circumstances,
            self.offers,
            self.evidence,
        )
