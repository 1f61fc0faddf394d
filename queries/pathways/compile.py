"""From what a release offers on a day and what a person asks to a problem for the planner.

The *catalogue* of a day is the same for everybody; what a question adds are facts that are held and deliveries that are
barred. Two things are kept apart all the way. A *fact* is true of the person or becomes true by a step. An *assumption*
is granted so that the search can go on, and is said in the answer: that a provider, who may decide freely, lets
somebody in without the profile it usually asks; that something nobody told us about the person is so. Nothing a person
does not say they hold is assumed to be held: only their circumstances (age, employment …) are open. A step into which
an assumption may lead beside facts is two contents: one asks for the facts, its *twin* is content with the assumption.
What is so for one person in each week is worked out in `queries.pathways.personal`.
"""

from __future__ import annotations

import operator
import re
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property, lru_cache
from itertools import count
from typing import TYPE_CHECKING, Final

from graph.projection import Amount, AwardFacts, Evidence, Offer, Projection, Status, Step, StepKind, worst
from graph.requirements import (
    NOTHING,
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
    parse,
    references,
    write,
)
from graph.requirements import opportunity_facts as askable
from queries.eligibility.decision import Answer
from queries.eligibility.logic import Situation, judged
from queries.eligibility.person import Facts, age_on, complete
from queries.eligibility.rulebook import Rule, RuleBook, Scheme, rulebook
from queries.eligibility.schemes import Cost, applying
from queries.pathways.engine import problem as engine
from queries.pathways.relevant import is_of_register, relevant
from queries.pathways.request import Via, counted

if TYPE_CHECKING:
    from queries.pathways.personal import Ages, Run, Standing, Yearly

HIGHEST_LEVEL: Final = 8
EMPLOYER_CONDITIONS: Final = frozenset({"employer-needed", "vacancy-needed"})
FRESH_FOR_DAYS: Final = 366
"""A page seen longer ago than this says what was offered, not what is."""

OLDEST: Final = 150
"""Years that nobody is old."""

UNTOLD: Final = "what nobody told us of the run"
"""The assumption that what a scheme asks of a run is so, or that something it excludes is not."""

NOT_TOLD: Final = Opportunity("", "=", "")
"""Stands for what is not known."""

AGES: Final = ("age", "age-on-31-august")
"""The facts that change with the day without anybody's doing."""

SHUTS_OUT: Final = ("training", "award")
"""Kinds of schemes that nobody starts a step against; of the others only the money is lost."""

MARKED: Final = frozenset({"htq", "launched as htq"})
"""How a source says that an award carries the Higher Technical Qualification mark."""

PAID_JOBS: Final = frozenset({"PT-APPR", "PT-FAPPR", "PT-AUNIT"})
"""Types of provision in which a person is employed."""

_COMPARED: Final = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt, "=": operator.eq}

ADMITTED: Final = "admitted without the usual profile"
"""The assumption that whoever decides about entry decides in favour. Not held where the profile is to be a bar."""

CREDIT_BITS: Final = tuple(1 << bit for bit in range(10))
"""Credits that are held of an award are facts of these sizes, so that one catalogue serves every number of them."""

_OF_WEEKS: Final = (engine.Criterion.WEEKS, engine.Criterion.STUDY_WEEKS, engine.Criterion.FIRST_JOB)
_KEPT: Final = 16
"""Catalogues of a release that are kept: of the days, hours a week and persons lately asked for."""

read_rule = lru_cache(maxsize=100_000)(parse)
"""The tree of a requirement's text; the same texts are read again and again."""


class UnknownThingError(LookupError):
    """The question names something the release does not hold, by this `id`."""

    def __init__(self, id: str) -> None:
        super().__init__(f"nothing has the id “{id}”")
        self.id = id


class Person:
    """What is known of the person: facts brought, and circumstances, each of which may be not known.

    `asked_on`: the day of the question, on which the circumstances were said.
    """

    def __init__(
        self,
        holds: Iterable[str],
        attributes: Mapping[str, str],
        projection: Projection,
        asked_on: date,
    ) -> None:
        self.attributes: Facts = complete(attributes)
        self.facts = frozenset(fact for id in dict.fromkeys(holds) for fact in facts_of(id, projection))
        self.asked_on = asked_on

    def attribute(self, wanted: Attribute, day: date | None = None) -> bool | None:
        """Whether a circumstance is as asked on a day: True, False, or None when that is not known.

        Without a day, whether it ever is so, from the day of the question on.
        """
        if day is None and wanted.name == "age" and (ages := age_on(self.attributes, self.asked_on, self.asked_on)):
            return any(_COMPARED[wanted.operator](age, int(wanted.value)) for age in range(ages[0], OLDEST))
        answer = judged(wanted, Situation(self.attributes, {}, day or self.asked_on, self.asked_on))
        return None if answer is Answer.NOT_KNOWN else answer is Answer.YES

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
            facts = projection.awards[award]
            lent = [f"level:{facts.level}"] if is_of_register(facts) and facts.level else []
            return (f"award:{award}", *lent)
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


def conjuncts(requirement: Requirement) -> tuple[Requirement, ...]:
    """What is asked, one thing beside another."""
    return requirement.parts if isinstance(requirement, AllOf) else (requirement,)


def asks_facts(requirement: Requirement) -> bool:
    """Whether a step may give what is asked, or somebody decides: what circumstances alone cannot settle."""
    match requirement:
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            return any(map(asks_facts, parts))
        case Attribute() | Opportunity() | Not():
            return False
        case _:
            return True


def is_mixed(requirement: Requirement) -> bool:
    """Whether facts may meet it, and an assumption too."""
    match requirement:
        case Usually():
            return True
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            return any(map(is_mixed, parts)) or len({asks_facts(part) for part in parts}) > 1
        case _:
            return False


def shutting_out(book: RuleBook, opportunity: Facts) -> tuple[Scheme, ...]:
    """The schemes whose entry rules a step has to keep to, as far as it is known to be about them."""
    return tuple(one for one, about in applying(book, opportunity) if about and one.kind in SHUTS_OUT)


def facts_asked(rule: Rule) -> tuple[Requirement, ...]:
    """What an entry rule, in its last version, asks of what a pathway may give: part of the entry of the step."""
    return tuple(part for part in conjuncts(rule.versions[-1].asks) if asks_facts(part))


def cannot_tell(id: str) -> str:
    """The id of the twin of a content or delivery."""
    return f"{id} (cannot tell)"


def opportunity_facts(step: Step, offer: Offer | None, projection: Projection) -> dict[str, str]:
    """What is known of a step, or of a run of it, that schemes' rules may ask about; nothing of a job."""
    if step.kind is StepKind.JOB:
        return {}
    award, unit = _award_of(step, projection), projection.units.get(step.id)
    of = projection.awards.get(unit.award or "") if unit else award
    about = (*step.about, of.kind or "") if of else step.about  # a unit is provision of the type that its award is of
    kinds = [id for id in dict.fromkeys(about) if id in projection.types]
    marked = (of.technical_mark or "").casefold() in MARKED if of else False
    weeks = offer.weeks if offer and offer.weeks is not None else step.weeks.value if step.weeks else None
    sold = not set(kinds).intersection(askable()["kind"]["not-sold"])
    asked = step.cost.value if step.cost and sold else None
    price = offer.cost_pounds if offer and offer.cost_pounds is not None else asked
    known: dict[str, object] = {
        "kind": ",".join(kinds) or None,
        "level": step.level,
        "weeks": weeks,
        "award": award.id if award else None,
        "credits": credits_taken(step, projection)[0] if step.kind is StepKind.STUDY else None,
        "htq": "yes" if marked else None,
        "paid-job": "yes" if PAID_JOBS.intersection(kinds) else None,
        "whole-course": "yes" if award else "no" if unit else None,
        "price": price,
        "sold-alone": offer.sold_separately if offer and offer.sold_separately in ("yes", "no") else None,
    }
    return {name: str(value) for name, value in known.items() if value is not None}


def _award_of(step: Step, projection: Projection) -> AwardFacts | None:
    return next((found for id in step.about if (found := projection.awards.get(id))), None)


def credits_taken(step: Step, projection: Projection) -> tuple[int | None, Status]:
    """The credits of a step's unit, or of its award less those that have to be brought; None: not known. How sure."""
    if (unit := projection.units.get(step.id)) is not None:
        return unit.credits, unit.credits_status
    if (award := _award_of(step, projection)) is None:
        return None, Status.INFERRED
    taken = [t for t in projection.transfers if t.automatic and t.to_id == award.id and t.from_id]
    asked = [t for t in taken if t.from_id in references(read_rule(step.requirement))]
    if award.credits is None or not asked:
        return award.credits, award.credits_status
    brought = asked[0].credits
    status = worst([award.credits_status, asked[0].source.status])
    return None if brought is None else award.credits - brought, status


def settled(requirement: Requirement, opportunity: Facts) -> Requirement:
    """The requirement with what is known of the opportunity filled in; what is met by that alone asks for nothing."""
    match requirement:
        case AllOf(parts):
            left = (settled(part, opportunity) for part in parts)
            return AllOf(tuple(part for part in left if part != NOTHING))
        case AnyOf(parts):
            some = tuple(settled(part, opportunity) for part in parts)
            return NOTHING if NOTHING in some else AnyOf(tuple(part for part in some if part != AnyOf(())))
        case AtLeast(count, parts):
            return AtLeast(count, tuple(settled(part, opportunity) for part in parts))
        case Usually(part, decided_by):
            return Usually(settled(part, opportunity), decided_by)
        case Opportunity():
            answer = judged(requirement, Situation({}, opportunity, date.max, date.max))
            return NOTHING if answer is Answer.YES else AnyOf(()) if answer is Answer.NO else requirement
        case _:
            return requirement


def at_age(requirement: Requirement, aged: Mapping[Attribute, bool | None]) -> Requirement:
    """The requirement with ages filled in, None being not known."""
    match requirement:
        case AllOf(parts):
            return AllOf(tuple(at_age(part, aged) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(at_age(part, aged) for part in parts))
        case AtLeast(count, parts):
            return AtLeast(count, tuple(at_age(part, aged) for part in parts))
        case Usually(part, decided_by):
            return Usually(at_age(part, aged), decided_by)
        case Attribute() if requirement in aged:
            so = aged[requirement]
            return NOT_TOLD if so is None else NOTHING if so else AnyOf(())
        case _:
            return requirement


def ages_asked(requirement: Requirement) -> list[Attribute]:
    """The ages that a requirement compares with."""
    return [one for one in circumstances(requirement) if one.name in AGES]


def needs_employer(step: Step) -> bool:
    """Whether somebody must employ the person for a step."""
    return bool(EMPLOYER_CONDITIONS.intersection(step.conditions))


@dataclass(frozen=True, slots=True)
class Way:
    """One delivery of the catalogue: a run of a step, or with `offer` None the step itself, run by nobody known.

    `unknown` are the measures that the release does not give; the delivery then counts 0 for them, which is never
    shown. `earlier`: the dated runs of the step, where this stands for a run after them; when that would start is not
    known. For one person, `counted` is the sure payment that counts for starts in these weeks (None: the price of the
    run or step, if one is known), and `own_pounds` what is paid at once.
    """

    delivery: engine.Delivery
    step: Step
    offer: Offer | None
    unknown: frozenset[engine.Criterion]
    earlier: tuple[Offer, ...] = ()
    counted: Cost | None = None

    @property
    def own_pounds(self) -> int:
        """What is paid at once, and not borrowed; 0 where it is not known (see `unknown`)."""
        return self.delivery.cost_pounds - ((self.counted.loan_pounds or 0) if self.counted else 0)

    @property
    def last_start(self) -> str | None:
        """The last start that is known of the step, where this stands for a run after it."""
        return max((start for run in self.earlier for start in run.starts), default=None)

    @property
    def status(self) -> Status:
        """That of the less sure of step and run."""
        return worst([self.step.status, *([self.offer.source.status] if self.offer else [])])


def twin_of(way: Way) -> Way:
    """The same run, entered on an assumption."""
    one = way.delivery
    return replace(way, delivery=replace(one, id=cannot_tell(one.id), content=cannot_tell(one.content)))


@dataclass(frozen=True, eq=False)
class DayCatalogue:
    """What a release offers on a day: the planner's catalogue, and what its ids stand for.

    `circumstances` are those that some rule asks for. `offers` are all runs of a step, those of the past too, and
    `evidence` what shows past delivery of a thing, each by id. `steps` are by content, `twins`
    the ids of the steps of those that are twins.

    For one person, by delivery: `cannot_tell` are those of which it is not known whether the person may start them,
    `closed` those that the person surely may not, `borrowed` those that take less from the own pocket and not less in
    all. `ages`: what their age rules out together; None when it is known to the day. `yearly`: what an entitlement may
    not pay for in one year; None when it pays for nothing.
    """

    catalogue: engine.Catalogue
    steps: Mapping[str, Step]
    ways: Mapping[str, Way]
    circumstances: Mapping[engine.Fact, Attribute]
    offers: Mapping[str, Sequence[Offer]]
    evidence: Mapping[str, Sequence[Evidence]]
    twins: Mapping[str, str] = field(default_factory=dict)
    cannot_tell: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()
    borrowed: frozenset[str] = frozenset()
    ages: Ages | None = None
    yearly: Yearly | None = None

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
    def own_pounds(self) -> Mapping[str, int] | None:
        """What is paid at once for each delivery, by id; None where that is the whole cost of all."""
        if all(way.counted is None or not way.counted.loan_pounds for way in self.ways.values()):
            return None
        return {id: way.own_pounds for id, way in self.ways.items()}

    @cached_property
    def alike(self) -> Mapping[str, str]:
        """What the awards of a type of provision at a level, and a step and its twin, are the same as, by content."""
        studies = (step for step in self.steps.values() if step.kind is StepKind.STUDY and step.level)
        alike = {step.id: f"{kind} at level {step.level}" for step in studies for kind in step.about[1:]}
        return alike | {twin: alike.get(step, step) for twin, step in self.twins.items()}

    @cached_property
    def past(self) -> Mapping[str, Way]:
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
        for step in dict.fromkeys(self.steps.values()):
            for fact in step.gives:
                found[fact.partition(":")[2]].append(step)
        return found

    def on_the_way(self, goals: Iterable[str]) -> tuple[Step, ...]:
        """Every step on some way to the goals, by what rules name: nearest to the goals first."""
        waiting, found = deque(dict.fromkeys(goals)), dict[str, Step]()
        seen = set(waiting)
        while waiting:
            goal = waiting.popleft()
            waiting += _new(self.made_of.get(goal, ()), seen)
            for step in self.leading_to.get(goal, ()):
                if step.id not in found:
                    found[step.id] = step
                    waiting += _new(sorted(references(read_rule(step.requirement))), seen)
        return tuple(found.values())

    @cached_property
    def made_of(self) -> Mapping[str, Sequence[str]]:
        """The units that an award can be made of, by the id of the award."""
        return {
            fact.partition(":")[2]: [one.partition(":")[2] for one in _facts(rule.condition) if one.startswith("unit:")]
            for rule in self.catalogue.rules
            if rule.kind == "award"
            for fact in rule.then
        }

    def asked_for(self, goals: Iterable[str], *, circumstances: bool = False) -> tuple[engine.Fact, ...]:
        """What a person could bring that steps on some way to the goals ask for, nearest to the goals first.

        Awards, units, programmes, levels and work in a role, never a goal itself; circumstances only on request.
        """
        goals = tuple(goals)
        kinds = ("award:", "unit:", "completed:", "works-as:", "level:", *(("attribute:",) if circumstances else ()))
        entries = {content.id: content.entry for content in self.catalogue.contents}
        ids = (step.id for step in self.on_the_way(goals))
        named = (fact for id in ids for fact in _facts(entries.get(cannot_tell(id), entries[id])))
        return tuple(
            fact for fact in dict.fromkeys(named) if fact.startswith(kinds) and fact.partition(":")[2] not in goals
        )

    def held(self, person: Person, *, profile_required: bool) -> frozenset[engine.Fact]:
        """What holds at the beginning: what the person brings, and what is assumed."""
        held = {UNTOLD, *person.planned(), *(() if profile_required else (ADMITTED,))}
        for fact, wanted in self.circumstances.items():
            now, ever = person.attribute(wanted, person.asked_on), person.attribute(wanted)
            held |= set() if ever is False else {fact, said(fact)} if now else {fact}
        return frozenset(held)

    def through(
        self, via: Iterable[Via], goals: frozenset[engine.Fact], hours_per_week: int, projection: Projection
    ) -> DayCatalogue:
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


def _new(ids: Iterable[str], seen: set[str]) -> list[str]:
    """Those that were not seen yet; now they are."""
    found = [id for id in dict.fromkeys(ids) if id not in seen]
    seen.update(found)
    return found


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


def _but(expression: engine.Expression, fact: engine.Fact) -> engine.Expression:
    """The expression where a fact does not hold: what makes it cannot lean on it, and no solver need find that out."""
    match expression:
        case engine.AtLeast(count, parts):
            return engine.AtLeast(count, tuple((weight, _but(part, fact)) for weight, part in parts))
        case engine.All(parts):
            return engine.All(tuple(_but(part, fact) for part in parts))
        case engine.AnyOf(parts):
            return engine.AnyOf(tuple(_but(part, fact) for part in parts if part != fact))
        case _:
            return engine.AnyOf(()) if expression == fact else expression


def said(fact: engine.Fact) -> engine.Fact:
    """That a circumstance was told, and not only never denied."""
    return f"{fact} (said)"


def passed_through(via: Iterable[Via], projection: Projection) -> tuple[engine.Fact, ...]:
    """The facts that mean that one was there, and long enough."""
    return tuple(f"stayed:{one.id}" if one.weeks else facts_of(one.id, projection)[0] for one in via)


def _stay(via: Via, hours_per_week: int, projection: Projection) -> Way:
    """Working on in a role for so many weeks, as a step; how heavy it is is not known, so nothing goes on beside it."""
    role = projection.roles[via.id]
    title = f"Stay in work as {role.title[:1].lower()}{role.title[1:]} for {counted(via.weeks, 'week')}"
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

    def __init__(
        self, projection: Projection, book: RuleBook | None = None, goals: frozenset[str] = frozenset()
    ) -> None:
        self.projection = projection
        self.book = book or rulebook()
        self.steps = {step.id: step for step in projection.steps}
        self.runs: dict[tuple[str, str | None], Run] = {}
        self.standings: dict[Hashable, Standing] = {}
        self.spans: dict[Hashable, list[tuple[int, Standing]]] = {}
        self._aged: dict[Hashable, tuple[engine.Content, ...]] = {}
        self._numbers: dict[Hashable, int] = {}
        self._next_number = count()
        self._shared: dict[Hashable, engine.Catalogue] = {}
        self.alike: dict[Hashable, Hashable] = {}
        self._reaching: dict[frozenset[str], Catalogues] = {}
        matters = relevant(projection, goals)
        kept = {step.id for step in matters.steps}
        self._aside = {step.id for step in projection.steps if step.id not in kept}
        self._compiler = _Compiler(matters, self.book)
        self._kept: dict[Hashable, DayCatalogue] = {}
        self._lock = threading.RLock()

    def reaching(self, goals: Iterable[str]) -> Catalogues:
        """The catalogues with the steps that lead to these goals alone; nearly always the same as for all others."""
        wanted = frozenset(self._aside.intersection(goals))
        if not wanted:
            return self
        with self._lock:
            if wanted not in self._reaching:
                while len(self._reaching) >= _KEPT:
                    del self._reaching[next(iter(self._reaching))]
                self._reaching[wanted] = Catalogues(self.projection, self.book, wanted)
            return self._reaching[wanted]

    def of(self, on: date, hours_per_week: int, since: date | None = None) -> DayCatalogue:
        """The catalogue of a day, for somebody who can give so many hours a week and starts nothing before `since`."""
        key = on, hours_per_week, since
        return self.kept(key, lambda: self._compiler.catalogue(*key))

    def kept(self, key: Hashable, make: Callable[[], DayCatalogue]) -> DayCatalogue:
        """What was made for a key, if it is kept still, else what is made now."""
        with self._lock:
            found = self._kept.pop(key, None) or make()
            self._kept[key] = found
            while len(self._kept) > _KEPT:
                del self._kept[next(iter(self._kept))]
            return found

    def number(self, of: Hashable) -> int:
        """A number that stands for something, and for nothing else: it is quicker to look up."""
        return self._numbers.setdefault(of, next(self._next_number))

    def asked(self, step: Step) -> tuple[Requirement, ...]:
        """All that a step asks at entry (see `contents_at`), one thing beside another."""
        return self._compiler.asked(step)

    def shared(self, contents: tuple[engine.Content, ...], ways: Iterable[Way]) -> engine.Catalogue:
        """The planner's catalogue of these; one object for all people to whom it is the same."""
        deliveries = tuple(way.delivery for way in ways)
        key = contents[len(self._compiler.contents) :], deliveries
        with self._lock:
            found = self._shared.pop(key, None) or engine.Catalogue(contents, deliveries, self._compiler.rules)
            self._shared[key] = found
            while len(self._shared) > _KEPT:
                del self._shared[next(iter(self._shared))]
            return found

    def contents_at(self, step: Step, aged: Mapping[Attribute, bool | None], when: str) -> tuple[engine.Content, ...]:
        """A step as the planner reads it, and its twin, where ages are as given: the same objects for all people."""
        key = step.id, tuple(aged.items()), when
        if key not in self._aged:
            self._aged.setdefault(key, tuple(self._compiler.contents_of(step, aged, when)))
        return self._aged[key]


class _Compiler:
    """What does not depend on the day: requirements as the planner reads them, and the free rules."""

    def __init__(self, projection: Projection, book: RuleBook) -> None:
        self.projection, self.book = projection, book
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
        self.contents = tuple(content for step in projection.steps for content in self.contents_of(step))
        found = {content.id for content in self.contents}
        self.twins = {twin: step.id for step in projection.steps if (twin := cannot_tell(step.id)) in found}
        self.rules = tuple(self.free_rules())

    def asked(self, step: Step) -> tuple[Requirement, ...]:
        """All that a step asks at entry, one thing beside another, less what schemes ask of circumstances alone."""
        return (*conjuncts(read_rule(step.requirement)), *self.scheme_parts(step))

    def contents_of(
        self, step: Step, aged: Mapping[Attribute, bool | None] | None = None, when: str = ""
    ) -> Iterable[engine.Content]:
        """A step as the planner reads it, and its twin where an assumption may lead in beside facts.

        `aged`: ages that are so, or not, for starts at some time, `when`.
        """
        parts = self.asked(step)
        mixed = [is_mixed(part) for part in parts]
        parts = tuple(at_age(part, aged) if aged and asks_facts(part) else part for part in parts)
        both = zip(parts, mixed, strict=True)
        entry = engine.All(tuple(self.expression(part, at_the_door=mixed) for part, mixed in both))
        yield engine.Content(step.id + when, step.kind, entry, step.gives)
        if any(mixed):
            entry = engine.All(tuple(map(self.expression, parts)))
            yield engine.Content(cannot_tell(step.id + when), step.kind, entry, step.gives)

    def scheme_parts(self, step: Step) -> Iterable[Requirement]:
        """What the schemes of a step ask at entry of what a pathway may give."""
        known = opportunity_facts(step, None, self.projection)
        for scheme in shutting_out(self.book, known) if known else ():
            for rule in scheme.rules:
                if rule.kind == "entry":
                    yield from (left for part in facts_asked(rule) if (left := settled(part, known)) != NOTHING)

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
        """A requirement as the planner reads it. `at_the_door`: no assumption counts."""
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
                never = part == NOTHING or requirement.asks_besides
                usual = engine.AnyOf(()) if never else self.expression(part, at_the_door=True)
                return usual if at_the_door else engine.AnyOf((ADMITTED, usual))
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
            case Opportunity() | Not():
                return engine.AnyOf(()) if at_the_door else UNTOLD

    def free_rules(self) -> Iterable[engine.Rule]:
        """What follows by itself: a lower level from a higher, the level of an award, an award from its credits."""
        for level in range(2, HIGHEST_LEVEL + 1):
            yield engine.Rule(f"level:{level}", "implies", f"level:{level}", (f"level:{level - 1}",))
        given = {fact for step in self.projection.steps for fact in step.gives}
        for award in self.projection.awards.values():
            if is_of_register(award) and f"award:{award.id}" not in given:
                continue  # what it lends somebody who holds it is said by `facts_of`
            if award.level:
                yield engine.Rule(f"level of {award.id}", "implies", f"award:{award.id}", (f"level:{award.level}",))
            if (rule := award_rule(award)) is not None:
                award_made = f"award:{award.id}"
                yield engine.Rule(
                    f"award of {award.id}", "award", _but(self.expression(rule), award_made), (award_made,)
                )

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
        ways += [twin_of(way) for way in ways if cannot_tell(way.step.id) in self.twins]
        return DayCatalogue(
            engine.Catalogue(self.contents, tuple(way.delivery for way in ways), self.rules),
            {id: step for step in steps for id in (step.id, cannot_tell(step.id)) if id == step.id or id in self.twins},
            {way.delivery.id: way for way in ways},
            self.circumstances,
            self.offers,
            self.evidence,
            self.twins,
            frozenset(way.delivery.id for way in ways if way.delivery.content in self.twins),
        )
