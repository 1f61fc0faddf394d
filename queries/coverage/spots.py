"""Cold spots: what is on offer, and has had leavers, in which area and from which kind of provider; and where not.

A *cold spot* is an area in which somebody teaches something and nobody is known to teach this. An area with past
leavers alone is no cold spot and no offer either: it is told apart. Past leavers are counted at the provider's first
site, since nobody says where they learned. And how leavers and achievement changed between two years: leavers are
rounded to ten and small numbers hidden, so a change is a range, and often none that can be told.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from graph.projection import Evidence, Projection, Source, Status
from graph.store import GraphStore, plain
from ontology.namespaces import id_of
from queries.coverage.model import CoverageFacts, Run, RunState
from queries.coverage.places import Geography, Places

OFFERED: Final = (RunState.TO_COME, RunState.NOT_DATED)
"""What somebody can be told to ask for; all else is of the past."""

ROUNDED_TO: Final = 10
"""Leavers are published rounded to this many (Department for Education, qualification achievement rates)."""

UNKNOWN: Final = "not known"


@dataclass(frozen=True, slots=True)
class Spot:
    """What is known of one thing in one area: providers that offer it, and that have only had it in the past."""

    area: str
    offered: tuple[str, ...]
    past: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SpotRow:
    """One standard or award over all areas.

    `spots`: areas with something. `cold`: areas with neither an offer nor past leavers. `unplaced`: providers that
    teach it at no known place. `kinds`: how many of all its providers are of each kind.
    """

    of: str
    label: str
    kind: str
    standard: str | None
    level: int | None
    spots: tuple[Spot, ...]
    cold: tuple[str, ...]
    unplaced: tuple[str, ...]
    offered: tuple[str, ...]
    past: tuple[str, ...]
    kinds: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class LevelSpot:
    """All that is taught at a level in an area: providers with an offer, with past only, and things on offer."""

    level: int | None
    area: str
    offered: int
    past: int
    things: int


@dataclass(frozen=True, slots=True)
class AreaSpot:
    """One area over everything that is counted.

    `providers`: with something on offer there. `offered`, `past`, `cold`: how many of the standards, awards and courses
    are on offer, are of the past only, and are not known to be taught there. `adverts`: of the roles of those standards
    that name a place in the area, `adverts_cold` those of roles whose standard is cold; None: not known.
    """

    area: str
    providers: int
    offered: int
    past: int
    cold: int
    adverts: int | None
    adverts_cold: int | None


@dataclass(frozen=True, slots=True)
class Spots:
    """Counts by standard or award, level, area and kind of provider. `areas`: all that are looked at, `within`: where
    they are."""

    geography: Geography
    within: str
    areas: tuple[str, ...]
    rows: tuple[SpotRow, ...]
    levels: tuple[LevelSpot, ...]
    by_kind: tuple[tuple[str, int, int], ...]


def spots(
    facts: CoverageFacts,
    places: Places,
    standards: Mapping[str, str],
    *,
    geography: Geography | None = None,
    everywhere: bool = False,
    roles: Collection[str] | None = None,
    levels: Collection[int] = (),
    provider_kinds: Collection[str] = (),
    areas: Collection[str] = (),
    placeholders: bool = False,
) -> Spots:
    """The counts. `roles`: only their standards, and the awards aimed at them; None: every standard, award and course.

    `standards`: the reference of the standard of each role that has one. Areas are those of the combined authority
    where providers say so; `everywhere`: of all providers; `areas`: only these, and only what is taught in them.
    """
    counting = _Counting(
        facts, places, geography or places.best, everywhere, set(provider_kinds), frozenset(areas), placeholders
    )
    things = counting.things(roles, standards)
    rows = [counting.row(id, standards) for id in things]
    chosen = [row for row in rows if not levels or row.level in levels]
    chosen.sort(key=lambda row: (row.level or 9, row.kind, row.standard or "", row.of))
    return Spots(
        counting.geography,
        counting.within,
        counting.areas,
        tuple(chosen),
        tuple(counting.levels(chosen)),
        tuple(counting.by_kind(chosen)),
    )


class _Counting:
    def __init__(
        self,
        facts: CoverageFacts,
        places: Places,
        geography: Geography,
        everywhere: bool,
        kinds: set[str],
        only: frozenset[str],
        placeholders: bool,
    ) -> None:
        self.facts, self.places, self.geography, self.kinds = facts, places, geography, kinds
        self.only, self.placeholders = only, placeholders
        ours = {id for id, one in places.providers.items() if one.in_area == "yes"}
        whole = everywhere or not ours
        self.within = "all providers" if whole else "the combined authority's area"
        inside = places.providers if whole else ours
        self.areas = tuple(sorted(only or {area for id in inside for area in places.areas_of(id, geography)}))
        if only:
            self.within = " and ".join(self.areas)

    def things(self, roles: Collection[str] | None, standards: Mapping[str, str]) -> list[str]:
        """The roles with a standard, awards and courses, by what their runs are of."""
        if roles is None:
            return list(dict.fromkeys((*standards, *self.facts.runs_of)))
        aimed = (id.rpartition("/")[2] for role in roles for id in self.facts.aimed.get(role, ()))
        return list(dict.fromkeys((*(role for role in roles if role in standards), *aimed)))

    def kind_of(self, provider: str) -> str:
        """The kind of a provider, as its concept is called."""
        found = self.places.providers.get(provider)
        return (found.kind if found else None) or UNKNOWN

    def runs(self, id: str) -> list[Run]:
        """The runs that count."""
        return [
            run
            for run in self.facts.runs_of.get(id, ())
            if (not self.kinds or self.kind_of(run.provider) in self.kinds)
            and (self.placeholders or run.status is not Status.ILLUSTRATIVE or run.id in self.facts.imagined)
            and (not self.only or self.area(run) in self.only)
        ]

    def area(self, run: Run) -> str | None:
        """The area of a run; of past leavers, that of the provider's first site."""
        if run.state is RunState.EVIDENCE:
            return self.places.first_area(run.provider, self.geography)
        if self.geography is Geography.TOWN:
            return run.town
        if self.geography is Geography.OUTCODE:
            return run.district
        place = self.places.by_label.get((run.provider, run.site or ""))
        return place.area(self.geography) if place else None

    def row(self, id: str, standards: Mapping[str, str]) -> SpotRow:
        """The counts of one thing."""
        offered, past = defaultdict[str | None, set[str]](set), defaultdict[str | None, set[str]](set)
        for run in self.runs(id):
            (offered if run.state in OFFERED else past)[self.area(run)].add(run.provider)
        there = sorted({area for area in (*offered, *past) if area is not None})
        now, ever = set().union(*offered.values()), set().union(*offered.values(), *past.values())
        return SpotRow(
            id,
            self.label(id),
            "standard" if id in standards else "award" if self.is_award(id) else "course",
            standards.get(id),
            self.level(id),
            tuple(
                Spot(area, tuple(sorted(offered[area])), tuple(sorted(past[area] - offered[area]))) for area in there
            ),
            tuple(area for area in self.areas if area not in there),
            tuple(sorted(offered[None] | past[None])),
            tuple(sorted(now)),
            tuple(sorted(ever - now)),
            tuple(sorted(Counter(map(self.kind_of, ever)).items())),
        )

    def is_award(self, id: str) -> bool:
        """Whether runs are of an award."""
        return self.facts.projection is not None and id in self.facts.projection.awards

    def label(self, id: str) -> str:
        """What people call it."""
        run = next(iter(self.facts.runs_of.get(id, ())), None)
        return self.facts.labels.get(id) or (run.title if run else id)

    def level(self, id: str) -> int | None:
        """The level of a role, award or course."""
        projection = self.facts.projection
        if projection is not None and (found := projection.roles.get(id) or projection.awards.get(id)):
            return found.level
        teacher = self.facts.teachers.get(id) or self.facts.teachers.get(f"PT-APPR/{id}")
        return teacher.level if teacher else None

    def levels(self, rows: Iterable[SpotRow]) -> Iterable[LevelSpot]:
        """All that is taught at each level in each area: every area at every level that occurs."""
        offered = defaultdict[tuple[int | None, str], set[str]](set)
        past = defaultdict[tuple[int | None, str], set[str]](set)
        things = Counter[tuple[int | None, str]]()
        there = set[int | None]()
        for row in rows:
            there.add(row.level)
            for spot in row.spots:
                key = row.level, spot.area
                offered[key].update(spot.offered)
                past[key].update(spot.past)
                things[key] += bool(spot.offered)
        for level in sorted(there, key=lambda level: (level is None, level or 0)):
            for area in sorted({*self.areas, *(area for at, area in {**offered, **past} if at == level)}):
                key = level, area
                yield LevelSpot(level, area, len(offered[key]), len(past[key] - offered[key]), things[key])

    def by_kind(self, rows: Iterable[SpotRow]) -> Iterable[tuple[str, int, int]]:
        """Of each kind of provider: how many offer something, and how many have only had it in the past."""
        now, ever = set[str](), set[str]()
        for row in rows:
            now.update(row.offered)
            ever.update(row.offered, row.past)
        offered, past = Counter(map(self.kind_of, now)), Counter(map(self.kind_of, ever - now))
        for kind in sorted({*offered, *past}):
            yield kind, offered[kind], past[kind]


def by_area(found: Spots, adverts: Mapping[tuple[str, str], int], told: Collection[str]) -> tuple[AreaSpot, ...]:
    """Each area that is looked at, rolled up. `adverts`: by role and area; `told`: areas whose adverts are known."""
    offering, past, cold = defaultdict[str, set[str]](set), Counter[str](), defaultdict[str, set[str]](set)
    offered = Counter[str]()
    for row in found.rows:
        for spot in row.spots:
            offering[spot.area].update(spot.offered)
            (offered if spot.offered else past)[spot.area] += 1
        for area in row.cold:
            cold[area].add(row.of)
    roles = [row.of for row in found.rows if row.kind == "standard"]

    def asking(area: str, of: Collection[str]) -> int | None:
        return sum(adverts.get((role, area), 0) for role in of) if area in told else None

    return tuple(
        AreaSpot(
            area,
            len(offering[area]),
            offered[area],
            past[area],
            len(cold[area]),
            asking(area, roles),
            asking(area, cold[area]),
        )
        for area in found.areas
    )


def read_standards(store: GraphStore) -> dict[str, str]:
    """The reference of the standard of each role that has one."""
    rows = store.rows("SELECT ?role ?standard { ?role a sw:Role ; sw:standardReference ?standard }")
    return {id_of(plain(role)): plain(standard) for role, standard in sorted(rows)}


# Two years.


@dataclass(frozen=True, slots=True)
class Span:
    """A number of people that is only known to lie between two, both included. `high` None: no upper end is known."""

    low: int
    high: int | None


@dataclass(frozen=True, slots=True)
class Year:
    """What is published of one year. `words`: the number as published, or suppressed, not given, no row.

    `span`: where the true number lies; None: not known. `achieved_percent` None: hidden or not given.
    """

    words: str
    leavers: int | None
    suppressed: bool
    span: Span | None
    achieved_percent: float | None
    source: Source | None


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a number of leavers. `verdict`: up, down, cannot be told, not known; `span`: more or fewer.

    `points`: of the share that achieved, in percentage points; None: not known for both years.
    """

    verdict: str
    span: Span | None
    points: float | None
    text: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One standard at one provider in two years."""

    of: str
    label: str
    standard: str | None
    level: int | None
    provider: str
    first: Year
    second: Year
    change: Change


@dataclass(frozen=True, slots=True)
class England:
    """What is published of one standard for a whole geography in a year."""

    geography: str
    period: str
    leavers: int | None
    achieved_percent: float | None
    providers: int | None


@dataclass(frozen=True, slots=True)
class StandardChange:
    """A standard over all providers that are listed here: its rows, and the two sums as ranges.

    `together` None: some provider has no figure in one of the years, so there is no sum to compare.
    """

    of: str
    label: str
    standard: str | None
    level: int | None
    rows: tuple[ChangeRow, ...]
    together: Change
    elsewhere: tuple[England, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """How leavers changed between two years. `periods`: all that the release has figures of."""

    first: str
    second: str
    periods: tuple[str, ...]
    standards: tuple[StandardChange, ...]


class NoSuchPeriodError(LookupError):
    """No figure of this period is held; `known` are the periods that have some."""

    def __init__(self, period: str, known: Collection[str]) -> None:
        super().__init__(
            f"no leavers of {period} are held; there are figures of {', '.join(sorted(known)) or 'no year'}"
        )
        self.period, self.known = period, tuple(sorted(known))


def span_of(leavers: int | None, suppressed: bool) -> Span | None:
    """Where the true number lies, of a number that is rounded to ten, or hidden since it is small.

    A hidden number is one person at least, and fewer than the ten that would be shown (our reading: the publisher does
    not say where it begins to hide). Without a number nothing is known.

    >>> span_of(30, False), span_of(None, True), span_of(None, False)
    (Span(low=25, high=34), Span(low=1, high=9), None)
    """
    if suppressed:
        return Span(1, ROUNDED_TO - 1)
    return None if leavers is None else Span(max(leavers - ROUNDED_TO // 2, 0), leavers + ROUNDED_TO // 2 - 1)


def change_of(first: Span | None, second: Span | None, points: float | None = None) -> Change:
    """What can be told of the change from one number to another.

    >>> change_of(span_of(10, False), span_of(10, False)).text
    'no change that can be told: between 9 fewer and 9 more'
    >>> change_of(span_of(20, False), span_of(30, False)).text
    'up, by 1 to 19'
    >>> change_of(span_of(10, False), None).verdict
    'not known'
    """
    if first is None or second is None:
        return Change(UNKNOWN, None, points, "not known: a year has no figure")
    low = second.low - first.high if first.high is not None else None
    high = second.high - first.low if second.high is not None else None
    if low is None or high is None:
        return Change(UNKNOWN, None, points, "not known: a year has no upper end")
    span = Span(low, high)
    if low > 0:
        return Change("up", span, points, f"up, by {low} to {high}")
    if high < 0:
        return Change("down", span, points, f"down, by {-high} to {-low}")
    return Change("cannot be told", span, points, f"no change that can be told: between {-low} fewer and {high} more")


def leavers_change(
    projection: Projection,
    standards: Mapping[str, str],
    elsewhere: Mapping[str, Iterable[England]],
    first: str | None = None,
    second: str | None = None,
    *,
    roles: Collection[str] | None = None,
    providers: Collection[str] = (),
) -> Changes:
    """How leavers and achievement of apprenticeship standards changed; between the last two years unless others are
    named. `roles` None: all. Where two sources have a figure the newer one counts. Raises `NoSuchPeriodError` for a
    year of which nothing is held.
    """
    counted = sorted(
        (one for one in projection.evidence if one.about in standards), key=lambda one: one.source.as_of or ""
    )
    periods = tuple(sorted({one.period for one in counted}))
    last = second or (periods[-1] if periods else "")
    before = first or next((period for period in reversed(periods) if period < last), "")
    for period in (before, last):
        if period not in periods:
            raise NoSuchPeriodError(period or "an earlier year", periods)
    by_row: dict[tuple[str, str], dict[str, Evidence]] = defaultdict(dict)
    for one in counted:
        provider = projection.same_provider.get(one.provider, one.provider)
        if (roles is None or one.about in roles) and (not providers or provider in providers):
            by_row[one.about, provider][one.period] = one
    rows: dict[str, list[ChangeRow]] = defaultdict(list)
    for (about, provider), of_year in sorted(by_row.items()):
        if of_year.keys() & {before, last}:
            years = _year(of_year.get(before)), _year(of_year.get(last))
            points = None
            if years[0].achieved_percent is not None and years[1].achieved_percent is not None:
                points = round(years[1].achieved_percent - years[0].achieved_percent, 1)
            role = projection.roles.get(about)
            level = role.level if role else None
            label, change = projection.labels.get(about, about), change_of(years[0].span, years[1].span, points)
            rows[about].append(ChangeRow(about, label, standards.get(about), level, provider, *years, change))
    found = [
        StandardChange(
            about,
            some[0].label,
            some[0].standard,
            some[0].level,
            tuple(some),
            change_of(_sum(row.first.span for row in some), _sum(row.second.span for row in some)),
            tuple(one for one in elsewhere.get(about, ()) if one.period in (before, last)),
        )
        for about, some in rows.items()
    ]
    return Changes(
        before, last, periods, tuple(sorted(found, key=lambda one: (one.level or 9, one.standard or "", one.of)))
    )


def _year(one: Evidence | None) -> Year:
    if one is None:
        return Year("no row", None, False, None, None, None)
    words = str(one.leavers) if one.leavers is not None else "suppressed" if one.suppressed else "not given"
    span = span_of(one.leavers, one.suppressed)
    return Year(words, one.leavers, one.suppressed, span, one.achievement_percent, one.source)


def _sum(spans: Iterable[Span | None]) -> Span | None:
    low, high = 0, 0
    for span in spans:
        if span is None or span.high is None:
            return None
        low, high = low + span.low, high + span.high
    return Span(low, high)


def read_elsewhere(store: GraphStore) -> dict[str, list[England]]:
    """What is published of standards for whole geographies (England), by what it is about."""
    query = """
        SELECT ?about ?geography ?period ?leavers ?rate ?providers {
          ?evidence a sw:DeliveryEvidence ; sw:evidenceAbout ?about ; sw:geography ?geography ; sw:period ?period .
          OPTIONAL { ?evidence sw:leavers ?leavers }
          OPTIONAL { ?evidence sw:achievementRate ?rate }
          OPTIONAL { ?evidence sw:providersWithLeavers ?providers } }"""
    found: dict[str, list[England]] = defaultdict(list)
    for about, geography, period, leavers, rate, providers in sorted(store.rows(query)):
        found[id_of(plain(about))].append(
            England(
                plain(geography),
                plain(period),
                int(plain(leavers)) if leavers else None,
                float(plain(rate)) if rate else None,
                int(plain(providers)) if providers else None,
            )
        )
    return dict(found)
