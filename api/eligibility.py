"""A person against schemes, steps, courses and awards; and the schemes themselves: for HTTP and the console alike."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Final

from pydantic import TypeAdapter

from api import people
from api.addresses import Addresses
from api.errors import Problem
from api.questions import Understanding
from api.schemas.eligibility import (
    EligibilityAnswer,
    EligibilityQuestion,
    EligibilityReply,
    FigureVersion,
    ForPeople,
    OwnRule,
    SchemeFigure,
    SchemeReply,
    SchemeRule,
    SchemeSaid,
    SchemesReply,
    VersionSaid,
)
from api.schemas.pathways import Understood
from api.schemas.person import Profile
from graph.projection import Offer, Projection, Source, Step
from graph.requirements import (
    Completed,
    CreditsFrom,
    Holds,
    LevelHeld,
    Opportunity,
    Requirement,
    WorksAs,
    parse,
    sentence,
    write,
)
from ontology.resources import yaml_file
from queries.eligibility.decision import Answer, Payment, SchemeDecision
from queries.eligibility.logic import Situation, decide
from queries.eligibility.rulebook import Rule, RuleBook, Scheme, ValueVersion, Version, rulebook
from queries.eligibility.schemes import decide_scheme, payments
from queries.find import How
from queries.pathways.compile import SHUTS_OUT, Person, opportunity_facts
from queries.pathways.judge import Judge
from queries.pathways.person import EMPLOYER_FIRST, LIKELY, free_for_residents, joint, likely_yes, with_reason
from queries.pathways.request import Likely, Verdict

AGAINST: Final = ("Qualification", "Unit", "ProvisionType", "LearningOpportunity", "Role")
"""Kinds of thing that a person can be set against; schemes and steps by their ids besides."""

OF_A_SCHEME: Final = "scheme"
"""What kind of thing a scheme is."""

ELIGIBILITY: Final = TypeAdapter(EligibilityReply)
SCHEMES: Final = TypeAdapter(SchemesReply)
SCHEME: Final = TypeAdapter(SchemeReply)

_OF_THE_AWARD: Final = ("kind", "htq", "subject")
"""What is so of a unit when it is so of its award."""

_ALREADY_SAID: Final = {Likely.YES: "Yes: ", Likely.NO: "No: ", Likely.CANNOT_TELL: "Not known yet. "}
_START: Final = {Likely.NO: "Likely no", Likely.CANNOT_TELL: "Cannot tell"}

APPRENTICESHIPS: Final = frozenset({"PT-APPR", "PT-FAPPR"})
"""Types of provision that nobody starts without an employer."""


@dataclass(frozen=True, slots=True)
class _Target:
    """What a person is set against: its kind, the facts that are known of it, and the step and run it is, if any."""

    asked: Understood
    kind: str
    opportunity: dict[str, str]
    scheme: Scheme | None = None
    step: Step | None = None
    offer: Offer | None = None
    sources: tuple[Source, ...] = ()


def reply(understanding: Understanding, question: EligibilityQuestion, today: date, root: str = "") -> EligibilityReply:
    """The person against each thing that is asked about. Raises `Problem`, which names the field."""
    on, profile = question.on or today, question.profile
    people.check(profile, on, f"{root}profile.")
    held = people.brought(understanding, profile, f"{root}profile.")
    projection = understanding.services.pathways.projection
    person = Person([one.id for one in held], profile.facts, projection, on)
    against = _Against(person, profile, projection, question, on)
    targets = []
    for number, text in enumerate(question.against):
        with people.naming(f"{root}against.{number}", text):
            targets += _targets(understanding, text)
    return EligibilityReply(
        answers=tuple(map(against.answer, targets)),
        understood=tuple(dict.fromkeys((*held, *(one.asked for one in targets)))),
        on=on,
        release=understanding.services.reference,
    )


class _Against:
    """One person, against one thing after another."""

    def __init__(
        self, person: Person, profile: Profile, projection: Projection, question: EligibilityQuestion, on: date
    ) -> None:
        self.person, self.profile, self.projection = person, profile, projection
        self.question, self.on = question, on
        self.judge = Judge(projection, person)

    def held(self, requirement: Requirement) -> bool | None:
        """Whether what is asked is held. Of what the profile leaves out altogether nothing is known."""
        if self.judge.judge(requirement, self.person.facts)[0] is Verdict.MET:
            return True
        said = self.profile
        match requirement:
            case Completed():
                told = said.completed is not None
            case WorksAs():
                told = said.roles is not None
            case LevelHeld():
                told = "highest-level" in self.person.attributes or said.awards is not None
            case Holds() | CreditsFrom():
                told = said.awards is not None or said.units is not None
            case _:
                told = False
        return False if told else None

    def answer(self, target: _Target) -> EligibilityAnswer:
        """The person against one thing."""
        day = self.question.starts or _next_start(target.offer, self.on) or self.on
        opportunity = {**target.opportunity, **self.question.opportunity.facts, "starts": day.isoformat()}
        situation = Situation(self.person.attributes, opportunity, day, self.on, self.held)
        book = rulebook()
        schemes: tuple[Scheme, ...] = (target.scheme,) if target.scheme else ()
        perhaps: tuple[Scheme, ...] = ()
        paid = decide_scheme(target.scheme, situation).payments if target.scheme else ()
        if target.scheme is None and ("kind" in opportunity or target.step is None):
            applying, paid = book.applying(opportunity), payments(book, situation)
            schemes = tuple(one for one in applying if one.applies(opportunity) is Answer.YES)
            perhaps = tuple(one for one in applying if one not in schemes)
        decided = tuple(_brief(decide_scheme(one, situation)) for one in schemes)
        own = self.own(target.step, situation)
        decisions = [own.decision] if own else []
        for scheme, one in zip(schemes, decided, strict=True):
            if scheme is target.scheme and scheme.kind not in SHUTS_OUT:
                decisions.append(one.funded)
            elif scheme.kind in SHUTS_OUT:
                decisions.append(one.entry)
        likely = LIKELY[joint(one.answer for one in decisions)] if decisions else Likely.CANNOT_TELL
        telling = [one for one in decisions if LIKELY[one.answer] is likely]
        said = " ".join(dict.fromkeys(one.text.removeprefix(_ALREADY_SAID[likely]) for one in telling))
        employer = self.needs_employer(opportunity) and likely is not Likely.NO
        start = likely_yes(employer=employer) if likely is Likely.YES else _START[likely]
        besides = (
            [f"{EMPLOYER_FIRST[:1].upper()}{EMPLOYER_FIRST[1:]}."] if employer and likely is not Likely.YES else []
        )
        besides += [free_for_residents(book, paid)] if likely is not Likely.NO else []
        return EligibilityAnswer(
            asked=target.asked,
            kind=target.kind,
            day=day,
            opportunity=opportunity,
            likely=likely,
            text=" ".join(filter(None, (f"{start}: {said or 'no rule about it is held here.'}", *besides))),
            own=own,
            schemes=decided,
            perhaps=tuple(_brief(decide_scheme(one, situation)) for one in perhaps),
            payments=tuple(with_reason(_own_rule_alone(one)) for one in paid),
            sources=target.sources,
        )

    def needs_employer(self, opportunity: Mapping[str, str]) -> bool:
        """Whether it is an apprenticeship, and the person is not known to be employed."""
        kinds = {kind.strip() for kind in opportunity.get("kind", "").split(",")}
        return bool(kinds & APPRENTICESHIPS) and self.person.attributes.get("employment") != "employed"

    def own(self, step: Step | None, situation: Situation) -> OwnRule | None:
        """What a step itself asks at entry."""
        if step is None:
            return None
        rule = parse(step.requirement)
        said = sentence(rule, self.projection.labels)
        return OwnRule(said, step.requirement_known, step.requirement_status, decide(rule, situation))


def _own_rule_alone(payment: Payment) -> Payment:
    """A payment with the rule that makes it one; the others stand with its scheme."""
    return replace(payment, rules=payment.rules[-1:])


def _brief(decided: SchemeDecision) -> SchemeDecision:
    return replace(decided, payments=tuple(map(_own_rule_alone, decided.payments)))


def _next_start(offer: Offer | None, on: date) -> date | None:
    """The next start of a run of which the day is known."""
    days = [date.fromisoformat(one) for one in (offer.starts if offer else ()) if len(one) == len("2026-11-21")]
    return min((day for day in days if day >= on), default=None)


def _targets(understanding: Understanding, text: str) -> list[_Target]:
    """What somebody means: a scheme, or a thing of the release with each of its runs that differs."""
    text, projection = text.strip(), understanding.services.pathways.projection
    if (scheme := rulebook().schemes.get(text)) is not None:
        about = scheme.applies_to
        kind = {about.name: about.value} if isinstance(about, Opportunity) and about.name == "kind" else {}
        return [_Target(Understood(text, scheme.id, scheme.title, How.ID), OF_A_SCHEME, kind, scheme)]
    if (step := understanding.services.pathways.step_named(text)) is not None:
        asked = Understood(text, step.id, step.title, How.ID)
        return [_of_step(asked, "step", step, None, projection)]
    asked = understanding.thing(text, AGAINST, "a scheme, a step, a course, an award, a unit or a role")
    return _of_thing(asked, understanding)


def _of_thing(asked: Understood, understanding: Understanding) -> list[_Target]:
    services = understanding.services
    projection, kind = services.pathways.projection, services.things.get_named(asked.id).collection
    if asked.id in projection.units:
        unit = projection.units[asked.id]
        award = next((step for step in projection.steps if step.about and step.about[0] == unit.award), None)
        known = opportunity_facts(award, None, projection) if award else {}
        facts = {name: value for name, value in known.items() if name in _OF_THE_AWARD}
        facts |= {"whole-course": "no", "bundle": "no"}
        facts |= {"credits": str(unit.credits)} if unit.credits is not None else {}
        facts |= {"level": str(unit.level)} if unit.level is not None else {}
        return [_Target(asked, kind, facts, sources=(unit.source,))]
    offers = [offer for offer in projection.offers if offer.opportunity == asked.id]
    if offers:
        steps = {step.id: step for step in projection.steps}
        return [_of_step(asked, kind, steps[offer.step], offer, projection) for offer in offers]
    about = [step for step in projection.steps if step.about and step.about[0] == asked.id]
    if about:
        return [_of_step(asked, kind, step, None, projection) for step in about]
    return [_Target(asked, kind, {"kind": asked.id} if asked.id in projection.types else {})]


def _of_step(asked: Understood, kind: str, step: Step, offer: Offer | None, projection: Projection) -> _Target:
    sources = (*step.sources, *((offer.source,) if offer else ()))
    return _Target(asked, kind, opportunity_facts(step, offer, projection), None, step, offer, sources)


# The schemes themselves.


def schemes(on: date, addresses: Addresses) -> SchemesReply:
    """Every scheme in short, and the rows of the published tables that are left for people."""
    book = rulebook()
    rows = tuple(ForPeople(one["row"], one["why"]) for one in yaml_file("rules/for-people.yml"))
    return SchemesReply(tuple(_said(book, one, on, addresses) for one in book.schemes.values()), rows, on)


def scheme(id: str, on: date, addresses: Addresses) -> SchemeReply:
    """One scheme with its figures and rules. Raises a problem for an unknown id."""
    book = rulebook()
    found = book.schemes.get(id)
    if found is None:
        there = f"There are {', '.join(book.schemes)}."
        raise Problem("unknown-id", f"No scheme has the id “{id}”.", hint=there, members={"id": id})
    figures = tuple(
        SchemeFigure(
            value.name,
            value.title,
            value.unit,
            tuple(
                FigureVersion(one.applies_from, one.applies_to, _holds(one, on), one.value, one.why, one.source)
                for one in value.series
            ),
        )
        for value in found.values.values()
    )
    return SchemeReply(_said(book, found, on, addresses), figures, tuple(_rule(one, on) for one in found.rules), on)


def _said(book: RuleBook, scheme: Scheme, on: date, addresses: Addresses) -> SchemeSaid:
    reviews = [version.review_by for rule in scheme.rules if (version := rule.on(on)) is not None]
    return SchemeSaid(
        id=scheme.id,
        title=scheme.title,
        about=scheme.about,
        kind=scheme.kind,
        authority=scheme.authority,
        applies_to=sentence(scheme.applies_to),
        rules=len(scheme.rules),
        next_change=next((day for day in book.turning_days(scheme.id) if day > on), None),
        review_by=min(reviews, default=None),
        href=addresses.to(f"/funding/{scheme.id}"),
    )


def _rule(rule: Rule, on: date) -> SchemeRule:
    versions = tuple(
        VersionSaid(
            applies_from=one.applies_from,
            applies_to=one.applies_to,
            in_force=_holds(one, on),
            sentence=one.sentence,
            rule=write(one.asks),
            pays={name: value for name, value in asdict(one.pays).items() if value is not None} if one.pays else None,
            source=one.source,
            checked_on=one.checked_on,
            review_by=one.review_by,
            review_is_due=on > one.review_by,
        )
        for one in rule.versions
    )
    return SchemeRule(
        id=rule.id,
        title=rule.title,
        promise=rule.promise,
        kind=rule.kind,
        rows=rule.rows,
        ask=rule.whom,
        before=rule.before,
        after=rule.after,
        versions=versions,
    )


def _holds(one: Version | ValueVersion, on: date) -> bool:
    return one.applies_from <= on and (one.applies_to is None or on <= one.applies_to)
