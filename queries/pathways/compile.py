"""From what a release offers and what a person asks to a problem for the planner.

Two things are kept apart all the way. A *fact* is true of the person or becomes true by a step. An *assumption* is
granted so that the search can go on, and is said in the answer: that a provider, who may decide freely, lets somebody
in without the profile it usually asks; that something nobody told us about the person is so. Nothing a person does not
say they hold is assumed to be held: only their circumstances (age, employment …) are open.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from graph.projection import AwardFacts, Offer, Projection, Status, Step
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
    write,
)
from queries.pathways.engine import problem as engine
from queries.pathways.request import PathwayRequest

HIGHEST_LEVEL: Final = 8
EMPLOYER_CONDITIONS: Final = frozenset({"employer-needed", "vacancy-needed"})
FRESH_FOR_DAYS: Final = 366
"""A page seen longer ago than this says what was offered, not what is."""


class UnknownThingError(LookupError):
    """The question names something the release does not hold, by this `id`."""

    def __init__(self, id: str) -> None:
        super().__init__(f"nothing has the id “{id}”")
        self.id = id


class Person:
    """What is known of the person: facts brought, and circumstances, each of which may be not known."""

    def __init__(self, holds: Iterable[str], attributes: dict[str, str], projection: Projection) -> None:
        self.attributes = attributes
        self.facts = frozenset(fact for id in holds for fact in facts_of(id, projection))

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


@dataclass(slots=True)
class Compiled:
    """A problem for the planner, and what its ids stand for. `offers` None: the step itself, run by nobody known."""

    problem: engine.PathwayProblem
    steps: dict[str, Step]
    offers: dict[str, Offer | None]
    left_out: dict[str, str] = field(default_factory=dict)


def usable_start_weeks(offer: Offer, on: date, horizon: int) -> tuple[int, ...] | None:
    """Weeks from the question's day in which a run starts, from dates that are still to come; None: none is known.

    A month counts from its first day. A year alone is too vague to plan by. A start within a week counts from the
    week's beginning, so that what must be finished before it truly is.
    """
    weeks = set()
    for said in offer.starts:
        if len(said) >= 7:
            start = date.fromisoformat(said if len(said) == 10 else f"{said}-01")
            week = (start - on).days // 7
            if start >= on and week <= horizon:
                weeks.add(week)
    return tuple(sorted(weeks)) or None


def is_current(offer: Offer, on: date, horizon: int) -> bool:
    """Whether a run can be planned: it has a start to come, or no dates at all and was seen within a year."""
    if offer.starts:
        return usable_start_weeks(offer, on, horizon) is not None
    seen = offer.source.as_of
    return seen is not None and len(seen) == 10 and on - date.fromisoformat(seen) <= timedelta(days=FRESH_FOR_DAYS)


def award_rule(award: AwardFacts) -> Requirement | None:
    """What must add up for an award made of units; None unless its rules say how many credits it takes in all."""
    parts = tuple(parse(text) for text in award.award_rules)
    return AllOf(parts) if any(isinstance(p, CreditsFrom) and p.unit_role is None for p in parts) else None


class _Compiler:
    def __init__(self, projection: Projection, request: PathwayRequest, on: date) -> None:
        self.projection, self.request, self.on = projection, request, on
        self.person = Person(request.holds, dict(request.attributes), projection)
        self.granted: set[str] = set()
        self.at_the_door = False
        self.credit_sources: dict[str, list[tuple[int, str, int | None, str | None]]] = {}
        for unit in projection.units.values():
            if unit.award and unit.credits:
                told = (unit.credits, f"unit:{unit.id}", unit.level, unit.role)
                self.credit_sources.setdefault(unit.award, []).append(told)
        for fact in self.person.facts:
            if fact.startswith("credits:"):
                _, award, amount = fact.split(":")
                level = projection.awards[award].level
                self.credit_sources.setdefault(award, []).append((int(amount), fact, level, None))

    def credits(self, wanted: CreditsFrom) -> engine.Expression:
        """The award as a whole, or a weighted threshold over its units and credits; never both counted together.

        Without a source all credits must still come from one award: what adds up across awards, nobody has said.
        """
        ways: list[engine.Expression] = []
        for award in [wanted.source] if wanted.source else list(self.projection.awards):
            facts = self.projection.awards.get(award)
            if facts and wanted.unit_role is None and wanted.level in (None, facts.level):
                ways += [f"award:{award}"] if (facts.credits or 0) >= wanted.credits else []
            parts = tuple(
                (amount, fact)
                for amount, fact, level, role in self.credit_sources.get(award, ())
                if wanted.level in (None, level) and wanted.unit_role in (None, role)
            )
            ways += [engine.AtLeast(wanted.credits, parts)] if parts else []
        return engine.AnyOf(tuple(ways))

    def expression(self, requirement: Requirement) -> engine.Expression:
        """A requirement as the planner reads it; assumptions are granted on the way."""
        match requirement:
            case AllOf(parts):
                return engine.All(tuple(map(self.expression, parts)))
            case AnyOf(parts):
                return engine.AnyOf(tuple(map(self.expression, parts)))
            case AtLeast(count, parts):
                return engine.AtLeast(count, tuple((1, self.expression(part)) for part in parts))
            case Usually(part, _):
                return self.profile(part) if self.request.profile_required else engine.All(())
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
                known = self.person.attribute(requirement)
                fact = f"attribute:{write(requirement)}"
                if known or (known is None and not self.at_the_door):
                    self.granted.add(fact)
                    return fact
                return fact if known is False else f"{fact} (said)"

    def profile(self, part: Requirement) -> engine.Expression:
        """A usual profile treated as a bar: there, a circumstance that nobody told us does not count."""
        self.at_the_door = True
        compiled = self.expression(part)
        self.at_the_door = False
        return compiled

    def rules(self) -> Iterable[engine.Rule]:
        """What follows by itself: a lower level from a higher, the level of an award, an award from its credits."""
        for level in range(2, HIGHEST_LEVEL + 1):
            yield engine.Rule(f"level:{level}", "implies", f"level:{level}", (f"level:{level - 1}",))
        for award in self.projection.awards.values():
            if award.level:
                yield engine.Rule(f"level of {award.id}", "implies", f"award:{award.id}", (f"level:{award.level}",))
            if (rule := award_rule(award)) is not None:
                needed = self.expression(rule)
                yield engine.Rule(f"award of {award.id}", "award", needed, (f"award:{award.id}",))

    def goal(self) -> engine.Expression:
        """Any of the roles or awards asked for."""
        return engine.AnyOf(tuple(facts_of(id, self.projection)[0] for id in self.request.to))

    def left_out(self, step: Step) -> str | None:
        """Why the question's limits take a step out; None when they do not."""
        if self.request.published_only and step.status is not Status.PUBLISHED:
            return "it is not published"
        needs_employer = bool(EMPLOYER_CONDITIONS.intersection(step.conditions))
        if self.request.without_employer and needs_employer and step.about[0] not in self.request.to:
            return "it needs an employer"
        return None

    def deliveries(self, step: Step, known: Callable[[Step], bool]) -> Iterable[tuple[engine.Delivery, Offer | None]]:
        """The ways to take a step: runs that can be planned, else the step as a type with no provider known."""
        horizon, cap = self.request.within_weeks, self.request.hours_per_week
        current = [o for o in self.projection.offers if o.step == step.id and is_current(o, self.on, horizon)]
        for offer in current:
            weeks = offer.weeks if offer.weeks is not None else step.weeks.value if step.weeks else None
            cost = offer.cost_pounds if offer.cost_pounds is not None else step.cost.value if step.cost else 0
            if weeks is not None:
                hours = (offer.hours_per_week or step.hours_per_week or cap) if weeks else 0
                starts = usable_start_weeks(offer, self.on, horizon)
                yield engine.Delivery(offer.id, step.id, cost, weeks, hours, starts), offer
        if known(step) and not current:
            weeks = step.weeks.value if step.weeks else 0
            hours = (step.hours_per_week or cap) if weeks else 0
            cost = step.cost.value if step.cost else 0
            yield engine.Delivery(f"{step.id} (no provider known)", step.id, cost, weeks, hours, None), None

    def compile(self, known: Callable[[Step], bool]) -> Compiled:
        """The problem, with only those steps whose measure is `known` standing for themselves."""
        contents, deliveries, offers, steps = [], [], {}, {}
        left_out = {}
        for step in self.projection.steps:
            if (why := self.left_out(step)) is not None:
                left_out[step.id] = why
                continue
            ways = list(self.deliveries(step, known))
            if not ways:
                left_out[step.id] = "its length or price is not known"
                continue
            steps[step.id] = step
            contents.append(engine.Content(step.id, step.kind, self.expression(parse(step.requirement)), step.gives))
            for delivery, offer in ways:
                deliveries.append(delivery)
                offers[delivery.id] = offer
        rules = tuple(self.rules())
        problem = engine.PathwayProblem(
            engine.Catalogue(tuple(contents), tuple(deliveries), rules),
            held=self.person.facts | self.granted,
            goal=self.goal(),
            hours_cap=self.request.hours_per_week,
            horizon=self.request.within_weeks,
        )
        return Compiled(problem, steps, offers, left_out)


def compile_question(
    projection: Projection, request: PathwayRequest, on: date, known: Callable[[Step], bool]
) -> tuple[Compiled, Person]:
    """The planner's problem for a question that names its goals in `request.to`.

    `known` says for which steps the measure to be least is known. Raises `UnknownThingError`.
    """
    compiler = _Compiler(projection, request, on)
    return compiler.compile(known), compiler.person
