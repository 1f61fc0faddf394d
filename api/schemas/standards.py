"""Shapes of one standard: its matrix, what every legal choice covers, and the approval pack."""

from datetime import date

from pydantic import Field

from api.faces import FORMAT_HELP, ChartFormat, SheetFormat
from api.schemas.common import MANY_THINGS, Link, Named, Wire
from api.schemas.coverage import CoverageGap, CoverageSource, CoverageThing, InferenceAsked, InferenceSaid
from graph.projection import Status
from queries.coverage.choices import Outcome
from queries.coverage.matrix import Answer
from queries.coverage.model import Via
from queries.pathways.request import ReleaseRef


class MatrixAsked(InferenceAsked):
    """What can be asked of one standard against units."""

    award: list[Named] = Field(
        [], max_length=MANY_THINGS, description="Only units of these awards, by id. Without it every unit of any award."
    )
    format: ChartFormat | None = Field(None, description=FORMAT_HELP)


class ChoicesAsked(InferenceAsked):
    """What can be asked of every legal choice of units of an award."""

    role: Named = Field(description="The occupation whose standard is meant, by id, or the reference of the standard.")
    blank_credits: int | None = Field(
        None,
        ge=1,
        le=120,
        description="What a unit of unknown size is to count. Without it the standard unit that the award's own rules "
        "name; where they name none it cannot be worked out.",
    )
    format: ChartFormat | None = Field(None, description=FORMAT_HELP)


class PackAsked(InferenceAsked):
    """What can be asked of an approval pack."""

    role: list[Named] = Field(
        [],
        max_length=MANY_THINGS,
        description="The occupations that the award is to be aligned to. Without it those it is said to be aimed at.",
    )
    blank_credits: int | None = Field(None, ge=1, le=120, description="What a unit of unknown size is to count.")
    format: SheetFormat | None = Field(None, description=FORMAT_HELP)


class ReasonSaid(Wire):
    """A reason to think that a unit teaches a statement. `through`: what both share, in words. `relation`: of skills of
    a public vocabulary; null otherwise. `score`: how alike names are, 0 to 1; null: not a match by name."""

    via: Via
    through: str
    relation: str | None
    score: float | None
    status: Status
    sources: list[CoverageSource]


class PublishedSaid(Wire):
    """What somebody publishes of a unit and a statement: true yes, false no, null not said."""

    id: str
    outcome: int | None
    taught: bool | None
    practised: bool | None
    assessed: bool | None
    evidence: str | None
    source: CoverageSource


class CellSaid(Wire):
    """A statement and a unit of which something is known; where there is no cell, nothing is.

    `too_low`: the unit is below the level that counts; null: its level is not known. `words`: the cell in words.
    """

    unit: str
    taught: Answer
    practised: Answer
    assessed: Answer
    too_low: bool | None
    words: str
    status: Status
    reasons: list[ReasonSaid]
    published: list[PublishedSaid]


class StatementRow(Wire):
    """A statement of the standard with its cells. `code` null: it has no number."""

    id: str
    code: str | None
    kind: str
    label: str
    sentence: str
    cells: list[CellSaid]


class UnitColumn(Wire):
    """A unit. `level`, `credits` null: not known."""

    id: str
    number: str | None
    title: str
    award: str | None
    level: int | None
    credits: int | None
    status: Status


class MatrixSaid(Wire):
    """One standard against units.

    `superseded`: statements of replaced texts, which are left out. `taught`: statements that some unit is known to
    teach; `published`: those of which somebody publishes it; `assessed`: those that somebody says are assessed in some
    unit. `unlisted`: awards aimed at the role whose units are not all known.
    """

    role: CoverageThing
    on: date
    statements: int
    superseded: int
    taught: int
    published: int
    assessed: int
    awards: list[CoverageThing]
    units: list[UnitColumn]
    rows: list[StatementRow]
    unlisted: list[CoverageThing]
    gaps: list[CoverageGap]
    inference: InferenceSaid
    notes: list[str]
    release: ReleaseRef
    links: list[Link]


class RuleSaid(Wire):
    """A rule of combination. `checked` false: it is printed and cannot be checked here."""

    id: str
    award: str | None
    text: str
    requirement: str | None
    checked: bool
    source: CoverageSource


class ChosenUnit(Wire):
    """A unit that can be chosen. `credits_assumed`: its credits are not known and taken as said."""

    id: str
    number: str | None
    title: str
    part: str | None
    level: int | None
    credits: int | None
    credits_assumed: bool


class ShownChoice(Wire):
    """A choice as an example: the units that not everybody takes, the statements it covers, and those that it is not
    known to cover and other choices are. `units` empty and `statements` many: no example was looked for to the end."""

    statements: int
    units: list[ChosenUnit]
    leaves_without: list[CoverageThing]
    sentence: str


class ReachedSaid(Wire):
    """A statement, and how many of all legal choices are known to cover it; null: not worked out."""

    id: str
    code: str | None
    label: str
    choices: int | None
    share: float | None
    covered_by: str
    units: list[str]


class LegalSaid(Wire):
    """The legal choices of an award, and what they rest on.

    `choices`: how many there are; null: not worked out. `missing`: what is not known and is needed. `assumed`: what was
    taken as given. `granted`: what the rules ask of the person and not of the units. `status`: of the least sure part.
    """

    outcome: Outcome
    choices: int | None
    everybody: list[ChosenUnit]
    rules: list[RuleSaid]
    granted: list[str]
    assumed: list[str]
    missing: list[str]
    status: Status


class Number(Wire):
    """How many choices cover so many statements."""

    statements: int
    choices: int


class ChoicesSaid(Wire):
    """What every legal choice of an award covers of a standard.

    `all_of_it`: how many choices cover every statement; `all_there_is`: how many cover every statement that some choice
    covers; null: not worked out. `by_number` empty: not worked out. `proven` false: worst and best are the best found.
    `inferred` of `pairs`: statements with the units that are known to teach them, and those of them by our inference
    alone. `silent`: units of which nothing is known to be taught.
    """

    award: CoverageThing
    role: CoverageThing
    on: date
    statements: int
    legal: LegalSaid
    worst: ShownChoice | None
    best: ShownChoice | None
    all_of_it: int | None
    all_there_is: int | None
    share_all_of_it: float | None
    proven: bool
    by_number: list[Number]
    reached: list[ReachedSaid]
    pairs: int
    inferred: int
    silent: list[ChosenUnit]
    sentences: list[str]
    gaps: list[CoverageGap]
    inference: InferenceSaid
    release: ReleaseRef
    links: list[Link]


class CriterionSaid(Wire):
    """One thing that approval asks, in our words, and what the pack does with it."""

    id: str
    text: str
    use: str


class QuestionSaid(Wire):
    """Something that is open, and who could answer. `about`: the statements it touches, by code or label."""

    code: str
    text: str
    ask: str
    about: list[str]


class EvidenceSaid(Wire):
    """Where a publisher says that something can be seen."""

    unit: str
    text: str


class PackLine(Wire):
    """A statement in the pack: in which units it is known to be taught, practised and assessed, in words for each.

    `standard`: what it is numbered in; `of_standard` false: no occupational standard. `role_status`: how sure it is
    that the occupation asks for it. `note`: what has to be known of its source; null: nothing.
    """

    id: str
    code: str | None
    kind: str
    label: str
    standard: str
    of_standard: bool
    role_status: Status
    source: CoverageSource
    note: str | None
    taught: list[str]
    taught_published: bool
    practised: list[str]
    assessed: list[str]
    evidence: list[EvidenceSaid]
    choices: int | None
    every_choice: str


class AlignedSaid(Wire):
    """One standard of the pack. `level` null: not known."""

    role: CoverageThing
    level: int | None
    statements: int
    superseded: int
    taught: int
    published: int
    assessed: int
    worst: ShownChoice | None
    sentences: list[str]
    lines: list[PackLine]
    questions: list[QuestionSaid]


class PackSaid(Wire):
    """An approval pack: it lays out what is known and what is open, and never says that an award meets the criteria.

    `technical_mark`: what the source says of the mark; null: nothing.
    """

    award: CoverageThing
    awarding_body: str | None
    level: int | None
    technical_mark: str | None
    on: date
    criteria: list[CriterionSaid]
    criteria_source: str
    criteria_read: str
    legal: LegalSaid
    standards: list[AlignedSaid]
    questions: list[QuestionSaid]
    gaps: list[CoverageGap]
    inference: InferenceSaid
    release: ReleaseRef
    links: list[Link]
