"""Shapes of the coverage board: the slice that is asked about, its findings, and one of them with every reason."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from api.faces import FORMAT_HELP, ChartFormat, SheetFormat
from api.schemas.common import MANY_THINGS, Attendance, Link, Named, Text, Wire
from api.schemas.coverage import (
    CoverageGap,
    CoverageSource,
    CoverageThing,
    InferenceAsked,
    InferenceSaid,
)
from graph.projection import Status
from queries.coverage.board import Finding
from queries.coverage.model import Part, RunState, TeacherKind, Via
from queries.pathways.request import ReleaseRef


def _levels(given: list[int]) -> list[int]:
    if strange := [one for one in given if not 1 <= one <= 8]:
        raise ValueError(f"{strange[0]} is no level from 1 to 8")
    return given


class SliceAsked(InferenceAsked):
    """What a question about coverage is about: which roles, what of that they need, and which runs count."""

    role: list[Named] = Field([], max_length=MANY_THINGS, description="Only what these roles need, by id or name.")
    sector: Text | None = Field(None, description="Only what roles of this sector need, such as `healthtech`.")
    level: Annotated[list[int], AfterValidator(_levels)] = Field(
        [], max_length=8, description="Only what roles of this level need, 1 to 8; repeat it."
    )
    kind: list[Text] = Field(
        [], max_length=8, description="Only competencies of this kind: knowledge, skill, behaviour …; repeat it."
    )
    theme: list[Text] = Field([], max_length=MANY_THINGS, description="Only competencies with this theme; repeat it.")
    standard: Text | None = Field(None, description="Only statements of this standard, such as `ST0220`.")
    essential_only: bool = Field(False, description="Leave out what a source calls optional for the role.")
    provider: list[Named] = Field(
        [], max_length=MANY_THINGS, description="Only runs of these providers, by id or name."
    )
    town: list[Text] = Field([], max_length=MANY_THINGS, description="Only runs in these towns; repeat it.")
    district: list[Text] = Field(
        [],
        title="Postcode districts",
        max_length=MANY_THINGS,
        description="Only runs in these postcode districts, such as `DY1`; repeat it.",
    )
    near: Text | None = Field(
        None,
        description="Only runs within `km` of this place: a postcode district or town in which a site is known (the"
        " middle of the known sites), or `latitude,longitude`.",
    )
    km: float = Field(
        20,
        gt=0,
        le=1000,
        description="With `near`: how far, in a straight line in km (20 km are 12 miles). It is no time of travel.",
    )
    study_mode: Literal["full-time", "part-time"] | None = Field(None, description="Only runs in this mode of study.")
    delivery_mode: Literal["classroom", "blended", "online", "work-based"] | None = Field(
        None, description="Only runs that are delivered in this way."
    )
    attendance: Attendance | None = Field(None, description="Only runs at these times, such as `evening`.")
    wholes: bool = Field(
        False, description="What is taught only inside a whole qualification or apprenticeship counts as taught."
    )


class BoardAsked(SliceAsked):
    """What can be asked of the coverage board."""

    finding: list[Finding] = Field([], max_length=len(Finding), description="Only these findings; repeat it.")
    sort: Literal["finding", "roles", "demand"] = Field(
        "finding",
        description="`finding`: worst first, and of equals what most roles need. `roles`: what most roles need first."
        " `demand`: what is asked for most, where demand is known.",
    )
    offset: int = Field(0, ge=0, le=1_000_000, description="Items of the list that come before the page.")
    limit: int = Field(50, ge=1, le=1000, description="Most items of the page.")
    format: ChartFormat | None = Field(None, description=FORMAT_HELP)


class CellAsked(SliceAsked):
    """What can be asked of one competency of the board."""

    limit: int = Field(100, ge=1, le=1000, description="Most reasons that are told, and most that are left out.")
    format: SheetFormat | None = Field(None, description=FORMAT_HELP)


class FindingCount(Wire):
    """How many competencies have a finding, and what it means."""

    finding: Finding
    text: str
    count: int


class StoppedSaid(Wire):
    """How many reasons got as far as this, and no further."""

    finding: Finding
    count: int


class LeftOutSaid(Wire):
    """How many reasons the switches of the question leave out, by which of them."""

    reason: str
    text: str
    count: int


class UnknownSaid(Wire):
    """What is not known of an award or apprenticeship that is meant for some of the roles, and could teach it.

    `about` null: nothing at all is known to be meant for them. `gaps`: what was looked for and not found.
    """

    about: CoverageThing | None
    roles: list[CoverageThing]
    role_count: int
    text: str
    gaps: list[CoverageGap]


class CellSaid(Wire):
    """What is found of one competency.

    `level` null: the vocabulary has none. `roles`: the first of those that need it; `essential`: how many are said to
    need it, and not only to profit. `providers`: of what gets as far as the finding; `teachers`: how many things that
    is. `placeholder`: the finding rests on illustrative placeholders alone; `inferred`: on our inference alone.
    `demand` null: not known.
    """

    competency: CoverageThing
    kind: str
    standard: str | None
    code: str | None
    level: int | None
    themes: list[str]
    finding: Finding
    text: str
    roles: list[CoverageThing]
    role_count: int
    essential: int
    providers: list[CoverageThing]
    teachers: int
    stopped: list[StoppedSaid]
    left_out: list[LeftOutSaid]
    not_known: list[UnknownSaid]
    placeholder: bool
    inferred: bool
    demand: int | None
    source: CoverageSource
    address: str


class GroupSaid(Wire):
    """How many competencies of a theme, or needed by a role, have each finding. A theme of "": those without one."""

    id: str
    label: str
    counts: list[StoppedSaid]


class BoardSaid(Wire):
    """A page of the coverage board. `counts`, `inferred`, `themes` and `roles` are of the whole slice, not of the page.

    `inferred`: how many findings rest on our inference alone; `placeholder`: on illustrative placeholders alone.
    `unstated`: roles of the slice of which no needs are published: what they need is not known.
    """

    on: date
    slice: str
    inference: InferenceSaid
    total: int
    offset: int
    limit: int
    counts: list[FindingCount]
    inferred: int
    placeholder: int
    items: list[CellSaid]
    themes: list[GroupSaid]
    roles: list[GroupSaid]
    unstated: list[UnknownSaid]
    method: list[str]
    release: ReleaseRef
    links: list[Link]


class CoverageRun(Wire):
    """A run of what teaches it, and how far it gets in the slice. Null: not known."""

    id: str
    title: str
    provider: CoverageThing
    town: str | None
    district: str | None
    study_mode: str | None
    attendance: str | None
    delivery_mode: str | None
    starts: list[str]
    state: RunState
    sold_separately: str
    finding: Finding
    status: Status
    source: CoverageSource


class CoverageReason(Wire):
    """A reason to think that something teaches it. `finding`: how far it gets. `score`: how alike names are."""

    teacher: CoverageThing
    kind: TeacherKind
    level: int | None
    award: CoverageThing | None
    via: Via
    through: str
    relation: str | None
    score: float | None
    parts: list[Part]
    status: Status
    finding: Finding
    runs: list[CoverageRun]
    run_count: int
    sources: list[CoverageSource]


class CoverageLeftOut(Wire):
    """A reason that the switches of the question leave out, and why."""

    teacher: CoverageThing
    via: Via
    through: str
    score: float | None
    status: Status
    reason: str
    text: str
    sources: list[CoverageSource]


class CellAnswer(Wire):
    """One competency of the board with every reason for its finding, and every reason that was left out."""

    on: date
    slice: str
    inference: InferenceSaid
    cell: CellSaid
    reasons: list[CoverageReason]
    reason_count: int
    left_out: list[CoverageLeftOut]
    left_out_count: int
    method: list[str]
    release: ReleaseRef
    links: list[Link]
