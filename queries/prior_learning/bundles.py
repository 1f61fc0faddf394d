"""Which units of one provider are together large enough for the Lifelong Learning Entitlement.

How large is large enough, from which day, and for whom, is asked of the scheme's own rules; nothing is assumed where
they say not known. A unit whose credits are not visible is in no bundle.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import Final

from graph.projection import AwardFacts, UnitFacts
from graph.requirements import Requirement
from queries.eligibility.decision import Answer, SchemeDecision
from queries.eligibility.logic import Situation
from queries.eligibility.rulebook import RuleBook, Scheme
from queries.eligibility.schemes import decide_scheme
from queries.pathways.compile import MARKED
from queries.prior_learning.request import Bundle, Bundles, CourseSaid
from queries.prior_learning.said import as_choice, said_choices
from queries.prior_learning.shortfall import Group

SCHEME: Final = "lifelong-learning-entitlement"
SHOWN: Final = 10
"""Bundles shown; how many more there are is said."""

_FUNDED: Final = {
    Answer.YES: "The rules allow it to be funded.",
    Answer.NO: "The rules refuse it.",
    Answer.NOT_KNOWN: "Whether it is funded is not known yet.",
}


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: completed facts about the person, the day of the question, and what is held."""

    person: Mapping[str, str]
    on: date
    held: Callable[[Requirement], bool | None]


def bundles(
    book: RuleBook, asker: Asker, award: AwardFacts, courses: Sequence[CourseSaid], groups: Sequence[Group]
) -> Bundles:
    """The smallest bundles of the units that are still to be taken, at each provider whose course leads to the award.

    `groups`: what is still to be taken; of a group no more units are bundled than are to be taken of it.
    """
    scheme = book.schemes.get(SCHEME)
    if scheme is None:
        return Bundles(None, (), "No rules of the Lifelong Learning Entitlement are held here.")
    if award.kind and scheme.applies({"kind": award.kind, "whole-course": "no"}) is Answer.NO:
        return Bundles(None, (), "The Lifelong Learning Entitlement is not about this kind of award.")
    own = _own(award, groups)
    if not own:
        return Bundles(None, (), "No unit of this award with visible credits is left to take, so none can be bundled.")
    if not courses:
        return Bundles(None, (), "No provider is known to teach this award, so no units can be bundled at one.")
    at: dict[str, list[CourseSaid]] = defaultdict(list)
    for course in courses:
        at[course.provider.id].append(course)
    bundlers = [_Bundler(book, scheme, asker, award, offered, own) for offered in at.values()]
    found = [bundle for bundler in bundlers for bundle in bundler.bundles()]
    if not found:
        return Bundles(None, (), f"No bundle of these units is funded. {bundlers[0].largest().funded.text}")
    found.sort(key=lambda one: (one.credits, one.provider.label))
    shared = tuple(one for one in found[0].not_known if all(one in bundle.not_known for bundle in found))
    own_only = [replace(one, not_known=tuple(n for n in one.not_known if n not in shared)) for one in found[:SHOWN]]
    more = f" {len(found) - SHOWN} more are possible." if len(found) > SHOWN else ""
    least = found[0].credits
    return Bundles(
        least,
        tuple(own_only),
        f"The least that these units reach and the rules do not refuse is {least} credits at one provider.{more}",
        shared,
    )


def _own(award: AwardFacts, groups: Sequence[Group]) -> tuple[Group, ...]:
    """The units of the award itself whose credits are visible; those that are all to be taken are one group by size."""
    open_, whole = list[Group](), dict[tuple[int | None, int | None], list[UnitFacts]]()
    for group in groups:
        units = tuple(unit for unit in group.units if unit.award == award.id and unit.credits)
        if units and group.take >= len(units):
            for unit in units:
                whole.setdefault((unit.credits, unit.level), []).append(unit)
        elif units:
            open_.append(Group(group.take, units))
    return (*(Group(len(units), tuple(units)) for units in whole.values()), *open_)


def sold_alone(said: Iterable[str]) -> str:
    """Whether single units are sold: what is said of every course, else not known (`unknown`)."""
    different = set(said)
    return different.pop() if len(different) == 1 else "unknown"


def as_opportunity(
    award: AwardFacts, levels: Collection[int | None], credits: int, units: int, sold: str, day: date
) -> dict[str, str]:
    """What is known of units of one award at one provider as something to be funded; what is absent is not known."""
    level = next(iter(levels)) if len(levels) == 1 else None
    known = {
        "kind": award.kind,
        "level": str(level) if level is not None else None,
        "credits": str(credits),
        "htq": "yes" if (award.technical_mark or "").casefold() in MARKED else None,
        "sold-alone": sold if sold in ("yes", "no") else None,
    }
    return {
        **{name: value for name, value in known.items() if value is not None},
        "whole-course": "no",
        "bundle": "yes" if units > 1 else "no",
        "parent-course-here": "yes",
        "starts": day.isoformat(),
    }


class _Bundler:
    """Bundles at one provider."""

    def __init__(
        self,
        book: RuleBook,
        scheme: Scheme,
        asker: Asker,
        award: AwardFacts,
        courses: Sequence[CourseSaid],
        groups: tuple[Group, ...],
    ) -> None:
        self.scheme, self.asker, self.award, self.courses, self.groups = scheme, asker, award, courses, groups
        self.sold = sold_alone(course.sold_separately for course in courses)
        first = min((_day(course.next_start) for course in courses if course.next_start), default=asker.on)
        first = max(asker.on, first)
        self.days = [first, *(day for day in book.turning_days(SCHEME) if day > first)]

    def largest(self) -> SchemeDecision:
        """What the scheme says of all the units together, on the first day."""
        return self.decided(tuple(group.take for group in self.groups), self.days[0])

    def bundles(self) -> Iterator[Bundle]:
        """The bundles that are not refused, and of which no smaller part would do."""
        every = sorted(product(*(range(group.take + 1) for group in self.groups)), key=lambda n: (sum(n), n))
        for day in self.days:
            enough: list[tuple[int, ...]] = []
            for taken in every[1:]:
                if any(all(a <= b for a, b in zip(smaller, taken, strict=True)) for smaller in enough):
                    continue
                decision = self.decided(taken, day)
                if decision.funded.answer is not Answer.NO:
                    enough.append(taken)
                    yield self.said(taken, day, decision)
            if enough:
                return

    def decided(self, taken: tuple[int, ...], day: date) -> SchemeDecision:
        """What the scheme's rules say of so many of each group, begun on a day."""
        return decide_scheme(
            self.scheme, Situation(self.asker.person, self.facts(taken, day), day, self.asker.on, self.asker.held)
        )

    def facts(self, taken: tuple[int, ...], day: date) -> dict[str, str]:
        """What is known of a bundle as something to be funded; what is absent is not known."""
        levels = {group.units[0].level for group, n in zip(self.groups, taken, strict=True) if n}
        return as_opportunity(self.award, levels, _credits(self.groups, taken), sum(taken), self.sold, day)

    def said(self, taken: tuple[int, ...], day: date, decision: SchemeDecision) -> Bundle:
        """A bundle in words."""
        choices = tuple(as_choice(Group(n, group.units)) for group, n in zip(self.groups, taken, strict=True) if n)
        credits, provider = _credits(self.groups, taken), self.courses[0].provider
        ask = [f"{one.question} Ask the {one.whom}." for one in decision.funded.ask]
        asked = self.sold in ("yes", "no") or any(one.name == "sold-alone" for one in decision.funded.ask)
        alone = [] if asked else ["Are these units sold on their own? Ask the provider."]
        return Bundle(
            provider=provider,
            courses=tuple(course.course for course in self.courses),
            credits=credits,
            choices=choices,
            from_day=day,
            funded=decision.funded,
            payments=tuple(replace(payment, rules=()) for payment in decision.payments),
            price_pounds=None,
            not_known=tuple(dict.fromkeys([*alone, *ask])),
            text=f"{said_choices(choices)} at {provider.label}: {credits} credits in all, "
            f"starting on or after {day:%-d %B %Y}. {_FUNDED[decision.funded.answer]}",
        )


def _credits(groups: Sequence[Group], taken: Sequence[int]) -> int:
    return sum(n * (group.units[0].credits or 0) for group, n in zip(groups, taken, strict=True))


def _day(start: str) -> date:
    """The first day that a start, as exact as it is known, may mean."""
    return date.fromisoformat(start if len(start) == 10 else f"{start}-01")
