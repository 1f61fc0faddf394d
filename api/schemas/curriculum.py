"""Shapes of what is said of a curriculum: its shape, what repeats, what hangs on one thing, where nothing is taught."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from api.faces import FORMAT_HELP, ChartFormat
from api.schemas.common import MANY_THINGS, Day, Link, Named, TablesAsked, Text, Wire
from api.schemas.coverage import CoverageGap, CoverageSource, CoverageThing, InferenceAsked, InferenceSaid
from graph.projection import Status
from queries.coverage.fragility import Basis, Point
from queries.coverage.model import Via
from queries.coverage.places import Geography
from queries.pathways.request import ReleaseRef

MOST: Final = 1000

_Level = Annotated[int, Field(ge=1, le=8)]


class _Roles(InferenceAsked):
    """Whose roles are meant: all that are named, of the sector, at the levels; without a word all."""

    role: list[Named] = Field([], max_length=MANY_THINGS, description="Only this role, by id or name. May be repeated.")
    sector: Text | None = Field(None, description="Only roles of this sector, such as healthtech.")
    level: list[_Level] = Field([], max_length=8, description="Only this level, from 1 to 8. May be repeated.")
    format: ChartFormat | None = Field(None, description=FORMAT_HELP)

    def key(self) -> tuple[Any, ...]:
        """What tells two questions apart, beside the day."""
        return (*super().key(), tuple(self.role), self.sector, tuple(self.level))


class ShapeAsked(TablesAsked):
    """What can be asked of the shape of an award."""

    before: list[Named] | None = Field(
        None,
        max_length=MANY_THINGS,
        description="The awards taken before it, by id, in order. Without it those that its own rules name.",
    )
    alone: bool = Field(False, description="The award alone, without those taken before it.")
    placeholders: bool = Field(False, description="Illustrative placeholders count, and are marked.")
    format: ChartFormat | None = Field(None, description=FORMAT_HELP)


class UnitShapeSaid(Wire):
    """The place of one unit. Null: not known.

    `blocks`: units that nobody can take without it; `may_block`: units before which it may be needed, by some choice.
    `delay`: the units in the longest row through it, at the least; `may_delay`: at the most. `complexity` is blocking
    and delay together. `needed_for`: awards that cannot be made without it. `within_reach` false: its rule can never
    be met.
    """

    id: str
    title: str
    number: str | None
    award: str | None
    level: int | None
    credits: int | None
    rule: str | None
    status: Status
    within_reach: bool
    blocking: int | None
    blocks: list[str] | None
    may_blocking: int | None
    may_block: list[str] | None
    delay: int | None
    may_delay: int | None
    centrality: int | None
    complexity: int | None
    needed_for: list[str]
    sentence: str | None


class TotalsSaid(Wire):
    """The sums over all units. Null: not known."""

    blocking: int | None
    delay: int | None
    centrality: int | None
    complexity: int | None
    may_blocking: int | None
    may_delay: int | None


class StageSaid(Wire):
    """What an award asks before any of its units. `settled` false: credits or units are not all known."""

    award: CoverageThing
    rule: str
    waiting: list[str]
    needed: list[str]
    ways_from: list[str]
    settled: bool
    sentence: str
    source: CoverageSource


class FaultSaid(Wire):
    """Something odd in the rules: circular, behind-circular, redundant or never-needed."""

    kind: str
    units: list[str]
    text: str


class DeadEndSaid(Wire):
    """A unit or award that leads nowhere further, as far as anything here says."""

    id: str
    title: str
    kind: str
    text: str


class PrintedRule(Wire):
    """A rule that is printed and is not reckoned with."""

    award: str
    text: str


class ShapeSaid(Wire):
    """The shape of an award with those taken before it.

    `rules_known` of `units_known` units: those of which it is known what they ask. `at_least`: of some it is not known,
    so figures can only grow. `choice`: a rule offers a choice, so the published definitions hold only as widened.
    """

    awards: list[CoverageThing]
    answer: str
    units_known: int
    rules_known: int
    at_least: bool
    choice: bool
    totals: TotalsSaid
    bottlenecks: list[str]
    units: list[UnitShapeSaid]
    stages: list[StageSaid]
    faults: list[FaultSaid]
    dead_ends: list[DeadEndSaid]
    outside: list[str]
    printed: list[PrintedRule]
    gaps: list[CoverageGap]
    method: list[str]
    release: ReleaseRef
    links: list[Link]


class OverlapsAsked(InferenceAsked):
    """What can be asked of overlaps."""

    award: list[Named] = Field(
        [],
        max_length=MANY_THINGS,
        description="Awards, by id or name, again for each: one with any other, more between them. Without it all.",
    )
    least_share: float = Field(0.5, gt=0, le=1, description="The least share of themes in common that is told.")
    offset: int = Field(0, ge=0, le=100_000, description="Pairs to pass over.")
    limit: int = Field(50, ge=1, le=MOST, description="Most pairs to give.")
    format: ChartFormat | None = Field(None, description=FORMAT_HELP)

    def key(self) -> tuple[Any, ...]:
        """What tells two questions apart, beside the day."""
        return (*super().key(), tuple(self.award), self.least_share, self.offset, self.limit)


class PairUnit(Wire):
    """A unit of a pair."""

    id: str
    title: str
    award: str | None
    level: int | None
    credits: int | None


class AlikeSaid(Wire):
    """Two outcomes that read alike, with the score from 0 to 1: never how likely they are the same."""

    one: str
    two: str
    score: float


class PairSaid(Wire):
    """Two units that overlap, and how that is known. `share_percent` of themes; null: a unit has none, not known."""

    one: PairUnit
    two: PairUnit
    known: list[Via]
    status: Status
    stated: list[str]
    outcomes: list[AlikeSaid]
    themes: list[str]
    share_percent: int | None
    name_score: float | None


class AcceptedSaid(Wire):
    """Credit or learning that the second award takes from the first, by a stated rule."""

    id: str
    credits: int | None
    automatic: bool
    condition: str
    source: CoverageSource


class RepeatSaid(Wire):
    """What somebody who has one award may meet again in another. `known` false: the units of it are not known.

    `units`: units of the second that repeat something of the first, of `of` known ones; `stated` of them by what
    publishers map, the others by our inference alone. `credits` together, `at_least` when of some it is not known, null
    when of none it is.
    """

    one: CoverageThing
    two: CoverageThing
    known: bool
    units: int
    of: int
    credits: int | None
    at_least: bool
    again: list[str]
    stated: int
    accepted: list[AcceptedSaid]
    sentence: str


class OverlapsSaid(Wire):
    """Units of different awards that overlap, and what each award repeats of another."""

    awards: list[CoverageThing]
    total: int
    offset: int
    limit: int
    items: list[PairSaid]
    repeats: list[RepeatSaid]
    without_units: list[CoverageThing]
    inference: InferenceSaid
    method: list[str]
    release: ReleaseRef
    links: list[Link]


class SharedAsked(_Roles):
    """What can be asked of what roles share."""

    levels_apart: int = Field(
        1, ge=0, le=7, description="How far apart the levels of roles may be that are taught at once."
    )
    limit: int = Field(50, ge=1, le=MOST, description="Most things to give.")

    def key(self) -> tuple[Any, ...]:
        """What tells two questions apart, beside the day."""
        return (*super().key(), self.levels_apart, self.limit)


class TeachesMany(Wire):
    """A unit or course that teaches some of it for so many of the roles, by what the question lets in."""

    id: str
    title: str
    level: int | None
    roles: int


class SharedSaid(Wire):
    """Something that several roles need. `kind`: competency (the very same), skill (of a vocabulary), theme (our tag).

    `together`: the roles in the band from `from_level` to `to_level`; null levels: not known.
    """

    kind: str
    id: str
    label: str
    status: Status
    roles: list[CoverageThing]
    from_level: int | None
    to_level: int | None
    together: list[str]
    statements: list[str]
    teachers: list[TeachesMany]
    sources: list[CoverageSource]


class SharedListSaid(Wire):
    """What could be taught once for several roles, most roles first. `not_known`: roles whose needs are not known."""

    total: int
    roles: int
    items: list[SharedSaid]
    not_known: list[CoverageThing]
    inference: InferenceSaid
    method: list[str]
    release: ReleaseRef
    links: list[Link]


class FragilityAsked(_Roles):
    """What can be asked of fragility."""

    area: Text | None = Field(None, description="Only what is taught in this area covers, such as Dudley.")
    geography: Geography | None = Field(
        None, description="What stands for an area. Without it districts where the release has them, else towns."
    )
    point: Point | None = Field(None, description="Only things of this kind.")
    offered_only: bool = Field(False, description="What was only run in the past does not count.")
    limit: int = Field(50, ge=1, le=MOST, description="Most things to give.")

    def key(self) -> tuple[Any, ...]:
        """What tells two questions apart, beside the day."""
        return (*super().key(), self.area, self.geography, self.point, self.offered_only, self.limit)


class UnreachableSaid(Wire):
    """Roles out of reach of somebody who brings `holds`."""

    holds: list[str]
    roles: list[CoverageThing]


class LostSaid(Wire):
    """What goes with one thing. `rests_on`: offered, past or both; `past_only`: nothing of it is known to be on offer.

    `competencies`: those that nothing else covers, `roles` those that need some of them. `published`: how many of the
    competencies a publisher says are taught; the others are our inference.
    """

    point: Point
    id: str
    label: str
    competencies: list[str]
    roles: list[CoverageThing]
    unreachable: list[UnreachableSaid]
    rests_on: list[Basis]
    past_only: bool
    published: int
    sentence: str


class RoleStateSaid(Wire):
    """How firmly a role stands. `needs` null: nobody has published what it needs. `within_reach`: of whom, by what they
    bring. `hangs_on`: things without which it is out of reach of all of them."""

    id: str
    label: str
    level: int | None
    needs: int | None
    covered: int | None
    hanging: int | None
    within_reach: list[list[str]]
    providers: list[CoverageThing]
    hangs_on: list[str]
    elsewhere: str | None


class AreaStateSaid(Wire):
    """What is covered in one area, how much by one provider alone, and how much by what is past only."""

    area: str
    providers: int
    covered: int
    by_one_provider: int
    past_only: int


class FragilitySaid(Wire):
    """What hangs on one provider, site, run or award.

    `published`: of the covered competencies, of all areas, those of which a publisher says so; `past_only`: those that
    only past leavers and past runs cover. `searches` were made for `points` that might need one.
    """

    geography: Geography
    area: str | None
    needed: int
    covered: int
    published: int
    past_only: int
    total: int
    items: list[LostSaid]
    roles: list[RoleStateSaid]
    areas: list[AreaStateSaid]
    points: int
    searches: int
    inference: InferenceSaid
    method: list[str]
    release: ReleaseRef
    links: list[Link]


class ColdSpotsAsked(TablesAsked):
    """What can be asked of cold spots."""

    on: Day | None = Field(None, description="The day on which a run is over or not. Without it today.")
    role: list[Named] = Field(
        [],
        max_length=MANY_THINGS,
        description="Only the standard of this role and awards aimed at it. May be repeated.",
    )
    sector: Text | None = Field(None, description="Only standards of roles of this sector, and awards aimed at them.")
    level: list[_Level] = Field([], max_length=8, description="Only this level, from 1 to 8. May be repeated.")
    provider_type: list[Text] = Field([], max_length=MANY_THINGS, description="Only this kind of provider.")
    geography: Geography | None = Field(
        None, description="What stands for an area. Without it districts where the release has them, else towns."
    )
    everywhere: bool = Field(False, description="Areas of all providers, not of the combined authority alone.")
    town: list[Text] = Field([], max_length=MANY_THINGS, description="Only these towns; then areas are towns.")
    district: list[Text] = Field(
        [],
        title="Postcode districts",
        max_length=MANY_THINGS,
        description="Only these postcode districts, such as `DY1`; then areas are first halves of postcodes.",
    )
    placeholders: bool = Field(False, description="Illustrative placeholders count, and are marked.")
    format: ChartFormat | None = Field(None, description=FORMAT_HELP)


class SpotSaid(Wire):
    """What is known of one thing in one area: providers that offer it, and that have only had it in the past."""

    area: str
    offered: list[str]
    past: list[str]


class KindCount(Wire):
    """Providers of one kind."""

    kind: str
    providers: int


class SpotRowSaid(Wire):
    """One standard, award or course over all areas.

    `cold`: areas with neither an offer nor past leavers; `past_only`: areas with past leavers or past runs alone.
    `unplaced`: providers of which no place is known. `providers`: of all kinds together.
    """

    of: str
    label: str
    kind: str
    standard: str | None
    level: int | None
    providers: int
    offered: list[str]
    past: list[str]
    spots: list[SpotSaid]
    past_only: list[str]
    cold: list[str]
    unplaced: list[str]
    kinds: list[KindCount]


class LevelSpotSaid(Wire):
    """All that is taught at a level in an area. `level` null: not known."""

    level: int | None
    area: str
    offered: int
    past: int
    things: int


class KindSaid(Wire):
    """Providers of one kind: with something on offer, and with something of the past alone."""

    kind: str
    offered: int
    past: int


class AreaSpotSaid(Wire):
    """One area over everything that is counted: providers with an offer; and how many standards, awards and courses are
    on offer there, are of the past only, or are not known to be taught there.

    `adverts`: of roles of these standards, in the area; `adverts_cold`: of roles whose standard is cold there. Both
    are inferred from titles. Null: no adverts are loaded, or nobody tells which of them lie in the area.
    """

    area: str
    providers: int
    offered: int
    past: int
    cold: int
    adverts: int | None
    adverts_cold: int | None


class ColdSpotsSaid(Wire):
    """Counts by standard or award, level, area and kind of provider, and the areas that have none."""

    geography: Geography
    within: str
    areas: list[str]
    items: list[SpotRowSaid]
    levels: list[LevelSpotSaid]
    by_area: list[AreaSpotSaid]
    adverts_elsewhere: int | None = Field(
        description="Adverts of roles of these standards that name none of the areas, or no place; null: not known."
    )
    adverts_looked_up: int | None = Field(
        description="Of the adverts in the areas, those whose district was looked up by the town that they name:"
        " inferred; null: not known."
    )
    kinds: list[KindSaid]
    providers: list[CoverageThing]
    method: list[str]
    release: ReleaseRef
    links: list[Link]


class LeaversAsked(TablesAsked):
    """What can be asked of the change in leavers."""

    first: Text | None = Field(
        None, description="The earlier academic year, such as 2023/24. Without it the last but one."
    )
    second: Text | None = Field(None, description="The later academic year, such as 2024/25. Without it the last.")
    role: list[Named] = Field(
        [], max_length=MANY_THINGS, description="Only the standard of this role. May be repeated."
    )
    sector: Text | None = Field(None, description="Only standards of roles of this sector.")
    provider: list[Named] = Field(
        [], max_length=MANY_THINGS, description="Only this provider, by id or name. May be repeated."
    )
    format: ChartFormat | None = Field(None, description=FORMAT_HELP)


class YearSaid(Wire):
    """What is published of one year: `words` (the number, suppressed, not given, no row), and where the truth lies.

    `at_least`, `at_most` null: not known. A suppressed number is some people, never none.
    """

    period: str
    words: str
    leavers: int | None
    suppressed: bool
    at_least: int | None
    at_most: int | None
    achieved_percent: float | None
    source: CoverageSource | None


class ChangeSaid(Wire):
    """What can be told of a change: up, down, cannot be told, not known. Null: not known."""

    verdict: Literal["up", "down", "cannot be told", "not known"]
    at_least: int | None
    at_most: int | None
    achieved_points: float | None
    text: str


class ChangeRowSaid(Wire):
    """One standard at one provider."""

    provider: CoverageThing
    first: YearSaid
    second: YearSaid
    change: ChangeSaid


class ElsewhereSaid(Wire):
    """What is published of the standard for a whole geography. `providers`: those with leavers; null: not given."""

    geography: str
    period: str
    leavers: int | None
    achieved_percent: float | None
    providers: int | None


class StandardChangeSaid(Wire):
    """A standard over the providers that are listed here. `together`: of all of them, where every one has a figure."""

    role: CoverageThing
    standard: str | None
    level: int | None
    providers: list[ChangeRowSaid]
    together: ChangeSaid
    elsewhere: list[ElsewhereSaid]


class LeaversSaid(Wire):
    """How leavers and achievement changed between two years."""

    first: str
    second: str
    periods: list[str]
    items: list[StandardChangeSaid]
    method: list[str]
    release: ReleaseRef
    links: list[Link]
