"""What hangs on one provider, one site, one run or one award: what would be lost if just that one went.

A competency is *covered* when something that teaches it can be joined, or could be joined in the past. Each way to be
taught is a *support*: an award (or apprenticeship, or course), its provider, its site, its run. What hangs on a thing
is covered by supports which all go through it; that is exactly what is lost when it is taken away.

A role is *within reach* of somebody who brings nothing, level 2 or level 3 when the planner's relaxed reachability
(`queries.incomplete.closure`: dates, hours and money aside) leads there through steps that somebody is known to run or
to have run. To take every provider, site, run and award away and look again costs a search each time. Only some need
it: one derivation of a role is a proof that it stands as long as no step of that derivation falls, so a search is made
only where one does, and once for all things that take the same steps away. The answer is that of plain removal.

Past leavers are no offer: what rests on them alone says so.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import chain
from typing import Final, TypeAlias

from graph.projection import Status, StepKind
from graph.projector import APPRENTICESHIP
from queries.coverage.model import INFERRED, CoverageFacts, Inference, Run, RunState, let_in
from queries.coverage.overlap import high_enough
from queries.coverage.places import Geography, Places
from queries.coverage.reading import state_of
from queries.incomplete import STARTS, closure
from queries.pathways.asked import ask
from queries.pathways.compile import Catalogues
from queries.pathways.engine import problem as engine
from queries.pathways.request import PathwayRequest


class Point(StrEnum):
    """What may be the only one."""

    PROVIDER = "provider"
    SITE = "site"
    RUN = "run"
    AWARD = "award"


class Basis(StrEnum):
    """What a support is: something on offer, or only something of the past."""

    OFFERED = "offered"
    PAST = "past"


@dataclass(frozen=True, slots=True)
class Support:
    """One way in which something is taught. None: not known, or of past leavers nothing to lose: no run, no site."""

    award: str
    provider: str
    site: str | None
    run: str | None
    basis: Basis
    area: str | None = None

    def points(self) -> Iterable["Key"]:
        """What must be there for it."""
        yield Point.PROVIDER, self.provider
        yield Point.AWARD, self.award
        if self.site is not None:
            yield Point.SITE, self.site
        if self.run is not None:
            yield Point.RUN, self.run


Key: TypeAlias = tuple[Point, str]


@dataclass(frozen=True, slots=True)
class Lost:
    """What goes with one thing.

    `competencies` are those that nothing else covers, `roles` those that need some of them. `unreachable`: roles that
    are out of reach then, by what somebody brings; that a role hangs on its own apprenticeship is not told.
    `rests_on`: what the supports through it are. `past_only`: all are of the past, so nothing is known to be on offer.
    `published`: of how many of the competencies a publisher says that they are taught; the others are our inference.
    """

    point: Point
    id: str
    label: str
    competencies: tuple[str, ...]
    roles: tuple[str, ...]
    unreachable: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    rests_on: tuple[Basis, ...]
    published: int

    @property
    def past_only(self) -> bool:
        """Whether nothing of it is known to be on offer."""
        return self.rests_on == (Basis.PAST,)


@dataclass(frozen=True, slots=True)
class AreaState:
    """What is covered by what is in one area, and how much of it by one provider alone."""

    area: str
    providers: int
    covered: int
    by_one_provider: int
    past_only: int


@dataclass(frozen=True, slots=True)
class RoleState:
    """How firmly a role stands. `needs` None: nobody has published what it needs.

    `covered` of `needs`; `hanging`: those with a single provider. `within_reach`: of whom, by what they bring;
    `only_provider`: the provider with which it goes out of everybody's reach, None where there is none or several.
    """

    role: str
    label: str
    level: int | None
    needs: int | None
    covered: int
    hanging: int
    within_reach: tuple[tuple[str, ...], ...]
    providers: tuple[str, ...]
    hangs_on: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Fragility:
    """What hangs on one thing each: most roles out of reach first, then most competencies.

    `published`: of the `covered` ones, in all areas, those of which a publisher says so; the others are our inference.
    `past_only`: of the `covered` ones, those that only the past covers.
    `searches`: closures that were worked out, of `points` that might have needed one.
    """

    area: str | None
    geography: Geography
    needed: int
    covered: int
    published: int
    past_only: int
    lost: tuple[Lost, ...]
    roles: tuple[RoleState, ...]
    areas: tuple[AreaState, ...]
    points: int
    searches: int


LIVE: Final = (RunState.TO_COME, RunState.NOT_DATED)


def sole(supports: Iterable[Support]) -> frozenset[Key]:
    """The things that all supports go through; nothing when there is no support."""
    found: frozenset[Key] | None = None
    for support in supports:
        mine = frozenset(support.points())
        found = mine if found is None else found & mine
        if not found:
            break
    return found or frozenset()


class Covering:
    """The supports of each competency, of what roles need."""

    def __init__(
        self,
        facts: CoverageFacts,
        places: Places,
        roles: Collection[str],
        inference: Inference,
        geography: Geography,
        past: bool,
    ) -> None:
        self.facts, self.places, self.geography, self.past = facts, places, geography, past
        self.needed = tuple(dict.fromkeys(n.competency for role in roles for n in facts.needs_of.get(role, ())))
        self._of_teacher: dict[str, tuple[Support, ...]] = {}
        self.supports: dict[str, tuple[Support, ...]] = {}
        self.published = set[str]()
        for competency in self.needed:
            found: dict[Support, None] = {}
            for teaching in facts.teachings_of.get(competency, ()):
                if let_in(teaching, facts, inference) and high_enough(teaching.teacher, competency, facts, inference):
                    supports = self.of_teacher(teaching.teacher, inference.placeholders)
                    found |= dict.fromkeys(supports)
                    if supports and teaching.via not in INFERRED:
                        self.published.add(competency)
            self.supports[competency] = tuple(found)

    def of_teacher(self, id: str, placeholders: bool) -> tuple[Support, ...]:
        """The supports that a teacher gives to whatever it teaches."""
        if id not in self._of_teacher:
            runs = self.facts.runs_for(self.facts.teachers[id])
            let = (
                run
                for run in runs
                if placeholders or run.status is not Status.ILLUSTRATIVE or run.id in self.facts.imagined
            )
            supports = (self.support(run) for run in let)
            self._of_teacher[id] = tuple(one for one in supports if self.past or one.basis is Basis.OFFERED)
        return self._of_teacher[id]

    def support(self, run: Run) -> Support:
        """A run as a support. Past leavers have no site and no run: only a provider."""
        roles = self.facts.projection.roles if self.facts.projection else {}
        award = f"{APPRENTICESHIP}/{run.of}" if run.of in roles else run.of
        if run.state is RunState.EVIDENCE:
            area = self.places.first_area(run.provider, self.geography)
            return Support(award, run.provider, None, None, Basis.PAST, area)
        basis = Basis.OFFERED if run.state in LIVE else Basis.PAST
        site = f"{run.provider}: {run.site}" if run.site else None
        return Support(award, run.provider, site, run.id, basis, area_of(run, self.places, self.geography))


def area_of(run: Run, places: Places, geography: Geography) -> str | None:
    """The area in which a run is."""
    match geography:
        case Geography.TOWN:
            return run.town
        case Geography.OUTCODE:
            return run.district
        case _:
            place = places.by_label.get((run.provider, run.site or ""))
            return place.area(geography) if place else None


# Reach.


@dataclass(frozen=True)
class Reach:
    """What somebody can reach: the contents that are open to them with the supports of each, as the engine reads them.

    `supports`: of a content; one that is not in it needs nobody to run it (a job). An empty tuple: nobody runs it.
    """

    catalogue: engine.Catalogue
    held: frozenset[str]
    open: frozenset[str]
    supports: Mapping[str, tuple[Support, ...]]

    @property
    def usable(self) -> frozenset[str]:
        """The contents that somebody runs, or that need nobody to run them."""
        return frozenset(id for id in self.open if self.supports.get(id, (None,)))

    def without(self) -> dict[Key, frozenset[str]]:
        """The contents that go with each thing."""
        gone: dict[Key, set[str]] = defaultdict(set)
        for id in self.usable & self.supports.keys():
            for key in sole(self.supports[id]):
                gone[key].add(id)
        return {key: frozenset(ids) for key, ids in gone.items()}


def derivations(
    catalogue: engine.Catalogue, held: Collection[str], usable: Collection[str]
) -> dict[str, frozenset[str]]:
    """Of every fact within reach, contents that suffice to reach it: one derivation each, not always the smallest."""
    used: dict[str, frozenset[str]] = dict.fromkeys(held, frozenset())
    waiting: list[tuple[str | None, engine.Expression, tuple[str, ...]]] = [
        (one.id, one.entry, one.adds) for one in catalogue.contents if one.id in usable
    ]
    waiting += [(None, rule.condition, rule.then) for rule in catalogue.rules]
    grew = True
    while grew:
        grew, left = False, []
        for id, condition, facts in waiting:
            through = _derived(condition, used)
            if through is None:
                left.append((id, condition, facts))
                continue
            whole = through | {id} if id is not None else through
            for fact in facts:
                if fact not in used:
                    used[fact], grew = whole, True
        waiting = left
    return used


def _derived(expression: engine.Expression, used: Mapping[str, frozenset[str]]) -> frozenset[str] | None:
    """Contents by which an expression holds, the fewest at hand; None when it does not hold."""
    match expression:
        case str():
            return used.get(expression)
        case engine.All(parts):
            found = [_derived(part, used) for part in parts]
            known = [one for one in found if one is not None]
            return frozenset[str]().union(*known) if len(known) == len(found) else None
        case engine.AnyOf(parts):
            some = [one for part in parts if (one := _derived(part, used)) is not None]
            return min(some, key=len, default=None)
        case engine.AtLeast(amount, parts):
            held = [(weight, one) for weight, part in parts if (one := _derived(part, used)) is not None]
            if sum(weight for weight, _ in held) < amount:
                return None
            whole, total = frozenset[str](), 0
            for weight, one in sorted(held, key=lambda pair: (len(pair[1]), -pair[0])):
                if total < amount:
                    whole, total = whole | one, total + weight
            return whole


def lost_goals(reach: Reach, goals: Collection[str]) -> tuple[dict[Key, frozenset[str]], int]:
    """The goals out of reach without each thing (only things that some goal hangs on), and the searches it took."""
    used = derivations(reach.catalogue, reach.held, reach.usable)
    there = [goal for goal in goals if goal in used]
    searched: dict[frozenset[str], frozenset[str]] = {}
    found: dict[Key, frozenset[str]] = {}
    for key, gone in reach.without().items():
        doubtful = [goal for goal in there if used[goal] & gone]
        if not doubtful:
            continue
        if gone not in searched:
            facts = closure(reach.catalogue, reach.held, reach.usable - gone)
            searched[gone] = frozenset(goal for goal in there if goal not in facts)
        if searched[gone]:
            found[key] = searched[gone]
    return found, len(searched)


def reach_of(catalogues: Catalogues, holds: Sequence[str], on: date, past: bool) -> Reach:
    """What somebody who brings `holds` can reach through what is run, or was."""
    asked = ask(catalogues, PathwayRequest(holds=tuple(holds), on=on), measured=False)
    day, problem = asked.catalogue, asked.problem
    open_ones = frozenset(way.delivery.content for id, way in day.ways.items() if id not in problem.barred)
    supports: dict[str, tuple[Support, ...]] = {}
    for id in open_ones:
        step = day.steps.get(id) or day.steps[day.twins[id]]
        if step.kind is StepKind.JOB:
            continue
        found: dict[Support, None] = {}
        for offer in day.offers.get(step.id, ()):
            state = RunState.TO_COME if offer.flexible else state_of(offer.starts, on)
            basis = Basis.OFFERED if state in LIVE else Basis.PAST
            site = f"{offer.provider}: {offer.site}" if offer.site else None
            found[Support(step.id, offer.provider, site, offer.id, basis)] = None
        for about in step.about:
            for one in day.evidence.get(about, ()):
                if one.leavers != 0:
                    provider = catalogues.projection.same_provider.get(one.provider, one.provider)
                    found[Support(step.id, provider, None, None, Basis.PAST)] = None
        supports[id] = tuple(one for one in found if past or one.basis is Basis.OFFERED)
    return Reach(day.catalogue, frozenset(problem.held), open_ones, supports)


def fragility(
    facts: CoverageFacts,
    places: Places,
    catalogues: Catalogues,
    roles: Sequence[str],
    inference: Inference | None = None,
    *,
    geography: Geography | None = None,
    area: str | None = None,
    past: bool = True,
) -> Fragility:
    """What the roles, and the competencies that they need, hang on.

    `past`: what was run in the past counts as well, and says so. `area`: only what is taught there covers; reach is
    always that of all areas, since people travel.
    """
    inference, geography = inference or Inference(), geography or places.best
    coverage = Covering(facts, places, roles, inference, geography, past)
    supports = {
        id: tuple(one for one in some if area is None or one.area == area) for id, some in coverage.supports.items()
    }
    hanging: dict[Key, list[str]] = defaultdict(list)
    through: dict[Key, set[Basis]] = defaultdict(set)
    for competency, some in supports.items():
        for key in sole(some):
            hanging[key].append(competency)
            through[key].update(one.basis for one in some)
    lost: dict[Key, dict[tuple[str, ...], frozenset[str]]] = defaultdict(dict)
    reached: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    run_by: dict[str, set[str]] = defaultdict(set)
    searches, points = 0, set[Key]()
    goals = {f"works-as:{role}": role for role in roles}
    for holds in STARTS:
        reach = reach_of(catalogues, holds, facts.on, past)
        within = derivations(reach.catalogue, reach.held, reach.usable)
        for goal, role in goals.items():
            if goal in within:
                reached[role].append(holds)
        for one in chain.from_iterable(reach.supports.values()):
            run_by[one.award.rpartition("/")[2]].add(one.provider)
        points |= reach.without().keys()
        gone, made = lost_goals(reach, goals)
        searches += made
        for key, missing in gone.items():
            out = {
                role for goal in missing if (role := goals[goal]) and key != (Point.AWARD, f"{APPRENTICESHIP}/{role}")
            }
            if not out:
                continue
            lost[key][holds] = frozenset(out)
            for id in reach.without()[key]:
                through[key].update(one.basis for one in reach.supports[id])
    return Fragility(
        area,
        geography,
        len(coverage.needed),
        sum(bool(some) for some in supports.values()),
        len(coverage.published),
        sum(bool(some) and all(one.basis is Basis.PAST for one in some) for some in supports.values()),
        tuple(sorted(_lost(facts, places, hanging, lost, through, roles, coverage.published), key=_worst)),
        tuple(_roles(facts, roles, supports, reached, lost, run_by)),
        tuple(_areas(coverage)),
        len(points),
        searches,
    )


def _worst(one: Lost) -> tuple[object, ...]:
    out = {role for _, roles in one.unreachable for role in roles}
    return (-len(out), -len(one.roles), -len(one.competencies), list(Point).index(one.point), one.id)


def _lost(
    facts: CoverageFacts,
    places: Places,
    hanging: Mapping[Key, Sequence[str]],
    lost: Mapping[Key, Mapping[tuple[str, ...], frozenset[str]]],
    through: Mapping[Key, Collection[Basis]],
    roles: Collection[str],
    published: Collection[str],
) -> Iterable[Lost]:
    asked = set(roles)
    for key in {*hanging, *lost}:
        point, id = key
        found = places.providers.get(id)
        title = next((run.title for run in facts.runs if run.id == id), None) if point is Point.RUN else None
        competencies = hanging.get(key, ())
        needing = {need.role for one in competencies for need in facts.needed_by.get(one, ())} & asked
        yield Lost(
            point,
            id,
            title or _label(facts, id) or (found.label if found else id),
            tuple(sorted(competencies)),
            tuple(sorted(needing)),
            tuple((holds, tuple(sorted(lost[key][holds]))) for holds in STARTS if holds in lost.get(key, {})),
            tuple(basis for basis in Basis if basis in through.get(key, ())),
            sum(one in published for one in competencies),
        )


def _label(facts: CoverageFacts, id: str) -> str | None:
    role = id.removeprefix(f"{APPRENTICESHIP}/")
    name = facts.labels.get(role)
    return f"{name}: apprenticeship" if name and role != id else name


def _roles(
    facts: CoverageFacts,
    roles: Iterable[str],
    supports: Mapping[str, Sequence[Support]],
    reached: Mapping[str, Sequence[tuple[str, ...]]],
    lost: Mapping[Key, Mapping[tuple[str, ...], frozenset[str]]],
    run_by: Mapping[str, Collection[str]],
) -> Iterable[RoleState]:
    for role in roles:
        needs = facts.needs_of.get(role)
        ids = {need.competency for need in needs or ()}
        within = tuple(reached.get(role, ()))
        hangs = [key for key, out in lost.items() if within and all(role in out.get(holds, ()) for holds in within)]
        own = facts.projection.roles.get(role) if facts.projection else None
        yield RoleState(
            role,
            facts.labels.get(role, role),
            own.level if own else None,
            len(ids) if needs is not None else None,
            sum(bool(supports[one]) for one in ids),
            sum(any(point is Point.PROVIDER for point, _ in sole(supports[one])) for one in ids),
            within,
            tuple(sorted(run_by.get(role, ()))),
            tuple(sorted(hangs, key=lambda key: (list(Point).index(key[0]), key[1]))),
        )


def _areas(coverage: Covering) -> Iterable[AreaState]:
    areas = sorted({one.area for some in coverage.supports.values() for one in some if one.area is not None})
    for area in areas:
        here = [[one for one in some if one.area == area] for some in coverage.supports.values()]
        covered = [some for some in here if some]
        yield AreaState(
            area,
            len({one.provider for some in covered for one in some}),
            len(covered),
            sum(len({one.provider for one in some}) == 1 for some in covered),
            sum(all(one.basis is Basis.PAST for one in some) for some in covered),
        )
