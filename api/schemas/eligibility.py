"""A person against schemes, courses and awards; the schemes with their rules; and prior learning, over the wire."""

from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final, Self

from pydantic import ConfigDict, Field, create_model

from api.schemas.common import MANY_THINGS, Asked, Day, Named, ReadAsked
from api.schemas.facts import Besides, Said, facts_in, field_of
from api.schemas.pathways import NotUsed, Understood
from api.schemas.person import PROFILE_EXAMPLE, Profile
from graph.projection import Source, Status
from graph.requirements import Opportunity, opportunity_facts, opportunity_fault
from queries.eligibility.decision import Decision, Payment, RuleSource, SchemeDecision
from queries.pathways.request import Likely, ReleaseRef
from queries.prior_learning.request import PriorLearning

OPPORTUNITY: Final = {
    name.replace("-", "_"): name
    for name, known in opportunity_facts().items()
    if name != "starts" and "worked-out" not in known
}
"""What rules may ask about an opportunity, by the name of its field; `starts` is a part of the question."""


def _fault(name: str, value: str) -> str | None:
    return opportunity_fault(Opportunity(name, "=", value))


if TYPE_CHECKING:
    _Facts = Said
else:
    _Facts = create_model(
        "_Facts",
        __base__=Said,
        **{field: field_of(name, opportunity_facts()[name], _fault, 1_000_000) for field, name in OPPORTUNITY.items()},
    )


class OpportunityFacts(_Facts):
    """What is known of what is to be started. Every part may be left out, or said to be `not known`."""

    @property
    def facts(self) -> dict[str, str]:
        """The facts that are known, as rules name them."""
        return facts_in(self, OPPORTUNITY)


def _nobody_told(given: object) -> object:
    return Profile() if given is None else given


PerhapsProfile = Annotated[Profile, Besides(_nobody_told, {"type": "null"})]
"""A profile; `null` is one of which nothing is known."""


class EligibilityQuestion(ReadAsked):
    """A person against one or several schemes, steps, courses, awards or units."""

    model_config = ConfigDict(
        strict=True,
        json_schema_extra={
            "examples": [
                {"against": ["path-2-apprenticeships", "foundation-apprenticeship"], "profile": {"age": 18}},
                {
                    "against": ["lifelong-learning-entitlement"],
                    "profile": PROFILE_EXAMPLE,
                    "opportunity": {"kind": "PT-HNC", "htq": "yes", "credits": 15, "whole_course": "no"},
                    "starts": "2027-01-11",
                },
            ]
        },
    )

    against: Annotated[list[Named], Field(min_length=1, max_length=MANY_THINGS)] = Field(
        description="Schemes by their ids (see /funding); or steps, courses, awards, units or types of provision of the"
        " release, by id or words. Each is answered by itself."
    )
    profile: PerhapsProfile = Field(
        default_factory=Profile, description="What is known of the person. Nothing of it is kept or logged."
    )
    opportunity: OpportunityFacts = Field(
        default_factory=OpportunityFacts,
        description="What is known of what is to be started. Goes before what the release says of it.",
    )
    starts: Day | None = Field(
        None,
        description="Day on which it starts. Without it the next start that is known, else the day of the question.",
    )
    on: Day | None = Field(None, description="Day of the question; without it today.")


@dataclass(frozen=True, slots=True)
class OwnRule:
    """What the step itself asks at entry, beside the schemes. `known` False: no rule was found, only the usual one.

    `status`: how sure the least sure of what it asks is.
    """

    sentence: str
    known: bool
    status: Status
    decision: Decision


@dataclass(frozen=True, slots=True)
class EligibilityAnswer:
    """A person against one scheme, step, course, award or unit.

    `likely`: whether they may start it, by its own rule and by the schemes it belongs to (one that only pays shuts
    nobody out); asked of a scheme that only pays: whether it does.
    `opportunity`: the facts that were counted. `day`: on which it would start. `own` is null where no step of the
    release is meant. `schemes` are about it; of those under `perhaps` that is not known. `payments`: each way in which
    it may be paid for, sure ones first, with its own rule; the other rules stand with its scheme.
    """

    asked: Understood
    kind: str
    day: date
    opportunity: dict[str, str]
    likely: Likely
    text: str
    own: OwnRule | None
    schemes: tuple[SchemeDecision, ...]
    perhaps: tuple[SchemeDecision, ...]
    payments: tuple[Payment, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class EligibilityReply:
    """One answer for each thing asked about, and for each run of it that is known to differ."""

    answers: tuple[EligibilityAnswer, ...]
    understood: tuple[Understood, ...]
    on: date
    release: ReleaseRef


class FundingAsked(Asked):
    """What can be asked of the schemes. They belong to this software and not to a release."""

    on: Day | None = Field(None, description="Day of the question, for what is in force or due; without it today.")


@dataclass(frozen=True, slots=True)
class VersionSaid:
    """A rule from one day to another (null: open). `sentence` says it; `rule` is the text it was made from.

    `pays`: who pays what under it, null where it is no rule about paying. `in_force`: on the day of the question.
    `review_is_due`: it was not looked at since `review_by`, so it answers *not known*.
    """

    applies_from: date
    applies_to: date | None
    in_force: bool
    sentence: str
    rule: str
    pays: dict[str, int | str] | None
    source: RuleSource
    checked_on: date
    review_by: date
    review_is_due: bool


@dataclass(frozen=True, slots=True)
class SchemeRule:
    """A rule of a scheme. `kind`: entry, offer, funding, payment or afterwards; `rows`: of the published tables.

    `promise`: what holds when it is met, for a rule of kind `afterwards`; null for others. `ask`: who can tell when it
    is not known. `before` and `after`: the answer outside all its versions.
    """

    id: str
    title: str
    promise: str | None
    kind: str
    rows: tuple[str, ...]
    ask: str
    before: str
    after: str
    versions: tuple[VersionSaid, ...]


@dataclass(frozen=True, slots=True)
class FigureVersion:
    """A figure from one day to another (null: open). `value` null: not known, and `why` says why."""

    applies_from: date
    applies_to: date | None
    in_force: bool
    value: int | None
    why: str | None
    source: RuleSource | None


@dataclass(frozen=True, slots=True)
class SchemeFigure:
    """A figure that rules of the scheme use by its name."""

    name: str
    title: str
    unit: str
    series: tuple[FigureVersion, ...]


@dataclass(frozen=True, slots=True)
class SchemeSaid:
    """A scheme in short. `next_change`: the next day on which a rule or figure of it changes; null: none is known.

    `review_by`: the first day by which one of the rules in force is to be looked at again; null: none is in force.
    """

    id: str
    title: str
    about: str
    kind: str
    authority: str
    applies_to: str
    rules: int
    next_change: date | None
    review_by: date | None
    href: str


@dataclass(frozen=True, slots=True)
class ForPeople:
    """A row of the published tables that no machine checks, and why."""

    row: str
    why: str


@dataclass(frozen=True, slots=True)
class SchemesReply:
    """Every scheme, and what is left for people to check."""

    schemes: tuple[SchemeSaid, ...]
    for_people: tuple[ForPeople, ...]
    on: date


@dataclass(frozen=True, slots=True)
class SchemeReply:
    """A scheme with its figures and rules, each in words with its dates and its source."""

    scheme: SchemeSaid
    figures: tuple[SchemeFigure, ...]
    rules: tuple[SchemeRule, ...]
    on: date


class PriorLearningQuestion(ReadAsked):
    """What a person's prior learning may count for."""

    model_config = ConfigDict(
        strict=True, json_schema_extra={"examples": [{"to": ["Q-HNC-HCP"], "profile": PROFILE_EXAMPLE}]}
    )

    profile: PerhapsProfile = Field(
        default_factory=Profile, description="What is known of the person. Nothing of it is kept or logged."
    )
    to: Annotated[list[Named], Field(max_length=MANY_THINGS)] = Field(
        [],
        description="Awards or courses to join, by id or words; or roles, for a skills scan of the apprenticeship"
        " standard of each. Without any, only the nearest awards are told.",
    )
    published_only: bool = Field(False, description="Leave out what rests on our inference.")
    on: Day | None = Field(None, description="Day of the question; without it today.")


@dataclass(frozen=True, slots=True)
class PriorLearningReply(PriorLearning):
    """An answer, with what each word of the question was taken for. `not_used`: parts that made no difference."""

    understood: tuple[Understood, ...]
    not_used: tuple[NotUsed, ...]
    release: ReleaseRef

    @classmethod
    def of(
        cls,
        answer: PriorLearning,
        understood: tuple[Understood, ...],
        not_used: tuple[NotUsed, ...],
        release: ReleaseRef,
    ) -> Self:
        """The answer with what the surface adds."""
        given: dict[str, Any] = {field.name: getattr(answer, field.name) for field in fields(answer)}
        return cls(**given, understood=understood, not_used=not_used, release=release)
