"""The bridge from the graph to the pathway planner: what a person can do next, as plain values.

A *step* is something that somebody does on a pathway: study for an award, an apprenticeship, a programme without an
award, or starting a job. It stands for the thing itself; where a run of it was seen, an *offer* says who, where, when
and for how much, as last seen on a date. Where none is known the step stands for the type of provision.

Facts that a step gives, or that a person brings, are short strings: `award:Q-…`, `unit:U-…`, `completed:PT-…`,
`works-as:OC-…`. Everything keeps where it comes from and its status.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from pydantic import TypeAdapter


class Status(StrEnum):
    """How sure a statement is, best first."""

    PUBLISHED = "published"
    INFERRED = "inferred"
    ILLUSTRATIVE = "illustrative"


RANK: Final = {status: rank for rank, status in enumerate(Status)}


def worst(statuses: Iterable[Status]) -> Status:
    """A chain of statements is as sure as the least sure of them; nothing at all is our inference."""
    return max(statuses, key=RANK.__getitem__, default=Status.INFERRED)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement can be checked. `as_of` is the date of the source; None: it shows none."""

    record: str
    address: str
    as_of: str | None
    status: Status
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Amount:
    """A number and how sure it is. `at_least`: something known to come on top has no known size."""

    value: int
    status: Status
    at_least: bool = False
    note: str | None = None


class StepKind(StrEnum):
    """What a person does in a step."""

    STUDY = "study"
    APPRENTICESHIP = "apprenticeship"
    PROGRAMME = "programme"
    JOB = "job"


@dataclass(frozen=True, slots=True)
class Link:
    """A published or inferred progression that leads into a step from one particular thing."""

    progression: str
    from_id: str
    condition: str | None
    source: Source


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a person can do. `about`: ids of the things it is about, the main one first.

    `requirement` is the text of the entry rule (`graph.requirements`); `requirement_known` is False when no rule was
    found and the text is only what the level usually asks, in our reading. `requirement_status`: how sure the least
    sure of what it asks is. `weeks`, `cost` and `hours_per_week` are None when not known: never zero, never free.
    `cost` is what the learner pays.
    """

    id: str
    kind: StepKind
    title: str
    about: tuple[str, ...]
    level: int | None
    requirement: str
    requirement_known: bool
    gives: tuple[str, ...]
    conditions: tuple[str, ...]
    weeks: Amount | None
    cost: Amount | None
    hours_per_week: int | None
    status: Status
    sources: tuple[Source, ...]
    links: tuple[Link, ...] = ()
    condition_note: str | None = None
    requirement_status: Status = Status.PUBLISHED


@dataclass(frozen=True, slots=True)
class Offer:
    """A run of a step with one provider, as last seen on `source.as_of`. `starts`: dates as exact as the page was.

    `flexible`: people may start on any day, and there are no `starts`; without either no start is known.
    """

    id: str
    opportunity: str
    step: str
    title: str
    provider: str
    site: str | None
    town: str | None
    postcode: str | None
    starts: tuple[str, ...]
    weeks: int | None
    hours_per_week: int | None
    cost_pounds: int | None
    study_mode: str | None
    attendance: str | None
    delivery_mode: str | None
    sold_separately: str | None
    source: Source
    flexible: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """A count that shows past delivery by a provider. `leavers` None with `suppressed`: a small number is hidden."""

    id: str
    about: str
    provider: str
    period: str
    kind: str
    leavers: int | None
    suppressed: bool
    achievement_percent: float | None
    source: Source


@dataclass(frozen=True, slots=True)
class RoleFacts:
    """What the planner and its answers need of a role."""

    id: str
    title: str
    level: int | None
    level_status: Status
    sectors: tuple[str, ...]
    part: str | None
    pay_band: str | None
    source: Source


@dataclass(frozen=True, slots=True)
class AwardFacts:
    """What is known of an award and how it is put together.

    `award_rules`: texts, all of which must hold; `rules_status` is that of the least sure of them. `printed_rules`:
    what is printed besides and cannot be checked here. `credits_status`: how sure the credits are, which a page that
    states the award need not state. `kind`: its type of provision, by id. `current`: people can still be entered for
    it. `real`: somebody awards it; it does not only show how a family of awards is built. `technical_mark`: what the
    source says of the Higher Technical Qualification mark; None: nothing.
    """

    id: str
    title: str
    level: int | None
    credits: int | None
    award_rules: tuple[str, ...]
    source: Source
    kind: str | None = None
    current: bool = True
    real: bool = True
    awarding_body: str | None = None
    technical_mark: str | None = None
    printed_rules: tuple[str, ...] = ()
    rules_status: Status = Status.PUBLISHED
    credits_status: Status = Status.PUBLISHED


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """A unit with the credit it carries; `credits` None: not visible. `themes` are our tags of what it is about.

    `entry_rule`: the text of what must be had before it is begun; None: not known, which is not the same as nothing.
    """

    id: str
    title: str
    award: str | None
    level: int | None
    credits: int | None
    role: str | None
    source: Source
    number: str | None = None
    themes: tuple[str, ...] = ()
    entry_rule: str | None = None
    credits_status: Status = Status.PUBLISHED


@dataclass(frozen=True, slots=True)
class Transfer:
    """Credit or learning that another award accepts. `from_id` None: any prior learning; `to_id` None: any award.

    `automatic`: it follows from the award's own rules. Otherwise somebody decides, on `condition`. `provider`: whose
    rule it is; None: it is a rule of the award.
    """

    id: str
    from_id: str | None
    to_id: str | None
    credits: int | None
    automatic: bool
    condition: str
    source: Source
    provider: str | None = None


@dataclass(frozen=True, slots=True)
class UnitOutcome:
    """What somebody who passes a unit can do, in our words. `theme` is our tag, the same words as for competencies."""

    id: str
    unit: str
    number: int | None
    label: str
    theme: str | None
    source: Source


@dataclass(frozen=True, slots=True)
class SkillLink:
    """A judged link from a competency to a skill of a public vocabulary: `relation` close, related, broad or narrow."""

    target: str
    label: str
    relation: str


@dataclass(frozen=True, slots=True)
class CompetencyFacts:
    """A knowledge, skill or behaviour statement that a role's standard asks for, or an award promises, in our words.

    `current` is False for a text that was replaced. `theme` is our tag.
    """

    id: str
    role: str | None
    award: str | None
    standard: str
    code: str | None
    kind: str
    label: str
    theme: str | None
    current: bool
    links: tuple[SkillLink, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Course:
    """Something a person can enrol on with one provider.

    `requirement`: the text of its own entry rule; None: not known. `starts` and `cost_pounds` (the lowest) are those
    last seen of its runs. `sold_separately`: whether single units are sold alone (yes, no or unknown, which never
    counts as yes).
    """

    id: str
    title: str
    provider: str
    kind: str | None
    award: str | None
    award_status: Status
    level: int | None
    requirement: str | None
    entry_note: str | None
    sold_separately: str
    starts: tuple[str, ...]
    cost_pounds: int | None
    source: Source


@dataclass(frozen=True, slots=True)
class Gap:
    """Something looked for and not found; shown with every answer that touches one of the things it is about.

    `opens`: what it leaves open of these things, of the scheme `open-matter`; none: not said.
    """

    id: str
    about: tuple[str, ...]
    statement: str
    looked_for_on: str
    ask: str | None
    source: Source
    opens: tuple[str, ...] = ()

    def leaves_open(self, *matters: str) -> bool:
        """Whether one of these is left open, of the scheme `open-matter`; where nobody says what, it may be."""
        return not self.opens or not set(matters).isdisjoint(self.opens)


@dataclass(frozen=True, slots=True)
class Projection:
    """Everything the pathway planner, and the recognition of prior learning, read of a release.

    `types`: the level of the award that each type of provision ends in; None when it ends in none. `format`: what the
    software that wrote it knew of; below `FORMAT` something is missing, and the release is read afresh.
    `same_provider`: which of our providers one of a register is (`UKPRN-…`), where just one row has its number.
    """

    steps: tuple[Step, ...]
    offers: tuple[Offer, ...]
    evidence: tuple[Evidence, ...]
    roles: dict[str, RoleFacts]
    awards: dict[str, AwardFacts]
    units: dict[str, UnitFacts]
    types: dict[str, int | None]
    transfers: tuple[Transfer, ...]
    gaps: tuple[Gap, ...]
    labels: dict[str, str]
    conditions: dict[str, str] = field(default_factory=dict)
    illustrative: bool = False
    outcomes: tuple[UnitOutcome, ...] = ()
    competencies: tuple[CompetencyFacts, ...] = ()
    courses: tuple[Course, ...] = ()
    format: int = 1
    same_provider: dict[str, str] = field(default_factory=dict)


FORMAT: Final = 5
"""The format that this software writes: 5 came with how sure credits and entry rules are."""

PROJECTION: Final = TypeAdapter(Projection)
"""Writes a projection as JSON (`dump_json`) and reads it back (`validate_json`)."""
