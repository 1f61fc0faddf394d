"""A pathway question and its answer, as plain values that the console and the web service show unchanged.

Everything in an answer says where it comes from and how sure it is. None always means *not known*; an amount of money
or time is never left out by writing 0.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from graph.projection import Amount, Evidence, Gap, Link, Offer, Source, Status, StepKind
from queries.pathways.engine.problem import Criterion, Outcome


@dataclass(frozen=True, slots=True)
class PathwayRequest:
    """One question.

    `holds`: ids of what the person has held, completed or worked as; also `level:3`, and `Q-…:60` for 60 credits of an
    award's units. `to`: ids of roles or awards, any of which will do; empty: any role of `sector` at `to_level`.
    `attributes`: known facts about the person (`age`, `employment` …); what is not given is not known, and is
    neither held against them nor in their favour. `hours_per_week`: the most they can give; a step of unknown weight is
    never planned beside another. `without_employer`: leave out steps that need an employer (except the goal's own job).
    `published_only`: leave out steps that rest on our inference. `profile_required`: treat the profile that a provider
    usually asks as a bar.
    """

    holds: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    to_level: int | None = None
    sector: str = "healthtech"
    by: Criterion = Criterion.WEEKS
    attributes: tuple[tuple[str, str], ...] = ()
    hours_per_week: int = 40
    within_weeks: int = 520
    published_only: bool = False
    without_employer: bool = False
    profile_required: bool = False
    alternatives: int = 3
    on: date | None = None


class Verdict(StrEnum):
    """Whether something that a step asks is satisfied."""

    MET = "met"
    DECIDED_BY_SOMEBODY = "decided-by-somebody"
    NOT_KNOWN = "not-known"
    NOT_MET = "not-met"


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing by id and label."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that a step asks, in words, and what satisfies it: a step (by number), or what the person brought."""

    text: str
    rule: str
    verdict: Verdict
    satisfied_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConditionSaid:
    """A condition of a step: its code, and a sentence for the adviser."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class StoppingPoint:
    """What a person has who stops after a step: awards and credits held, and roles that are open from there.

    `part_way`: what stopping in the middle of the step would leave them with; None when nothing is known to be kept.
    """

    awards: tuple[Thing, ...]
    credits: int | None
    credits_note: str | None
    roles_open: tuple[Thing, ...]
    part_way: str | None


@dataclass(frozen=True, slots=True)
class AnswerStep:
    """One step of a pathway. `starts_in_weeks` and `ends_in_weeks` count from the day of the question.

    `provider` is None when no current run is known: the step then stands for the type of provision.
    `other_runs` could be taken instead. `seen_at`: pages on which a run of the past was last seen. `delivered_by`:
    counts that show past delivery. Neither of the last two is an offer.
    """

    number: int
    id: str
    kind: StepKind
    title: str
    about: tuple[Thing, ...]
    provider: Thing | None
    place: str | None
    provider_note: str
    starts_in_weeks: int | None
    ends_in_weeks: int | None
    start_note: str
    weeks: Amount | None
    hours_per_week: int | None
    cost: Amount | None
    needs: tuple[Need, ...]
    needs_known: bool
    needs_employer: bool
    conditions: tuple[ConditionSaid, ...]
    condition_note: str | None
    adds: tuple[str, ...]
    status: Status
    sources: tuple[Source, ...]
    leads_in: tuple[Link, ...]
    other_runs: tuple[Offer, ...]
    seen_at: tuple[Offer, ...]
    delivered_by: tuple[Evidence, ...]
    afterwards: StoppingPoint


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over a pathway. `weeks` is the week in which the goal is reached; `weeks_at_least`: part is not known.

    `cost_pounds` is None when a price is not known; `known_cost_pounds` is what is known of it, and
    `steps_of_unknown_cost` says how many steps have no known price.
    """

    weeks: int
    weeks_at_least: bool
    study_weeks: int
    cost_pounds: int | None
    known_cost_pounds: int
    steps_of_unknown_cost: int
    steps: int
    steps_that_need_an_employer: int


@dataclass(frozen=True, slots=True)
class Pathway:
    """One way to the goal. `why`: the reason it is offered. `status`: that of its least sure step."""

    why: str
    goal: Thing
    goal_level: int | None
    goal_pay_band: str | None
    steps: tuple[AnswerStep, ...]
    totals: Totals
    status: Status
    proven: bool
    bound: int | None
    summary: str


@dataclass(frozen=True, slots=True)
class Reachable:
    """A role that can be reached, for an answer that finds no pathway. `why_near`: what it has in common."""

    role: Thing
    level: int | None
    why_near: str


@dataclass(frozen=True, slots=True)
class PublishedOnly:
    """What is left when every step must be published: an outcome, a sentence, and the pathway on one line.

    Without one, `nearest` are roles that published steps do reach.
    """

    outcome: Outcome
    text: str
    pathway: str | None
    nearest: "tuple[Reachable, ...]"


@dataclass(frozen=True, slots=True)
class Check:
    """Something to confirm before recommending a pathway: what, why, and where it stands."""

    what: str
    why: str
    status: Status
    source: str | None
    as_of: str | None
    step: int | None


@dataclass(frozen=True, slots=True)
class ReleaseRef:
    """The release that answered."""

    number: int
    content_hash: str
    built_at: str


@dataclass(frozen=True, slots=True)
class Question:
    """The question as it was understood."""

    text: str
    holds: tuple[Thing, ...]
    to: tuple[Thing, ...]
    to_level: int | None
    sector: str | None
    by: Criterion
    on: date


@dataclass(frozen=True, slots=True)
class PathwayAnswer:
    """The answer to one question."""

    outcome: Outcome
    explanation: str
    question: Question
    release: ReleaseRef
    pathways: tuple[Pathway, ...]
    published_only: PublishedOnly
    nearest: tuple[Reachable, ...]
    reasons: tuple[str, ...]
    gaps: tuple[Gap, ...]
    check_before_recommending: tuple[Check, ...]
    illustrative: bool
