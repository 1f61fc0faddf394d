"""What a sandbox changes: roles newly within reach, weeks saved, and people-places served, by asking both sides.

The same questions are put to the release and to the sandbox that is laid over it, on the same day: those of the
standard learners (`ontology/learners`) about each role of the home sector, and, for *people-places*, those of the
standard circumstances (`ontology/circumstances.yml`) from each postcode district. A people-place is a pair of a
circumstance and a district: it is served for a role when some pathway leads there of which every taught step is a run
known to be near enough. It is no count of people: nobody knows how many live so in a district.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from graph.projection import Projection, RoleFacts, Status, StepKind
from queries.atlas.circumstances import Circumstance, circumstances
from queries.atlas.places import EARTH_KM, Places, Point, resident_of
from queries.coverage.board import RANK, USUAL, Cell, Finding, Question, Slice, board
from queries.coverage.gap import TAUGHT, Item, named
from queries.coverage.model import CoverageFacts
from queries.learners import goals, learners
from queries.pathways.compile import UnknownThingError
from queries.pathways.engine.problem import Criterion, Outcome
from queries.pathways.request import Near, PathwayRequest, Thing

if TYPE_CHECKING:  # the planner takes long to load
    from queries.pathways.service import Best, PathwayService

MOST_SEARCHED: Final = 60_000_000
"""Deliveries that are looked through for one effect, summed over all searches: what is left then is not known."""


class Became(StrEnum):
    """What became of a question in the sandbox, what matters most first."""

    REACHABLE = "newly-reachable"
    UNREACHABLE = "no-longer-reachable"
    NOT_KNOWN = "not-known"
    """On one side the search stopped before it was found or proved."""
    SOONER = "sooner"
    LATER = "later"
    CHEAPER = "cheaper"
    DEARER = "dearer"
    OTHERWISE = "another-way"
    """By other steps or runs, or told otherwise: as far as is known neither sooner nor later, cheaper nor dearer."""
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Leans:
    """A step of a pathway that rests on what is imagined: its number and title, and what is imagined of it."""

    number: int
    title: str
    on: tuple[Thing, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """The answer on one side. `reachable`: `yes`, `no`, or `unknown`: it stopped early, or was not looked for.

    `weeks` None: there is no way, or a step of unknown length; `weeks_at_least`: something on top is not known.
    `known_cost_pounds`: what is known of the least cost, and `steps_of_unknown_cost` what is not in it. `steps`: ids of
    the steps of the soonest way, and `runs` of their runs (None: no run is known). `status`: that of its least sure
    step. `leans`: the steps that rest on what is imagined. `unoffered`: titles of what is to be learnt of which no run
    is known: it is planned as if somebody began it whenever it suits, until a run is known.
    """

    reachable: str
    weeks: int | None = None
    weeks_at_least: bool = False
    proven: bool = False
    known_cost_pounds: int | None = None
    steps_of_unknown_cost: int = 0
    steps: tuple[str, ...] = ()
    runs: tuple[str | None, ...] = ()
    status: Status | None = None
    summary: str | None = None
    leans: tuple[Leans, ...] = ()
    unoffered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One question and its two answers. `who`: the learner who asks; None: somebody's own question.

    `weeks_saved` (less than 0: lost) is None where it cannot be told: two numbers that are each *at least* compare with
    nothing. `weeks_saved_at_least`: more may be saved (or lost), since one of them is. `pounds_saved` is None where
    something of a side's cost is not known.
    """

    who: Thing | None
    role: Thing
    request: PathwayRequest
    became: Became
    before: Side
    after: Side
    weeks_saved: int | None
    weeks_saved_at_least: bool
    pounds_saved: int | None


@dataclass(frozen=True, slots=True)
class PeoplePlace:
    """A circumstance in a postcode district, with the roles that it newly reaches, or no longer does."""

    circumstance: Thing
    district: str
    gained: tuple[Thing, ...]
    lost: tuple[Thing, ...]


@dataclass(frozen=True, slots=True)
class Covered:
    """A needed competency of which the coverage board finds something else, at any time or in the evening.

    `before`, `after`: the finding on each side; None: it is not on that board. `roles`: how many need it. `imaginary`:
    all that gets as far as the new finding is illustrative.
    """

    times: str
    competency: Thing
    roles: int
    before: Finding | None
    after: Finding | None
    imaginary: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What the coverage board finds of a part of a gap on one side, and who teaches it as far as that.

    `finding` None: no role is known to need it. `imaginary`: all of that is illustrative; `inferred`: that it is taught
    so is our inference alone.
    """

    finding: Finding | None
    providers: tuple[Thing, ...]
    imaginary: bool
    inferred: bool

    @property
    def taught(self) -> bool:
        """Whether it is taught, if only inside a whole qualification."""
        return self.finding in TAUGHT


@dataclass(frozen=True, slots=True)
class InGap:
    """A competency or theme of a gap that the sandbox is to close: what is found of it before and after."""

    item: Item
    before: Found
    after: Found


@dataclass(frozen=True, slots=True)
class Effect:
    """Everything that a sandbox changes, on a day. `covered`: what the coverage board finds otherwise.

    `gap`: what became of the gap that was asked about, taught `at` the providers of the imagined runs; empty: anywhere.

    `asked`: questions that were put to both sides. `people_places`: pairs of a circumstance and a district that differ;
    `places_asked` of how many pairs, those whose known runs are the same on both sides being the same by that alone.
    `complete`: everything was looked for. `seats`: places that the imagined runs of the ways found say they have; None:
    none says.
    """

    on: date
    asked: int
    changes: tuple[Change, ...]
    people_places: tuple[PeoplePlace, ...]
    places_asked: int
    complete: bool
    seats: int | None
    covered: tuple[Covered, ...] = ()
    gap: tuple[InGap, ...] = ()
    at: tuple[Thing, ...] = ()

    def counted(self) -> dict[Became, int]:
        """How many questions became what."""
        counts = {became: sum(one.became is became for one in self.changes) for became in Became}
        counts[Became.SAME] = self.asked - len(self.changes)
        return counts


@dataclass(frozen=True, slots=True)
class World:
    """One side: its planner, where its runs are taught, and what is known of its coverage (None: it is not asked)."""

    service: "PathwayService"
    places: Places
    facts: CoverageFacts | None = None

    @property
    def projection(self) -> Projection:
        """What the planner reads."""
        return self.service.projection


class _Asking:
    """Puts questions to both sides, each once, as long as there is work left."""

    def __init__(self, base: World, sandbox: World, imagined: Collection[str], most: int) -> None:
        self.base, self.sandbox, self.imagined, self.left = base, sandbox, frozenset(imagined), most
        self.complete = True
        self.offers = {offer.id: offer for offer in sandbox.projection.offers}
        self._found: dict[tuple[int, PathwayRequest], Best | None] = {}

    def best(self, world: World, request: PathwayRequest) -> "Best | None":
        """The answer of one side; None: not looked for, since too much was searched, or it lacks what is named."""
        key = id(world), request
        if key not in self._found:
            found = None
            if self.left > 0:
                try:
                    found = world.service.best(request, why_not=False)
                    self.left -= found.searched
                except UnknownThingError:
                    pass
            else:
                self.complete = False
            self._found[key] = found
        return self._found[key]

    def side(self, world: World, request: PathwayRequest) -> Side:
        """The answer of one side, soonest and cheapest."""
        soonest = self.best(world, request)
        if soonest is None or soonest.outcome is Outcome.STOPPED_EARLY:
            return Side("unknown")
        if soonest.outcome is not Outcome.FOUND or soonest.pathway is None:
            return Side("no")
        totals, steps = soonest.pathway.totals, soonest.pathway.steps
        cheapest = self.best(world, replace(request, by=Criterion.COST))
        paid = cheapest.pathway.totals if cheapest is not None and cheapest.pathway is not None else None
        return Side(
            "yes",
            None if totals.steps_of_unknown_length else totals.weeks,
            totals.weeks_at_least,
            soonest.pathway.proven,
            paid.known_cost_pounds if paid is not None else None,
            paid.steps_of_unknown_cost if paid is not None else 0,
            tuple(step.id for step in steps),
            soonest.runs,
            soonest.pathway.status,
            soonest.pathway.summary,
            tuple(self._leans(soonest)) if world is self.sandbox else (),
            tuple(
                step.title
                for step, run in zip(steps, soonest.runs, strict=True)
                if run is None and step.kind is not StepKind.JOB
            ),
        )

    def _leans(self, best: "Best") -> Iterator[Leans]:
        assert best.pathway is not None
        labels = self.sandbox.projection.labels
        for step, run in zip(best.pathway.steps, best.runs, strict=True):
            offer = self.offers.get(run or "")
            ids = [one.id for one in step.about] + [link.progression for link in step.leads_in]
            if offer is not None:
                ids += [offer.id, offer.opportunity, offer.provider]
            on = dict.fromkeys(id for id in (*ids, step.id) if id in self.imagined)
            if on:
                yield Leans(step.number, step.title, tuple(Thing(id, labels.get(id, id)) for id in on))


def effect(
    base: World,
    sandbox: World,
    imagined: Collection[str],
    on: date,
    own: Sequence[PathwayRequest] = (),
    *,
    gap: Sequence[str] = (),
    seats: Mapping[str, int] | None = None,
    most: int = MOST_SEARCHED,
) -> Effect:
    """What differs between a release and the sandbox over it, as of a day. `imagined`: ids of what is imagined.

    `own`: questions of somebody's own beside those of the standard learners, each with one goal. `gap`: competencies
    and themes that are asked about, if the sides know of coverage. `seats`: places that runs say they have, by run.
    Raises `UnknownGapError`.
    """
    asking = _Asking(base, sandbox, imagined, most)
    roles = {role.id: role for world in (base, sandbox) for role in goals(world.projection)}
    questions: list[tuple[Thing | None, PathwayRequest]] = [
        (Thing(learner.id, learner.label), replace(learner.request, to=(role,), on=on))
        for learner in learners()
        for role in sorted(roles)
    ]
    questions += [(None, replace(request, on=on)) for request in own]
    changes = [_change(asking, who, request) for who, request in questions]
    told = sorted(
        (one for one in changes if one.became is not Became.SAME),
        key=lambda one: (list(Became).index(one.became), -(one.weeks_saved or 0)),
    )
    places, asked = _people_places(asking, [roles[id] for id in sorted(roles)], on)
    runs = {run for one in told for run in one.after.runs if run in asking.imagined}
    known = [(seats or {})[run] for run in runs if run in (seats or {})]
    facts = (base.facts, sandbox.facts) if base.facts is not None and sandbox.facts is not None else None
    at = _taught_at(facts[1], asking.imagined) if facts else ()
    return Effect(
        on,
        len(questions),
        tuple(told),
        tuple(places),
        asked,
        asking.complete,
        sum(known) if known else None,
        tuple(_covered(*facts)) if facts else (),
        tuple(_in_gap(*facts, gap, at)) if facts else (),
        at,
    )


_TIMES: Final = {"at any time": Slice(), "in the evening": Slice(attendance="evening")}
"""The boards that are compared."""


def _covered(before: CoverageFacts, after: CoverageFacts) -> Iterator[Covered]:
    """The competencies of which the board finds something else, in the order of the new board."""
    for times, slice in _TIMES.items():
        old, new = ({cell.competency.id: cell for cell in board(facts, slice).cells} for facts in (before, after))
        for id in (*new, *(id for id in old if id not in new)):
            one, other = old.get(id), new.get(id)
            cell = other or one
            assert cell is not None
            findings = one.finding if one else None, other.finding if other else None
            if findings[0] is not findings[1]:
                competency = Thing(id, cell.competency.label)
                imaginary = other is not None and other.placeholder
                yield Covered(times, competency, len(cell.roles), *findings, imaginary)


def _taught_at(facts: CoverageFacts, imagined: Collection[str]) -> tuple[Thing, ...]:
    """The providers of the imagined runs."""
    at = {run.provider for run in facts.runs if run.id in imagined or run.opportunity in imagined}
    return tuple(Thing(id, facts.labels.get(id, id)) for id in sorted(at))


def _in_gap(before: CoverageFacts, after: CoverageFacts, names: Sequence[str], at: Sequence[Thing]) -> Iterator[InGap]:
    """What became of each part of a gap: of a theme the best of its competencies."""
    slice = Slice(providers=tuple(one.id for one in at))
    sides = Question(before, slice, USUAL), Question(after, slice, USUAL)
    for item in named(after, names):
        yield InGap(item, *(_found(side, item) for side in sides))


def _found(side: Question, item: Item) -> Found:
    facts = side.facts
    cells = [cell for id in item.competencies if (cell := side.cell(facts.competencies[id])) is not None]
    finding = max((cell.finding for cell in cells), key=RANK.__getitem__, default=None)
    best = [cell for cell in cells if cell.finding is finding]
    providers = sorted({id for cell in best for id in cell.providers})
    return Found(
        finding,
        tuple(Thing(id, facts.labels.get(id, id)) for id in providers),
        all(cell.placeholder for cell in best),
        bool(best) and not any(_is_published(side, cell) for cell in best),
    )


def _is_published(side: Question, cell: Cell) -> bool:
    """Whether somebody published that a thing which gets as far as the finding of a cell teaches it."""
    far = min(RANK[cell.finding], RANK[Finding.ONE_PROVIDER])
    found = (one.teaching for one in side.candidates(cell.competency) if RANK[one.finding] >= far)
    return any(teaching.status is Status.PUBLISHED for teaching in found)


def _change(asking: _Asking, who: Thing | None, request: PathwayRequest) -> Change:
    before, after = asking.side(asking.base, request), asking.side(asking.sandbox, request)
    weeks = _weeks_saved(before, after)
    pounds = None
    if before.known_cost_pounds is not None and after.known_cost_pounds is not None:
        both_known = not before.steps_of_unknown_cost and not after.steps_of_unknown_cost
        pounds = before.known_cost_pounds - after.known_cost_pounds if both_known else None
    least = weeks is not None and (before.weeks_at_least or after.weeks_at_least)
    (goal,) = request.to
    label = asking.sandbox.projection.labels.get(goal, goal)
    return Change(
        who, Thing(goal, label), request, _became(before, after, weeks, pounds), before, after, weeks, least, pounds
    )


def _weeks_saved(before: Side, after: Side) -> int | None:
    """How much sooner it is, as far as that can be told.

    >>> _weeks_saved(Side("yes", 60, weeks_at_least=True), Side("yes", 50))
    10
    >>> _weeks_saved(Side("yes", 52, weeks_at_least=True), Side("yes", 60))
    >>> _weeks_saved(Side("yes", 52), Side("yes", 60, weeks_at_least=True))
    -8
    """
    if before.weeks is None or after.weeks is None:
        return None
    saved = before.weeks - after.weeks
    match before.weeks_at_least, after.weeks_at_least:
        case False, False:
            return saved
        case True, False if saved > 0:
            return saved
        case False, True if saved < 0:
            return saved
    return None


def _became(before: Side, after: Side, weeks: int | None, pounds: int | None) -> Became:
    if before.reachable != after.reachable:
        if "unknown" in (before.reachable, after.reachable):
            return Became.NOT_KNOWN
        return Became.REACHABLE if after.reachable == "yes" else Became.UNREACHABLE
    if weeks:
        return Became.SOONER if weeks > 0 else Became.LATER
    if pounds:
        return Became.CHEAPER if pounds > 0 else Became.DEARER
    return Became.SAME if before == replace(after, summary=before.summary) else Became.OTHERWISE


def _people_places(asking: _Asking, roles: Sequence[RoleFacts], on: date) -> tuple[list[PeoplePlace], int]:
    """The pairs of a circumstance and a district that differ, and how many pairs there are."""
    districts = {
        one.code: one for world in (asking.base, asking.sandbox) for one in world.places.districts if one.point
    }
    found, asked = [], 0
    for circumstance in circumstances():
        for code, district in sorted(districts.items()):
            assert district.point is not None
            asked += 1
            near = [_near(world, circumstance, district.point) for world in (asking.base, asking.sandbox)]
            if near[0] == near[1]:
                continue
            resident = dict(resident_of(district))
            gained, lost = [], []
            for role in roles:
                request = replace(circumstance.asked(resident), to=(role.id,), on=on)
                served = [
                    _served(asking.best(world, replace(request, near=one)))
                    for world, one in zip((asking.base, asking.sandbox), near, strict=True)
                ]
                if served == [False, True]:
                    gained.append(Thing(role.id, role.title))
                if served == [True, False]:
                    lost.append(Thing(role.id, role.title))
            if gained or lost:
                who = Thing(circumstance.id, circumstance.label)
                found.append(PeoplePlace(who, code, tuple(gained), tuple(lost)))
    return found, asked


def _served(best: "Best | None") -> bool | None:
    """Whether there is a way; None: not known."""
    if best is None or best.outcome is Outcome.STOPPED_EARLY:
        return None
    return best.outcome is Outcome.FOUND


def _near(world: World, circumstance: Circumstance, at: Point) -> Near:
    """The runs that are known to be near enough to somebody."""
    within, points = circumstance.within_km, world.places.runs
    runs: Iterable[str] = (
        offer.id
        for offer in world.projection.offers
        if within is None
        or offer.delivery_mode == "online"
        or (offer.id in points and kilometres(at, points[offer.id]) <= within)
    )
    text = "only what is known to be taught" + (f" within {within:g} km in a straight line" if within else "")
    return Near(text, frozenset(runs), known_only=True)


def kilometres(one: Point, other: Point) -> float:
    """How far two points are from each other over the ground, in a straight line (haversine).

    >>> round(kilometres((52.5151, -1.9921), (52.5096, -2.0873)), 1)
    6.5
    """
    (north, east), (north_too, east_too) = (tuple(map(math.radians, point)) for point in (one, other))
    half = math.sin((north_too - north) / 2) ** 2
    half += math.cos(north) * math.cos(north_too) * math.sin((east_too - east) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(half))
