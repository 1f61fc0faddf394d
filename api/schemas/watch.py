"""Shapes of the watch of needs: traced to seats, figures side by side, what changed, and the index."""

from datetime import date
from decimal import Decimal

from pydantic import Field

from api.faces import FORMAT_HELP, ChartFormat, SheetFormat
from api.schemas.common import Day, Link, Named, TablesAsked, Text, Wire
from api.schemas.coverage import CoverageGap, CoverageSource, CoverageThing, InferenceAsked, InferenceSaid
from queries.coverage.board import Finding
from queries.coverage.model import RunState, Via
from queries.pathways.request import ReleaseRef
from queries.watch.changes import Became
from queries.watch.figures import Differs
from queries.watch.trace import Names, Stage, Stop


class NeedsAsked(InferenceAsked):
    """What can be asked of stated needs."""

    need: Named | None = Field(None, description="Only this need, by id, with every chain that is followed from it.")
    stop: Stop | None = Field(None, description="Only chains that break here, and needs that have one.")
    chains: int = Field(5, ge=0, le=1000, description="Most chains told of each need; of a named need all are told.")
    format: ChartFormat | None = Field(None, description=FORMAT_HELP)


class NeedTeaching(Wire):
    """Something that teaches what is needed, how we know, and where that can be checked."""

    teacher: CoverageThing
    via: Via
    through: str
    sources: list[CoverageSource]


class NeedRun(Wire):
    """A run: `starts` as exact as the page was; `seats` null: not known."""

    id: str
    title: str
    provider: CoverageThing
    town: str | None
    starts: list[str]
    state: RunState
    seats: int | None
    source: CoverageSource


class ChainSaid(Wire):
    """One thing followed from a need as far as it goes.

    `of`: what the statement names; null: nothing. `competency` null: what is named is followed itself. `finding`: that
    of the coverage board; null: there is none. `teachings` and `runs`: the first of those that get furthest, of so
    many. `seats` null: not known; `seats_not_known`: runs ahead that say nothing. Ages in days: `stated_days` since the
    need had surely been stated, `looked_days` since something about it was last looked for and not found (null: nobody
    says), `stuck_days` since the last thing that got as far (null: none, or no date of it); `stuck` says what.
    """

    names: Names
    of: CoverageThing | None
    competency: CoverageThing | None
    stage: Stage
    stop: Stop
    text: str
    finding: Finding | None
    teachings: list[NeedTeaching]
    teaching_count: int
    runs: list[NeedRun]
    run_count: int
    seats: int | None
    seats_not_known: int
    gaps: list[CoverageGap]
    stated_days: int
    looked_days: int | None
    stuck_days: int | None
    stuck: str | None


class StopCount(Wire):
    """How many chains break here."""

    stop: Stop
    stage: Stage
    text: str
    count: int


class NeedSaid(Wire):
    """A stated need, and what is followed from it.

    `place`, `level`, `people`, `needed_by` null: not said. `stop`: where the first chain breaks; `furthest`: how far
    the best gets. `days`: how long ago it had surely been stated.
    """

    id: str
    statement: str
    stated_by: str
    stated_on: str
    place: str | None
    level: int | None
    roles: list[CoverageThing]
    competencies: list[CoverageThing]
    awards: list[CoverageThing]
    provisions: list[CoverageThing]
    themes: list[str]
    people: int | None
    people_text: str | None
    needed_by: str | None
    days: int
    stage: Stage
    stop: Stop
    furthest: Stop
    text: str
    counts: list[StopCount]
    chains: list[ChainSaid]
    chain_count: int
    source: CoverageSource


class NeedsSaid(Wire):
    """Stated needs, each traced to seats. `loaded` false: no needs are loaded, which is not that there are none."""

    on: date
    loaded: bool
    text: str
    inference: InferenceSaid
    items: list[NeedSaid]
    method: list[str]
    release: ReleaseRef
    links: list[Link]


class FiguresAsked(TablesAsked):
    """What can be asked of demand figures."""

    matter: Text | None = Field(None, description="Only figures about this matter.")
    format: SheetFormat | None = Field(None, description=FORMAT_HELP)


class FigureSaid(Wire):
    """A published figure. `low`, `high`: what it means as numbers; null: no number, or no end."""

    id: str
    metric: str
    value: str
    low: Decimal | None
    high: Decimal | None
    unit: str
    place: str
    period: str
    publisher: str
    caveat: str | None
    source: CoverageSource


class MatterSaid(Wire):
    """Figures about one matter. `differ`: what sets them apart. `disagree`: pairs that cannot both be right."""

    name: str
    text: str
    differ: list[Differs]
    disagree: list[tuple[str, str]]
    figures: list[FigureSaid]


class FiguresSaid(Wire):
    """Figures side by side. `loaded` false: no figures are loaded. `alone`: figures that no other stands beside."""

    loaded: bool
    text: str
    items: list[MatterSaid]
    alone: int
    method: list[str]
    release: ReleaseRef
    links: list[Link]


class WatchChangesAsked(InferenceAsked):
    """What can be asked of what changed."""

    since: int | None = Field(
        None, ge=1, le=999_999_999, description="Number of the release to compare with; without it the one before."
    )
    limit: int = Field(100, ge=1, le=10_000, description="Most items of each list.")
    format: ChartFormat | None = Field(None, description=FORMAT_HELP)


class FindingChangeSaid(Wire):
    """A competency whose finding on the coverage board is another; null: no role needed it in that release."""

    competency: CoverageThing
    standard: str | None
    code: str | None
    became: Became
    before: Finding | None
    after: Finding | None


class NeedChangeSaid(Wire):
    """A stated need whose first break is another; null: it was not loaded in that release."""

    id: str
    statement: str
    became: Became
    before: Stop | None
    after: Stop | None


class UnitChangeSaid(Wire):
    """A unit that is new or gone. `award` null: none is known."""

    unit: CoverageThing
    award: CoverageThing | None
    became: Became


class StatementChangeSaid(Wire):
    """A statement of a standard that is new (`before` null), gone (`after` null) or revised."""

    standard: str
    code: str
    before: CoverageThing | None
    after: CoverageThing | None


class ShortSaid(Wire):
    """A unit that taught the earlier statement and of which nothing says that it teaches the later one."""

    unit: CoverageThing
    standard: str
    code: str
    before: CoverageThing
    after: CoverageThing


class FigureChangeSaid(Wire):
    """A demand figure that is new, gone or says something else."""

    id: str
    metric: str
    became: Became
    before: str | None
    after: str | None


class ChangeCountsSaid(Wire):
    """How many of each there are in all."""

    better: int
    worse: int
    newly_needed: int
    no_longer_needed: int
    needs: int
    units_new: int
    units_gone: int
    statements: int
    short: int
    surplus: int
    figures: int


class WatchChangesSaid(Wire):
    """What changed since another release. `before` null: there is no release before, and nothing to compare with."""

    on: date
    text: str
    before: ReleaseRef | None
    inference: InferenceSaid
    counts: ChangeCountsSaid | None
    findings: list[FindingChangeSaid]
    needs: list[NeedChangeSaid]
    units: list[UnitChangeSaid]
    standards: list[StatementChangeSaid]
    short: list[ShortSaid]
    surplus: list[CoverageThing]
    figures: list[FigureChangeSaid]
    method: list[str]
    release: ReleaseRef
    links: list[Link]


class IndexAsked(TablesAsked):
    """What can be asked of the index."""

    on: Day | None = Field(None, description="The day from which ages are counted. Without it today.")
    releases: int = Field(1, ge=1, le=20, description="For how many releases, this one and those before it.")
    format: ChartFormat | None = Field(None, description=FORMAT_HELP)


class IndexPart(Wire):
    """One part of the index.

    `value`: null: not known, and `missing` says why. `high`: what it would be if all that is not known were so; null:
    the same as the value. `query` and `href`: the named query whose rows give it; `arithmetic`: how, in words.
    `counted`: the numbers that go in, by name. `in_index`: whether the index is made of it; else it stands beside it.
    `inferred`: some of what counts in it rests on our inference.
    """

    code: str
    title: str
    unit: str
    value: float | None
    high: float | None
    in_index: bool
    query: str
    href: str
    arithmetic: str
    counted: dict[str, int]
    missing: str | None
    inferred: bool


class IndexOfRelease(Wire):
    """The index of one release. `index` null: not known, and `missing` names the parts that it lacks."""

    number: int
    content_hash: str
    built_at: str
    index: float | None
    high: float | None
    missing: list[str]
    parts: list[IndexPart]


class IndexSaid(Wire):
    """The regional index, this release first."""

    on: date
    text: str
    items: list[IndexOfRelease]
    arithmetic: str
    not_measured: list[str]
    release: ReleaseRef
    links: list[Link]
